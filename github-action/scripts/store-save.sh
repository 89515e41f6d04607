#!/usr/bin/env bash
# Stores the recording of this commit, for what is built on it. Never from a pull request: whoever opens one could write what it
# is judged by.
#
# Environment: store.sh's and store-*.sh's; GITHUB_EVENT_NAME.
# Facts read: head-sha, verdict, saving, store-branch; recordings/head.txt (with head.pb.gz beside it).
# Outputs: baseline-saved (true, false); cache-key, or artifact-name: what a nested action is to save .perfgate/baseline under.
# shellcheck source=store.sh
. "$(dirname "${BASH_SOURCE[0]}")/store.sh"

head=$(fact head-sha)
recording=$PG_STATE/recordings/head.txt

prune_store() { "$program" -q baseline prune --store="$store" --keep="${PG_IN_BASELINE_HISTORY:-50}" >&2; }

nothing_saved() {
    output baseline-saved false
    message "$1" "no baseline was saved: $2"
    exit 0
}

# A regression on the default branch is what the next change starts from: kept as an accepted level.
save_recording() {
    local verdict options=(--store="$store" --branch="$branch" --commit="$head")
    verdict=$(fact verdict)
    case $verdict in
    pass | inconclusive) options+=(--verdict="$verdict") ;;
    regression | overridden) options+=(--verdict=regression --accept="it is on $branch (run ${GITHUB_RUN_ID:-unknown})") ;;
    esac
    "$program" baseline save "${options[@]}" -- "$recording"
}

case ${GITHUB_EVENT_NAME-} in
pull_request | pull_request_target | pull_request_review* | issue_comment | merge_group | workflow_run)
    nothing_saved notice "this is a run for ${GITHUB_EVENT_NAME}, which may not write what others are judged by"
    ;;
esac
[ "$(fact saving true)" = true ] || nothing_saved notice "input save-baseline says so"
[ -s "$recording" ] || nothing_saved warning "nothing was measured"
[[ $head =~ ^[0-9a-f]{40}$ ]] || nothing_saved warning "it is not known which commit was measured"
case $store_kind in
git | path)
    # shellcheck source=/dev/null
    . "$scripts/store-$store_kind.sh"
    ;;
esac
if [ "$store_kind" = path ] && ! one_recording; then
    store=${PG_IN_BASELINE_PATH}
fi
saved=$(save_recording) || nothing_saved warning "perfgate could not store it"
printf '%s\n' "$saved"
prune_store || nothing_saved warning "perfgate could not prune the store"
case $store_kind in
cache) output cache-key "$(cache_key "$head")" ;;
artifact) output artifact-name "$(artifact_key)" ;;
git | path) "save_to_$store_kind" || nothing_saved warning "see above" ;;
none) nothing_saved notice "input baseline-store is none" ;;
esac
output baseline-saved true
