#!/usr/bin/env bash
# Measures: base and head in turn (interleaved), head against the store (stored), head alone (mode store) or a share of both (shard).
# What is measured is a stranger's code: it gets no token, and what it prints is replayed where it cannot command the workflow.
# Facts: strategy, gate-exit, timed-out, base-error.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=policy.sh
. "$scripts/policy.sh"

program=$(fact program)
base=$(fact base-sha)
head=$(fact head-sha)
limit=$((PG_IN_TIMEOUT_MINUTES * 60))
budget=$((limit / 4)) # rounds; sampled rounds and those that confirm take as long again
store=$GITHUB_WORKSPACE/.perfgate/baseline
recordings=$PG_STATE/recordings
cd "$GITHUB_WORKSPACE/$PG_IN_WORKING_DIRECTORY"
mkdir -p "$recordings"

# limited COMMAND…: within what is left of the time; its exit status goes into the fact gate-exit
limited() {
    local left=$((limit - SECONDS)) status=0
    [ "$left" -gt 0 ] || left=1
    : >"$PG_STATE/measure.log"
    tokenless timeout --signal=INT --kill-after=30 "$left" "$@" >"$PG_STATE/measure.log" 2>&1 </dev/null || status=$?
    quietly head -c 4000000 "$PG_STATE/measure.log"
    if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        learn timed-out "$PG_IN_TIMEOUT_MINUTES minutes"
    fi
    learn gate-exit "$status"
}

# ---- the configuration ----

# yaml TEXT: as YAML and JSON quote it
yaml() {
    local text=${1//\\/\\\\}
    text=${text//\"/\\\"}
    text=${text//$'\n'/\\n}
    text=${text//$'\t'/\\t}
    printf '"%s"' "${text//$'\r'/}"
}

# line TEXT: a shell's command that runs a piece of the caller's bash
line() {
    local quoted=${1//\'/\'\\\'\'}
    printf "%s '%s'" "${bash[*]}" "$quoted"
}
bash=(bash --noprofile --norc -e -o pipefail -c) # the text is in the command itself, so that recordings of one benchmark say the same everywhere

counts_by_valgrind() {
    units | grep -q '^instructions' || return 1
    ! grep -q '"instructions": true' "$PG_STATE/doctor.json" || return 1
    command -v valgrind >/dev/null || die "metric instructions: this machine has no counter for them, and no valgrind"
}

write_config() {
    local word
    {
        printf 'rounds: %s\nmax-rounds: %s\ntime-budget: %ss\ntimeout: %ss\n' "$PG_IN_ROUNDS" "$PG_IN_MAX_ROUNDS" "$budget" "$limit"
        [ -z "$(fact cpu)" ] || printf 'pin: %s\n' "$(fact cpu)"
        ! counts_by_valgrind || printf 'instructions: valgrind\n'
        printf 'benchmarks:\n- name: benchmark\n  command:\n'
        for word in "${bash[@]}" "$PG_IN_RUN" run; do
            printf '  - %s\n' "$(yaml "$word")"
        done
        [ -z "$PG_IN_BUILD" ] || printf '  build: %s\n' "$(yaml "$(line "$PG_IN_BUILD")")"
        ! wants_compiler_profile || printf 'pgo:\n  for: %s\n  when: always\n  output: %s\n' "$PG_IN_PGO_PROFILE" "$(yaml "$(compiler_profile)")"
    } >"$config"
}

make_gate() {
    config=${PG_IN_CONFIG:-$PG_STATE/perfgate.yml}
    [ -n "$PG_IN_CONFIG" ] || write_config
    [ -r "$config" ] || die "input config: there is no file '$(printable "$config")' in $(printable "$PG_IN_WORKING_DIRECTORY")"
    make_policy
    gate=("$program" gate --config="$config" --head="$head" --output="$recordings" "${policy[@]}")
    [ -z "$PG_IN_CONFIG" ] || [ "$PG_IN_ROUNDS" = 10 ] || gate+=(--rounds="$PG_IN_ROUNDS")
    # shellcheck disable=SC2153 # it is an input
    [ "$PG_IN_CONFIRM" = true ] || gate+=(--no-confirm)
    [ "$PG_IN_ALLOW_CROSS_MACHINE" != true ] || gate+=(--ignore-fingerprint)
}

# ---- ways to measure ----

has_baseline() {
    local machine
    machine=$(fact fingerprint)
    [ "$PG_IN_ALLOW_CROSS_MACHINE" != true ] || machine=any
    [ -d "$store" ] && "$program" baseline find --store="$store" --branch="$(store_branch)" --commit="$head" --before --fingerprint="$machine" >/dev/null 2>&1
}

# The name under which the store keeps what is compared with: one of its own, unless a configuration says another.
store_branch() {
    local named=
    [ -z "$PG_IN_CONFIG" ] || named=$(sed -n 's/^branch:[[:space:]]*\([A-Za-z0-9_./-]*\)[[:space:]]*$/\1/p' "$PG_IN_CONFIG" | head -n 1)
    printf '%s\n' "${named:-main}"
}

# Also where there is no baseline: then nothing is measured, and the report says so.
compare_stored() {
    learn strategy stored
    limited "${gate[@]}" --base=none --store="$store" "${reports[@]}"
}

interleave() {
    local line
    learn strategy interleaved
    limited "${gate[@]}" --base="$base" "${reports[@]}"
    line=$(grep -m 1 -o '"base: build of [0-9a-f]* failed[^"]*"' "$PG_STATE/report.json" 2>/dev/null || true)
    [ -n "$line" ] || return 0
    line=${line//\"/}
    learn base-error "$line"
    message warning "the base does not build, so head cannot be measured beside it: $line"
    compare_stored
}

choose_strategy() {
    local want=$PG_IN_STRATEGY
    if [ "$want" = auto ]; then
        want=interleaved
        [ "${PG_RUNNER_ENVIRONMENT-}" = github-hosted ] || ! has_baseline || want=stored
    fi
    [ -n "$base" ] || want=stored
    printf '%s\n' "$want"
}

# Into a store that is empty, so that nothing is judged; the recording is what counts.
measure_head_alone() {
    local empty=$PG_STATE/empty-store
    learn strategy none
    limited "${gate[@]}" --base=none --store="$empty" --save --branch=main
    [ "$(fact gate-exit)" -ne 4 ] || [ ! -s "$recordings/head.txt" ] || learn gate-exit 0
}

measure_share() {
    local folder=$PG_STATE/share run=() benchmark
    [ -n "$base" ] || die "there is no base to measure beside head"
    learn strategy interleaved
    run=("$program" run --output="$folder" --name=benchmark --shard="$PG_IN_SHARD" --rounds="$PG_IN_ROUNDS" --time-budget="${budget}s"
        --threshold="${PG_IN_THRESHOLD%\%}%" --side="base=@$base" --side="head=@$head")
    [ "$PG_IN_MAX_ROUNDS" -le "$PG_IN_ROUNDS" ] || run+=(--max-rounds="$PG_IN_MAX_ROUNDS")
    [ -z "$(fact cpu)" ] || run+=(--pin="$(fact cpu)")
    ! counts_by_valgrind || run+=(--instructions=valgrind)
    [ -z "$PG_IN_BUILD" ] || run+=(--build="$(line "$PG_IN_BUILD")")
    benchmark=("${bash[@]}" "$PG_IN_RUN" run)
    if [ -n "$PG_IN_LIST" ]; then
        run+=(--list="$(line "$PG_IN_LIST")")
        benchmark+=('{filter}')
    fi
    mkdir -p "$folder"
    limited "${run[@]}" -- "${benchmark[@]}"
    printf 'base-sha %s\nhead-sha %s\npull-sha %s\nshard %s\nfingerprint %s\n' "$base" "$head" "$(fact pull-sha)" "$PG_IN_SHARD" "$(fact fingerprint)" >"$folder/facts"
    [ "$(fact gate-exit)" -eq 0 ] || die "shard $PG_IN_SHARD could not be measured; the log says why"
    output shard true
}

# The sum of all changes since a release: reported, never decided. Only with what is left of the time.
measure_drift() {
    local reference exit_code
    reference=$(fact reference)
    [ -n "$reference" ] && [ "${GITHUB_EVENT_NAME-}" = push ] || return 0
    exit_code=$(fact gate-exit)
    if [ "$reference" = "$head" ] || [ -e "$PG_STATE/timed-out" ] || [ $((limit - SECONDS)) -lt $((limit / 4)) ]; then
        message notice "no drift report against $(printable "$PG_IN_REFERENCE"): it is this commit, or no time is left"
        return 0
    fi
    recordings=$PG_STATE/drift
    gate=("${gate[@]/#--output=*/--output=$PG_STATE/drift}")
    limited "${gate[@]}" --base="$reference" --no-confirm --report "json=$PG_STATE/drift.json" --report "github-comment=$PG_STATE/drift.md"
    rm -f "$PG_STATE/timed-out"
    learn gate-exit "$exit_code"
}

if [ -n "$(fact skip)" ]; then
    exit 0
fi
if [ -n "$PG_IN_SHARD" ]; then
    measure_share
    exit 0
fi
make_gate
learn store-branch "$(store_branch)"
case $(fact mode),$(choose_strategy) in
store,*) measure_head_alone ;;
*,interleaved) interleave ;;
*) compare_stored ;;
esac
measure_drift
