#!/usr/bin/env bash
# Puts the program where later steps find it (fact `program`): PG_HOW is path, prebuilt or build. PG_TOKEN is for gh alone.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=program.sh
. "$scripts/program.sh"

# A wrong sum is never overlooked, and never answered by building instead.
fetch_prebuilt() {
    local folder=$PG_STATE/released url want got
    url=${PERFGATE_RELEASES:-https://github.com/$released_by/releases/download}/v$version/$archive
    want=$(released_checksum)
    mkdir -p "$folder"
    curl --silent --show-error --fail --location --proto-redir '=https' --retry 3 --max-time 300 --output "$folder/$archive" -- "$url" ||
        die "cannot get $url; input install: build needs no download"
    got=$(sha256sum "$folder/$archive" | cut -d' ' -f1)
    [ "$got" = "$want" ] || die "$archive has the SHA-256 $got; checksums.txt has $want"
    check_attestation "$folder/$archive"
    tar -xzf "$folder/$archive" -C "$folder" --no-same-owner || die "$archive is no archive that tar reads"
    program=$folder/bin/perfgate
}

# The sum says that it is the archive which this commit names; GitHub can say besides that the project's own workflow built it. Who
# cannot be asked costs nothing; a no does.
check_attestation() {
    local said status=0 token=
    command -v gh >/dev/null || { message warning "$archive: who built it was not checked, since this machine has no gh; its checksum is right" && return; }
    [ "${GITHUB_SERVER_URL-}" != https://github.com ] || token=${PG_TOKEN-} # another server's token says nothing there
    said=$(GH_TOKEN=$token GH_PROMPT_DISABLED=1 timeout 60 gh attestation verify "$1" --repo "$released_by" --hostname github.com 2>&1) || status=$?
    said=$(printable "$(grep -v '^[[:space:]]*$' <<<"$said" | tail -n 1)")
    case $status,$said in
    0,*) printf '%s was built by %s, as GitHub attests\n' "$archive" "$released_by" ;;
    4,* | 124,* | *'unknown command'* | *'error connecting'* | *HTTP\ 429* | *HTTP\ 5[0-9][0-9]*)
        message warning "$archive: who built it could not be checked (gh attestation verify: ${said:-no answer}); its checksum is right"
        ;;
    *) die "$archive is not attested to be built by $released_by (gh attestation verify: $said); input install: build needs no download" ;;
    esac
}

# Only what the build needs; root's rights where sudo asks for no password.
install_packages() {
    local said packages sudo=()
    said=$(sh "$root/tests/deps.sh" --check 2>&1) && return 0
    packages=$(sed -n 's/^perfgate: missing to build:\(.*\) (.*/\1/p' <<<"$said")
    [ -n "$packages" ] || die "cannot tell what the build needs: $said"
    command -v apt-get >/dev/null || die "perfgate must be built here and this machine has no apt-get; install what it calls$packages, or give perfgate-path"
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || die "perfgate must be built here, which needs$packages, and sudo is not to be had; have them installed, or give perfgate-path"
        sudo=(sudo -n)
    fi
    # shellcheck disable=SC2086 # a list of words
    if ! "${sudo[@]}" apt-get -qq update ||
        ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $packages >/dev/null; then
        die "apt-get could not install$packages"
    fi
}

build() {
    command -v make >/dev/null || die "perfgate must be built here and this machine has no make"
    install_packages
    quietly tokenless make -s -C "$root" -j"$(nproc)" install DESTDIR= PREFIX="$kept" || die "perfgate could not be built; the log says why"
    output built true
}

case $PG_HOW in
path) program=$PG_PROGRAM ;;
prebuilt) fetch_prebuilt ;;
*)
    program=$kept/bin/perfgate
    [ "$("$program" --version 2>/dev/null || true)" = "perfgate $version" ] || build
    ;;
esac
said=$("$program" --version 2>&1) || die "perfgate does not run here: $said"
learn program "$program"
printf '%s (%s)\n' "$said" "$PG_HOW"
