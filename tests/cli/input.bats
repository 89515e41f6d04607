#!/usr/bin/env bats
# What `compare` says of inputs that are bad, odd or hostile: exit code 4, a message that names file and line, nothing half-read.
# shellcheck shell=bash disable=SC2154,SC2016
bats_require_minimum_version 1.5.0
load helper

# good NAME: a file of three benchmarks, ten results each.
good() {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        for name in Alpha Beta Gamma; do printf 'Benchmark%s-8 100 10%d.5 ns/op 64 B/op\n' "$name" "$i"; done
    done >"$1"
}

compare() { run -"$1" --separate-stderr "$PERFGATE" compare "${@:2}"; }

# says TEXT: stderr or stdout holds it, and stderr holds no control characters.
says() {
    [[ $stderr$'\n'$output == *"$1"* ]] || { echo "expected: $1" && echo "$stderr" && echo "$output" && return 1; }
    [[ $stderr != *[$'\x01'-$'\x08'$'\x0b'-$'\x1f'$'\x7f']* ]]
}

@test "missing, folder, unreadable form" {
    good old
    compare 4 old missing
    says 'missing: cannot open: No such file or directory'
    mkdir folder
    compare 4 folder old
    says 'folder: cannot open: Is a directory'
    compare 2 --input-format nonsense old old
}

@test "empty, blank, binary, prose" {
    good old
    : >new
    compare 4 old new
    says 'new: no benchmark results'
    printf '\n\n' >new
    compare 4 old new
    says 'new: no benchmark results'
    head -c 300000 "$PERFGATE" >new
    compare 4 old new
    says 'new: no benchmark results'
    printf 'all is well\nreally: yes\n' >new
    compare 4 old new
    says 'new: no benchmark results'
}

@test "gzip: whole, cut, damaged, a bomb" {
    good old
    good new
    gzip -n new
    compare 0 old new.gz
    head -c -9 new.gz >cut.gz
    compare 4 old cut.gz
    says 'cut.gz: offset'
    says 'ends in the middle'
    { head -c 40 new.gz; printf 'xxxx'; tail -c +45 new.gz; } >damaged.gz
    compare 4 old damaged.gz
    says 'damaged.gz: offset'
    yes '' | head -c 200000000 | gzip -9 >bomb.gz
    compare 4 old bomb.gz
    says 'bomb.gz: gzip data inflates to more than'
}

@test "a line of 2 GiB, from a file and from a pipe, in little memory" {
    good old
    truncate -s 2G new
    compare 4 old new
    says 'new:1: line is longer than 16777216 bytes'
    run -4 --separate-stderr bash -c "head -c 2G /dev/zero | tr '\0' x | \"\$0\" compare old -" "$PERFGATE"
    says 'stdin:1: line is longer than 16777216 bytes'
}

@test "a result cut by log text is counted and condemns the input" {
    good old
    good new
    printf 'BenchmarkDelta-8 \tlog: hello\n     100\t 12 ns/op\n' >>new
    compare 4 old new
    says 'new:31: parsing iteration count: invalid syntax'
    good new
    printf 'BenchmarkDelta-8 100 12.3 ns/opPASS\n' >>new
    compare 4 old new
    says "new:31: other output is stuck to the unit: 'ns/opPASS'"
}

@test "values that are no times" {
    good old
    for value in NaN inf -Inf 1e999 -3; do
        good new
        printf 'BenchmarkAlpha-8 100 %s ns/op\n' "$value" >>new
        compare 4 old new
        says 'new:31: '
    done
}

@test "a recording that was cut" {
    good body
    { printf '# perfgate recording: 1\n'; cat body; printf '# perfgate end: 0\n'; } >old
    compare 0 old old
    head -n -1 old >new
    compare 4 old new
    says 'the recording is cut: expected `# perfgate end: ROUNDS` as its last line'
    sed 's/recording: 1/recording: 2/' old >new
    compare 4 old new
    says "new:1: recording format '2'; expected 1"
}

@test "a unit that two lines describe differently" {
    good old
    good new
    printf 'Unit B/op better=lower\nUnit B/op better=higher\n' >>new
    compare 4 old new
    says 'new:32: metadata better of unit B/op already set to lower'
}

@test "JSON: cut, twin keys, infinite numbers, another document" {
    good old
    printf '{"results": [{"command": "x",\n"times": [1, 2' >new
    compare 4 old new
    says 'new:2: the JSON text is cut'
    printf '{"results": [{"command": "x", "command": "y", "times": [1]}]}' >new
    compare 4 old new
    says 'new: an object has the key "command" twice'
    printf '{"results": [{"command": "x",\n "times": [1e999]}]}' >new
    compare 4 old new
    says 'new:2: number out of range'
    printf '{"hello": "world"}\n' >new
    compare 4 old new
    says 'new: no benchmark results'
}

@test "hostile names reach no terminal" {
    name=$(head -c 10000 /dev/zero | tr '\0' n)
    for i in 1 2 3 4 5 6 7 8 9 10; do
        printf 'BenchmarkA|<script>alert(1)</script>-8 1 1000%d ns/op\n' "$i"
        printf 'Benchmark\033[31mRed\033[0m-8 1 1000%d ns/op\n' "$i"
        printf 'Benchmark::error::no%%0Abad-8 1 1000%d ns/op\n' "$i"
        printf 'Benchmark%s-8 1 1000%d ns/op\n' "$name" "$i"
    done >old
    compare 0 old old
    says 'A|<script>alert(1)</script>-8'
    [[ $output != *$'\033'* ]]
    [[ $output == *_\[31mRed_\[0m-8* ]]
    [[ $'\n'$output$'\n'$stderr != *$'\n'::error::* ]]
}

@test "names with newlines and escapes, through JSON" {
    printf '{"results": [{"command": "a\\n::error::b\\u001b[31m", "times": [1,1,1,1.001,1,1]}]}' >old
    compare 0 old old
    [[ $'\n'$output != *$'\n'::error::* ]]
    [[ $output != *$'\033'* ]]
    [[ $output == *a_::error::b_\[31m* ]]
}

@test "labels, the same path twice, standard input, mixed formats" {
    good old
    compare 0 before=old after=old
    says before
    says after
    compare 0 old old
    says 'old#0'
    says 'old#1'
    run -0 --separate-stderr bash -c '"$0" compare old - <old' "$PERFGATE"
    compare 4 old "$root/fixtures/hyperfine/commands.json"
    says 'nothing-comparable'
    compare 0 "$root/fixtures/hyperfine/commands.json" "$root/fixtures/hyperfine/commands.json"
    says 'sleep_0.001'
    gbench=$root/fixtures/google_benchmark/repetitions.json
    compare 4 "$gbench" "$gbench"
    says 'failed'
    says 'broken'
}
