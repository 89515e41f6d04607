#!/usr/bin/env bash
# What launching a process costs: user and system time a round of `true`, as ratios to a bare posix_spawn and wait4 loop
# of the same run. Promised: at most 1.1 with stdout captured, at most 1.5 with counters on. The peers hyperfine -N
# and `perf stat -r` are measured by the shell's clock when they are installed.
set -euo pipefail
bench=$BUILD/tests/bench/runner_bench
rounds=${ROUNDS:-1000}
laps=7

median() { sort -g | sed -n "$((laps / 2 + 1))p"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
# Microseconds of user and system time a round of a whole peer process.
peer() {
    local TIMEFORMAT='%U %S'
    { time "$@" >/dev/null 2>&1; } 2>&1 | awk -v n="$rounds" '{ printf "%.1f\n", ($1 + $2) / n * 1e6 }'
}

peers=()
if command -v hyperfine >/dev/null; then peers+=(hyperfine); fi
if command -v perf >/dev/null; then peers+=(perf); fi
lap() {
    case $1 in
    hyperfine) peer hyperfine -N --warmup 0 --runs "$rounds" true ;;
    perf) peer perf stat -e task-clock -r "$rounds" true ;;
    *) "$bench" "$1" "$rounds" true ;;
    esac
}

# Interleaved, so that what else runs on the machine falls on all of them alike.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for ((i = 0; i < laps; i++)); do
    for what in bare launcher counters "${peers[@]}"; do lap "$what" >>"$scratch/$what"; done
done
bare=$(median <"$scratch/bare")
failed=0
report() {
    local us of
    us=$(median <"$scratch/$2")
    of=$(ratio "$us" "$bare")
    printf '%-44s %8.1f us  %s x%s\n' "$1" "$us" "$of" "${3:+  (promised: at most $3)}"
    if [ -n "${3:-}" ] && awk -v got="$of" -v most="$3" 'BEGIN { exit !(got > most) }'; then
        echo "not reached: $1"
        failed=1
    fi
}
echo "user and system time a round of true, median of $laps laps of $rounds rounds"
report 'posix_spawn and wait4' bare
report 'perfgate, output captured' launcher 1.1
report 'perfgate, four software counters besides' counters 1.5
for what in "${peers[@]}"; do report "$what" "$what"; done
exit "$failed"
