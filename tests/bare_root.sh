#!/usr/bin/env bash
# The README's two commands (or those given), each as the first one, in a Debian root that holds nothing but make and git: a newcomer's machine.
# Ends with 77, and says why, where such a root cannot be made.
set -euo pipefail
cd "$(dirname "$0")/.."

cannot() {
    echo "no bare root: $1"
    exit 77
}
[ "$(id -u)" -eq 0 ] || cannot "not root"
command -v debootstrap >/dev/null || cannot "no debootstrap"
unshare --mount true 2>/dev/null || cannot "no mount namespaces"
# shellcheck disable=SC1091
. /etc/os-release
[ "$ID" = debian ] || cannot "this is not Debian, and its mirror is this machine's"
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $VERSION_CODENAME" 'Component: main' 'Created-By: Packages' | head -n 1)
[ -n "$mirror" ] || cannot "apt names no mirror for $VERSION_CODENAME"

root=$(mktemp -d)
trap 'rm -rf --one-file-system "$root"' EXIT
debootstrap --variant=minbase "$VERSION_CODENAME" "$root/clean" "$mirror" >"$root/log" 2>&1 || {
    tail -n 5 "$root/log"
    cannot "debootstrap failed on $mirror"
}
cp /etc/resolv.conf /etc/hosts "$root/clean/etc/"
in_root() { # in_root FOLDER COMMAND: with /proc, /sys and /dev (terminals included), which vanish with the namespace
    unshare --mount --pid --fork --kill-child bash -c '
        mount -t proc proc "$0/proc" && mount --bind /sys "$0/sys" && mount --rbind /dev "$0/dev" && exec env -i \
            HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb chroot "$0" sh -ec "$1"' "$@"
}
in_root "$root/clean" 'apt-get -qq update && apt-get -qq install -y --no-install-recommends make git >/dev/null 2>&1
    rm -rf /var/lib/apt/lists/*'
mkdir "$root/clean/src"
git bundle create -q "$root/clean/src/bundle" HEAD

[ $# -gt 0 ] || set -- demo test
for command in "$@"; do
    cp -a "$root/clean" "$root/$command"
    echo "== make $command in a bare $PRETTY_NAME"
    status=0
    in_root "$root/$command" "git clone -q /src/bundle /src/perfgate && cd /src/perfgate && make $command" >"$root/$command.log" 2>&1 || status=$?
    tail -n 45 "$root/$command.log"
    echo "== make $command ended with $status"
    [ "$status" -eq 0 ] || exit 1
    rm -rf --one-file-system "${root:?}/$command"
done
