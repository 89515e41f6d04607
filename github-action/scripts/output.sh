#!/usr/bin/env bash
# Step outputs: values are made printable first, and several lines are fenced by a word that nobody can guess.

random_word() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# printable TEXT: one line of printable ASCII, at most 200 characters
printable() {
    local text=${1//[$'\t\r\n']/ }
    text=${text//[^ -~]/?}
    printf '%s\n' "${text:0:200}"
}

# output NAME VALUE: of one line
output() { output_lines "$1" "${2//[$'\r\n']/ }"; }

# output_lines NAME VALUE: of several
output_lines() {
    local fence
    fence=perfgate_$(random_word)
    printf '%s<<%s\n%s\n%s\n' "$1" "$fence" "$2" "$fence" >>"${GITHUB_OUTPUT:-/dev/null}"
}
