#!/usr/bin/env bash
# What every script here begins with: the folder of facts, messages to the log, and step outputs.
# A fact is one small file of PG_STATE; a script that needs one reads it with `fact`.
set -euo pipefail
export LC_ALL=C
exec 3>&1 # where the runner reads commands, also from within $(…); code that is measured does not get it
: "${PG_STATE:=${RUNNER_TEMP:?}/perfgate}"
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=output.sh
. "$scripts/output.sh"

# fact NAME [OTHERWISE]: what is known
fact() {
    if [ -e "$PG_STATE/$1" ]; then
        cat "$PG_STATE/$1"
    else
        printf '%s\n' "${2-}"
    fi
}

# learn NAME VALUE
learn() { printf '%s\n' "$2" >"$PG_STATE/$1"; }

# message LEVEL TEXT…: an annotation (notice, warning, error) whose text may be anything
message() {
    local level=$1 text
    shift
    text=${*//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    printf '::%s title=perfgate::%s\n' "$level" "${text:0:4000}" >&3
}

die() {
    message error "$@"
    exit 1
}

# quietly COMMAND…: replays its output under stop-commands, so that nothing it prints is taken for a command of the workflow
quietly() {
    local token status=0
    token=$(random_word)
    printf '::stop-commands::%s\n' "$token"
    "$@" 2>&1 3>&- || status=$?
    printf '\n::%s::\n' "$token"
    return "$status"
}

# tokenless COMMAND…: without what could speak for the workflow, or write into it
tokenless() {
    local name without=()
    while IFS= read -r name; do
        without+=(-u "$name")
    done < <(compgen -e | grep -E '^(PG_|INPUT_|ACTIONS_)|(^|_)(TOKEN|SECRET|PASSWORD)($|_)|^GITHUB_(ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$')
    env "${without[@]}" "$@" 3>&-
}

# wants_compiler_profile: was a compiler's own format asked for, and is this where profiles are kept?
wants_compiler_profile() {
    [[ $PG_IN_PGO_PROFILE =~ ^(go|clang|gcc|bolt)$ ]] && [ -e "$PG_STATE/on-default-branch" ]
}

# compiler_profile: where it is written, in a folder of its own with its sidecar
compiler_profile() {
    local name=perfgate.$PG_IN_PGO_PROFILE
    [ "$PG_IN_PGO_PROFILE" != go ] || name=default.pgo
    mkdir -p "$PG_STATE/pgo"
    printf '%s\n' "$PG_STATE/pgo/$name"
}
