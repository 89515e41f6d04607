#!/usr/bin/env bash
# What the scripts of the stores share: where recordings lie in the workspace, under which names they are stored elsewhere, and
# what came before the base. Which of them is the baseline is perfgate's business (perfgate baseline find).
#
# Environment: GITHUB_WORKSPACE, PG_IN_BASELINE_STORE, PG_IN_BASELINE_PATH, PG_IN_BASELINE_KEY, PG_IN_BASELINE_HISTORY,
#   PG_DEFAULT_BRANCH; remote.sh's.
# Facts read: program, fingerprint, base-sha.
# shellcheck disable=SC2034 # others use it
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=remote.sh
. "$scripts/remote.sh"
cd "${GITHUB_WORKSPACE:?}"

history_limit=60
store_kind=${PG_IN_BASELINE_STORE:-cache}
# name of the branch in the store
branch=$(fact store-branch main)
program=$(fact program perfgate)
fingerprint=$(fact fingerprint)
base=$(fact base-sha)
# One spelling: GitHub's cache takes another one for another entry.
store=.perfgate/baseline
# An entry's file below a store (gate/baseline/store.h), and nothing else that a stranger might call a file.
entry_pattern='[A-Za-z0-9_%-][A-Za-z0-9_%.-]{0,239}/[0-9]{8}T[0-9]{6}Z-[0-9a-z-]{1,160}(\.[0-9]{1,4})?\.(txt|pb\.gz|accepted)'

[[ $fingerprint =~ ^[0-9a-f]{8,64}$ ]] || die "it is not known which machine this is (fact fingerprint)"

# The caller's part of all names: what is too long or odd keeps a part and gets a hash, so that different texts stay different.
key_part() {
    local text=${PG_IN_BASELINE_KEY-} plain
    plain=$(printf '%s' "$text" | tr -c 'A-Za-z0-9_.\n' _ | tr -d '\n')
    if [ "$plain" != "$text" ] || [ ${#plain} -gt 64 ]; then
        plain=${plain:0:40}_$(printf '%s' "$text" | sha256sum | cut -c1-12)
    fi
    printf '%s\n' "${plain:-default}"
}

# machine_part: of names of artifacts and cache entries
machine_part() { printf '%s-%s\n' "${fingerprint:0:8}" "$(key_part)"; }

cache_key() { printf 'perfgate1-%s-%s-%s-%s\n' "$(uname -s)" "$(uname -m)" "$(machine_part)" "$1"; }
artifact_key() { printf 'perfgate-baseline-%s\n' "$(machine_part)"; }

# history_folder: a repository that knows what came before the base: the workspace's, unless it is shallow
history_folder() {
    local own
    if [ "$(git rev-parse --is-shallow-repository 2>/dev/null)" = false ] && git cat-file -e "$base^{commit}" 2>/dev/null; then
        git rev-parse --absolute-git-dir
        return
    fi
    own=$(own_repository history.git)
    git -C "$own" cat-file -e "$base^{commit}" 2>/dev/null ||
        { remote_git "$own" fetch -q --no-tags --depth="$history_limit" --filter=tree:0 "$(remote_url)" "$base" >&2 &&
            git -C "$own" update-ref --no-deref HEAD "$base"; } || return 1
    printf '%s\n' "$own"
}

# ancestors N: base and what it came from, first parents only, nearest first
ancestors() {
    local folder
    folder=$(history_folder) || return 1
    git --git-dir="$folder" rev-list --first-parent --max-count="$1" "$base" --
}

# find_baseline: paths of the baseline of base, oldest first, into the fact `baseline`; false when there is none. What does not
# come before the base, or is of another machine, is refused by perfgate.
find_baseline() {
    local folder name machine=$fingerprint
    [ "${PG_IN_ALLOW_CROSS_MACHINE-}" != true ] || machine=any
    rm -f "$PG_STATE/baseline"
    [ -n "$base" ] && [ -d "$store" ] && folder=$(history_folder) || return 1
    for name in "$store"/*/; do
        name=$(basename "$name")
        GIT_DIR=$folder "$program" baseline find --store="$store" --branch="$name" --commit="$base" --fingerprint="$machine" \
            --history="${PG_IN_BASELINE_HISTORY:-50}" >"$PG_STATE/baseline.found" || continue
        sed "s|^\([^/]\)|$PWD/\1|" "$PG_STATE/baseline.found" >"$PG_STATE/baseline"
        [ ! -s "$PG_STATE/baseline" ] || return 0
    done
    return 1
}

# deepen_workspace FILE: perfgate gate asks the workspace's history about this baseline
deepen_workspace() {
    local commit depth
    commit=${1##*/}
    commit=${commit#*-} && commit=${commit%%-*}
    [ "$(git rev-parse --is-shallow-repository)" = true ] && ! git merge-base --is-ancestor "$commit" "$base" 2>/dev/null || return 0
    depth=$(ancestors "$history_limit" | awk -v want="$commit" '$0 == want { print NR }')
    remote_git "$PWD" fetch -q --no-tags --depth="$((${depth:-$history_limit} + 1))" origin "$base" >&2 ||
        message notice "the history between $commit and the base could not be fetched"
}

# take_entry FILE NAME: adds BRANCH/FILE… to the store unless it is there
take_entry() {
    mkdir -p "$store/${2%/*}"
    [ -e "$store/$2" ] || mv -n "$1" "$store/$2"
}
