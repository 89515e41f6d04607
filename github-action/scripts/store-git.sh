#!/usr/bin/env bash
# The store `git`: a branch of data, `v1/MACHINE/COMMIT/` with the files of a perfgate store. No work tree is touched; a push
# says what it believes the branch to be (compare and swap), and is done again from the beginning when somebody was faster.
# One folder a commit, so nothing is ever merged.
#
# Sourced after store.sh. Environment: PG_IN_BASELINE_BRANCH; remote.sh's.
data_ref=refs/heads/${PG_IN_BASELINE_BRANCH:-perfgate-data}
data_tries=25
data_blob_limit=33554432
data_folder=v1/$fingerprint
[ "$(key_part)" = default ] || data_folder+=-$(key_part)

# Sets data (our repository) and data_old (the branch's commit, empty where there is none). False: cannot be known.
data_update() {
    local said
    data=$(own_repository data.git)
    data_old=
    said=$(remote_git "$data" ls-remote --quiet "$(remote_url)" "$data_ref" 2>"$PG_STATE/data.log") || return 1
    [ -n "$said" ] || return 0
    remote_git "$data" fetch -q --no-tags --depth=1 "$(remote_url)" "+$data_ref:refs/heads/data" 2>"$PG_STATE/data.log" || return 1
    data_old=$(git -C "$data" rev-parse refs/heads/data)
}

# data_list: blob, tab, path below data_folder of each entry's file; what is not one is passed over
data_list() {
    local mode type blob size path
    [ -n "$data_old" ] || return 0
    while read -r -d '' mode type blob size path; do
        path=${path#"$data_folder"/}
        if [ "$mode,$type" = 100644,blob ] && [ "$size" -le "$data_blob_limit" ] && [[ $path =~ ^[0-9a-z-]{1,100}/$entry_pattern$ ]]; then
            printf '%s\t%s\n' "$blob" "$path"
        fi
    done < <(git -C "$data" ls-tree -r -l -z "$data_old" -- "$data_folder/")
}

fetch_from_git() {
    local blob path file=$PG_STATE/data.blob
    data_update || { message notice "store git: $(printable "$(tail -n 1 "$PG_STATE/data.log")")" && return 1; }
    while IFS=$'\t' read -r blob path; do
        git -C "$data" cat-file blob "$blob" >"$file" && take_entry "$file" "${path#*/}"
    done < <(data_list)
    rm -f "$file"
}

# data_paths: the entry files of the store in the workspace, as they are called below data_folder
data_paths() {
    local file name commit
    while IFS= read -r file; do
        [[ $file =~ ^$entry_pattern$ ]] || continue
        name=${file#*/}
        commit=${name#*-}
        printf '%s\t%s\n' "${commit%%-*}/$file" "$store/$file"
    done < <(cd "$store" && find . -mindepth 2 -maxdepth 2 -type f ! -name '.*' -printf '%P\n' | sort)
}

# One attempt: everything of this machine in the branch becomes what the pruned store holds.
data_push() {
    local path file tree commit blob lines=$PG_STATE/data.lines index=$PG_STATE/data.index
    rm -f "$index"
    data_list | while IFS=$'\t' read -r _ path; do
        printf '0 %040d\t%s\n' 0 "$data_folder/$path"
    done >"$lines" || return 1
    while IFS=$'\t' read -r path file; do
        blob=$(git -C "$data" hash-object -w --no-filters -- "$PWD/$file") || return 1
        printf '100644 %s\t%s\n' "$blob" "$data_folder/$path" >>"$lines"
    done < <(data_paths)
    GIT_INDEX_FILE=$index git -C "$data" read-tree ${data_old:---empty} &&
        GIT_INDEX_FILE=$index git -C "$data" update-index --index-info <"$lines" &&
        tree=$(GIT_INDEX_FILE=$index git -C "$data" write-tree) &&
        commit=$(git -C "$data" -c user.name='github-actions[bot]' -c commit.gpgsign=false \
            -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
            commit-tree "$tree" ${data_old:+-p "$data_old"} -m "baseline of ${head:0:12} on ${fingerprint:0:8}") &&
        remote_git "$data" push -q --force-with-lease="$data_ref:$data_old" "$(remote_url)" "$commit:$data_ref" 2>"$PG_STATE/data.log"
}

# save_to_git: the store of the workspace, joined with what others have stored, pruned
save_to_git() {
    local try
    for ((try = 1; try <= data_tries; try++)); do
        if fetch_from_git && prune_store && data_push; then
            printf 'stored in %s, attempt %d\n' "${data_ref#refs/heads/}" "$try"
            return 0
        fi
        if grep -qiE 'protected branch|GH006|GH013|rule violations|permission .* denied|returned error: 403|authentication failed|could not read username' "$PG_STATE/data.log"; then
            message warning "the branch ${data_ref#refs/heads/} cannot be written: $(printable "$(grep -v '^$' "$PG_STATE/data.log" | head -n 3)"). The job needs 'permissions: contents: write', and no ruleset may forbid the branch"
            return 1
        fi
        # jitter, so that those who met once do not meet again
        sleep "$((RANDOM % (try < 10 ? try : 10))).$((RANDOM % 10))"
    done
    message warning "the branch ${data_ref#refs/heads/} could not be written in $data_tries attempts: $(printable "$(tail -n 1 "$PG_STATE/data.log")")"
    return 1
}
