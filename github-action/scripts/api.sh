#!/usr/bin/env bash
# GitHub's API for the scripts that source this: one request, all pages, a download. An answer that is an error is a fact
# (return 1, and api_problem says it); only the caller knows what it means.
#
# Environment: PG_TOKEN (goes to curl on stdin, never into arguments), GITHUB_API_URL, GITHUB_GRAPHQL_URL, GITHUB_REPOSITORY.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

api_tries=4
api_longest_pause=60
api_pages_limit=100
api_folder=
api_status=000

# api_ready: can anything be asked at all? Sets api_problem otherwise.
api_ready() {
    local tool
    for tool in curl jq; do
        command -v "$tool" >/dev/null || { api_problem="this machine has no $tool" && return 1; }
    done
    [[ ${PG_TOKEN-} =~ ^[!-~]+$ && ${PG_TOKEN-} != *[\"\\]* ]] || { api_problem="there is no token" && return 1; }
    [[ ${GITHUB_REPOSITORY-} =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]] || { api_problem="GITHUB_REPOSITORY names no repository" && return 1; }
    if [ -z "$api_folder" ]; then
        api_folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/perfgate-api.XXXXXX")
        trap 'rm -rf "$api_folder"' EXIT
    fi
    api_body=$api_folder/body
    api_headers=$api_folder/headers
    api_list=$api_folder/list
}

# api_header NAME: of the last answer
api_header() { sed -n "s/^$1: *//Ip" "$api_headers" | tr -d '\r' | tail -n 1; }

# A server that is busy or broken may do better in a moment; 403 will not.
api_may_repeat() {
    case $1,$2 in
    *,429) return 0 ;;
    GET,000 | GET,500 | GET,502 | GET,503 | GET,504) return 0 ;;
    PATCH,000 | PATCH,500 | PATCH,502 | PATCH,503 | PATCH,504) return 0 ;;
    *) return 1 ;; # what a POST that broke has done is for the caller to look up
    esac
}

# api_pause SECONDS: or what the server asks for
api_pause() {
    local pause
    pause=$(api_header retry-after)
    [[ $pause =~ ^[0-9]{1,6}$ ]] || pause=$1
    ((10#$pause <= api_longest_pause)) || pause=$api_longest_pause
    sleep "$pause"
}

# api METHOD PATH [FILE]: PATH is of the repository, or an address; FILE is the JSON to send. True for 2xx; $api_body is then a
# file. Sets api_status.
api() {
    local method=$1 address=$2 try pause=1
    local -a send=()
    [[ $address == http*://* ]] || address=${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY/$address
    [ $# -lt 3 ] || send=(--header 'Content-Type: application/json' --data-binary "@$3")
    for ((try = 1; ; try++)); do
        : >"$api_headers"
        : >"$api_body"
        api_status=$(printf 'header = "Authorization: Bearer %s"\n' "$PG_TOKEN" |
            curl --config - --silent --request "$method" --dump-header "$api_headers" --output "$api_body" --write-out '%{http_code}' \
                --connect-timeout 10 --max-time 60 --max-filesize 33554432 --proto '=http,https' \
                --header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28' \
                --header 'User-Agent: perfgate' "${send[@]}" -- "$address") || api_status=000
        [[ $api_status != 2?? ]] || return 0
        if [ "$try" -ge "$api_tries" ] || ! api_may_repeat "$method" "$api_status"; then
            break
        fi
        api_pause "$pause"
        pause=$((pause * 2))
    done
    api_problem="$method ${address#*://*/}: $api_status"
    [ "$api_status" != 000 ] || api_problem="$method ${address#*://*/}: no answer"
    api_problem+=$(jq -r 'if type == "object" and (.message | type) == "string" then ", " + .message else "" end' "$api_body" 2>/dev/null || true)
    api_problem=$(printable "$api_problem")
    return 1
}

# api_pages PATH FILTER [JQ ARGUMENT…]: what FILTER makes of each page, one JSON value a line, in the file $api_list; false unless
# all pages came
api_pages() {
    local path=$1 filter=$2 join='?' page
    shift 2
    [[ $path != *\?* ]] || join='&'
    : >"$api_list"
    for ((page = 1; page <= api_pages_limit; page++)); do
        api GET "$path${join}per_page=100&page=$page" || return 1
        jq -c "$@" "$filter" "$api_body" >>"$api_list" 2>/dev/null ||
            { api_problem="GET $path: not what was expected" && return 1; }
        [[ $(api_header link) == *'rel="next"'* ]] || return 0
    done
    api_problem="GET $path: over $api_pages_limit pages"
    return 1
}

# api_login: who the token speaks for, into $api_login
api_login() {
    printf '{"query":"query { viewer { login } }"}' >"$api_folder/query"
    api POST "${GITHUB_GRAPHQL_URL:-https://api.github.com/graphql}" "$api_folder/query" ||
        api POST "${GITHUB_GRAPHQL_URL:-https://api.github.com/graphql}" "$api_folder/query" || return 1
    api_login=$(jq -r '.data.viewer.login // empty' "$api_body")
    [ -n "$api_login" ] || { api_problem="the token does not say whose it is" && return 1; }
}

# api_download ID FILE LIMIT: the archive of an artifact, at most LIMIT bytes. The address that GitHub sends us to belongs to
# somebody else: it does not get the token.
api_download() {
    local address
    api GET "actions/artifacts/$1/zip" || true
    address=$(api_header location)
    if [ "$api_status" != 302 ] || [[ $address != http*://* ]]; then
        return 1
    fi
    printf 'url = "%s"\n' "${address//[\"\\]/}" |
        curl --config - --silent --fail --connect-timeout 10 --max-time 120 --retry 3 --proto '=http,https' --max-filesize "$3" |
        head -c "$(($3 + 1))" >"$2" || { api_problem="artifact $1 could not be downloaded" && return 1; }
    [ "$(stat -c %s "$2")" -le "$3" ] || { api_problem="artifact $1 is over $3 bytes" && return 1; }
}
