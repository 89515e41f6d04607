#!/usr/bin/env bash
# In mode compare: joins the shards and compares the whole. In every mode: flame graph, folded stacks for the artifact, profile for
# compilers. Outputs flame and pgo-profile.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=policy.sh
. "$scripts/policy.sh"
# shellcheck source=report-facts.sh
. "$scripts/report-facts.sh"

program=$(fact program)
recordings=$PG_STATE/recordings

# shard_fact FOLDER NAME: of what a shard says of itself, only words
shard_fact() { sed -n "s/^$2 \\([0-9a-f/]*\\)\$/\\1/p" "$1/facts" | head -n 1; }

# All shards must have measured the same two commits; whether all are there and none overlap is asked of perfgate merge.
collect_shards() {
    local folder name
    shards=()
    for folder in "$PG_STATE"/shards "$PG_STATE"/shards/*; do
        if [ ! -f "$folder/facts" ] || [ -L "$folder" ]; then
            continue
        fi
        for name in facts base.txt head.txt; do
            if [ ! -f "$folder/$name" ] || [ -L "$folder/$name" ]; then
                die "shard $(printable "${folder##*/}") has no $name"
            fi
        done
        shards+=("$folder")
    done
    [ ${#shards[@]} -gt 0 ] || die "no shard was found: did a job with mode: measure and shard: i/n run in this workflow?"
    for name in base-sha head-sha pull-sha; do
        for folder in "${shards[@]}"; do
            [ "$(shard_fact "$folder" "$name")" = "$(shard_fact "${shards[0]}" "$name")" ] ||
                die "shards measured different commits ($name): re-run all jobs, not only the failed ones"
        done
        [ "$name" = head-sha ] || output "$name" "$(shard_fact "${shards[0]}" "$name")"
        learn "$name" "$(shard_fact "${shards[0]}" "$name")"
    done
    [ -z "${GITHUB_SHA-}" ] || [ "$(fact head-sha)" = "$GITHUB_SHA" ] || message notice "the shards measured $(fact head-sha), this job runs for $GITHUB_SHA"
}

compare_shards() {
    local side status=0
    collect_shards
    mkdir -p "$recordings"
    for side in base head; do
        quietly "$program" merge --output="$recordings/$side.txt" "${shards[@]/%//$side.txt}" || die "the shards cannot be joined; the log says why"
    done
    make_policy
    learn strategy interleaved
    quietly "$program" compare "${policy[@]}" "${reports[@]}" "$recordings/base.txt" "$recordings/head.txt" || status=$?
    learn gate-exit "$status"
}

draw() {
    local name
    name=$(fact artifact-name)-flame.html
    [ -s "$recordings/base.pb.gz" ] && [ -s "$recordings/head.pb.gz" ] || return 0
    [ "$PG_IN_FLAMEGRAPH" = always ] || { [ "$PG_IN_FLAMEGRAPH" = on-regression ] && [ "$(report_word verdict)" = regression ]; } || return 0
    if "$program" flame "$recordings/base.pb.gz" "$recordings/head.pb.gz" -o "$PG_STATE/$name"; then
        cp "$PG_STATE/$name" "$PG_STATE/flame.html"
        output flame true
    else
        message warning "the flame graph could not be drawn"
    fi
}

# Stacks as text, for other tools; without paths and names of people.
fold() {
    local side
    for side in base head; do
        [ ! -s "$recordings/$side.pb.gz" ] || "$program" -q profile convert --to=folded "$recordings/$side.pb.gz" -o "$PG_STATE/$side.folded" ||
            message warning "the stacks of $side could not be written"
    done
}

# What a compiler can be fed with: the profile of head, without paths and names of people; or what perfgate pgo makes of it, while
# the program that was sampled is there (measure.sh), else by what the recording knows of its lines.
keep_profile() {
    local made=$PG_STATE/pgo-profile.pb.gz
    [ "$PG_IN_PGO_PROFILE" != false ] && [ -e "$PG_STATE/on-default-branch" ] || return 0
    if [ ! -s "$recordings/head.pb.gz" ]; then
        message warning "pgo-profile: head was not sampled (too short a run, or the machine refuses), so there is no profile"
    elif wants_compiler_profile; then
        made=$(compiler_profile)
        if [ -s "$made" ] || "$program" pgo --for="$PG_IN_PGO_PROFILE" -o "$made" "$recordings/head.txt" 2>"$PG_STATE/pgo.log"; then
            output pgo-profile "$made"
            output pgo-folder "${made%/*}"
        else
            message warning "pgo-profile: no profile for $PG_IN_PGO_PROFILE: $(tail -n 20 "$PG_STATE/pgo.log")"
        fi
    elif "$program" profile convert --to=pprof "$recordings/head.pb.gz" -o "$made"; then
        output pgo-profile "$made"
        output pgo-folder "$made"
    fi
}

if [ "$(fact mode)" = compare ]; then
    compare_shards
fi
draw
fold
keep_profile
