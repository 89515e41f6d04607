#!/usr/bin/env bash
# `perfgate profile` on made-up profiles of samples of 24 frames, all stacks distinct. User and system time, in turns, medians:
# `top` of 1 000 000 samples against inflating them and walking the wire (promised: at most twice, and at most 5 times the raw
# bytes of memory), a difference against two tops (1.5), a sample at 10^4, 10^5, 10^6 (not growing by half), and, where there is
# Go, against `go tool pprof`: top, and a merge of 20 profiles of 100 000.
set -euo pipefail
laps=${LAPS:-3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PPROF_TMPDIR=$scratch

# measure NAME COMMAND…: appends `SECONDS KIBIBYTES` of a command and its children to NAME
measure() {
    python3 - "$scratch/$1.times" "${@:2}" <<'PYTHON'
import resource, subprocess, sys
def seconds(): # what starts Python may be a script, whose children count as its own
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
before = seconds()
subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
with open(sys.argv[1], 'a') as out:
    print(seconds() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=out)
PYTHON
}
median() { cut -d' ' -f"${2:-1}" "$scratch/$1.times" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

failed=0
# report TEXT VALUE LIMIT: fails above it
report() {
    awk -v text="$1" -v value="$2" -v limit="$3" 'BEGIN {
        printf "%-66s %6.2f (promised: at most %s)\n", text, value, limit
        exit value > limit
    }' || failed=1
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'; }

for n in 1 10000 100000 1000000; do "$BUILD/tests/bench/make_profile" $n "$scratch/$n"; done
"$BUILD/tests/bench/make_profile" 1000000 "$scratch/other" 1
for ((i = 0; i < laps; i++)); do
    measure walk "$BUILD/tests/bench/walk_profile" "$scratch/1000000"
    # the smaller ones take milliseconds: one sample costs what does not grow, starting and the 5000 functions
    for n in 1 1 1 1 1 10000 10000 10000 10000 10000 100000 1000000; do measure top$n "$PERFGATE" profile top "$scratch/$n"; done
    measure diff "$PERFGATE" profile top --diff-base "$scratch/other" "$scratch/1000000"
done
raw=$("$BUILD/tests/bench/walk_profile" "$scratch/1000000" | cut -d' ' -f1)
printf 'top of 1 000 000 samples: %.2f s, walking them %.2f s, %d MiB of memory\n' "$(median top1000000)" "$(median walk)" "$(($(median top1000000 2) / 1024))"
report 'top, in times of inflating and walking' "$(ratio "$(median top1000000)" "$(median walk)")" 2
report 'its memory, in times of the inflated bytes' "$(ratio "$(median top1000000 2)" $((raw / 1024)))" 5
report 'a difference, in times of two tops' "$(awk -v a="$(median diff)" -v b="$(median top1000000)" 'BEGIN { print a / b / 2 }')" 1.5
sample() { awk -v a="$(median "top$1")" -v b="$(median top1)" -v n="$1" 'BEGIN { print 1e6 * (a - b) / n }'; }
printf 'a sample of 10^4 costs %.2f µs, of 10^5 %.2f µs, of 10^6 %.2f µs, beside %.1f ms however many there are\n' \
    "$(sample 10000)" "$(sample 100000)" "$(sample 1000000)" "$(awk -v t="$(median top1)" 'BEGIN { print 1000 * t }')"
report 'a sample of 10^5, in times of one of 10^4' "$(ratio "$(sample 100000)" "$(sample 10000)")" 1.5
report 'a sample of 10^6, in times of one of 10^5' "$(ratio "$(sample 1000000)" "$(sample 100000)")" 1.5

command -v go >/dev/null || { echo 'no Go, and so no pprof to compare with' && exit $failed; }
parts=()
for i in $(seq 20); do
    "$BUILD/tests/bench/make_profile" 100000 "$scratch/part$i" "$i"
    parts+=("$scratch/part$i")
done
merge() { measure merge "$PERFGATE" profile merge -o "$scratch/merged" "${parts[@]}"; }
merge
measure pprof_merge go tool pprof -symbolize=none -proto -output "$scratch/theirs" "${parts[@]}"
merge
merge
measure pprof_top go tool pprof -symbolize=none -top "$scratch/1000000"
# faster NAME THEIRS LEAST: in processor time, which does not count that part of both works on several processors
faster() {
    awk -v name="$1" -v o="$(median "$2")" -v t="$(median "$3")" -v om="$(median "$2" 2)" -v tm="$(median "$3" 2)" -v least="$4" 'BEGIN {
        printf "%-28s perfgate %6.2f s %5d MiB, pprof %6.2f s %5d MiB: %.1f times faster (promised: %s)\n", name, o, om / 1024, t, tm / 1024, t / o, least
        exit t < least * o
    }' || failed=1
}
faster 'top of 1 000 000' top1000000 pprof_top 25
faster 'a merge of 20 x 100 000' merge pprof_merge 8
exit $failed
