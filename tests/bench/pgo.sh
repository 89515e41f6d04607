#!/usr/bin/env bash
# Profiles for gcc and Go of 1 000 000 samples of 24 frames, all stacks distinct, at 50 000 addresses of perfgate itself, against
# `profile top` of the same (promised: at most twice). User and system time, in turn, the medians of five.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# seconds COMMAND…: its user + system time
seconds() {
    local TIMEFORMAT='%U %S'
    { time "$@" >/dev/null 2>"$scratch/log"; } 2>&1 | awk '{ print $1 + $2 }'
}
median() { sort -g "$1" | sed -n 3p; }

cp "$PERFGATE" "$scratch/program"
"$BUILD/tests/bench/make_profile" 1000000 "$scratch/samples.pb.gz" 1 "$scratch/program"
for _ in 1 2 3 4 5; do
    seconds "$PERFGATE" profile top "$scratch/samples.pb.gz" >>"$scratch/top"
    for compiler in gcc go; do
        seconds "$PERFGATE" pgo --for "$compiler" --gcc-version 14 --force --binary "$scratch/program" -o "$scratch/made.$compiler" "$scratch/samples.pb.gz" >>"$scratch/$compiler"
    done
done
failed=0
for compiler in gcc go; do
    [ -s "$scratch/made.$compiler" ] || { cat "$scratch/log" && exit 1; }
    awk -v compiler="$compiler" -v pgo="$(median "$scratch/$compiler")" -v top="$(median "$scratch/top")" 'BEGIN {
        printf "a profile for %s of 1 000 000 samples at 50 000 addresses %.2f s, profile top %.2f s: %.2f times (promised: at most 2)\n", compiler, pgo, top, pgo / top
        exit pgo > 2 * top
    }' || failed=1
done
exit "$failed"
