#!/usr/bin/env bats
# perfgate compare: every row of the exit-code table, every option, bad input, hostile names.
bats_require_minimum_version 1.5.0
load helper

# bench NAME CENTER UNIT [N [NOISE]]: N result lines around CENTER, about NOISE percent apart
bench() {
    awk -v name="$1" -v center="$2" -v unit="$3" -v n="${4:-10}" -v noise="${5:-1}" 'BEGIN {
        split("0.3 -1.1 0.8 -0.2 1.4 -0.9 0.1 -0.6 1.0 -0.8", s, " ")
        for (i = 0; i < n; i++) printf "Benchmark%s 1 %.6g %s\n", name, center * (1 + noise * s[i % 10 + 1] / 100), unit }'
}
# recording FILE ID SESSION < results: as perfgate run writes it
recording() {
    printf '# perfgate recording: 1\n# perfgate fingerprint-id: %s\n# perfgate fingerprint: cpu-model=%s kernel=6.1\n' "$2" "$2" >"$1"
    [ -z "${3:-}" ] || echo "# perfgate session: $3" >>"$1"
    cat >>"$1"
    echo '# perfgate end: 0' >>"$1"
}
compare() { run "$PERFGATE" compare "$@"; }
# json FILE EXPRESSION: of the report `r` and its rows by name and unit, `rows`
json() {
    python3 -c '
import json, sys
r = json.load(open(sys.argv[1]))
rows = {(row["name"], row["unit"]): row for row in r["benchmarks"]}
print(eval(sys.argv[2]))' "$@"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    { bench Parse 1000 ns/op && bench Render 5000 ns/op && bench Parse 64 B/op 10 0; } >old.txt
    { bench Parse 1200 ns/op && bench Render 5000 ns/op && bench Parse 64 B/op 10 0; } >slow.txt
    bench Parse 1000 ns/op 1 >one.txt
}

@test "0: nothing changed, and the counts are printed" {
    compare old.txt old.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"verdict       pass (exit 0)"* ]]
    [[ "$output" == *"0 regressed, 0 improved, 3 same, 0 inconclusive, 0 new, 0 missing, 0 incomparable, 0 failed, 0 waived"* ]]
}

@test "1: a regression, and nothing else" {
    compare old.txt slow.txt
    [ "$status" -eq 1 ]
    [[ "$output" == *"regressed     Parse sec/op: +20"* ]]
    compare slow.txt old.txt
    [ "$status" -eq 0 ]
}

@test "2: bad options, and nothing is written" {
    for bad in --threshold=x --threshold=-1% --alpha=0 --alpha=0.9 --test=student --correction=b --floor=5us --rule=x \
        --rule=a:b:c=d --rename=x --report=json --report=pdf=x --budget=100 --color=red --confidence=2 --history=0 \
        --nonsense --filter='(' --row=a@ --input-format=xml --style=x --report=json=; do
        compare old.txt slow.txt --report markdown=out.md "$bad"
        echo "$bad: $status $output"
        [ "$status" -eq 2 ]
        [[ "$output" == "perfgate: "* ]]
        [ ! -e out.md ]
    done
    compare old.txt
    [ "$status" -eq 2 ]
    compare
    [ "$status" -eq 2 ]
    compare old.txt slow.txt --history 2
    [ "$status" -eq 2 ]
    compare old.txt slow.txt --report json=- --report csv=-
    [ "$status" -eq 2 ]
    [ -z "$(find . -name '.*.*' -type f)" ]
}

@test "3: nothing could be decided; one inconclusive row with --strict" {
    compare one.txt one.txt
    [ "$status" -eq 3 ]
    [[ "$output" == *"at least 2 a side"* ]]
    bench Noisy 1000 ns/op 4 60 >noisy.txt
    cat old.txt noisy.txt >both.txt
    compare both.txt both.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"inconclusive  Noisy sec/op: "*"could have been seen"* ]]
    compare both.txt both.txt --strict
    [ "$status" -eq 3 ]
}

@test "4: no baseline, nothing comparable, missing, failed, damaged, another machine" {
    compare nothing.txt slow.txt --report json=r.json
    [ "$status" -eq 4 ]
    [[ "$output" == *"nothing.txt: "*"No such file"* ]]
    [ "$(json r.json 'r["verdict"], r["reason"]')" = "('broken', 'no-baseline')" ]
    compare old.txt nothing.txt --report json=r.json
    [ "$status" -eq 4 ]
    [ "$(json r.json 'r["reason"]')" = io ]

    bench Other 5 ns/op >other.txt
    compare old.txt other.txt --report json=r.json
    [ "$status" -eq 4 ]
    [ "$(json r.json 'r["reason"], r["reasons"]')" = "('nothing-comparable', ['nothing-comparable', 'missing-rows'])" ]

    grep -v Render old.txt >less.txt
    compare old.txt less.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"missing       Render sec/op"* ]]
    [[ "$output" == *"fails the gate: allow-missing permits benchmarks that were removed"* ]]
    [[ "$output" == *"verdict       broken: missing-rows (exit 4)"* ]]
    compare old.txt less.txt --allow-missing 'Ren*'
    [ "$status" -eq 0 ]
    [[ "$output" != *"fails the gate"* ]]
    compare less.txt old.txt
    [ "$status" -eq 0 ]

    { cat less.txt && echo '# perfgate failed: Render: exit status 3'; } >failed.txt
    compare old.txt failed.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"failed        Render sec/op: failed in failed.txt: exit status 3"* ]]
    [[ "$output" == *"broken: failed-rows"* ]]

    { cat old.txt && echo 'BenchmarkCut 12 34'; } >damaged.txt
    compare old.txt damaged.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"damaged.txt:31: "* ]]
    [[ "$output" == *"broken: damaged-input"* ]]
    compare damaged.txt slow.txt
    [ "$status" -eq 1 ]
    [[ "$output" == *"regression, also damaged-input (exit 1)"* ]]

    recording here.txt aaaa <old.txt
    recording there.txt bbbb <old.txt
    compare here.txt there.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"cpu-model (aaaa / bbbb)"*"--ignore-fingerprint"* ]]
    [[ "$output" == *"broken: fingerprint"* ]]
    compare here.txt there.txt --ignore-fingerprint
    [ "$status" -eq 0 ]
    recording here.txt aaaa s1 <old.txt
    recording there.txt bbbb s1 <old.txt
    compare here.txt there.txt
    [ "$status" -eq 0 ]
}

@test "4: a result that cannot be written; a regression outranks it" {
    run bash -c '"$PERFGATE" compare old.txt old.txt >/dev/full'
    [ "$status" -eq 4 ]
    [[ "$output" == *"stdout: cannot write"* ]]
    run bash -c '"$PERFGATE" compare old.txt old.txt >&-'
    [ "$status" -eq 4 ]
    run bash -c '"$PERFGATE" compare old.txt slow.txt >/dev/full'
    [ "$status" -eq 1 ]
    compare old.txt old.txt --report json=/dev/full --report csv=out.csv
    [ "$status" -eq 4 ]
    [ -s out.csv ]
    compare old.txt slow.txt --report json=/dev/full --report csv=out.csv
    [ "$status" -eq 1 ]
    [[ "$output" == *"/dev/full: cannot write"* ]]
    compare old.txt old.txt --report json=no/such/folder/r.json
    [ "$status" -eq 4 ]
    [[ "$output" == *"no/such/folder"* ]]
    [[ "$output" != *verdict* ]]
}

whole_or_old() { # the report is the old one or a new one, never a piece
    [ "$(cat r.json)" = old ] || json r.json 'r["schema"]' >/dev/null
}
@test "4: every failing output call, and no half report" {
    echo old >r.json
    each_io_failure whole_or_old "$PERFGATE" compare old.txt old.txt --report json=r.json
    [ -z "$(find . -name '.r.json*')" ]
}

@test "reports are written before a failing exit, each format once" {
    compare old.txt slow.txt --report json=r.json --report markdown=r.md --report csv=r.csv --report junit=r.xml \
        --report text=r.txt
    [ "$status" -eq 1 ]
    [ "$(json r.json 'r["exit_code"], r["counts"]["regressed"]')" = "(1, 1)" ]
    [ "$(json r.json 'round(rows["Parse", "sec/op"]["change"], 2)')" = 0.2 ]
    grep -q 'perfgate: regression' r.md
    grep -q 'regressed' r.csv
    grep -q '(exit 1)' r.txt
    python3 -c 'import xml.etree.ElementTree as e; t = e.parse("r.xml").getroot(); assert t.get("failures") == "1"'
    compare old.txt slow.txt --report json=-
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = "{" ]
    [ "${lines[-1]}" = "}" ]
}

@test "names that want to be something else, in all reports" {
    long=$(printf 'x%.0s' {1..10000})
    python3 - "$long" <<'END'
import json, sys
names = ["a|b", "<script>alert(1)</script>", "\x1b[31mred", "::error::x", "new\nline", "\u202egnp", "@everyone", "]]>", "=1+1", sys.argv[1]]
runs = [{"name": n, "run_name": n, "run_type": "iteration", "iterations": 1, "real_time": 100.0 + i, "cpu_time": 1, "time_unit": "ns"}
        for n in names for i in range(3)]
json.dump({"context": {"date": "x"}, "benchmarks": runs}, open("hostile.json", "w"))
END
    compare hostile.json hostile.json --report json=r.json --report markdown=r.md --report csv=r.csv --report junit=r.xml \
        --report html=r.html
    [ "$status" -eq 0 ]
    [[ "$output" != *$'\e'* ]]
    [[ "$output" != *$'\n::error'* ]]
    json r.json 'r["schema"]'
    python3 - <<'END'
import base64, csv, hashlib, re, xml.etree.ElementTree as tree
tree.parse("r.xml")
page = open("r.html", encoding="utf-8").read()
for bad in ("<script", "\x1b", "\n::error", "\u202e"):
    assert bad not in page, bad
style, = re.findall("<style>(.*?)</style>", page, re.S)
policy = "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'" % base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
assert f'Content-Security-Policy" content="{policy}"' in page
assert page.count("<circle ") == 2 * len(re.findall("<svg class=.plot", page)) * 3 > 0
text = open("r.md", encoding="utf-8").read()
assert len(text.encode()) <= 65536
for bad in ("<script", "\x1b", "\n::error", "\u202e", " @everyone"):
    assert bad not in text, bad
bars = {len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")}
assert len(bars) == 1, bars
for path in ("r.csv", "r.xml"):
    raw = open(path, "rb").read()
    assert b"\x1b" not in raw, path
    assert path == "r.csv" or b"\n::error" not in raw
cells = [cell for line in csv.reader(open("r.csv", newline=""), strict=True) for cell in line]
assert "'=1+1" in cells and "'@everyone" in cells
assert "=1+1" not in cells and "@everyone" not in cells
END
    compare --style benchstat --format csv hostile.json hostile.json # benchstat's bytes
    [[ "$output" == *$'\n=1+1,'* ]]
}

@test "a change from 0 has no percentage in any report" {
    for i in 1 2 3 4 5 6; do echo "BenchmarkA 1 0 ns/op 0 allocs/op"; done >zero.txt
    for i in 1 2 3 4 5 6; do echo "BenchmarkA 1 1$i ns/op 12 allocs/op"; done >some.txt
    compare zero.txt some.txt --report json=r.json --report markdown=r.md --report csv=r.csv --report junit=r.xml
    [ "$status" -eq 1 ]
    [[ "$output" == *"regressed     A allocs/op: from 0 to 12, 5% allowed"* ]]
    [[ "$output" == *"regressed     A sec/op: from 0 s to 13"*"ns, p = "* ]]
    [ "$(grep -c '^A .* from 0 (' <<<"$output")" -eq 2 ]
    grep -q '^| A | allocs/op | \*\*regressed\*\* | 0 | 12 | from 0 | exact |' r.md
    grep -q '^A,0,0%,12,0%,from 0,n=6,regressed$' r.csv
    grep -q 'from 0 to 12, 5% allowed' r.xml
    [ "$(json r.json 'rows["A", "allocs/op"]["change"]')" = None ]
    run ! grep -l '∞' r.md r.csv r.xml
    compare --style benchstat zero.txt some.txt # as benchstat has it
    [[ "$output" == *"? (n=6)"* ]] || [[ "$output" == *"? (p=0.002 n=6)"* ]]
}

@test "markdown keeps to its budget and says what is left out" {
    for i in $(seq 1 400); do bench "Group/with/a/long/name/number=$i" 1000 ns/op 3; done >many.txt
    compare many.txt many.txt --report markdown=big.md
    compare many.txt many.txt --budget 8192 --report markdown=small.md
    [ "$(wc -c <big.md)" -le 65536 ]
    [ "$(wc -c <small.md)" -le 8192 ]
    shown=$(grep -c '^| Group' small.md)
    [ "$shown" -gt 10 ]
    grep -q "^_$((400 - shown)) further unchanged rows left out" small.md
    [ "$(tail -n 2 small.md | head -n 1)" = "</details>" ]
}

@test "the threshold, alpha, floors and rules decide" {
    compare old.txt slow.txt --threshold 25%
    [ "$status" -eq 0 ]
    compare old.txt slow.txt --floor sec/op=1us
    [ "$status" -eq 0 ]
    compare old.txt slow.txt --floor ns/op=100
    [ "$status" -eq 1 ]
    compare old.txt slow.txt --rule 'Par*:sec/op:threshold=30%'
    [ "$status" -eq 0 ]
    compare old.txt slow.txt --rule 'Parse:ns/op:gate=no' --report json=r.json
    [ "$status" -eq 0 ]
    [ "$(json r.json 'rows["Parse", "sec/op"]["verdict"], rows["Parse", "sec/op"]["gated"]')" = "('regressed', False)" ]
    compare old.txt slow.txt --rule 'Parse:sec/op:better=higher'
    [ "$status" -eq 0 ]
    [[ "$output" == *improved* ]]
    compare old.txt old.txt --rule 'Prase:sec/op:threshold=30%'
    [ "$status" -eq 0 ]
    [[ "$output" == *"--rule: the rule for benchmark 'Prase', unit 'sec/op' matches no row"* ]]
    compare old.txt old.txt --rule 'process/*:sec/op:gate=no' # there are such rows only beside others
    [[ "$output" != *"matches no row"* ]]
    bench A 1000 ns/op 5 9 >a.txt
    bench A 1250 ns/op 5 9 >b.txt
    compare a.txt b.txt --test welch
    [ "$status" -eq 1 ]
    compare a.txt b.txt --test welch --alpha 1e-6
    [ "$status" -eq 3 ]
}

@test "tests and corrections by name" {
    for test in auto welch welch-log trimmed mann-whitney; do
        compare old.txt slow.txt --test "$test" --report json=r.json
        [ "$status" -eq 1 ]
        [ "$(json r.json 'r["policy"]["test"]')" = "$test" ]
    done
    [ "$(json r.json 'rows["Parse", "sec/op"]["test"]')" = mann-whitney ]
    compare old.txt slow.txt --test welch --report json=r.json --correction none
    [ "$(json r.json 'rows["Parse", "sec/op"]["test"]')" = welch ]
    [ "$(json r.json 'rows["Parse", "sec/op"]["p"] == rows["Parse", "sec/op"]["p_adjusted"]')" = True ]
    compare old.txt slow.txt --test welch --report json=r.json --correction holm
    [ "$(json r.json 'abs(rows["Parse", "sec/op"]["p_adjusted"] / rows["Parse", "sec/op"]["p"] - 2) < 1e-9')" = True ]
}

@test "waivers: used, over the ceiling, expired, unused, unknown, broken" {
    echo 'Parse sec/op 25% 2999-12-31 accepted in issue 7' >waivers
    compare old.txt slow.txt --waivers waivers --report json=r.json
    [ "$status" -eq 0 ]
    [[ "$output" == *"waived        Parse sec/op: +20"*"issue 7 (waivers:1)"* ]]
    [ "$(json r.json 'rows["Parse", "sec/op"]["unwaived"]')" = regressed ]
    echo 'Parse ns/op 15% 2999-12-31 accepted' >waivers
    compare old.txt slow.txt --waivers waivers
    [ "$status" -eq 1 ]
    [[ "$output" == *"worse than the 15% that the waiver at waivers:1 allows"* ]]
    echo 'Parse sec/op 25% 2020-12-31 accepted' >waivers
    compare old.txt slow.txt --waivers waivers
    [ "$status" -eq 1 ]
    [[ "$output" == *"expired on 2020-12-31 and waives nothing"* ]]
    printf 'Render sec/op 25%% 2999-12-31 a\n"No such" sec/op 25%% 2999-12-31 b\n' >waivers
    compare old.txt old.txt --waivers waivers
    [ "$status" -eq 0 ]
    [[ "$output" == *"waivers:1: waiver of 'Render' sec/op is not needed"* ]]
    [[ "$output" == *"waivers:2: waiver of an unknown row: nothing here is named 'No such' in sec/op"* ]]
    echo 'Parse sec/op 25%' >waivers
    compare old.txt slow.txt --waivers waivers
    [ "$status" -eq 2 ]
    [[ "$output" == "perfgate: waivers:1: "* ]]
    compare old.txt slow.txt --waivers absent
    [ "$status" -eq 4 ]
}

@test "renames by option and by file" {
    sed 's/Parse/Read/' slow.txt >renamed.txt
    compare old.txt renamed.txt
    [ "$status" -eq 4 ]
    compare old.txt renamed.txt --rename Parse=Read
    [ "$status" -eq 1 ]
    [[ "$output" == *"regressed     Read sec/op"* ]]
    echo 'Parse Read # moved' >renames
    compare old.txt renamed.txt --renames renames
    [ "$status" -eq 1 ]
    compare old.txt old.txt --rename Nobody=X
    [ "$status" -eq 0 ]
    [[ "$output" == *"rename is not used: the baseline has no benchmark 'Nobody'"* ]]
}

@test "one sample, no sample, no variance" {
    { bench Bytes 100 B/op 1 0 && bench Time 100 ns/op 1 0; } >a.txt
    { bench Bytes 110 B/op 1 0 && bench Time 200 ns/op 1 0; } >b.txt
    compare a.txt b.txt --report json=r.json
    [ "$status" -eq 1 ]
    [ "$(json r.json 'rows["Bytes", "B/op"]["verdict"], rows["Bytes", "B/op"]["test"]')" = "('regressed', 'exact')" ]
    [ "$(json r.json 'rows["Time", "sec/op"]["verdict"], rows["Time", "sec/op"]["test"]')" = "('inconclusive', None)" ]
    { bench Zero 0 allocs/op 2 0 && bench Same 7 allocs/op 2 0; } >a.txt
    { bench Zero 1 allocs/op 2 0 && bench Same 7 allocs/op 2 0; } >b.txt
    compare a.txt b.txt --report json=r.json
    [ "$status" -eq 1 ]
    [ "$(json r.json 'rows["Zero", "allocs/op"]["change"]')" = None ]
    : >empty.txt
    compare empty.txt b.txt --report json=r.json
    [ "$status" -eq 4 ]
    [[ "$output" == *"empty.txt: no benchmark results"* ]]
    [ "$(json r.json 'r["verdict"]')" = broken ]
}

@test "mixed units, a unit that changed, a unit that turned round" {
    { bench Copy 10 ns/op && bench Kept 10 ns/op; } >a.txt
    { bench Copy 10 MB/s && bench Kept 10 ns/op; } >b.txt
    compare a.txt b.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"missing       Copy sec/op: unit changed: the head has this benchmark in B/s"* ]]
    { echo 'Unit points better=higher' && bench Score 10 points && bench Kept 10 ns/op; } >a.txt
    { echo 'Unit points better=lower' && bench Score 20 points && bench Kept 10 ns/op; } >b.txt
    compare a.txt b.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"incomparable  Score points: better is higher in the base and lower in the head"* ]]
    compare a.txt b.txt --rule '*:points:better=higher'
    [ "$status" -eq 0 ]
}

@test "configurations that differ are named, with the way out" {
    { echo 'cpu: A' && cat old.txt; } >a.txt
    { echo 'cpu: B' && cat slow.txt; } >b.txt
    compare a.txt b.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"base and head differ in cpu ('A' / 'B'); --ignore cpu compares them"* ]]
    compare a.txt b.txt --ignore cpu
    [ "$status" -eq 1 ]
}

@test "NaN, infinite, huge and negative values" {
    for value in NaN inf 1e999; do
        { cat old.txt && echo "BenchmarkBad 1 $value ns/op"; } >bad.txt
        compare old.txt bad.txt
        echo "$value: $status $output"
        [ "$status" -eq 4 ]
        [[ "$output" == *"bad.txt:31: "* ]]
    done
    bench Negative -5 points >a.txt
    compare a.txt a.txt --rule '*:points:better=higher'
    [ "$status" -eq 0 ]
    bench Huge 1e300 points >a.txt
    compare a.txt a.txt --rule '*:points:better=higher' --test welch
    [ "$status" -eq 3 ]
}

@test "several heads, labels, stdin, gzip" {
    compare base=old.txt old.txt slow.txt
    [ "$status" -eq 1 ]
    [[ "$output" == *"Parse sec/op [slow.txt]"* ]]
    run bash -c '"$PERFGATE" compare - slow.txt <old.txt'
    [ "$status" -eq 1 ]
    gzip -k old.txt
    compare old.txt.gz slow.txt
    [ "$status" -eq 1 ]
}

@test "columns need not be files" {
    { echo 'build: one' && cat old.txt && echo 'build: two' && cat slow.txt; } >both.txt
    compare both.txt --col build
    [ "$status" -eq 1 ]
    [[ "$output" == *"regressed     Parse sec/op"* ]]
}

@test "a history of baseline sessions is one column" {
    for i in 1 2 3 4 5; do bench Parse "100$i" ns/op >"s$i.txt"; done
    compare --history 5 s1.txt s2.txt s3.txt s4.txt s5.txt slow.txt --filter '.name:Parse .unit:ns/op' --report json=r.json
    [ "$status" -eq 1 ]
    [ "$(json r.json 'rows["Parse", "sec/op"]["head"]["n"], len(r["benchmarks"])')" = "(10, 1)" ]
}

@test "colour only on a terminal, NO_COLOR, --color" {
    compare old.txt slow.txt
    [[ "$output" != *$'\e['* ]]
    compare old.txt slow.txt --color always
    [[ "$output" == *$'\e['* ]]
    on_terminal() { script -qec "$1" /dev/null </dev/null; }
    on_terminal true >/dev/null 2>&1 || skip "no script(1) or no pseudo-terminal to play the terminal"
    run on_terminal "stty cols 200; $PERFGATE compare old.txt slow.txt"
    [[ "$output" == *$'\e['* ]]
    NO_COLOR=1 run on_terminal "stty cols 200; $PERFGATE compare old.txt slow.txt"
    [[ "$output" != *$'\e['* ]]
    run on_terminal "stty cols 200; $PERFGATE compare old.txt slow.txt --color never"
    [[ "$output" != *$'\e['* ]]
    TERM=dumb run on_terminal "stty cols 200; $PERFGATE compare old.txt slow.txt"
    [[ "$output" != *$'\e['* ]]
    [[ "$output" == *regressed* ]]
}

@test "benchstat's style has no verdict on stdout, but the exit code" {
    run bash -c '"$PERFGATE" compare --style benchstat old.txt slow.txt 2>/dev/null'
    [ "$status" -eq 1 ]
    [[ "$output" != *verdict* ]]
    [[ "$output" != *regressed* ]]
}

@test "input that is no recording" {
    head -c 100000 /dev/urandom >noise.bin
    compare noise.bin old.txt
    [ "$status" -eq 4 ]
    gzip -c old.txt | head -c 60 >cut.gz
    compare cut.gz old.txt --report json=r.json
    [ "$status" -eq 4 ]
    [ "$(json r.json 'r["reason"]')" = damaged-input ]
    mkdir folder
    compare folder old.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"folder: "* ]]
}

@test "a narrow terminal breaks no word and cuts no verdict; rows of processes wait for --all" {
    long=Parser/with/a/rather/long/path/of/parameters/size=1048576/depth=64
    for side in old new; do
        { bench "$long" 1000 ns/op 10 30 && bench Parse 1000 ns/op && bench process/x 7 ns/op; } >"$side.txt"
    done
    compare --width 80 --threshold 1% old.txt new.txt
    [ "$(LC_ALL=C.UTF-8 wc -L <<<"$output")" -le 80 ]
    [[ "$output" == *"0 incomparable, 0 failed, 0 waived"* ]]
    [[ "$output" == *"1 row of whole processes, not gated: --all shows it"* ]]
    [[ "$output" != *process/x* ]]
    compare --all old.txt new.txt
    [[ "$output" == *process/x*"(same)"* ]]
}

# Footnotes come early and late, in another order: "all samples are equal" first, "need more samples" only in later rows.
many() { # many SEED: 10 000 benchmarks
    awk -v seed="$1" 'BEGIN {
        srand(seed)
        for (b = 0; b < 10000; b++) {
            n = b < 6000 || b % 7 ? 7 : 3
            for (i = 0; i < n; i++)
                printf "BenchmarkCase/number=%d 1 %d ns/op %d B/op\n", b, 1000 + b % 50 + rand() * 200, b % 3 && b < 7000 ? 64 : 64 + i
            if (b % 500 == 0) printf "note: %d\n", b / 5000
        } }'
}

@test "one processor or several: the same bytes" {
    many 1 >old.txt
    many 2 >new.txt
    printf '%s\n' '--- FAIL: BenchmarkCase/number=7777' >>new.txt
    local all=("" "--style benchstat" "--style benchstat --ignore note" "--ignore note --width 60" "--test mann-whitney --ignore note"
        "--format csv" "--rule Case/number=9*:B/op:threshold=0.5 --strict" "--report json=- --ignore note")
    for options in "${all[@]}"; do
        # shellcheck disable=SC2086
        for cpus in one all; do
            (
                [ $cpus = all ] || taskset -pc "$(taskset -pc $BASHPID | sed 's/.*: *//; s/[-,].*//')" $BASHPID >taskset.log
                "$PERFGATE" compare $options old.txt new.txt >$cpus.stdout 2>$cpus.stderr || echo "exit $?" >>$cpus.stdout
            )
        done
        echo "options: $options"
        [ "$(wc -l <one.stdout)" -gt 10000 ]
        cmp one.stdout all.stdout
        cmp one.stderr all.stderr
    done
}
