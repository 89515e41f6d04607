#!/usr/bin/env bats
# The house itself: the tally of tests, the rule of layers and the installation of packages must be able to say no.
load helper

tap() { # tap NAME LINE…: a test program that prints these lines of TAP
    printf '#!/bin/sh\n' >"$1"
    printf 'echo "%s"\n' "${@:2}" >>"$1"
    chmod +x "$1"
}

@test "tally: what passes, what is skipped and why" {
    tap good.t "1..2" "ok 1 - a" "ok 2 - b # SKIP no counters here"
    tap all.t "1..0 # SKIP no valgrind"
    run "${root:?}/tests/tally.pl" ./good.t ./all.t
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "1 passed, 0 failed, 2 skipped" ]
    [[ "$output" == *"skipped: ./good.t: b: no counters here"* ]]
    [[ "$output" == *"skipped: ./all.t: no valgrind"* ]]
}

@test "tally: a crash, a short plan, a bad exit, a file without tests and no file at all fail" {
    tap crash.t "1..1" "ok 1" && echo 'kill -SEGV $$' >>crash.t
    tap short.t "1..2" "ok 1"
    tap exits.t "1..1" "ok 1" && echo 'exit 99' >>exits.t
    tap none.t "1..0"
    tap silent.t ""
    tap red.t "1..2" "ok 1" "not ok 2 - wrong" "# because"
    for file in crash short exits none silent red; do
        run "$root/tests/tally.pl" "./$file.t"
        [ "$status" -eq 1 ]
        [[ "${lines[-1]}" == *" passed, 1 failed" ]]
    done
    [[ "$output" == *"# because"* ]]
    run "$root/tests/tally.pl"
    [ "$status" -eq 1 ]
    [ "$output" = "0 passed, 0 failed" ]
}

@test "layers: the tree keeps to the list, and an arrow upwards is named" {
    cp "$root/tests/layers.txt" "$root/tests/layers.awk" .
    mkdir -p stats gate/compare gate/odd
    echo '#include "runners/base/arena.h"' >stats/a.c
    printf '%s\n' '#include "stats/welch.h"' '#include "gate/report/report.h"' '#include <popt.h>' '#include "x.h"' >gate/compare/b.c
    touch gate/odd/c.c
    echo >gate/odd/c.c
    run awk -f layers.awk layers.txt stats/a.c gate/compare/b.c gate/odd/c.c
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 5 ]
    [ "${lines[0]}" = 'stats/a.c:1: stats may not include runners/base ("runners/base/arena.h")' ]
    [[ "${lines[1]}" == "gate/compare/b.c:2: gate/compare may not include gate/report"* ]]
    [[ "${lines[2]}" == "gate/compare/b.c:3: only"*"may include <popt.h>" ]]
    [[ "${lines[3]}" == "gate/compare/b.c:4:"*"not written from the root" ]]
    [ "${lines[4]}" = "gate/odd/c.c:1: room 'gate/odd' is not in layers.txt" ]
    cd "$root"
    mapfile -t sources < <(find stats runners gate tests fixtures -name '*.[ch]')
    run awk -f tests/layers.awk tests/layers.txt "${sources[@]}"
    [ "$output" = "" ]
    [ "$status" -eq 0 ]
}

stub() { # stub NAME BODY: a program of that name, which notes its call
    printf '#!/bin/sh\necho "%s $*" >>"%s/calls"\n%s\n' "$1" "$PWD" "$2" >"bin/$1"
    chmod +x "bin/$1"
}

@test "deps: nothing is called when all is there" {
    mkdir bin
    for name in cc pkg-config protoc-c bats prove git python3 id; do stub "$name" "exit 0"; done
    stub apt-get "exit 1"
    PATH=$PWD/bin run "$(command -v sh)" "$root/tests/deps.sh"
    [ "$status" -eq 0 ]
    [ "$output" = "" ]
    run grep apt-get calls
    [ "$output" = "" ]
}

@test "deps: names the packages where there is no apt-get, and where nobody may install" {
    mkdir bin
    stub pkg-config '[ "$2" != gsl ]'
    for name in cc protoc-c prove git python3; do stub "$name" "exit 0"; done
    PATH=$PWD/bin run "$(command -v sh)" "$root/tests/deps.sh"
    [ "$status" -eq 1 ]
    [[ "$output" == *"no apt-get here"*": libgsl-dev bats" ]]
    stub apt-get "exit 0"
    stub id "echo 1000"
    PATH=$PWD/bin run "$(command -v sh)" "$root/tests/deps.sh"
    [ "$status" -eq 1 ]
    [[ "$output" == *"neither root nor sudo"*": libgsl-dev bats" ]]
    PATH=$PWD/bin run "$(command -v sh)" "$root/tests/deps.sh" --check
    [ "$status" -eq 1 ]
    [[ "$output" == *"missing to build: libgsl-dev (\`make deps\` installs them)" ]]
}

@test "deps: updates the lists once when they do not know a package, installs through sudo, and looks again" {
    mkdir bin
    stub pkg-config "[ \"\$2\" != gsl ] || [ -e '$PWD/installed' ]"
    for name in cc protoc-c prove git bats python3; do stub "$name" "exit 0"; done
    stub id "echo 1000"
    stub apt-cache "exit 100"
    stub env 'while case $1 in *=*) true ;; *) false ;; esac; do shift; done; exec "$@"'
    stub sudo 'exec "$@"'
    stub apt-get "case \"\$*\" in *install*) : >'$PWD/installed' ;; esac"
    PATH=$PWD/bin run "$(command -v sh)" "$root/tests/deps.sh"
    [ "$status" -eq 0 ]
    [ "$output" = "perfgate: installing libgsl-dev" ]
    [ "$(grep -c '^apt-get .*update' calls)" -eq 1 ]
    [ "$(grep -c '^apt-get .*install -y --no-install-recommends libgsl-dev' calls)" -eq 1 ]
    [ "$(grep -c '^sudo env DEBIAN_FRONTEND=noninteractive apt-get' calls)" -eq 2 ]
    # an installation that changes nothing is not success
    rm installed
    stub apt-get "exit 0"
    PATH=$PWD/bin run "$(command -v sh)" "$root/tests/deps.sh"
    [ "$status" -eq 1 ]
    [[ "$output" == *"still missing after the installation: libgsl-dev" ]]
}

@test "make help names every target with what it does, and make needs no tool to say so" {
    mkdir bin
    for name in make awk sh; do ln -s "$(command -v "$name")" "bin/$name"; done
    PATH=$PWD/bin run make -s --no-print-directory -C "$root" help
    [ "$status" -eq 0 ]
    for target in all deps demo test check-asan coverage bench bench-deps bench-verdict golden layers lint format \
        fuzz-NAME install clean help; do
        [[ "$output" == *"  make $target "*[a-z]* ]]
    done
    [[ "$output" != *"not found"* ]]
}

@test "make bench-deps takes the FlameGraph scripts from a folder, or says where to get them" {
    mkdir scripts
    export PEERS=$PWD/peers FLAMEGRAPH=scripts
    run sh "$root/tests/peers.sh" flamegraph
    [ "$status" -eq 1 ]
    [[ "$output" == "bench: there is no scripts/flamegraph.pl. Get https://"*" make bench-deps FLAMEGRAPH=FOLDER" ]]
    for name in flamegraph stackcollapse-perf; do printf '#!/bin/sh\necho %s\n' $name >scripts/$name.pl && chmod +x scripts/$name.pl; done
    run sh "$root/tests/peers.sh" flamegraph
    [ "$status" -eq 0 ]
    [ "$(peers/flamegraph.pl)" = flamegraph ]
    [ "$(peers/stackcollapse-perf.pl)" = stackcollapse-perf ]
    run sh "$root/tests/peers.sh" nothing
    [ "$status" -eq 2 ]
}
