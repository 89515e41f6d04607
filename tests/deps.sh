#!/bin/sh
# The packages perfgate needs, in one place, each with the probe that finds it. Installs what is missing with apt
# (sudo when not root) and does nothing, in a moment, when all is there.
#   deps.sh           to build and to test (make deps)
#   deps.sh --check   only looks, only for what the build needs, and says how to get it
#   deps.sh --ci      also what .ci/run uses
#   deps.sh --bench   also the peers that make bench measures against
set -eu

missing=
need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
have() { command -v "$1"; }
newest() { apt-cache pkgnames "$1-" 2>/dev/null | grep -E "^$1-[0-9]+\$" | sort -t - -k 2n | tail -n 1 | grep . || echo "$1"; }
header() { echo "#include <$1>" | cc -E -; }

probe() {
    missing=
    need gcc have cc
    need libc6-dev header stdio.h
    need pkgconf have pkg-config
    need libgsl-dev pkg-config --exists gsl
    need libcjson-dev pkg-config --exists libcjson
    need zlib1g-dev pkg-config --exists zlib
    need libisal-dev pkg-config --exists libisal
    need libprotobuf-c-dev pkg-config --exists libprotobuf-c
    need protobuf-c-compiler have protoc-c
    need libpopt-dev pkg-config --exists popt
    need libyaml-dev pkg-config --exists yaml-0.1
    need libpcre2-dev pkg-config --exists libpcre2-8
    need libdw-dev pkg-config --exists libdw
    need libcurl4-openssl-dev pkg-config --exists libcurl
    need libiberty-dev header libiberty/demangle.h
    [ "$1" != --check ] || return 0
    need libcmocka-dev pkg-config --exists cmocka
    need bats have bats
    need perl have prove
    need git have git
    need python3 have python3 # a second reader of the JSON reports
    case $1 in
    --ci)
        need clang have clang
        newest=$(newest clang) # takes the profiles that are made for it
        need "$newest" have "$newest"
        need "llvm${newest#clang}" have "llvm-profdata${newest#clang}"
        newest=$(newest bolt) # and so does this, where there is one
        [ "$newest" = bolt ] || need "$newest" have "llvm-$newest"
        need clang-format have clang-format
        need cppcheck have cppcheck
        need shellcheck have shellcheck
        need python3-jsonschema python3 -c 'import jsonschema'
        need python3-yaml python3 -c 'import yaml'
        need valgrind have valgrind
        need nodejs have node      # drives the browser that tests the page of the flame graph,
        need npm have npm          # with Playwright, checks its scripts, and runs the GitHub Action
        need chromium have chromium
        need jq have jq            # with curl and unzip what the scripts of the GitHub Action call
        need curl have curl
        need unzip have unzip
        need debootstrap have debootstrap
        ;;
    --bench)
        need hyperfine have hyperfine
        need r-base-core have Rscript
        need "$(grep -q '^ID=ubuntu' /etc/os-release && echo linux-tools-generic || echo linux-perf)" have perf
        need golang-go have go
        need g++ have g++
        need time test -x /usr/bin/time
        ;;
    esac
}

probe "${1:-}"
[ -n "$missing" ] || exit 0

if [ "${1:-}" = --check ]; then
    echo "perfgate: missing to build:$missing (\`make deps\` installs them)" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "perfgate: there is no apt-get here; install what your system calls these Debian packages," \
        "then run make again:$missing" >&2
    exit 1
fi

root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "perfgate: neither root nor sudo; have these packages installed, then run make again:$missing" >&2
        exit 1
    fi
    root=sudo
fi
apt() { $root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@"; }

echo "perfgate: installing$missing"
# shellcheck disable=SC2086 # a list of words
{
    apt-cache show $missing >/dev/null 2>&1 || apt update
    apt install -y --no-install-recommends $missing >/dev/null || { apt update && apt install -y --no-install-recommends $missing >/dev/null; }
}

probe "${1:-}"
if [ -n "$missing" ]; then
    echo "perfgate: still missing after the installation:$missing" >&2
    exit 1
fi
