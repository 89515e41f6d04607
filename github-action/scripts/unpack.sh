#!/usr/bin/env bash
# shellcheck disable=SC2034 # unpack_problem is for the caller
# A zip archive that a stranger made: nothing is written that was not listed, allowed and counted before, and no member says
# where it is written.

# unpack ARCHIVE FOLDER PATTERN COUNT MEMBER-LIMIT: puts members into FOLDER (which must not exist). Each name must match the
# extended regular expression PATTERN as a whole; at most COUNT members, each at most MEMBER-LIMIT bytes; no symlinks, folders,
# encryption, or names that come twice. False, and unpack_problem says why: nothing remains.
unpack() {
    local archive=$1 folder=$2 limit=$5 line name
    local -a names=()
    command -v zipinfo >/dev/null && command -v unzip >/dev/null || { unpack_problem="this machine has no unzip" && return 1; }
    unpack_problem="it is no zip archive that can be read"
    zipinfo -l "$archive" </dev/null >"$archive.list" 2>/dev/null || return 1
    while IFS= read -r line; do
        [[ $line =~ ^(Archive:|Zip\ file\ size:|[0-9]+\ files?,) ]] && continue
        if ! [[ $line =~ ^(-[^[:space:]]*)[[:space:]]+[0-9.]+[[:space:]]+[a-z0-9]+[[:space:]]+([0-9]+)[[:space:]]+[bt][-lxX][[:space:]]+[0-9]+[[:space:]]+[A-Za-z0-9]+[[:space:]]+[0-9A-Za-z-]+[[:space:]]+[0-9:]+[[:space:]](.*)$ ]]; then
            unpack_problem="it has a member that is no plain file: $(printable "$line")"
            return 1
        fi
        name=${BASH_REMATCH[3]}
        ((${#BASH_REMATCH[2]} <= 12 && BASH_REMATCH[2] <= limit)) || { unpack_problem="$(printable "$name") is over $limit bytes" && return 1; }
        [[ $name =~ ^($3)$ ]] || { unpack_problem="it has a member that does not belong there: $(printable "$name")" && return 1; }
        names+=("$name")
    done <"$archive.list"
    ((${#names[@]} > 0 && ${#names[@]} <= $4)) || { unpack_problem="it has ${#names[@]} members" && return 1; }
    [ -z "$(printf '%s\n' "${names[@]}" | sort | uniq -d)" ] || { unpack_problem="it has two members of one name" && return 1; }
    mkdir "$folder" || { unpack_problem="the folder cannot be made" && return 1; }
    for name in "${names[@]}"; do
        if ! unpack_member "$archive" "$name" "$folder/$name" "$limit"; then
            rm -rf "$folder"
            return 1
        fi
    done
}

# What a member really holds may differ from what the archive says of it: a byte over the limit ends it.
unpack_member() {
    local archive=$1 name=$2 file=$3 limit=$4 status
    case $name in */*) mkdir -p "${file%/*}" ;; esac
    set +o pipefail
    unzip -p "$archive" "$name" </dev/null 2>/dev/null | head -c "$((limit + 1))" >"$file"
    status=${PIPESTATUS[0]}
    set -o pipefail
    [ "$(stat -c %s "$file")" -le "$limit" ] || { unpack_problem="$(printable "$name") is over $limit bytes" && return 1; }
    [ "$status" -eq 0 ] || { unpack_problem="$(printable "$name") is damaged" && return 1; }
}
