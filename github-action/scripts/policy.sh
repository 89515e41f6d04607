#!/usr/bin/env bash
# What the inputs demand, as options of perfgate; for measure.sh and compare.sh.

# given INPUT DEFAULT: whether the caller said something; with a configuration, what is at its default is left to it
given() {
    local name=PG_IN_$1
    [ -z "${PG_IN_CONFIG-}" ] || [ "${!name}" != "$2" ]
}

# The units that decide, as globs.
units() {
    local line
    while IFS= read -r line; do
        line=${line//[[:space:]]/}
        case $line in
        '') ;;
        time) printf 'sec/op\n' ;;
        cpu-time) printf 'cpu-sec/op\n' ;;
        instructions) printf 'instructions/op\n' ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <<<"${PG_IN_METRIC//,/$'\n'}"
}

# policy: fills the array `policy`
make_policy() {
    local unit
    policy=()
    ! given THRESHOLD 5 || policy+=(--threshold="${PG_IN_THRESHOLD%\%}%")
    ! given ALPHA 0.05 || policy+=(--alpha="$PG_IN_ALPHA")
    if given METRIC time; then
        policy+=(--rule='*:*:gate=no')
        while IFS= read -r unit; do
            policy+=(--rule="*:$unit:gate=yes")
            [ "$unit" != sec/op ] || policy+=(--rule="process/*:$unit:gate=no")
        done < <(units)
    fi
}

# Where every report of a comparison goes.
# shellcheck disable=SC2034 # for who includes this
reports=(--report "json=$PG_STATE/report.json" --report "markdown=$PG_STATE/report.md" --report "html=$PG_STATE/report.html")
