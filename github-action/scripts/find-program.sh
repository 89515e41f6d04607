#!/usr/bin/env bash
# Where the program comes from: outputs how (path, prebuilt, build), program (of path) and key (of the cache, where it is built).
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=program.sh
. "$scripts/program.sh"

# A program on the PATH counts when it is of this version; one that was asked for counts anyway.
on_this_machine() {
    local program said
    program=${PG_IN_PERFGATE_PATH:-$(command -v perfgate || true)}
    [ -n "$program" ] || return 1
    said=$("$program" --version 2>/dev/null || true)
    if [ -n "$PG_IN_PERFGATE_PATH" ]; then
        [[ $said == "perfgate "* ]] || die "input perfgate-path: '$(printable "$program")' is no perfgate that runs here"
        [ "$said" = "perfgate $version" ] || message warning "perfgate-path is $(printable "$said"), this action is made for $version"
    elif [ "$said" != "perfgate $version" ]; then
        return 1
    fi
    realpath -- "$program"
}

# Everything that the build reads.
source_hash() {
    (cd "$root" && find Makefile gate runners stats tests/deps.sh -type f | sort | xargs -d '\n' sha256sum | sha256sum | cut -c1-16)
}

image() {
    # shellcheck disable=SC1091 # not there when checked
    printf '%s\n' "${ImageOS:-$(. /etc/os-release && printf '%s%s' "$ID" "${VERSION_ID-}")}"
}

how=$PG_IN_INSTALL program=
if [ "$how" = auto ] || [ "$how" = path ]; then
    if program=$(on_this_machine); then
        how=path
    elif [ -n "$PG_IN_PERFGATE_PATH" ]; then
        exit 1 # said above
    elif [ "$how" = path ]; then
        die "install: path, but no perfgate $version is on the PATH and perfgate-path is empty"
    fi
fi
if [ "$how" = auto ] || [ "$how" = prebuilt ]; then
    if [ -n "$(released_checksum)" ]; then
        how=prebuilt
    elif [ "$how" = prebuilt ]; then
        die "install: prebuilt, but checksums.txt has no $archive"
    else
        how=build
    fi
fi
output how "$how"
output program "$program"
output key "perfgate-bin1-$(image | tr -c 'A-Za-z0-9._\n' _)-$(uname -m)-$(source_hash)"
