#!/usr/bin/env bash
# Keeps one comment on the pull request up to date: found by its hidden first line and by who wrote it, changed in place,
# written again only when it is gone. What it says is made by perfgate.
#
# Environment: PG_TOKEN, PG_PULL_NUMBER, PG_IN_COMMENT (always, auto, on-change, never), PG_IN_COMMENT_KEY; api.sh's; links:
#   PG_ARTIFACT_URL, PG_FLAMEGRAPH_URL (render.sh's).
# Facts read: pull-sha (the pull request's head that was measured), verdict, and render.sh's. Writes: comment.md.
# Outputs: comment-url; publish=true where the token may not write (a fork: the publish action takes over).
# Never fails for what GitHub says: a comment is a courtesy, the exit status of the gate is the verdict.
# shellcheck source=render.sh
. "$(dirname "${BASH_SOURCE[0]}")/render.sh"
# shellcheck source=api.sh
. "$scripts/api.sh"

policy=${PG_IN_COMMENT:-auto}
number=${PG_PULL_NUMBER-}

give_up() {
    message "$1" "no comment was written: $2"
    exit 0
}

# A comment about a commit that is no longer the head would be read as if it were about the head.
see_that_head_is_current() {
    api GET "pulls/$number" || refused
    [ "$(jq -r '.head.sha // empty' "$api_body")" = "$head" ] ||
        give_up notice "the pull request has moved on from ${head:0:12}; its newer run will comment"
}

# own_comments MARKER: into $api_list, oldest first. Anybody can write the marker; who wrote it is known from the login alone.
own_comments() {
    api_pages "issues/$number/comments" '.[] | select(
        .user.login == $login
        and ((.body | type) == "string" and (.body | gsub("\r"; "") | . == $marker or startswith($marker + "\n")))) | .id' \
        --arg marker "$1" --arg login "$api_login" || return 1
    sort -n -o "$api_list" "$api_list"
}

# Is there anything to say to somebody who has no comment yet?
worth_a_comment() {
    local verdict
    verdict=$(fact verdict broken)
    case $policy,$verdict in
    always,* | *,regression | *,overridden) return 0 ;;
    esac
    [ "$(jq '(.gated_counts // .counts) | (.regressed // 0) + (.improved // 0)' "$PG_STATE/report.json" 2>/dev/null || echo 0)" = 0 ] || return 0
    [ "$policy" = auto ] && [ "$verdict" != pass ]
}

# write_comment ID: changes that one, or without an ID makes one
write_comment() {
    jq -Rs '{body: .}' "$PG_STATE/comment.md" >"$api_folder/comment.json"
    if [ -n "${1-}" ]; then
        api PATCH "issues/comments/$1" "$api_folder/comment.json"
    else
        api POST "issues/$number/comments" "$api_folder/comment.json"
    fi
}

refused() {
    case $api_status in
    401 | 403 | 404)
        [ ! -s "$PG_STATE/report.json" ] || output publish true
        give_up warning "the token may not ($api_problem). On a pull request of a fork that is as it should be: the publish action comments there. Elsewhere the job needs 'permissions: pull-requests: write'"
        ;;
    *) give_up warning "$api_problem" ;;
    esac
}

main() {
    local marker try id mine=()
    [ "$policy" != never ] || exit 0
    [[ $number =~ ^[1-9][0-9]*$ ]] || give_up notice "this is no pull request"
    head=$(fact pull-sha)
    [[ $head =~ ^[0-9a-f]{40}$ ]] || give_up warning "it is not known which commit was measured"
    api_ready || give_up warning "$api_problem"
    render comment "$PG_STATE/comment.md" || give_up warning "perfgate could not render the report"
    marker=$(head -n 1 "$PG_STATE/comment.md")
    [[ $marker == '<!-- perfgate:'*'-->' ]] || give_up warning "the text has no marker to find it by"
    api_login || refused
    for try in 1 2 3; do
        own_comments "$marker" || refused
        mapfile -t mine <"$api_list"
        [ ${#mine[@]} -gt 0 ] || worth_a_comment || exit 0
        see_that_head_is_current
        if write_comment "${mine[0]-}"; then
            output comment-url "$(jq -r '.html_url // empty' "$api_body")"
            break
        fi
        # it may have been written all the same, or be gone meanwhile: look again
        [[ $try -lt 3 && ($api_status = 000 || $api_status = 404 || $api_status = 5??) ]] || refused
    done
    for id in "${mine[@]:1}"; do
        api DELETE "issues/comments/$id" || message notice "a second comment stays: $api_problem"
    done
}

main
