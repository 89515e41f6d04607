#!/usr/bin/env bash
# The store `artifact`. Any run of the repository can leave an artifact of any name, a fork's too: only those count that a push to
# the default branch left in this repository for a commit before the base.
#
# Sourced after store.sh. Environment: PG_REPOSITORY_ID, PG_DEFAULT_BRANCH; api.sh's. Saving is a nested actions/upload-artifact.
# shellcheck source=api.sh
. "$scripts/api.sh"
# shellcheck source=unpack.sh
. "$scripts/unpack.sh"
baseline_archive_limit=67108864
baseline_member_limit=33554432

# trusted_artifacts: lines of id and commit, nearest to the base first, into $PG_STATE/artifacts
trusted_artifacts() {
    local commit
    api_pages "actions/artifacts?name=$(artifact_key)" '.artifacts[] | select((.expired | not) and (.size_in_bytes <= $limit)
        and .workflow_run.repository_id == $id and .workflow_run.head_repository_id == $id and .workflow_run.head_branch == $default)
        | {id, run: .workflow_run.id, sha: .workflow_run.head_sha}' \
        --argjson id "${PG_REPOSITORY_ID:?}" --arg default "${PG_DEFAULT_BRANCH:-main}" --argjson limit "$baseline_archive_limit" || return 1
    cp "$api_list" "$PG_STATE/artifacts.all"
    while IFS= read -r commit; do
        jq -r --arg sha "$commit" 'select(.sha == $sha) | "\(.id) \(.run)"' "$PG_STATE/artifacts.all" | sort -rn
    done < <(ancestors "$history_limit") >"$PG_STATE/artifacts"
}

fetch_from_artifact() {
    local id run name
    [ -n "$base" ] || return 1
    api_ready && trusted_artifacts || return 1
    while read -r id run; do
        api GET "actions/runs/$run" || return 1
        [ "$(jq -r .event "$api_body")" = push ] || continue
        rm -rf "$PG_STATE/unpacked"
        if ! api_download "$id" "$PG_STATE/baseline.zip" "$baseline_archive_limit"; then
            message notice "store artifact: $api_problem"
        elif ! unpack "$PG_STATE/baseline.zip" "$PG_STATE/unpacked" "$entry_pattern" 1000 "$baseline_member_limit"; then
            message warning "store artifact: artifact $id is passed over: $unpack_problem"
        else
            while IFS= read -r -d '' name; do
                take_entry "$PG_STATE/unpacked/$name" "$name"
            done < <(find "$PG_STATE/unpacked" -type f -printf '%P\0')
            return 0
        fi
    done <"$PG_STATE/artifacts"
    api_problem="no artifact $(artifact_key) of ${PG_DEFAULT_BRANCH:-main} before ${base:0:12}"
    return 1
}
