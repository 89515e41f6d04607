#!/usr/bin/env bash
# What is known of the program before it is there; for find-program.sh and install.sh.
# shellcheck disable=SC2034,SC2154 # they use it, and lib.sh sets scripts
root=$(cd "$scripts/../.." && pwd)
version=$(cat "$scripts/../VERSION")
archive=perfgate-$version-linux-$(uname -m).tar.gz
released_by=perfgate/perfgate # repository on github.com whose workflow makes the archives
kept=${GITHUB_WORKSPACE:?}/.perfgate/bin

# The checksum of this version's archive for this machine; nothing where none is released.
released_checksum() { awk -v want="$archive" '$2 == want && length($1) == 64 { print $1 }' "$scripts/../checksums.txt"; }
