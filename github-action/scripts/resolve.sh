#!/usr/bin/env bash
# Which two commits are compared: always a pair that git itself holds together, never one out of the event's payload and one out of
# the checkout. Facts base-sha, head-sha (both as checked out), pull-sha (what a person calls the head), skip.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=remote.sh
. "$scripts/remote.sh"
cd "${GITHUB_WORKSPACE:?}"

# fetch DEPTH REF
fetch() { remote_git "$PWD" fetch --quiet --no-tags --depth="$1" -- origin "$2" 2>"$PG_STATE/fetch.log"; }

commit() { git rev-parse --quiet --verify "$1^{commit}" 2>/dev/null; }

# the first parent, which a checkout of depth 1 does not have
parent() {
    commit "$1^1" || { fetch 2 "$1" && commit "$1^1"; }
}

# Deepens in steps until the two histories meet.
merge_base() {
    local depth
    for depth in 0 50 1000; do
        if [ "$depth" -gt 0 ]; then
            if fetch "$depth" "$head" && fetch "$depth" "$1"; then
                git update-ref refs/perfgate/other FETCH_HEAD
            fi
        fi
        if commit refs/perfgate/other >/dev/null || commit "origin/$1" >/dev/null; then
            git merge-base "$head" "$(commit refs/perfgate/other || commit "origin/$1")" 2>/dev/null && return 0
        fi
    done
    return 1
}

# A tag, branch or commit that may have to be fetched.
named() {
    local found
    for found in "$1" "origin/$1" "refs/tags/$1"; do
        commit "$found" && return 0
    done
    if fetch 1 "$1" || fetch 1 "refs/tags/$1"; then
        commit FETCH_HEAD && return 0
    fi
    return 1
}

is_merge() { git rev-parse --quiet --verify "$1^2" >/dev/null 2>&1; }

base_of_pull_request() {
    parent "$head" >/dev/null || true # so that a shallow merge commit shows that it is one
    if [ "$head" = "${GITHUB_SHA-}" ] || { is_merge "$head" && [ "$(commit "$head^2")" = "${PG_EVENT_HEAD_SHA-}" ]; }; then
        parent "$head"
    else
        merge_base "${PG_EVENT_BASE_REF:?}"
    fi
}

resolve_base() {
    case $PG_IN_COMPARE_WITH in
    merge-parent)
        case ${GITHUB_EVENT_NAME-} in
        pull_request) base_of_pull_request ;;
        merge_group) named "${PG_EVENT_MERGE_BASE:?}" ;;
        *) parent "$head" ;;
        esac
        ;;
    merge-base) merge_base "${PG_EVENT_BASE_REF:-${PG_DEFAULT_BRANCH:-main}}" ;;
    *) named "$PG_IN_COMPARE_WITH" ;;
    esac
}

# Nothing is to be measured when all that changed matches the globs of paths-ignore.
only_ignored() {
    local path glob matched any=false
    [ -n "${PG_IN_PATHS_IGNORE//[[:space:]]/}" ] || return 1
    while IFS= read -r -d '' path; do
        any=true matched=false
        while IFS= read -r glob; do
            glob=${glob#"${glob%%[![:space:]]*}"}
            # shellcheck disable=SC2053 # a glob
            if [ -n "$glob" ] && [[ $path == ${glob//'**'/'*'} || /$path == ${glob//'**'/'*'} ]]; then
                matched=true
            fi
        done <<<"$PG_IN_PATHS_IGNORE"
        [ "$matched" = true ] || return 1
    done < <(git diff --name-only --no-renames -z "$base" "$head")
    [ "$any" = true ]
}

mode=$(fact mode)
head=$(commit HEAD) || head=
base=
if [ "$mode" = compare ]; then
    head=${head:-${GITHUB_SHA-}} # which two were measured is said by the shards
elif [ -z "$head" ]; then
    die "there is no git checkout in the workspace; put actions/checkout before this action"
elif [ "$mode" = store ]; then
    base=$(parent "$head" || true) # for the keys only
elif ! base=$(resolve_base); then
    base=
    message warning "cannot find what to compare $head with (compare-with: $(printable "$PG_IN_COMPARE_WITH")): $(head -c 500 "$PG_STATE/fetch.log" 2>/dev/null || true)"
fi
if [ -n "$base" ] && only_ignored; then
    learn skip "only files of paths-ignore changed"
fi
if [ -n "$PG_IN_REFERENCE" ]; then
    learn reference "$(named "$PG_IN_REFERENCE" || true)"
fi
pull=$head
[ "${GITHUB_EVENT_NAME-}" != pull_request ] || pull=${PG_EVENT_HEAD_SHA:-$head}
learn base-sha "$base"
learn head-sha "$head"
learn pull-sha "$pull"
output base-sha "$base"
output head-sha "$pull"
printf 'base %s\nhead %s\n' "${base:-unknown}" "$head"
