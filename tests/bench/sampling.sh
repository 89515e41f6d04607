#!/usr/bin/env bash
# What sampling a CPU-bound program at 1 kHz costs: its own user and system time, and the tool's beside it, in runs that take
# turns. Promised: not above `perf record -F 999 -g`, and no lost sample.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
laps=${LAPS:-7}
command -v perf >/dev/null || { echo "perf is not installed: apt install linux-perf" && exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
cat >work.c <<'END'
#include "fixtures/calltrees/work.h"
static NOINLINE void leaf(void) { WORK(PERCENT); }
static NOINLINE void middle(void) { leaf(); __asm__ volatile(""); }
int main(void) { for (int i = 0; i < 700; i++) middle(); return 0; }
END
cc -O2 -fno-omit-frame-pointer -I"$root" -o work work.c
"$PERFGATE" -q run --sampler perf --sampled-rounds 1 -r 1 -w 0 -o probe -- true 2>/dev/null ||
    { echo "perf_event_open is refused here" && exit 77; }

# cpu COMMAND…: user and system time of the command and its children, in ms
cpu() {
    local TIMEFORMAT='%U %S'
    { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ printf "%.1f\n", 1000 * ($1 + $2) }'
}
median() { sort -g "$1" | sed -n "$((laps / 2 + 1))p"; }
# Two processes each, of which the tool looks at one: perfgate times a round and samples a round.
bare() { cpu sh -c './work; ./work'; }
perf_record() { cpu sh -c './work; perf record -q -F 999 -g -o perf.data ./work'; }
perfgate_fp() { cpu "$PERFGATE" -q run --counters off --stack fp --sampled-rounds 1 -r 1 -w 0 -o fp -- ./work; }
perfgate_auto() { cpu "$PERFGATE" -q run --counters off --sampled-rounds 1 -r 1 -w 0 -o auto -- ./work; }
ways=(bare perf_record perfgate_fp perfgate_auto)
for ((i = 0; i < laps; i++)); do
    for way in "${ways[@]}"; do "$way" >>"$way.ms"; done
    sed -n 's/^# perfgate samples: //p' fp.txt >>samples
done
base=$(median bare.ms)
echo "user and system time of a program and the tool, beyond twice the program ($base ms); median of $laps laps"
for way in "${ways[@]:1}"; do
    awk -v way="$way" -v got="$(median $way.ms)" -v base="$base" 'BEGIN { printf "%-16s %+7.1f ms  %+.1f%% of one run\n", way, got - base, 200 * (got - base) / base }'
done
grep -h 'sampling lost' ./*.txt && exit 1
echo "no lost samples; $(sort -g samples | tail -n 1) in a run"
awk -v ours="$(median perfgate_fp.ms)" -v theirs="$(median perf_record.ms)" 'BEGIN { exit !(ours > theirs) }' || exit 0
echo "not reached: perfgate costs more than perf record"
exit 1
