#!/usr/bin/env bats
# The program's face: help, version, unknown words, and a stdout that cannot be written.

@test "help lists every command with its summary" {
    run "$PERFGATE" help
    [ "$status" -eq 0 ]
    [[ "$output" == *"Commands"* ]]
    [[ "$output" == *"help "* ]]
    [[ "$output" == *"1 regression"* ]]
    # Sentences: a capital letter, and no stop, which the manual page adds.
    summaries=$(sed -n '/^Commands/,/^$/s/^  [a-z-]*  *//p' <<<"$output")
    [ "$(grep -c '^[A-Z].*[a-z0-9/]$' <<<"$summaries")" -eq "$(wc -l <<<"$summaries")" ]
}

@test "no command is a usage error that says where to look" {
    run "$PERFGATE"
    [ "$status" -eq 2 ]
    [[ "$output" == *"'perfgate help' lists them"* ]]
}

@test "an unknown command and an unknown option are usage errors" {
    run "$PERFGATE" comparee
    [ "$status" -eq 2 ]
    [[ "$output" == *"'comparee' is not a command"* ]]
    run "$PERFGATE" --frobnicate help
    [ "$status" -eq 2 ]
    run "$PERFGATE" help --frobnicate
    [ "$status" -eq 2 ]
    run "$PERFGATE" -C /does/not/exist help
    [ "$status" -eq 2 ]
}

@test "every command explains itself within 80 columns" {
    [ -z "$("$PERFGATE" help | LC_ALL=C.UTF-8 awk 'length > 80')" ]
    for name in $("$PERFGATE" help --bash | cut -d: -f1 | cut -d' ' -f1 | uniq); do
        run "$PERFGATE" "$name" --help
        [ "$status" -eq 0 ]
        [[ "${lines[0]}" == "usage: perfgate $name"* ]]
        longest=$("$PERFGATE" help "$name" | LC_ALL=C.UTF-8 awk '{ if (length > most) most = length } END { print most + 0 }')
        [ "$longest" -le 80 ]
    done
}

@test "a stdout that cannot be written is exit 4" {
    run bash -c '"$PERFGATE" help > /dev/full'
    [ "$status" -eq 4 ]
    [[ "$output" == *"No space left"* ]]
    run bash -c '"$PERFGATE" --version >&-'
    [ "$status" -eq 4 ]
}
