#!/usr/bin/env bats
# Function verdicts in perfgate compare: from the profiles beside the recordings. How often they are right is counted by
# tests/unit/test_function_truth.c; here are programs of fixtures/functions, drawn with fixed seeds.
load helper

draw() { # draw PROGRAM SEED NAME: a recording of 20 rounds and its profile
    "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/$1.folded" 20 "$2" Parse/1k "$3"
}

@test "a slow-down is shared out to the function that was planted" {
    draw base 1 old && draw callee 2 new
    run "$PERFGATE" compare old.txt new.txt
    [ "$status" -eq 1 ]
    [[ "$output" == *"functions     Parse/1k +5.51% (p = 1.2e-08): new callee utf8_check +4.88 points of it (89%), rest 11%"* ]]
    [[ "$output" == *"  regressed     utf8_check: 0 s to 38.96 µs, p = 5.1e-10, appeared"* ]]
}

@test "a function alone is reported, and red only where that is wanted" {
    draw base 1 old && draw plus20 2 new
    run "$PERFGATE" compare old.txt new.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"regressed     parse_string: +27.08%"* ]]
    run "$PERFGATE" compare --functions gate old.txt new.txt --report markdown=report.md --report junit=report.xml
    [ "$status" -eq 1 ]
    grep -q '<testsuites tests="3" failures="1"' report.xml
    grep -A1 'name="parse_string in Parse/1k">' report.xml | grep -q '<failure type="regressed" message="regressed: +27.08% (119.0 µs to 151.1 µs), p = 4.1e-09 (with callees +[0-9.]*%, p = [-0-9.e]*)"/>'
    grep -q '0 of 1 rows got worse, 1 function$' report.md
    grep -q '^| parse&#95;string | \*\*regressed\*\* | 119.0 µs | 151.1 µs | +27.08% | 4.1e-09 |$' report.md
    run "$PERFGATE" compare --functions gate --rule 'Parse*::gate=no' --rule 'Parse*:B/op:gate=yes' old.txt new.txt
    [ "$status" -eq 3 ] # no row decides
    [[ "$output" == *"  regressed     parse_string"* ]]
    run "$PERFGATE" compare --functions off old.txt new.txt
    [ "$status" -eq 0 ]
    [[ "$output" != *functions* ]]
}

@test "what only moved, or only became a larger share, is no regression" {
    draw base 1 old
    for change in inlined split renamed mix base; do
        draw "$change" 2 new
        run "$PERFGATE" compare --functions gate old.txt new.txt
        [ "$status" -eq 0 ]
        [[ "$output" != *"  regressed"* ]]
    done
    draw inlined 2 new
    run "$PERFGATE" compare old.txt new.txt
    [[ "$output" == *"only moved: parse from skip_ws"* ]]
    draw base 2 new
    run "$PERFGATE" compare old.txt new.txt
    [[ "$output" == *"no function changed among 13 that were tested"* ]]
}

@test "the JSON report has every function, and shares that add up" {
    draw base 1 old && draw callee 2 new
    "$PERFGATE" compare old.txt new.txt --report json=report.json >/dev/null || [ $? -eq 1 ]
    python3 - <<'END'
import json
report = json.load(open("report.json"))
functions, (profile,) = report["functions"], report["profiles"]
assert profile["benchmark"] == "Parse/1k" and (profile["functions"], profile["functions_tested"]) == (len(functions), 14) == (16, 14), profile
assert profile["base_rounds"] == profile["head_rounds"] == 20
first = functions[0]
assert (first["function"], first["verdict"], first["class"]) == ("utf8_check", "regressed", "appeared"), first
assert first["base"]["flat"] == 0 and first["change"] is None and first["file"] == "utf8.c"
explained = sum(f["share_of_regression"] or 0 for f in functions)
assert abs(explained + profile["rest_of_regression"] - 1) < 1e-12
for side in "base", "head":
    flat = sum(f[side]["flat"] for f in functions)
    assert abs(flat / profile[side] - 1) < 0.001, (side, flat, profile[side])
read_all = next(f for f in functions if f["function"] == "read_all") # only calls
assert read_all["base"]["flat"] == 0 and read_all["base"]["cum_samples"] > 40 and read_all["cum_p"] > 0, read_all
assert (read_all["verdict"], read_all["test"], read_all["p"], read_all["p_adjusted"]) == ("inconclusive", None, None, None), read_all
parse = next(f for f in functions if f["function"] == "parse")
assert parse["head"]["cum_fraction"] > 0.6 and parse["cum_p"] < 0.05 and parse["smallest_detectable_change"] < 0.2
END
}

@test "a profile on one side, a damaged one, and one without rounds are said" {
    draw base 1 old && draw base 2 new
    cp new.pb.gz kept.pb.gz
    rm new.pb.gz
    run "$PERFGATE" compare old.txt new.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"note          functions: only the base has a profile"* ]]
    run "$PERFGATE" compare --functions gate old.txt new.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"warning       functions: only the base has a profile, so functions decide nothing"* ]]
    draw plus20 2 red
    sed -i '1i# perfgate recording: 1\n# perfgate profile-unsound: true' red.txt
    echo '# perfgate end: 0' >>red.txt
    run "$PERFGATE" compare --functions gate old.txt red.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"  regressed     parse_string"*"the profile of red.txt is unsound: functions decide nothing"* ]]
    head -c 500 kept.pb.gz >new.pb.gz
    run "$PERFGATE" compare old.txt new.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"damage        functions: new.pb.gz:"* ]]
    cp "$root/fixtures/fuzz/pprof/seed-go-cpu" old.pb.gz
    cp old.pb.gz new.pb.gz
    run "$PERFGATE" compare old.txt new.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"1 and 1 profiled rounds, but a test needs 5 a side"* ]]
}

session() { # session FACTOR SEED NAME: the base, but parse_string costs FACTOR times as much
    awk -v f="$1" '/^#/ || !/parse_string@[^;]* [0-9.]+$/ { print; next } { $NF = int($NF * f); print }' \
        "$root/fixtures/functions/base.folded" >"$3.folded"
    "$BUILD/tests/programs/draw_profile" "$3.folded" 20 "$2" Parse/1k "$3"
}

@test "a history of sessions: what they differ by enters the test of functions, too" {
    session 0.8 1 s1 && session 1.25 2 s2 && session 0.9 3 s3 && session 1.1 4 s4 && session 1.25 5 new
    run "$PERFGATE" compare --functions gate s3.txt new.txt --filter '.unit:ns/op'
    [ "$status" -eq 1 ] # by its rounds alone
    [[ "$output" == *"  regressed     parse_string"*"base and head are one session each: how much sessions differ is not known"* ]]
    run "$PERFGATE" compare --functions gate --history 4 s1.txt s2.txt s3.txt s4.txt new.txt --report json=r.json
    [[ "$output" != *"  regressed     parse_string"* && "$output" != *"how much sessions differ"* ]]
    python3 - <<'END'
import json
row = next(f for f in json.load(open("r.json"))["functions"] if f["function"] == "parse_string")
assert row["test"] == "stored sessions t, log scale" and row["verdict"] == "inconclusive", row
assert row["smallest_detectable_change"] > 0.5, row
END
    session 1 6 t1 && session 1.02 7 t2 && session 0.98 8 t3 && session 1 9 t4 && session 2 10 red
    run "$PERFGATE" compare --functions gate --history 4 t1.txt t2.txt t3.txt t4.txt red.txt
    [[ "$output" == *"  regressed     parse_string: +"* ]]
    rm s1.pb.gz s2.pb.gz s3.pb.gz
    run "$PERFGATE" compare --history 4 s1.txt s2.txt s3.txt s4.txt new.txt
    [[ "$output" == *"functions: Parse/1k: of 4 stored recordings one has a profile, so functions are tested by its rounds alone"* ]]
}

@test "rules for functions, by globs: threshold, floor, level, samples, and which are red" {
    draw base 1 old && draw plus20 2 new
    compare() { # compare STATUS OPTION…
        run "$PERFGATE" compare old.txt new.txt "${@:2}" --report json=r.json
        echo "$output"
        [ "$status" -eq "$1" ]
    }
    verdict() { python3 -c 'import json; print(next((f["verdict"] for f in json.load(open("r.json"))["functions"] if f["function"] == "'"$1"'"), None))'; }
    compare 1 --functions gate
    compare 0 --functions gate --function-rule 'parse_*:threshold=30%'
    [ "$(verdict parse_string)" = inconclusive ]
    compare 0 --functions gate --function-rule 'parse_*:floor=8%'
    compare 1 --functions gate --function-rule 'parse_*:floor=8%,benchmark=Render/*'
    [[ "$output" == *"the rule at --function-rule matches no function: 'parse_*' in 'Render/*'"* ]]
    compare 0 --functions gate --function-rule '*string:alpha=1e-12'
    compare 0 --functions gate --function-rule 'parse_string:samples=200'
    [ "$(verdict parse_string)" = inconclusive ]
    [[ "$output" == *"  with callees  parse +"*", parse_string +14.26% (p = 1.5e-08)"* ]]
    compare 0 --functions gate --function-rule 'parse_string:gate=no'
    [ "$(verdict parse_string)" = regressed ]
    compare 1 --function-rule 'parse_string:gate=yes'
    compare 0 --function-rule 'emit:gate=yes'
    for wrong in parse 'parse:threshold=x' 'parse:samples=0' 'parse:speed=1' 'parse:'; do
        compare 2 --function-rule "$wrong"
    done
}

@test "waivers of functions: used, over the ceiling, expired, not needed, unknown, without profiles" {
    draw base 1 old && draw plus20 2 new
    waive() { # waive LINE…: what the comparison says under these waivers, functions gated
        printf '%s\n' "$@" >waivers
        run "$PERFGATE" compare --functions gate old.txt new.txt --waivers waivers --report json=r.json --report html=r.html
    }
    waive 'Parse/1k function:parse_string 30% 2999-12-31 longer strings, issue 7'
    [ "$status" -eq 0 ]
    [[ "$output" == *"  waived        parse_string: +27.08%"*"waived until 2999-12-31 up to 30%: longer strings, issue 7 (waivers:1)"* ]]
    grep -q '"unwaived": "regressed"' r.json
    grep '<td class="name">parse_string</td>' r.html | grep -q '<br>waived until 2999-12-31 up to 30%: longer strings, issue 7 (waivers:1)</td>'
    grep -q '<p class="note">with callees: parse +6.25%' r.html
    waive '"Parse/1k" "function:parse_string.constprop.3" 20% 2999-12-31 longer strings'
    [ "$status" -eq 1 ]
    [[ "$output" == *"  regressed     parse_string"*"worse than the 20% that the waiver at waivers:1 allows"* ]]
    waive 'Parse/1k function:parse_string 30% 2020-12-31 longer strings'
    [ "$status" -eq 1 ]
    [[ "$output" == *"waiver of 'Parse/1k' function:parse_string expired on 2020-12-31 and waives nothing"* ]]
    waive 'Parse/1k function:parse_string 30% 2999-12-31 a' 'Parse/1k function:emit 5% 2999-12-31 b' \
        'Parse/1k function:nobody 5% 2999-12-31 c' 'Parse/9k function:emit 5% 2999-12-31 d'
    [ "$status" -eq 0 ]
    [[ "$output" == *"waivers:2: waiver of 'Parse/1k' function:emit is not needed"* ]]
    [[ "$output" == *"waivers:3: waiver of an unknown row: nothing here is named 'Parse/1k' in function:nobody"* ]]
    [[ "$output" == *"waivers:4: waiver of an unknown row: nothing here is named 'Parse/9k' in function:emit"* ]]
    waive 'Parse/1k function: 5% 2999-12-31 c'
    [ "$status" -eq 2 ]
    [[ "$output" == *"waivers:1: the function's name is missing"* ]]
    draw callee 2 new # of what the base does not have the ceiling is of the whole
    waive 'Parse/1k function:utf8_check 6% 2999-12-31 validation' 'Parse/1k sec/op 9% 2999-12-31 validation'
    [ "$status" -eq 0 ]
    [[ "$output" == *": waived new callee utf8_check +4.88 points of it (89%), rest 11%"* ]]
    waive 'Parse/1k function:utf8_check 4% 2999-12-31 validation' 'Parse/1k sec/op 9% 2999-12-31 validation'
    [ "$status" -eq 1 ]
    rm new.pb.gz
    waive 'Parse/1k function:utf8_check 6% 2999-12-31 validation'
    [[ "$output" == *"waivers:1: waiver of 'Parse/1k' function:utf8_check: no functions are compared"* ]]
}

@test "names are hostile: none of the reports lets one out" {
    evil=$'evil|`x`<script>alert(1)</script>\x1b[31m::error::![i](u)'
    printf 'main@m.c 300\nmain@m.c;%s@m.c 100\n' "$evil" >quiet.folded
    printf 'main@m.c 300\nmain@m.c;%s@m.c 200\n' "$evil" >loud.folded
    "$BUILD/tests/programs/draw_profile" quiet.folded 10 1 B old
    "$BUILD/tests/programs/draw_profile" loud.folded 10 2 B new
    run "$PERFGATE" compare --functions gate old.txt new.txt --report markdown=r.md --report json=r.json --report junit=r.xml
    [ "$status" -eq 1 ]
    [[ "$output" == *"  regressed     evil|"* && "$output" != *$'\x1b'* ]]
    for report in r.md r.json r.xml; do
        [ "$(grep -c '<script>' $report)" -eq 0 ]
        [ "$(grep -c $'\x1b' $report)" -eq 0 ]
    done
    [ "$(grep -c '^| evil' r.md)" -eq 1 ]
    python3 -c '
import json, xml.etree.ElementTree as tree
assert json.load(open("r.json"))["functions"][0]["function"].startswith("evil|`x`<script>")
assert len(tree.parse("r.xml").findall(".//failure")) == 2'
}

@test "gate: the function that got slower since the base revision, and then since the stored baseline" {
    "$PERFGATE" -q run --sampler perf --sampled-rounds 1 -r 1 -w 0 -o probe -- true 2>probe.err ||
        skip "no sampling on this machine: $(cat probe.err)"
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    cat >p.c <<'END'
volatile unsigned long sink;
#define WORK(n) for (unsigned long i = 0; i < (n) * 1000000UL; i++) sink += i * i
__attribute__((noinline)) static void parse(void) { WORK(30); }
__attribute__((noinline)) static void skip_ws(void) { WORK(TIMES); }
int main(void) { parse(); skip_ws(); return 0; }
END
    printf 'rounds: 8\nsampled-rounds: 8\nconfirm: no\nbenchmarks:\n%s\n' \
        '  - { name: p, build: "sh build.sh", command: ./p }' >perfgate.yml
    echo 'cc -O2 -DTIMES=20 -o p p.c' >build.sh
    git init -q . && git add p.c build.sh perfgate.yml && git -c user.name=n -c user.email=e commit -qm base
    run "$PERFGATE" gate --save --branch main
    [ "$status" -eq 4 ]
    echo 'cc -O2 -DTIMES=60 -o p p.c' >build.sh
    for base in none HEAD; do
        run "$PERFGATE" gate --base $base --functions gate
        echo "$output"
        [ "$status" -eq 1 ]
        [[ "$output" == *"functions     p cpu-sec/op +"*": skip_ws +"*" points of it ("* ]]
        [[ "$output" == *"  regressed     skip_ws: +"* ]]
    done
}

@test "gate: a red function is asked again, by fresh sampled rounds" {
    "$PERFGATE" -q run --sampler perf --sampled-rounds 1 -r 1 -w 0 -o probe -- true 2>probe.err ||
        skip "no sampling on this machine: $(cat probe.err)"
    cat >p.c <<'END'
#include <stdio.h>
volatile unsigned long sink;
#define WORK(n) for (unsigned long i = 0; i < (n) * 1000000UL; i++) sink += i * i
__attribute__((noinline)) static void parse(void) { WORK(30); }
__attribute__((noinline)) static void skip_ws(int times) { WORK(times); }
int main(void) {
    int runs = 0, slow = 0;
    FILE *f = fopen("runs", "r");
    if (f) { if (fscanf(f, "%d", &runs) != 1) return 1; fclose(f); }
    f = fopen("slow", "r");
    if (f) { if (fscanf(f, "%d", &slow) != 1) return 1; fclose(f); }
    f = fopen("runs", "w");
    fprintf(f, "%d", runs + 1);
    fclose(f);
    parse();
    skip_ws(runs < slow ? 60 : 20);
    return 0;
}
END
    printf 'threshold: 50%%\nrounds: 8\nsampled-rounds: 8\nsampler: perf\nfunctions: gate\nwarmup: 0\nancestry: no\nbenchmarks:\n%s\n' \
        '  - { name: p, command: ./p, threshold: 900% }' >perfgate.yml
    cc -O2 -o p p.c
    "$PERFGATE" gate --save --branch main || [ $? -eq 4 ]
    echo 0 >runs && echo 16 >slow # what the first rounds and their sampled ones take
    run "$PERFGATE" gate --output out --report json=report.json --report markdown=report.md
    echo "$output"
    [ "$status" -eq 0 ]
    [[ "$output" == *" skip_ws: "*"not confirmed: +"*" at first, "*" in 8 fresh rounds, which decide"* ]]
    grep -q '"not confirmed: +' report.json
    grep -q 'not confirmed: +' report.md
    [ "$(cat runs)" -ge 32 ] && [ -s out/head-again.pb.gz ] && [ -s out/head.pb.gz ]
    echo 0 >runs && echo 99 >slow
    run "$PERFGATE" gate
    echo "$output"
    [ "$status" -eq 1 ]
    [[ "$output" == *"  regressed     skip_ws: "*"confirmed: +"*" in 8 fresh rounds"* ]]
    echo 0 >runs && echo 16 >slow
    run "$PERFGATE" gate --no-confirm
    [ "$status" -eq 1 ]
    [ "$(cat runs)" -lt 24 ] # 16, and rounds whose chains wanted larger copies of the stack, but not 8 fresh ones
    # stored are the rounds that decided: of 50 units skip_ws has 20, of 90 at first 60
    echo 0 >runs && echo 16 >slow
    run "$PERFGATE" gate --save --branch other --output saved
    [ "$status" -eq 0 ]
    share() { "$PERFGATE" profile top --report json=- "$1" | python3 -c '
import json, sys
top = json.load(sys.stdin)
print(100 * next(f["flat"] for f in top["functions"] if f["name"] == "skip_ws") // top["total"])'; }
    stored=$(find .perfgate -name '*.pb.gz' -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2)
    echo "first $(share saved/head.pb.gz), fresh $(share saved/head-again.pb.gz), stored $(share "$stored")"
    [ "$(share "$stored")" -eq "$(share saved/head-again.pb.gz)" ]
    [ "$(share "$stored")" -lt "$(share saved/head.pb.gz)" ]
    sed -i 's/^functions: gate/functions: report/' perfgate.yml
    printf 'confirm: no\nfunction-rules:\n  - { function: "skip_*", threshold: 10%%, floor: 1%%, samples: 10, gated: yes }\n' >>perfgate.yml
    echo 0 >runs
    run "$PERFGATE" gate
    [ "$status" -eq 1 ]
    sed -i 's/skip_\*/other_*/' perfgate.yml
    echo 0 >runs
    run "$PERFGATE" gate
    [ "$status" -eq 0 ]
    [[ "$output" == *"the rule at perfgate.yml:"*" matches no function: 'other_*' in '*'"* ]]
}

@test "help functions shows what becomes of names" {
    run "$PERFGATE" help functions
    [ "$status" -eq 0 ]
    [[ "$output" == *"  serde::read::h0123456789abcdef           serde::read"* ]]
    [ "$(awk 'length > 84' <<<"$output" | wc -l)" -eq 0 ]
}

@test "a renamed benchmark's profile is joined, and so is a renamed function" {
    draw base 1 old
    "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/callee.folded" 20 2 Read/1k new
    run "$PERFGATE" compare old.txt new.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"functions: Parse/1k: only the base has samples of it"* ]]
    run "$PERFGATE" compare --rename Parse/1k=Read/1k old.txt new.txt --report html=report.html
    [ "$status" -eq 1 ]
    [[ "$output" == *"functions     Read/1k +5.51% (p = 1.2e-08): new callee utf8_check +4.88 points of it (89%), rest 11%"* ]]
    [[ "$output" != *"only the base"* ]]
    grep -q '<h3>Read/1k</h3>' report.html # with a flame graph of both
    # what was emit is found in write_json, which is no longer new
    draw renamed 2 new
    run "$PERFGATE" compare old.txt new.txt --report json=before.json
    [[ "$output" == *"  moved         write_json: 0 s to 81.40 µs"* ]]
    run "$PERFGATE" compare --rename function:emit=write_json --rename function:nobody=x old.txt new.txt --report json=after.json
    [ "$status" -eq 0 ]
    [[ "$output" != *moved* ]]
    [[ "$output" == *"rename is not used: the baseline's profiles have no function 'nobody'"* ]]
    python3 -c '
import json
before, after = ({f["function"]: f for f in json.load(open(n + ".json"))["functions"]} for n in ("before", "after"))
assert "emit" in before and "emit" not in after
assert before["write_json"]["base"]["flat"] == 0 and after["write_json"]["base"]["flat"] == before["emit"]["base"]["flat"] > 0'
    echo 'function:emit write_json' >renames
    run "$PERFGATE" compare --renames renames old.txt new.txt
    [[ "$output" != *moved* && "$output" != *"not used"* ]]
}
