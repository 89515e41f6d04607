#!/usr/bin/env bash
# The store `path`: a folder that is a perfgate store (synchronised with S3 or the like by steps of the user), or one recording.
#
# Sourced after store.sh. Environment: PG_IN_BASELINE_PATH, relative to the workspace.
baseline_path=${PG_IN_BASELINE_PATH:?}

# one_recording: is it a file rather than a folder?
one_recording() { [ -f "$baseline_path" ] || { [ ! -d "$baseline_path" ] && [[ $baseline_path == *.txt ]]; }; }

fetch_from_path() {
    if one_recording; then
        [ -e "$baseline_path" ] || return 1
        # what has no commit of its own comes before nothing, and is refused by that
        "$program" baseline save --store="$store" --branch="$branch" -- "$baseline_path" >&2
    elif [ -d "$baseline_path" ]; then
        store=$baseline_path
    else
        return 1
    fi
}

save_to_path() {
    if one_recording; then
        mkdir -p "$(dirname -- "$baseline_path")"
        # shellcheck disable=SC2154 # store-save.sh's
        "$program" baseline export --store="$store" --output="$baseline_path" "${saved##* }"
    fi
}
