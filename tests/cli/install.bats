#!/usr/bin/env bats
# What `make install` puts where, and that manual page and completion come from the program.
load helper

@test "install: program, library, manual page and completion, under DESTDIR and PREFIX only" {
    # MAKEFLAGS carries the flags of the running build, so that nothing is compiled again
    make -s -C "${root:?}" DESTDIR="$PWD/stage" PREFIX=/usr install >&2
    run find stage -type f
    [ "$(sort <<<"$output")" = "stage/usr/bin/perfgate
stage/usr/lib/perfgate/libperfgate-sampler.so
stage/usr/share/bash-completion/completions/perfgate
stage/usr/share/man/man1/perfgate.1" ]
    stage/usr/bin/perfgate --version
    stage/usr/bin/perfgate run --sampler preload -r 1 -w 0 -o out -- true
}

@test "manual page: every command has its section, and man finds no fault" {
    "$PERFGATE" help --man >perfgate.1
    while read -r name; do
        grep -q "^.SS \"perfgate $name" perfgate.1
    done < <("$PERFGATE" help --bash | cut -d: -f1)
    grep -q '^.SH EXIT STATUS' perfgate.1
    command -v groff >/dev/null || return 0
    run groff -man -Tutf8 -ww -z perfgate.1
    [ "$output" = "" ]
}

@test "completion: no blank between an option and its value" {
    command -v script >/dev/null || skip "no script"
    cat >rc <<R
source $root/gate/commands/perfgate.bash
perfgate() { if [ "\$1" = help ]; then "$PERFGATE" "\$@"; else echo "\$*" >typed; fi; }
PROMPT_COMMAND='echo >ready'
R
    {
        for ((i = 0; i < 100; i++)); do
            if [ -e ready ]; then break; fi
            sleep 0.1
        done
        sleep 0.2
        printf 'perfgate run --max-r\t9\nexit\n'
    } | script -qec "bash --rcfile $PWD/rc -i" /dev/null >screen
    cat screen
    [ "$(cat typed)" = "run --max-rounds=9" ]
}

@test "completion: commands, then the options of the command, and nothing after --" {
    source "$root/gate/commands/perfgate.bash"
    complete_at() {
        COMP_WORDS=("$PERFGATE" "$@")
        COMP_CWORD=$#
        _perfgate
    }
    complete_at hel
    [ "${COMPREPLY[*]}" = help ]
    complete_at help --m
    [ "${COMPREPLY[*]}" = --man ]
    complete_at baseline "fi"
    [ "${COMPREPLY[*]}" = find ]
    complete_at baseline find --hist
    [ "${COMPREPLY[*]}" = --history= ]
    complete_at -C . help --b
    [ "${COMPREPLY[*]}" = --bash ]
    complete_at help co
    [ "${COMPREPLY[*]}" = compare ]
    # Where an operand goes there are files, which bash adds when nothing is proposed.
    complete_at compare ""
    [ "${#COMPREPLY[@]}" -eq 0 ]
    complete_at help -- --m
    [ "${#COMPREPLY[@]}" -eq 0 ]
}
