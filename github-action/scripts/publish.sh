#!/usr/bin/env bash
# The trusted half of a comment on a fork's pull request: a job on workflow_run, with a token that may write and no code of the
# pull request. It believes the payload of workflow_run (GitHub's own words) and the API; the artifact is a stranger's. From that
# it takes numbers and names that perfgate's strict parser lets through, and has every word rendered anew.
#
# Environment: PG_TOKEN, PG_ARTIFACT (its name), GITHUB_EVENT_PATH, GITHUB_EVENT_NAME, PG_IN_OVERRIDE_LABEL; comment.sh's.
# Facts written: pull-sha, verdict, pull-number; report.json. Outputs: verdict, pull-number; comment.sh's.
# Exit: 0 also when there is nothing to say (no artifact, the pull request has moved on); 1 for an artifact that lies.
: "${PG_STATE:=${RUNNER_TEMP:?}/perfgate}"
mkdir -p "$PG_STATE"
# shellcheck source=api.sh
. "$(dirname "${BASH_SOURCE[0]}")/api.sh"
# shellcheck source=render.sh
. "$scripts/render.sh"
# shellcheck source=unpack.sh
. "$scripts/unpack.sh"

archive_limit=4194304
report_limit=16777216

done_quietly() {
    printf 'perfgate: nothing to publish: %s\n' "$*"
    exit 0
}

unknown() {
    message warning "nothing was published: $*"
    exit 0
}

refuse() { die "artifact $artifact of run $run is refused: $*"; }

payload() { jq -r ".workflow_run.$1 // empty" "$GITHUB_EVENT_PATH"; }

read_payload() {
    [ "${GITHUB_EVENT_NAME-}" = workflow_run ] || die "this action belongs into a workflow on workflow_run, this is ${GITHUB_EVENT_NAME-nothing}"
    run=$(payload id)
    head=$(payload head_sha)
    head_branch=$(payload head_branch)
    head_owner=$(payload head_repository.owner.login)
    head_repository=$(payload head_repository.id)
    repository=$(payload repository.id)
    [ "$(payload event)" = pull_request ] || done_quietly "that run was for $(printable "$(payload event)")"
    [[ $run =~ ^[0-9]+$ && $head =~ ^[0-9a-f]{40}$ && $head_repository =~ ^[0-9]+$ && $repository =~ ^[0-9]+$ ]] ||
        die "the payload of workflow_run lacks id, head_sha or repositories"
    [ -n "$head_branch" ] && [[ $head_owner =~ ^[A-Za-z0-9_-]+(\[bot\])?$ ]] || done_quietly "the branch or its owner is gone"
}

# The payload names no pull request of a fork, and commits of forks are not listed under their pull requests: the branch is looked
# up, and exactly one open pull request must have exactly this commit as its head now.
find_pull() {
    local query
    query=$(jq -nr --arg head "$head_owner:$head_branch" '$head | @uri')
    api_pages "pulls?state=open&head=$query" '.[] | select(.head.sha == $sha and .head.repo.id == $from and .base.repo.id == $to) | .number' \
        --arg sha "$head" --argjson from "$head_repository" --argjson to "$repository" || unknown "$api_problem"
    case $(wc -l <"$api_list") in
    0) done_quietly "no open pull request has $head as its head; it has moved on or is closed" ;;
    1) number=$(cat "$api_list") ;;
    *) unknown "several pull requests have $head as their head" ;;
    esac
}

fetch_report() {
    local digest got
    api_pages "actions/runs/$run/artifacts?name=$PG_ARTIFACT" \
        '.artifacts[] | select((.expired | not) and .name == $name) | {id, size_in_bytes, digest: (.digest // "")}' \
        --arg name "$PG_ARTIFACT" || unknown "$api_problem"
    jq -s 'max_by(.id) // empty' "$api_list" >"$PG_STATE/artifact.json"
    artifact=$(jq -r .id "$PG_STATE/artifact.json")
    [[ $artifact =~ ^[0-9]+$ ]] || done_quietly "run $run left no artifact $PG_ARTIFACT"
    jq -e --argjson limit "$archive_limit" '.size_in_bytes <= $limit' "$PG_STATE/artifact.json" >/dev/null || refuse "it is over $archive_limit bytes"
    api_download "$artifact" "$PG_STATE/artifact.zip" "$archive_limit" || unknown "$api_problem"
    digest=$(jq -r .digest "$PG_STATE/artifact.json")
    got=sha256:$(sha256sum "$PG_STATE/artifact.zip" | cut -d' ' -f1)
    [ -z "$digest" ] || [ "$digest" = "$got" ] || refuse "its digest is $got, GitHub says $digest"
    unpack "$PG_STATE/artifact.zip" "$PG_STATE/report" 'report\.json' 1 "$report_limit" || refuse "$unpack_problem"
    mv "$PG_STATE/report/report.json" "$PG_STATE/report.json"
}

# What perfgate makes of the report takes its place. One that cannot be read is rendered as broken; it is refused, not told.
check_report() {
    local file=$PG_STATE/checked.json facts='[.schema, .verdict, .exit_code, (.benchmarks | length)]'
    render_report --report json="$file" 2>"$PG_STATE/report.log" ||
        refuse "perfgate does not take its report.json: $(printable "$(tail -n 1 "$PG_STATE/report.log")")"
    [ "$(jq -c "$facts" "$PG_STATE/report.json" 2>/dev/null)" = "$(jq -c "$facts" "$file")" ] ||
        refuse "its report.json is no report: $(printable "$(tail -n 1 "$PG_STATE/report.log")")"
    mv "$file" "$PG_STATE/report.json"
}

# The verdict that the comment's policy asks for.
judge() {
    local said
    said=$(jq -r .verdict "$PG_STATE/report.json")
    PG_PULL_NUMBER=$number bash "$scripts/override.sh"
    [ ! -e "$PG_STATE/overridden-by" ] || said=overridden
    learn verdict "$said"
    output verdict "$said"
}

rm -rf "$PG_STATE/report" "$PG_STATE/report.json" "$PG_STATE/overridden-by"
[[ ${PG_ARTIFACT-} =~ ^[A-Za-z0-9_.-]{1,140}$ ]] || die "input artifact-name is '$(printable "${PG_ARTIFACT-}")'; expected letters, digits, '.', '_' and '-'"
api_ready || die "$api_problem"
read_payload
find_pull
fetch_report
learn pull-sha "$head"
learn pull-number "$number"
output pull-number "$number"
check_report
judge
# which looks at the head of the pull request again, directly before it writes
PG_PULL_NUMBER=$number PG_UNTRUSTED=true PG_ARTIFACT_URL='' PG_FLAMEGRAPH_URL='' bash "$scripts/comment.sh"
