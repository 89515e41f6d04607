#!/usr/bin/env bash
# `perfgate compare` against benchstat on made-up files of 1 000 000 result lines, three units a line: 100 000 benchmarks of ten
# lines (promised: 20 times faster in under half the memory) and 100 benchmarks of 10 000 (4 times). Then perfgate alone at 10^4,
# 10^5 and 10^6 lines: the time a line must not grow. The programs take turns; medians of wall time, peak memory of the children.
# 77: no benchstat.
set -euo pipefail
laps=${LAPS:-5}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

make_pair() { # NAME BENCHMARKS LINES
    for side in 1 2; do "$BUILD/tests/bench/make_input" "$2" "$3" "$side" >"$scratch/$1.$side"; done
}

# measure FILE COMMAND…: appends `SECONDS KIBIBYTES` to FILE; the exit code of a verdict does not matter.
measure() {
    python3 - "$@" <<'PYTHON'
import resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
elapsed = time.monotonic() - start
if code not in (0, 1, 3):
    sys.exit(f'{sys.argv[2]}: exit {code}')
with open(sys.argv[1], 'a') as out:
    print(elapsed, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=out)
PYTHON
}
median() { cut -d' ' -f"$2" "$1" | sort -g | sed -n "$((laps / 2 + 1))p"; }

failed=0
against_benchstat() { # NAME BENCHMARKS LINES FASTER MEMORY
    make_pair "$1" "$2" "$3"
    for ((i = 0; i < laps; i++)); do
        measure "$scratch/$1.theirs" benchstat "$scratch/$1.1" "$scratch/$1.2"
        measure "$scratch/$1.ours" "$PERFGATE" compare "$scratch/$1.1" "$scratch/$1.2"
    done
    awk -v name="$2 benchmarks x $3" -v faster="$4" -v memory="$5" \
        -v t="$(median "$scratch/$1.theirs" 1)" -v o="$(median "$scratch/$1.ours" 1)" \
        -v tm="$(median "$scratch/$1.theirs" 2)" -v om="$(median "$scratch/$1.ours" 2)" 'BEGIN {
            printf "%-28s perfgate %6.2f s %4d MiB, benchstat %6.2f s %4d MiB: %.1f times faster (promised %s), %.2f of the memory%s\n",
                name, o, om / 1024, t, tm / 1024, t / o, faster, om / tm, memory ? " (promised " memory ")" : ""
            exit t < faster * o || (memory && om > memory * tm)
        }' || failed=1
    rm -f "$scratch/$1".[12]
}

linear() {
    local lines per_line=()
    for lines in 10000 100000 1000000; do
        make_pair linear $((lines / 10)) 10
        rm -f "$scratch/linear.ours"
        for ((i = 0; i < laps; i++)); do
            measure "$scratch/linear.ours" "$PERFGATE" compare "$scratch/linear.1" "$scratch/linear.2"
        done
        per_line+=("$(awk -v t="$(median "$scratch/linear.ours" 1)" -v n="$lines" 'BEGIN { print t / n * 1e9 / 2 }')")
    done
    awk -v a="${per_line[0]}" -v b="${per_line[1]}" -v c="${per_line[2]}" 'BEGIN {
        printf "a line at 10^4, 10^5, 10^6:  %.0f, %.0f, %.0f ns (promised: not growing by half from 10^5 to 10^6)\n", a, b, c
        exit c > 1.5 * b
    }' || failed=1
}

command -v benchstat >/dev/null || { echo "benchstat is not installed: make bench-deps"; exit 77; }
against_benchstat wide 100000 10 20 0.5
against_benchstat deep 100 10000 4 ""
linear
exit $failed
