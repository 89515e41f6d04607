#!/usr/bin/env bats
# perfgate run --shard and perfgate merge: a suite spread over machines and put together again.
bats_require_minimum_version 1.5.0
load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cat >suite <<'S'
#!/bin/sh
for name in Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa; do echo "Benchmark$name-4 1 ${VALUE:-10} ns/op"; done
S
    chmod +x suite
}
names() { grep -oh '^Benchmark[A-Za-z/]*' "$@" | sort -u; }
shards() { # shards N [OPTION…]: s1.txt … sN.txt
    local n=$1 i
    shift
    for ((i = 1; i <= n; i++)); do
        "$PERFGATE" -q run -o "s$i" -r 3 -w 0 --shard "$i/$n" "$@" -- ./suite || return
    done
}
merge_fails() { # merge_fails TEXT ARG…
    local text=$1
    shift
    run "$PERFGATE" merge -o whole.txt "$@"
    [ "$status" -eq 4 ] || return 1
    [[ "$output" == *"$text"* ]] || { echo "$output" && return 1; }
    [ ! -e whole.txt ]
}

@test "shards are disjoint, together complete, and join to the whole" {
    shards 1
    run "$PERFGATE" run -o s1 -r 2 -w 0 --shard 1/3 -- ./suite
    [ "${lines[-1]}" = "s1.txt: shard 1/3 of 10 benchmarks, 2 rounds" ]
    shards 3
    [ "$(for i in 1 2 3; do names "s$i.txt"; done | wc -l)" -eq 10 ]
    [ "$(names s1.txt s2.txt s3.txt | wc -l)" -eq 10 ]
    run "$PERFGATE" merge -o whole.txt s3.txt s1.txt s2.txt
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "whole.txt: 10 benchmarks from 3 shards" ]
    [ "$(grep -c '^Benchmark.* 1 10 ns/op' whole.txt)" -eq 30 ]
    [ "$(names whole.txt)" = "$(names s?.txt)" ]
    grep -q '^# perfgate shards: 3$' whole.txt
    grep -q '^# perfgate command: ./suite$' whole.txt
    run grep -c '^# perfgate shard: ' whole.txt
    [ "$output" = 0 ]
    # The order of the arguments does not matter.
    "$PERFGATE" -q merge -o again.txt s1.txt s2.txt s3.txt
    cmp whole.txt again.txt
}

@test "a benchmark stays in its shard whatever else is in the suite, and whatever the machine's cores" {
    shards 3
    names s2.txt >before
    sed -i 's/Alpha /New1 New2 /; s/-4 1/-64 1/' suite
    shards 3
    names s2.txt | grep -v New >after
    grep -v Alpha before | cmp - after
}

@test "both sides of a matrix measured interleaved still pair after joining" {
    for i in 1 2; do
        "$PERFGATE" -q run -o "m$i" -r 3 --shard "$i/2" --side old=./suite --side new='env VALUE=20 ./suite'
    done
    for side in old new; do "$PERFGATE" -q merge -o "$side.txt" "m1/$side.txt" "m2/$side.txt"; done
    [ "$(grep '# perfgate session' old.txt)" = "$(grep '# perfgate session' new.txt)" ]
    [ "$(grep '# perfgate fingerprint-id' old.txt)" = "$(grep '# perfgate fingerprint-id' new.txt)" ]
}

@test "gaps and overlaps are refused" {
    shards 3
    merge_fails "of 3 shards these are missing: 2" s1.txt s3.txt
    merge_fails "of 3 shards these are missing: 1, 2" s3.txt
    cp s1.txt copy.txt
    merge_fails "shard 1/3 is also in" s1.txt copy.txt s2.txt s3.txt
    sed 's/^# perfgate shard: 2/# perfgate shard: 3/' s2.txt >copy.txt
    sed -i 's/^# perfgate shard: 1/# perfgate shard: 2/' s1.txt
    sed 's/^# perfgate shard: 2/# perfgate shard: 1/' s1.txt >first.txt
    merge_fails "is in another shard too" first.txt s1.txt s3.txt
    name=$(names s2.txt | head -n 1)
    shards 3
    grep -v "^$name-" s2.txt >less.txt
    merge_fails "of 10 benchmarks 1 are in no shard" s1.txt less.txt s3.txt
}

@test "what does not belong together is refused" {
    shards 2 --commit abc
    "$PERFGATE" -q run -o other -r 3 -w 0 --shard 2/2 --commit def -- ./suite
    merge_fails "commit is def, and abc in s1.txt" s1.txt other.txt
    "$PERFGATE" -q run -o other -r 3 -w 0 --shard 2/3 --commit abc -- ./suite
    merge_fails "is shard 2/3; the others are of 2" s1.txt other.txt
    "$PERFGATE" -q run -o other -r 3 -w 0 --commit abc -- ./suite
    merge_fails "is no shard of a recording" s1.txt other.txt
    merge_fails "no/such.txt" s1.txt no/such.txt
    run "$PERFGATE" merge s1.txt s2.txt
    [ "$status" -eq 2 ]
    run "$PERFGATE" merge -o whole.txt
    [ "$status" -eq 2 ]
}

@test "shards of different machines join with a note of what differs" {
    shards 2
    sed -i 's/^\(# perfgate fingerprint: .*\)cores=[0-9]*/\1cores=99/; s/^# perfgate fingerprint-id: .*/# perfgate fingerprint-id: 0123456789abcdef/' s2.txt
    run "$PERFGATE" merge -o whole.txt s1.txt s2.txt
    [ "$status" -eq 0 ]
    grep -q 'measured on different machines: cores' whole.txt
    grep -q '^# perfgate fingerprint: .*cores=mixed' whole.txt
}

@test "failures and notes come along" {
    sed -i 's/^for/[ "$(echo x | tee -a runs | wc -l; wc -l <runs)" ] \&\& [ "$(wc -l <runs)" -ne 2 ] || exit 9\nfor/' suite
    run "$PERFGATE" run -o s1 -r 3 -w 0 --shard 1/1 -- ./suite
    [ "$status" -eq 4 ]
    run "$PERFGATE" merge -o whole.txt s1.txt
    [ "$status" -eq 0 ]
    [ "$(grep -c '^# perfgate failed: .*: exit status 9$' whole.txt)" -eq 10 ]
    grep -q '^# perfgate note: info: shard 1/1: process figures are left out' whole.txt
}

@test "a process that is the benchmark itself belongs to one shard" {
    for i in 1 2 3; do "$PERFGATE" -q run -o "s$i" -r 2 -w 0 --shard "$i/3" -- true; done
    run "$PERFGATE" merge -o whole.txt s1.txt s2.txt s3.txt
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(grep -c '^Benchmarktrue' whole.txt)" -eq 2 ]
}

@test "with --list each shard runs its share only" {
    cat >filtered <<'S'
#!/bin/sh
echo "$1" >>patterns
for name in Alpha Beta 'Ga.mma' Delta Epsilon; do
    if echo "$name" | grep -qE "$1"; then echo "Benchmark$name/x 1 1 ns/op"; echo "Benchmark$name/y 1 2 ns/op"; fi
done
S
    chmod +x filtered
    list='printf "%s\n" Alpha Beta Ga.mma Delta "" "  Epsilon" "ok  	pkg	0.1s"'
    for i in 1 2 3 4 5 6; do
        "$PERFGATE" run -o "s$i" -r 2 -w 0 --shard "$i/6" --list "$list" -- ./filtered '{filter}'
    done
    grep -qF 'Ga\.mma' patterns
    [ "$(grep -o '[A-Z][a-z]*' patterns | sort -u | wc -l)" -eq 5 ]
    [ "$(sort -u patterns | wc -l)" -lt 6 ] # at least one share of five in six is empty: nothing was run
    "$PERFGATE" -q merge -o whole.txt s?.txt
    [ "$(grep -o '^Benchmark[^ ]*' whole.txt | sort -u | wc -l)" -eq 10 ]
    [ "$(grep -c '^Benchmark' whole.txt)" -eq 20 ]
    grep -q "^# perfgate command: ./filtered '{filter}'\$" whole.txt
    run "$PERFGATE" run -o s1 --shard 1/2 --list "$list" -- ./filtered
    [ "$status" -eq 2 ]
    run "$PERFGATE" run -o s1 --list "$list" -- ./filtered '{filter}'
    [ "$status" -eq 2 ]
    run "$PERFGATE" run -o s1 --shard 1/2 --list 'echo oops >&2; exit 3' -- ./filtered '{filter}'
    [ "$status" -eq 4 ]
    [[ "$output" == *"exit status 3: oops"* ]]
    run "$PERFGATE" run -o s1 --shard 1/2 --list true -- ./filtered '{filter}'
    [ "$status" -eq 4 ]
}

# sampled I/N BENCHMARK: shard sI.txt of one benchmark in 5 rounds, with its profile
sampled() {
    local i=${1%/*}
    "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/base.folded" 5 "$i" "$2" "s$i" || return
    {
        printf '# perfgate recording: 1\n# perfgate shard: %s\n# perfgate profile: yes\n# perfgate samples: 10%s\n' "$1" "$i"
        awk '{ print "# perfgate round: " NR; print }' "s$i.txt"
        echo '# perfgate end: 5'
    } >"s$i" && mv "s$i" "s$i.txt"
}
functions_of() { "$PERFGATE" profile top -n 1000 --tag-focus "benchmark=$1" "${@:2}" | sed 1,3d | awk '{ print $1, $4, $6 }'; }

@test "profiles of shards are joined, with their benchmarks and rounds" {
    sampled 1/2 Parse
    sampled 2/2 Print
    run "$PERFGATE" merge -o whole.txt s2.txt s1.txt
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "whole.pb.gz: their profiles" ]
    grep -q '^# perfgate profile: yes$' whole.txt
    grep -q '^# perfgate samples: 203$' whole.txt
    run grep -c '^# perfgate note' whole.txt
    [ "$output" = 0 ]
    diff <(functions_of Parse s1.pb.gz) <(functions_of Parse whole.pb.gz)
    diff <(functions_of Print s2.pb.gz) <(functions_of Print whole.pb.gz)
    [ -n "$(functions_of Print whole.pb.gz)" ]
    "$PERFGATE" profile labels --report json=labels.json whole.pb.gz
    python3 -c '
import json
labels = {l["key"]: sorted(v["value"] for v in l["values"]) for l in json.load(open("labels.json"))["labels"]}
assert labels["benchmark"] == ["Parse", "Print"] and labels["round"] == [1, 2, 3, 4, 5], labels'
    # in any order the same bytes
    cp whole.pb.gz before.pb.gz
    "$PERFGATE" -q merge -o whole.txt s1.txt s2.txt
    cmp whole.pb.gz before.pb.gz
    # compare finds it beside the recording
    run "$PERFGATE" compare --functions gate whole.txt whole.txt
    [[ "$output" == *functions* ]]
}

@test "a shard without its profile is told, and none that overlap are joined" {
    sampled 1/2 Parse
    sampled 2/2 Print
    rm s2.pb.gz
    run "$PERFGATE" merge -o whole.txt s1.txt s2.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"warning: shard 2/2: its profile is not beside s2.txt, so its functions are not known"* ]]
    grep -q '^# perfgate note: warning: shard 2/2: its profile is not beside' whole.txt
    grep -q '^# perfgate samples: 101$' whole.txt
    sed -i '/perfgate profile/d' s2.txt
    run "$PERFGATE" merge -o whole.txt s1.txt s2.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"warning: shard 2/2: has no profile"* ]]
    # without any profile an earlier one does not stay beside the recording
    rm s1.pb.gz
    sed -i '/perfgate profile/d' s1.txt
    run "$PERFGATE" merge -o whole.txt s1.txt s2.txt
    [ "$status" -eq 0 ]
    [ ! -e whole.pb.gz ]
    [[ "$output" != *profile* ]]
    rm whole.txt
    # samples of one benchmark in two shards
    sampled 1/2 Parse
    sampled 2/2 Print
    cp s1.pb.gz s2.pb.gz
    merge_fails "s2.pb.gz: shard 1 has samples of 'Parse' too" s1.txt s2.txt
    [ ! -e whole.pb.gz ]
    printf 'damaged' >s2.pb.gz
    merge_fails "s2.pb.gz: expected a profile" s1.txt s2.txt
    # what has no name NAME.txt has nothing beside it
    sampled 2/2 Print
    run --separate-stderr "$PERFGATE" merge -o - s1.txt s2.txt
    [ "$status" -eq 0 ]
    [[ "$stderr" == *"s1.txt: its profile stays behind"* ]]
}
