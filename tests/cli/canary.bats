#!/usr/bin/env bats
# perfgate canary: profiles alone, each exit code. Programs of fixtures/functions, drawn with fixed seeds.
load helper

draw() { # draw PROGRAM ROUNDS SEED NAME
    "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/$1.folded" "$2" "$3" Parse/1k "$4"
}

@test "a function whose share grew is named: exit 1, in every form" {
    draw base 20 1 old && draw library 20 2 new
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --report markdown=report.md --report json=report.json
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = "functions     Parse/1k: memcpy +3.85 points" ]
    [[ "${lines[1]}" == "  regressed     memcpy: +3.85 points (10.64% to 14.49%), p = "* ]]
    grep -q '^### ❌ perfgate: regression — of 1 function the share grew$' report.md
    grep -q '^| memcpy | \*\*regressed\*\* | 10.64% | 14.49% | +3.85 points | ' report.md
    python3 -c '
import json
report = json.load(open("report.json"))
assert report["verdict"] == "regression" and report["benchmarks"] == [] and report["policy"]["functions"] == "gate"
red = [f for f in report["functions"] if f["verdict"] == "regressed"]
assert [f["function"] for f in red] == ["memcpy"] and red[0]["unit"] == "share", red
assert abs(red[0]["head"]["flat_fraction"] - 0.1449) < 1e-4'
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --points 5
    [ "$status" -eq 0 ]
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --function-rule 'mem*:floor=5%'
    [ "$status" -eq 0 ]
    echo 'Parse/1k function:memcpy 5% 2999-12-31 copies are wanted' >waivers
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --waivers waivers
    [ "$status" -eq 0 ]
    [[ "$output" == *"  waived        memcpy: +3.85 points"* ]]
}

@test "folders of profiles: each file a round; --base A B C as a shell's pattern gives it" {
    mkdir old new
    for i in 1 2 3 4 5 6 7; do
        draw base 1 "$i" "old/$i" && draw callee 1 "10$i" "new/$i"
    done
    run "$PERFGATE" canary --base old --head new
    [ "$status" -eq 1 ]
    [[ "${lines[0]}" == *"new callee utf8_check"* ]]
    first=$output
    run "$PERFGATE" canary --base old/*.txt --head new/*.txt # the profiles beside the recordings
    [ "$output" = "$first" ]
    rm old/*.txt new/*.txt
    run "$PERFGATE" canary --base old --head new
    [ "$output" = "$first" ]
    run "$PERFGATE" canary --base old/*.gz --head new/*.gz
    [ "$status" -eq 1 ]
    [ "$output" = "$first" ]
}

@test "what moved, shrank or stayed is exit 0" {
    draw base 20 1 old
    for change in base inlined split renamed mix; do
        draw "$change" 20 2 new
        run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz
        [ "$status" -eq 0 ]
        [[ "$output" == *"verdict       pass (exit 0)" ]]
    done
}

@test "one profile a side without rounds cannot be tested: exit 3; --strict asks for every function" {
    draw base 1 1 old && draw library 1 2 new
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz
    [ "$status" -eq 3 ]
    [[ "$output" == *"1 and 1 profiled rounds, but a test needs 5 a side"* ]]
    draw base 6 1 old && draw base 6 2 new
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --strict
    [ "$status" -eq 3 ]
    [[ "$output" == *"  inconclusive "*"could have been seen"* ]]
}

sampled() { # sampled SHARE SEED: 3 s of perf script, a sample a millisecond, SHARE of a hundred in memcpy
    awk -v share="$1" -v seed="$2" 'BEGIN {
        srand(seed)
        for (ms = 0; ms < 3000; ms++) {
            leaf = rand() * 100
            printf "prog 7 [000] %.6f:     1000000 cpu-clock:u: \n", 4 + ms / 1000
            printf "\t10 %s+0x1 (/bin/prog)\n\t20 main+0x2 (/bin/prog)\n\n",
                leaf < share ? "memcpy" : leaf < 60 ? "parse" : "print"
        }
    }'
}

@test "one profile a side is divided by the times of its samples, where they have some" {
    sampled 10 1 >old.perf && sampled 30 2 >new.perf && sampled 10 3 >same.perf
    run "$PERFGATE" canary --base old.perf --head new.perf
    [ "$status" -eq 1 ]
    [[ "$output" == *"  regressed     memcpy: +"*" points"* ]]
    [[ "$output" == *"base is one profile: its time is divided into rounds of 0.3 s"* ]]
    run "$PERFGATE" canary --base old.perf --head same.perf --points 20 --report json=report.json
    [ "$status" -eq 0 ]
    python3 -c '
import json
report = json.load(open("report.json"))
(of,) = report["profiles"]
assert of["base_rounds"] == of["head_rounds"] == 10 and of["functions_tested"] == 3, of'
    run "$PERFGATE" canary --base old.perf --head new.perf --windows 4
    [ "$status" -eq 3 ]
    [[ "$output" == *"4 and 4 profiled rounds, but a test needs 5 a side"* ]]
    sed 's/ 4\.[0-9]*:\| [56]\.[0-9]*://' new.perf >timeless.perf
    run "$PERFGATE" canary --base old.perf --head timeless.perf
    [ "$status" -eq 3 ]
    [[ "$output" == *"10 and 1 profiled rounds, but a test needs 5 a side"* ]]
    [[ "$output" == *"head is one profile, and its samples have neither several rounds nor times to divide it by"* ]]
    # two files are two rounds, whatever their samples know
    run "$PERFGATE" canary --base old.perf same.perf --head new.perf
    [ "$status" -eq 3 ]
    [[ "$output" == *"2 and 10 profiled rounds"* ]]
    run "$PERFGATE" canary --base old.perf --head new.perf --windows 5 --round minute
    [ "$status" -eq 2 ]
    run "$PERFGATE" canary --base old.perf same.perf --head new.perf same.perf --windows 5
    [ "$status" -eq 2 ]
}

@test "labels: slices by another one, samples where one has a value" {
    draw base 20 1 old && draw library 20 2 new
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --by version
    [ "$status" -eq 1 ]
    [[ "${lines[0]}" == "functions     profiles: memcpy"* ]]
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --where benchmark=Parse/1k
    [ "$status" -eq 1 ]
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --where benchmark=Parse/2k
    [ "$status" -eq 4 ]
    [[ "$output" == *"broken: nothing-comparable (exit 4)"* ]]
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --round minute
    [ "$status" -eq 3 ]
}

@test "bad use is exit 2, what cannot be read exit 4" {
    draw base 1 1 old
    for arguments in "" "--base old.pb.gz" "old.pb.gz --base old.pb.gz --head old.pb.gz" \
        "--base old.pb.gz --head old.pb.gz --where x" "--base old.pb.gz --head old.pb.gz --sample-type heat" \
        "--base old.pb.gz --head old.pb.gz --report junit=x.xml"; do
        # shellcheck disable=SC2086
        run "$PERFGATE" canary $arguments
        [ "$status" -eq 2 ]
    done
    [ "$(ls x.xml 2>/dev/null)" = "" ]
    run "$PERFGATE" canary --base old.pb.gz --head missing.pb.gz --report json=report.json
    [ "$status" -eq 4 ]
    grep -q '"reason": "io"' report.json
    head -c 300 old.pb.gz >cut.pb.gz
    run "$PERFGATE" canary --base old.pb.gz --head cut.pb.gz
    [ "$status" -eq 4 ]
    [[ "$output" == *"cut.pb.gz:"* ]]
}
