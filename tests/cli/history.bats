#!/usr/bin/env bats
# perfgate history: one benchmark's recordings over time.
bats_require_minimum_version 1.5.0
load helper

# What a commit of day N is called: 40 hexadecimal digits, the first twelve of which are those of the day.
commit_of() { printf '%012x%028d' "$((0xabc000000000 + $1))" 0; }

# recording FILE DAY LEVEL [PROVENANCE…]: six rounds of Parse around LEVEL ns (up to 2 % over it), measured on a day of January
recording() {
    local file=$1 day=$2 level=$3 round
    shift 3
    {
        echo "# perfgate recording: 1"
        printf '# perfgate commit: %s\n# perfgate time: 2026-01-%02dT12:00:00Z\n' "$(commit_of "$day")" "$day"
        [ $# -eq 0 ] || printf '# perfgate %s\n' "$@"
        for round in 1 2 3 4 5 6; do
            echo "# perfgate round: $round"
            echo "Benchmark${NAME:-Parse} 1 $((level + (day * 7919 + round * 104729) % 97 * level / 5000)) ns/op"
        done
        echo "# perfgate end: 6"
    } >"$file"
}

# stored DAY LEVEL [PROVENANCE…]: the same in the store
stored() {
    recording r.txt "$@" "branch: main" "fingerprint-id: aa"
    "$PERFGATE" -q baseline save r.txt
}

# twelve recordings, 10 % slower from day 8 on
with_a_step() {
    local day
    for day in $(seq 12); do
        stored "$day" $((day < 8 ? 100000 : 110000))
    done
}

json() { python3 -c 'import json, sys; print(eval(sys.argv[1], {"r": json.load(open("h.json"))}))' "$1"; }

@test "a planted step is found at its commit, with size and p, and the seed is said" {
    with_a_step
    run --separate-stderr "$PERFGATE" history Parse
    [ "$status" -eq 0 ]
    # shellcheck disable=SC2154 # run sets stderr
    [ "$stderr" = "" ]
    [ "${lines[0]}" = "Parse sec/op, branch main, machine aa" ]
    [[ "${lines[1]}" == "time "*"commit "*"sec/op"*"change" ]]
    [[ "${lines[2]}" == "2026-01-01 12:00  abc000000001  6  "*" ± "*% ]]
    [[ "${lines[9]}" == "2026-01-08 12:00  abc000000008  6  "*" +"*%"  change 1" ]]
    [[ "$output" == *"change 1      +9.8"?"% worse, 101.0 µs to 111.0 µs, p = 0.00"*"between abc000000007 and abc000000008"* ]]
    [[ "$output" != *"change 2"* ]]
    [[ "$output" == *"alpha 0.05, levels of 3 or more, seed 1, 999 shuffles"* ]]
    [[ "$output" != *$'\e'* && "$output" != *●* ]]
    [ -z "$(LC_ALL=C.UTF-8 awk 'length > 80' <<<"$output")" ]
    again=$("$PERFGATE" history Parse)
    [ "$again" = "$output" ]
}

@test "a terminal also shows where the centres lie" {
    with_a_step
    run env -u NO_COLOR TERM=xterm script -qec "'$PERFGATE' history Parse --width 100" /dev/null
    [ "$status" -eq 0 ]
    [[ "$output" == *─●* ]]
    [[ "$output" == *$'\e[31mchange 1\e[0m'* ]]
}

@test "equal builds have no change" {
    for day in $(seq 12); do
        stored "$day" 100000
    done
    run "$PERFGATE" history Parse
    [ "$status" -eq 0 ]
    [[ "$output" == *"no change     in 12 recordings"* ]]
    [[ "$output" != *"change 1"* ]]
}

@test "recordings that lack the benchmark are counted" {
    with_a_step
    NAME=Other stored 13 100000
    NAME=Other stored 14 100000
    run "$PERFGATE" history Parse
    [ "$status" -eq 0 ]
    [[ "$output" == *"missing       in 2 recordings since its first"* ]]
    run "$PERFGATE" history Other
    [ "$status" -eq 0 ]
    [[ "$output" != *missing* ]]
}

@test "too few recordings are said to be too few" {
    for day in 1 2 3 4; do
        stored "$day" $((day * 100000))
    done
    run "$PERFGATE" history Parse
    [ "$status" -eq 0 ]
    [[ "$output" == *"too few       4 recordings cannot show a change at alpha 0.05, 8 could"* ]]
    [[ "$output" != *method* ]]
}

@test "recordings of two machines are not mixed" {
    for day in $(seq 12); do # every other day on a machine that is twice as slow
        recording r.txt "$day" $((day % 2 ? 100000 : 200000)) "branch: main" "fingerprint-id: $((day % 2))$((day % 2))"
        "$PERFGATE" -q baseline save r.txt
    done
    run "$PERFGATE" history Parse --report json=h.json
    [ "$status" -eq 0 ]
    [[ "$output" == *"Parse sec/op, branch main, machine 11"*"Parse sec/op, branch main, machine 00"* ]]
    [[ "$output" == *"note          recordings of 2 machines, each by itself"* ]]
    [ "$(json '[len(s["recordings"]) for s in r["series"]]')" = "[6, 6]" ]
    [ "$(json 'max(abs(p["change"] or 0) for s in r["series"] for p in s["recordings"]) < 0.05')" = True ]
    run "$PERFGATE" history Parse --fingerprint 00
    [ "$status" -eq 0 ]
    [[ "$output" == *"machine 00"* && "$output" != *"machine 11"* ]]
    run "$PERFGATE" history Parse --fingerprint none
    [ "$status" -eq 4 ]
    [[ "$output" == *"no recording is left of machine none"* ]]
}

@test "a regression is shown with its mark, an accepted one as well, and a modified tree" {
    for day in $(seq 8); do
        stored "$day" 100000
    done
    stored 9 130000 "verdict: regression"
    stored 10 130000 "verdict: regression"
    "$PERFGATE" -q baseline accept "$(commit_of 10)" --reason known
    stored 11 130000 "modified: true"
    run "$PERFGATE" history Parse
    [ "$status" -eq 0 ]
    [[ "$output" == *"abc000000009 "*"change 1, regression"$'\n'* ]]
    [[ "$output" == *"abc00000000a "*"regression (accepted)"$'\n'* ]]
    [[ "$output" == *"abc00000000b-dirty "* ]]
}

@test "a damaged entry is reported and left out: exit 4, after everything was written" {
    with_a_step
    broken=$(find .perfgate/baseline -name '20260103*.txt')
    sed -i 4q "$broken"
    run --separate-stderr "$PERFGATE" history Parse --report json=h.json --report csv=h.csv
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"warning: main/20260103T120000Z-"*": damaged: "* ]]
    [[ "$output" == *"damaged       main/20260103T120000Z-"* ]]
    [[ "$output" != *abc000000003\ * ]]
    [[ "$output" == *"between abc000000007 and abc000000008"* ]]
    [ "$(json 'len(r["damaged"]), len(r["series"][0]["recordings"])')" = "(1, 11)" ]
    [ "$(wc -l <h.csv)" -eq 12 ]
}

@test "JSON and CSV carry the same, and a path of - replaces the table" {
    with_a_step
    run "$PERFGATE" history Parse --report json=h.json --report csv=-
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 13 ]
    [[ "${lines[0]}" == benchmark,package,unit,branch,* ]]
    [[ "${lines[8]}" == "Parse,,sec/op,main,aa,2026-01-08T12:00:00Z,main/2026"*",$(commit_of 8),,no,no,6,"* ]]
    [ "$(json 'r["schema"]')" = perfgate.history/1 ]
    [ "$(json '[(c["index"], c["before_commit"][:12], c["after_commit"][:12], c["direction"]) for s in r["series"] for c in s["changes"]]')" = \
        "[(7, 'abc000000007', 'abc000000008', 'worse')]" ]
    python3 - <<'END'
import csv, json
series = json.load(open("h.json"))["series"][0]
rows = list(csv.DictReader(__import__("os").popen("'%s' history Parse --report csv=-" % __import__("os").environ["PERFGATE"])))
assert [float(row["center"]) for row in rows] == [p["center"] for p in series["recordings"]]
change = series["changes"][0]
assert float(rows[7]["level_change"]) == change["change"] and float(rows[7]["level_p"]) == change["p"]
assert all(row["level_p"] == "" for i, row in enumerate(rows) if i != 7)
END
    run "$PERFGATE" history Parse --report xml=h
    [ "$status" -eq 2 ]
    [[ "$output" == *"--report=xml=h: write json=PATH, csv=PATH or text=PATH"* ]]
}

@test "since, limit, branch and unit choose; what is left out is said" {
    with_a_step
    run "$PERFGATE" history Parse --since 2026-01-05
    [[ "$output" != *2026-01-04* && "$output" == *2026-01-05* ]]
    run "$PERFGATE" history Parse --since 2026-01-05T12:00:01Z
    [[ "$output" != *2026-01-05* && "$output" == *2026-01-06* ]]
    run "$PERFGATE" history Parse --limit 11
    [[ "$output" != *2026-01-01* && "$output" == *2026-01-02* ]]
    [[ "$output" == *"note          1 older recording is left out (--limit 11)"* ]]
    run "$PERFGATE" history Parse --since yesterday
    [ "$status" -eq 2 ]
    [[ "$output" == *"--since=yesterday: write a date or time"* ]]
    run "$PERFGATE" history Parse --since 2027-01-01
    [ "$status" -eq 4 ]
    [[ "$output" == *"no recording is left since 2027-01-01"* ]]
    run "$PERFGATE" history Parse --branch dev
    [ "$status" -eq 4 ]
    [[ "$output" == *"has no recording of branch 'dev'; branches there: main"* ]]
    run "$PERFGATE" history Parse --branch 'm*' --unit ns/op
    [ "$status" -eq 0 ]
    run "$PERFGATE" history Parse --unit B/op
    [ "$status" -eq 4 ]
    [[ "$output" == *"has a benchmark 'Parse' with unit B/op"* ]]
    run "$PERFGATE" history Prse
    [ "$status" -eq 4 ]
    [[ "$output" == *"has a benchmark 'Prse'; there are Parse"* ]]
    run "$PERFGATE" history
    [ "$status" -eq 2 ]
    [[ "$output" == *"expected a benchmark"* ]]
}

@test "changes alone, of all benchmarks, corrected together" {
    with_a_step
    for day in $(seq 12); do
        NAME=Print recording r.txt "$day" 50000 "branch: main" "fingerprint-id: aa"
        "$PERFGATE" -q baseline save r.txt
    done
    run "$PERFGATE" history '*' --changes
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "Parse sec/op, branch main, machine aa" ]
    [[ "${lines[1]}" == "change 1 "* ]]
    [[ "${lines[3]}" == "series        2: 1 changed (Benjamini-Hochberg), 0 with too few recordings" ]]
    [ "${#lines[@]}" -eq 5 ]
}

@test "recordings that are given stand in the order of their times, or else as given" {
    for day in $(seq 12); do
        recording "$day.txt" "$day" $((day < 8 ? 100000 : 110000))
    done
    run "$PERFGATE" history Parse ./*.txt # 10 comes before 2
    [ "$status" -eq 0 ]
    [[ "$output" == *"between abc000000007 and abc000000008"* ]]
    for day in $(seq 12); do
        grep -v '^#' "$day.txt" >"plain$day.txt"
    done
    run "$PERFGATE" history Parse plain{1..12}.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"between plain7.txt and plain8.txt"* ]]
    [[ "$output" == *"note          not every recording says when it was measured: they stand in the order given"* ]]
    run "$PERFGATE" history Parse plain1.txt --since 2026-01-01
    [ "$status" -eq 2 ]
    run "$PERFGATE" history Parse nothing.txt
    [ "$status" -eq 4 ]
    echo 'BenchmarkParse 12 34' >>plain3.txt
    run "$PERFGATE" history Parse plain{1..12}.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"plain3.txt: damaged: plain3.txt:7: missing units"* ]]
}

@test "no store and an empty store are exit 4" {
    run "$PERFGATE" history Parse
    [ "$status" -eq 4 ]
    [[ "$output" == *"store '.perfgate/baseline' has no recording; it is empty"* ]]
    run "$PERFGATE" history Parse --store r.txt
    [ "$status" -eq 4 ]
}

@test "hostile names are escaped in every form" {
    name=$'<script>|"::error::\e[31m,=1+1\xff'
    for day in $(seq 8); do
        NAME="$name" recording r.txt "$day" $((day < 5 ? 100000 : 200000)) $'branch: \e]0;x\a<b>' "fingerprint-id: a b\"<c>"
        sed -i "s|^# perfgate commit: .*|# perfgate commit: <img>\x1b[2J,@$day|" r.txt
        "$PERFGATE" -q baseline save r.txt
    done
    run "$PERFGATE" history '*' --report json=h.json --report csv=h.csv
    [ "$status" -eq 0 ]
    [[ "$output" == *"change 1"* ]]
    [[ "$output" != *$'\e'* && "$output" != *$'\a'* ]]
    run ! grep -q $'[\e\a]' h.json h.csv
    run ! grep -q '[<>]' h.json
    python3 - <<'END'
import csv, json
series = json.load(open("h.json", encoding="utf-8"))["series"]
assert len(series) == 1 and len(series[0]["recordings"]) == 8, series
rows = list(csv.DictReader(open("h.csv", encoding="utf-8", newline="")))
assert len(rows) == 8 and all(row["benchmark"].startswith("<script>|\"") for row in rows), rows
assert not any(value[:1] in "=+-@" and not value[1:2].isdigit() for row in rows for value in row.values() if value), rows
END
}

@test "the HTML report of a comparison with a store draws its recordings and where their level changed" {
    with_a_step
    recording head.txt 13 111000 "branch: main" "fingerprint-id: aa"
    run "$PERFGATE" compare --baseline-store .perfgate/baseline --branch main head.txt --report html=report.html
    [ "$status" -eq 0 ]
    tr '\n' ' ' <report.html | grep -o '<svg class="history".*' | sed 's|</svg>.*||' >line
    [ "$(grep -o '<circle' line | wc -l)" -eq 13 ] # twelve stored, and the head
    [ "$(grep -o '<path class="jump worse"' report.html | wc -l)" -eq 1 ]
    [ "$(grep -o '<path class="level"' report.html | wc -l)" -eq 2 ]
    # the words of `perfgate history`
    grep -q '12 stored recordings, abc000000001 to abc00000000c, then the head' report.html
    grep -q '<small class="jumped">level changed at abc000000008: +9\.8[0-9]% (p = 0\.00[0-9]*)</small>' report.html
    # without a store there is none
    recording base.txt 12 110000
    run "$PERFGATE" compare base.txt head.txt --report html=plain.html
    [ "$(grep -c 'class="history"' plain.html)" -eq 0 ]
    # and one that has two recordings draws no line
    rm -r .perfgate
    stored 1 110000
    stored 2 110000
    run "$PERFGATE" compare --baseline-store .perfgate/baseline --branch main head.txt --report html=two.html
    [ "$status" -eq 0 ]
    [ "$(grep -c 'class="history"' two.html)" -eq 0 ]
}
