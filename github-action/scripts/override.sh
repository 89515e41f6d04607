#!/usr/bin/env bash
# Has a maintainer accepted this regression? The label is read now and not from the event, whose payload a re-run repeats as it
# was. What cannot be read accepts nothing.
#
# Environment: PG_TOKEN, PG_PULL_NUMBER, PG_IN_OVERRIDE_LABEL (empty: nothing overrides), GITHUB_EVENT_NAME; api.sh's.
# Facts read: report.json (a regression can be accepted, and that benchmarks are gone). Facts written, if accepted: override-label,
# overridden-by.
# Outputs: overridden (true, false), overridden-by.
# shellcheck source=api.sh
. "$(dirname "${BASH_SOURCE[0]}")/api.sh"

label=${PG_IN_OVERRIDE_LABEL-}
number=${PG_PULL_NUMBER-}

not_overridden() {
    [ $# = 0 ] || message warning "$*: the regression is not overridden"
    output overridden false
    exit 0
}

# find_actor: into $actor, who put the label there that is there now
find_actor() {
    api_pages "issues/$number/timeline" '.[] | select((.event == "labeled" or .event == "unlabeled")
        and ((.label.name // "") | ascii_downcase) == ($wanted | ascii_downcase)) | {event, actor: (.actor.login // "")}' \
        --arg wanted "$label" || return 1
    actor=$(jq -rs 'last // {} | select(.event == "labeled") | .actor' "$api_list")
}

main() {
    local actor
    rm -f "$PG_STATE/override-label" "$PG_STATE/overridden-by"
    [ -n "$label" ] || not_overridden
    case ${GITHUB_EVENT_NAME-} in
    pull_request | workflow_run) ;;
    *) not_overridden ;;
    esac
    [[ $number =~ ^[1-9][0-9]*$ ]] || not_overridden
    api_ready || not_overridden "$api_problem"
    jq -e '.verdict == "regression" or (.verdict == "broken" and .reason == "missing-rows")' "$PG_STATE/report.json" >/dev/null 2>&1 || not_overridden
    api_pages "issues/$number/labels" '.[].name' || not_overridden "the labels cannot be read ($api_problem)"
    jq -es --arg wanted "$label" 'any(.[]; ascii_downcase == ($wanted | ascii_downcase))' "$api_list" >/dev/null || not_overridden
    find_actor || not_overridden "who set the label $(printable "$label") cannot be read ($api_problem)"
    [ -n "$actor" ] || not_overridden "nobody is known to have set the label $(printable "$label")"
    learn override-label "$label"
    learn overridden-by "$(printable "$actor")"
    output overridden true
    output overridden-by "$(printable "$actor")"
    message warning "the regression is accepted: $(printable "$actor") set the label $(printable "$label")"
}

main
