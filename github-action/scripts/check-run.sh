#!/usr/bin/env bash
# A check run of its own, for those who want one beside the job: made when the verdict is known and complete from the first
# moment, so that none is left pending.
#
# Environment: PG_TOKEN, PG_IN_CHECK_RUN (its name; empty: none); api.sh's and render.sh's.
# Facts read: pull-sha, verdict, fails (why the gate will fail; empty: it will not), and render.sh's. Output: check-run-url. Never fails for what GitHub says.
# shellcheck source=render.sh
. "$(dirname "${BASH_SOURCE[0]}")/render.sh"
# shellcheck source=api.sh
. "$scripts/api.sh"

conclusion() {
    [ -z "$(fact fails)" ] || { echo failure && return; }
    case $1 in
    pass | overridden | measured) echo success ;;
    *) echo neutral ;;
    esac
}

give_up() {
    message warning "no check run was written: $1"
    exit 0
}

main() {
    local head verdict
    [ -n "${PG_IN_CHECK_RUN-}" ] || exit 0
    head=$(fact pull-sha)
    verdict=$(fact verdict broken)
    [[ $head =~ ^[0-9a-f]{40}$ ]] || give_up "it is not known which commit was measured"
    api_ready || give_up "$api_problem"
    render comment "$PG_STATE/check-run.md" || render_without comment >"$PG_STATE/check-run.md"
    jq -Rs --arg name "$PG_IN_CHECK_RUN" --arg head "$head" --arg conclusion "$(conclusion "$verdict")" --arg verdict "$verdict" \
        '{name: $name, head_sha: $head, status: "completed", conclusion: $conclusion,
        output: {title: ("perfgate: " + $verdict), summary: .}}' \
        "$PG_STATE/check-run.md" >"$api_folder/check-run.json"
    if ! api POST check-runs "$api_folder/check-run.json"; then
        case $api_status in
        401 | 403 | 404) give_up "the token may not ($api_problem); the job needs 'permissions: checks: write'" ;;
        esac
        api POST check-runs "$api_folder/check-run.json" || give_up "$api_problem"
    fi
    output check-run-url "$(jq -r '.html_url // empty' "$api_body")"
}

main
