#!/usr/bin/env bash
# From the text of `perf script` to a picture, 24 frames a stack, all stacks distinct: `perfgate flame` against
# `stackcollapse-perf.pl | flamegraph.pl` of the FlameGraph tools, when these are on the PATH (they are measured, not used).
# Promised: 20 times less user and system time. At 10^5 stacks in turn; at 10^6 perfgate alone, against ten times theirs, which
# is linear (FULL=1 measures it: minutes, and gigabytes).
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# cost FILE COMMAND…: appends `SECONDS KIBIBYTES`: user and system time, peak memory of the largest process.
cost() { /usr/bin/time -o "$1" -a -f '%U %S %M' "${@:2}" >/dev/null 2>&1; }
best() { awk '{ t = $1 + $2; if (NR == 1 || t < least) { least = t; kib = $3 } } END { print least, kib }' "$1"; }
theirs() { cost "$scratch/theirs.$1" bash -c 'stackcollapse-perf.pl "$1" | flamegraph.pl' - "$scratch/$1.txt"; }
ours() { cost "$scratch/ours.$1" "$PERFGATE" flame "$scratch/$1.txt" -o "$scratch/$1.svg"; }

peer=
if command -v stackcollapse-perf.pl >/dev/null && command -v flamegraph.pl >/dev/null; then peer=yes; fi
failed=0
report() { # STACKS THEIRS KIB NOTE
    local mine
    mine=$(best "$scratch/ours.$1")
    awk -v n="$1" -v mine="$mine" -v theirs="$2" -v kib="$3" -v note="$4" 'BEGIN {
        split(mine, o, " ")
        printf "%8d distinct stacks: perfgate %6.2f s %5d MiB", n, o[1], o[2] / 1024
        if (theirs) printf ", FlameGraph %7.2f s%s%s: %.0f times faster (promised 20)", theirs, kib ? sprintf(" %d MiB", kib / 1024) : "", note, theirs / o[1]
        print ""
        exit theirs && theirs < 20 * o[1]
    }' || failed=1
}

for stacks in 100000 1000000; do
    "$BUILD/tests/bench/make_perf_script" "$stacks" >"$scratch/$stacks.txt"
    ours "$stacks"
    if [ "$peer" ] && { [ "$stacks" -eq 100000 ] || [ "${FULL:-}" ]; }; then
        theirs "$stacks"
        ours "$stacks"
        read -r seconds kib < <(best "$scratch/theirs.$stacks")
        report "$stacks" "$seconds" "$kib" ""
    else
        ours "$stacks"
        report "$stacks" "$(awk -v s="${seconds:-0}" 'BEGIN { print 10 * s }')" "" " (10 x the above)"
    fi
    rm "$scratch/$stacks.txt"
done
[ "$peer" ] || { echo "stackcollapse-perf.pl and flamegraph.pl are not on the PATH: make bench-deps" && exit 77; }
exit $failed
