#!/usr/bin/env bats
# The tables of perfgate compare: in benchstat's style byte for byte what the real benchstat printed for the same arguments
# (tests/interop/benchstat.sh keeps those files true; they are never written from here), in perfgate's own style against goldens.
load helper

lacks() { # lacks PATTERN FILE…
    if grep -q "$@"; then return 1; fi
}

@test "benchstat's bytes, on stdout and stderr, text and CSV" {
    cd "${root:?}/fixtures/go/benchstat"
    cases=0
    for args in "$root"/tests/golden/compare/*.args; do
        case=${args%.args} got=0
        mapfile -t words <"$args"
        "$PERFGATE" compare --style benchstat "${words[@]}" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || got=$?
        echo "$case: exit $got"
        diff "$case.stdout" "$BATS_TEST_TMPDIR/out"
        diff "$case.stderr" "$BATS_TEST_TMPDIR/err"
        [ "$got" -eq "$(cat "$case.exit")" ]
        cases=$((cases + 1))
    done
    [ "$cases" -ge 19 ]
}

@test "the gate's table: verdicts, sides that are missing, several units" {
    cd "$root/fixtures/go/benchstat"
    golden compare/gate_two_files 1 "$PERFGATE" compare codec_main.txt codec_topic.txt
}

@test "the gate's table of three columns, and its CSV" {
    cd "$root/fixtures/go/benchstat"
    golden compare/gate_three_columns 1 "$PERFGATE" compare --filter '.unit:(ns/op OR B/op)' main=codec_main.txt topic=codec_topic.txt again=codec_main.txt
    golden compare/gate_csv 1 "$PERFGATE" compare --format csv codec_main.txt codec_topic.txt
}

@test "pooled results that differ are footnotes in the gate's table too" {
    cd "$root/fixtures/go/benchstat"
    golden compare/gate_residue 3 "$PERFGATE" compare --row .name --filter '.unit:ns/op .name:Encode' codec_main.txt codec_topic.txt
}

# widest FILE: characters of its longest table line (the summary below the table is not cut)
widest() { sed '/^$/,$d' "$1" | LC_ALL=C.UTF-8 wc -L; }

@test "a narrow terminal: names are cut in the middle, then p and n go, then the range" {
    name=Parse/with/a/very/long/name/that/goes/on/and/on/until/the/end/of/it/size=4096
    for side in old new; do
        for i in 1 2 3 4 5 6 7 8 9 10; do
            echo "Benchmark$name-8 1 10$i ns/op"
            echo "BenchmarkShort 1 $((i + 5000)) ns/op"
        done >"$side.txt"
    done
    for width in 120 100 80 60 50; do
        "$PERFGATE" compare --filter .unit:ns/op --width "$width" old.txt new.txt >out || true
        head -n 4 out
        [ "$(widest out)" -le "$width" ]
        grep -q '^Parse.*…' out
    done
    golden compare/gate_width_80 0 "$PERFGATE" compare --width 80 old.txt new.txt
    golden compare/gate_width_60 0 "$PERFGATE" compare --width 60 old.txt new.txt
    "$PERFGATE" compare old.txt new.txt >out
    grep -q "^$name-8 " out
    "$PERFGATE" compare --style benchstat --width 60 old.txt new.txt >out
    grep -q "^$name-8 " out
}

@test "colour marks verdict and change, and is never the only mark" {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        echo "BenchmarkUp 1 10$i ns/op" >>old.txt
        echo "BenchmarkUp 1 20$i ns/op" >>new.txt
        echo "BenchmarkDown 1 20$i ns/op" >>old.txt
        echo "BenchmarkDown 1 10$i ns/op" >>new.txt
    done
    "$PERFGATE" compare old.txt new.txt >plain || true
    "$PERFGATE" compare --color always old.txt new.txt >coloured || true
    lacks $'\x1b' plain
    grep -q $'\x1b\\[31m+[0-9.]*%\x1b\\[0m.*\x1b\\[31mregressed\x1b\\[0m' coloured
    grep -q $'\x1b\\[32m-[0-9.]*%\x1b\\[0m.*\x1b\\[32mimproved\x1b\\[0m' coloured
    sed $'s/\x1b\\[[0-9]*m//g' coloured | diff plain -
    "$PERFGATE" compare --color always --style benchstat old.txt new.txt >coloured || true
    lacks $'\x1b' coloured
}

@test "names that are no names reach the terminal as text" {
    for i in 1 2 3; do printf 'Benchmark\x1b[31mx\xe2\x80\xaex 1 %s ns/op\nBenchmark::error::y 1 %s ns/op\n' "$i" "$i" >>odd.txt; done
    for style in perfgate benchstat; do
        "$PERFGATE" compare --style "$style" odd.txt odd.txt >out 2>err || true
        lacks $'\x1b\\|\xe2\x80\xae' out err
        lacks '^ *::' out err
        grep -q '^\\::error::y' out
    done
}
