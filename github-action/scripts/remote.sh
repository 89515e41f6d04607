#!/usr/bin/env bash
# git's way to the repository on GitHub: the token is in the environment of git alone, and goes to that server only.
# Environment: PG_TOKEN, GITHUB_SERVER_URL, GITHUB_WORKSPACE.

remote_url() { git -C "${GITHUB_WORKSPACE:?}" remote get-url origin; }

# remote_git FOLDER ARGUMENT…: git in a repository of ours
remote_git() {
    local folder=$1 server=${GITHUB_SERVER_URL:-https://github.com} basic=()
    shift
    # two such headers would be refused; actions/checkout may have left one
    if [ -n "${PG_TOKEN-}" ] && ! git -C "$folder" config --get-regexp '^http\..*extraheader$' >/dev/null; then
        basic=(GIT_CONFIG_COUNT=1 "GIT_CONFIG_KEY_0=http.$server/.extraheader"
            "GIT_CONFIG_VALUE_0=AUTHORIZATION: basic $(printf 'x-access-token:%s' "$PG_TOKEN" | base64 -w 0)")
    fi
    (
        [ ${#basic[@]} -eq 0 ] || export "${basic[@]}"
        export GIT_TERMINAL_PROMPT=0
        exec timeout 120 git -C "$folder" "$@"
    )
}

# own_repository NAME: an empty repository in PG_STATE, so that the one in the workspace stays as it is; its folder
own_repository() {
    [ -d "$PG_STATE/$1" ] || git init -q --bare "$PG_STATE/$1"
    printf '%s\n' "$PG_STATE/$1"
}
