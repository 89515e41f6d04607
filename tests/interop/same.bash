# Sourced by the scripts that compare perfgate with another tool, whose outputs stand in the files `ours` and `theirs`.
# shellcheck shell=bash
failed=0 passed=0
# same WHAT LEAST: theirs is ours, and has that many lines
same() {
    if [ "$(wc -l <theirs)" -ge "$2" ] && diff theirs ours >difference; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "differs: $1 ($(wc -l <theirs) lines there)"
        head -n 10 difference
    fi
}
