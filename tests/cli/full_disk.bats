#!/usr/bin/env bats
# A disk that is full from the n-th call on, for every n: the answer is 4 or the full result, and never half a file.
load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    printf '#!/bin/sh\necho "BenchmarkParse 100 1200 ns/op"\n' >bench
    chmod +x bench
    for round in 1 2 3 4 5 6; do
        echo "BenchmarkParse 100 12${round}0 ns/op" >>old.bench
        echo "BenchmarkParse 100 24${round}0 ns/op" >>new.bench
    done
}

# leftovers: is there a temporary file of an output?
leftovers() { find . -name '.*.??????' -type f | grep -v '^\./\.failing'; }

whole_recording() { # whole_recording FILE: it is all there or not at all
    [ ! -e "$1" ] || { [ "$(head -c 22 "$1")" = "# perfgate recording: " ] && tail -n 1 "$1" | grep -q '^# perfgate end: '; }
}

@test "run: the recording is whole, or there is none, and exit 0 means that there is one" {
    recorded() {
        whole_recording out.txt && [ -z "$(leftovers)" ] && { [ "$1" -ne 0 ] || [ -e out.txt ]; }
        local good=$?
        rm -f out.txt
        return $good
    }
    each_io_failure recorded "$PERFGATE" run --rounds 2 --counters off -o out -- ./bench
}

@test "run: a recording that was there stays until the new one is whole" {
    "$PERFGATE" run --rounds 2 --counters off -o out -- ./bench
    cp out.txt before.txt
    kept() { # the old bytes, or a new recording
        whole_recording out.txt && [ -e out.txt ] && { [ "$1" -ne 4 ] || [ "$kind" = close ] || [ "$kind" = write ] || cmp -s out.txt before.txt; } || return 1
        cp before.txt out.txt
    }
    each_io_failure kept "$PERFGATE" run --rounds 2 --counters off -o out -- ./bench
}

@test "run: a file system without nameless files takes a named one" {
    recorded() {
        whole_recording out.txt && [ -z "$(leftovers)" ] && { [ "$1" -ne 0 ] || [ -e out.txt ]; }
        local good=$?
        rm -f out.txt
        return $good
    }
    FAIL_IO_NAMELESS=no kinds="write create" each_io_failure recorded "$PERFGATE" run --rounds 2 --counters off -o out -- ./bench
    (
        umask 027
        FAIL_IO_NAMELESS=no LD_PRELOAD=$BUILD/tests/fail_io.so "$PERFGATE" run --rounds 2 --counters off -o out -- ./bench
    )
    [ "$(stat -c %a out.txt)" = 640 ]
}

@test "run: two sides" {
    two() {
        whole_recording main.txt && whole_recording new.txt && [ -z "$(leftovers)" ] && { [ "$1" -ne 0 ] || [ -e new.txt ]; } || return 1
        rm -f main.txt new.txt
    }
    each_io_failure two "$PERFGATE" run --rounds 2 --counters off --side main=./bench --side new=./bench
}

# Reports are JSON as another reader takes it, XML and CSV that end as they should, or not there at all.
whole_reports() {
    local good=0
    [ -z "$(leftovers)" ] || good=1
    [ ! -e r.json ] || python3 -c 'import json; json.load(open("r.json"))' || good=1
    [ ! -e r.xml ] || tail -n 1 r.xml | grep -q '^</testsuites>' || good=1
    [ ! -e r.csv ] || [ -z "$(tail -c 1 r.csv)" ] || good=1
    [ ! -e r.html ] || tail -n 1 r.html | grep -q '^</html>' || good=1
    [ "$1" -ne 0 ] || { [ -s r.json ] && [ -s r.md ] && [ -s r.xml ] && [ -s r.csv ] && [ -s r.html ]; } || good=1
    rm -f r.json r.md r.xml r.csv r.html
    return $good
}
reports="--report json=r.json --report markdown=r.md --report junit=r.xml --report csv=r.csv --report html=r.html"

@test "compare: exit 0 only with every report whole" {
    # shellcheck disable=SC2086
    each_io_failure whole_reports "$PERFGATE" compare old.bench old.bench $reports
}

@test "compare: a regression stays one when its reports or its table cannot be written" {
    still_red() { whole_reports "$1" && { [ "$1" -eq 1 ] || [ "$kind" = create ]; }; }
    # shellcheck disable=SC2086
    undisturbed=1 each_io_failure still_red "$PERFGATE" compare old.bench new.bench $reports
    run bash -c '"$PERFGATE" compare old.bench new.bench >/dev/full'
    [ "$status" -eq 1 ]
    [[ "$output" == *"No space left"* ]]
}

@test "compare: a pass that cannot be told is no pass" {
    kinds="write" each_io_failure true "$PERFGATE" compare old.bench old.bench
    for command in "compare old.bench old.bench" "compare --report json=- old.bench old.bench" \
        "compare --report markdown=- old.bench old.bench" "help"; do
        # shellcheck disable=SC2086
        run bash -c '"$PERFGATE" $0 >/dev/full' "$command"
        [ "$status" -eq 4 ]
        # shellcheck disable=SC2086
        run bash -c '"$PERFGATE" $0 >&-' "$command"
        [ "$status" -eq 4 ]
    done
}

@test "baseline save: the store keeps what it has, and takes an entry whole or not at all" {
    "$PERFGATE" run --rounds 2 --counters off -o out -- ./bench
    "$PERFGATE" baseline save --store store --branch main --commit "" out.txt 2>/dev/null ||
        "$PERFGATE" baseline save --store store --branch main out.txt
    cp -a store untouched
    saved() {
        local entry
        while read -r entry; do
            whole_recording "$entry" || return 1
        done < <(find store -name '*.txt' ! -name '.*')
        "$PERFGATE" baseline list --store store >/dev/null || return 1
        [ "$1" -ne 0 ] || [ "$(find store -name '*.txt' ! -name '.*' | wc -l)" -eq 2 ] || return 1
        rm -rf store && cp -a untouched store
    }
    each_io_failure saved "$PERFGATE" baseline save --store store --branch main out.txt
}
