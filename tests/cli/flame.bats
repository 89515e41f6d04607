#!/usr/bin/env bats
# perfgate flame: what a profile, or the difference of two, looks like. What the page does in a browser is in tests/interop/flame.sh.
load helper
bats_require_minimum_version 1.5.0

profile() { # profile NAME: of fixtures/flame, as NAME.pb
    python3 "${root:?}/tests/folded_profile.py" <"$root/fixtures/flame/$1.stacks" >"$1.pb"
}
pair() { profile old && profile new; }

@test "the difference as SVG, JSON and folded stacks" {
    pair
    golden flame/difference_svg 0 "$PERFGATE" flame old.pb new.pb --format svg -o -
    golden flame/difference_json 0 "$PERFGATE" flame old.pb new.pb --format json -o -
    golden flame/difference_folded 0 "$PERFGATE" flame old.pb new.pb --format folded -o -
}

@test "one profile as SVG, JSON and folded stacks" {
    profile new
    golden flame/one_svg 0 "$PERFGATE" flame new.pb --format svg -o -
    golden flame/one_json 0 "$PERFGATE" flame new.pb --format json -o -
    golden flame/one_folded 0 "$PERFGATE" flame new.pb --format folded -o -
}

@test "the page holds the JSON, its policy names what it runs, and it fetches nothing" {
    pair
    profile hostile
    for operands in "old.pb new.pb" "hostile.pb"; do
        # shellcheck disable=SC2086 # two operands
        "$PERFGATE" flame $operands -o page.html
        # shellcheck disable=SC2086
        "$PERFGATE" flame $operands -o page.json
        python3 - <<'PYTHON'
import base64, hashlib, json, re
page = open('page.html', encoding='utf-8').read()
policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
def name(text): return "'sha256-%s'" % base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
style, = re.findall(r'<style>(.*?)</style>', page, re.S)
scripts = re.findall(r'<script([^>]*)>(.*?)</script>', page, re.S)
assert [s[0] for s in scripts] == [' type="application/json" id="data"', ''], scripts
assert policy == f"default-src 'none'; style-src {name(style)}; script-src {name(scripts[1][1])}; base-uri 'none'; form-action 'none'", policy
assert json.loads(scripts[0][1]) == json.load(open('page.json'))
markup = page.replace(scripts[0][1], '').replace(scripts[1][1], '').replace(style, '')
assert not re.search(r'\b(src|href|style|on[a-z]+)\s*=', markup), markup
assert not re.search(r'https?:', markup), markup
PYTHON
    done
}

@test "equal profiles give equal bytes" {
    pair
    for form in html svg json folded; do
        "$PERFGATE" flame old.pb new.pb -o "a.$form"
        "$PERFGATE" flame old.pb new.pb -o "b.$form"
        cmp "a.$form" "b.$form"
    done
}

@test "widths and measures: the gone are seen where the old counts" {
    pair
    "$PERFGATE" flame old.pb new.pb -o new.svg
    "$PERFGATE" flame old.pb new.pb -o old.svg --width old
    "$PERFGATE" flame old.pb new.pb -o both.svg --width both
    "$PERFGATE" flame old.pb new.pb -o share.svg --measure share
    grep -q '<title>legacy' old.svg
    grep -q '<title>legacy' both.svg
    [ "$(grep -c 'class="gone"' both.svg)" -eq 2 ] # the frame and the legend
    [ "$(grep -c 'class="gone"' new.svg)" -eq 1 ]
    [ "$(grep -c '<title>legacy' new.svg)" -eq 0 ]
    grep -q 'Gone: stacks of 2.55% of the old total, 1 function;' new.svg
    grep -q '<title>utf8_check' both.svg
    [ "$(grep -c '<title>utf8_check' old.svg)" -eq 0 ]
    grep -q 'number' share.svg
    grep -q 'colour: change of share' share.svg
}

@test "with rounds enough the functions are tested: what is not significant is grey" {
    # 12 rounds of 200 samples: slow +25 % in every round, even as before, noisy anywhere within ±20 %
    awk 'BEGIN { for (r = 1; r <= 12; r++) {
        print r, "main;slow", 60000000 + 100000 * (r % 3) >"old"; print r, "main;slow", 75000000 + 100000 * (r % 5) >"new"
        print r, "main;noisy.constprop.0", 40000000 + 8000000 * (r % 3 - 1) >"old"
        print r, "main;noisy.constprop.1", 41000000 + 8000000 * ((r + 1) % 3 - 1) >"new" } }'
    for side in old new; do python3 "$root/tests/folded_profile.py" <"$side" >"$side.pb"; done
    "$PERFGATE" flame old.pb new.pb -o tested.json
    "$PERFGATE" flame old.pb new.pb -o tested.svg
    python3 -c '
import json
d = json.load(open("tested.json"))
assert d["names"][2:] == ["main", "noisy", "slow"], d["names"]
f = d["functions"]
assert f["cum_changed"] == [True, False, True] and f["flat_changed"][2] is True, f
assert f["verdict"][2] == "regressed" and f["cum_p"][2] < 1e-9 < 0.5 < f["cum_p"][1], f'
    tr '\n' ' ' <tested.svg | grep -q '<title>noisy[^<]*</title><rect class="same"'
    grep -q 'Grey: not significant, or not tested' tested.svg
    tr '\n' ' ' <tested.svg | grep -q '<title>slow[^<]*total p = [^<]*self regressed</title><rect class="up5"'
    # of chosen samples there is no test, which the picture says
    "$PERFGATE" flame old.pb new.pb --focus slow -o chosen.json
    [ "$(grep -c cum_p chosen.json)" -eq 0 ]
    "$PERFGATE" flame old.pb new.pb --focus slow -o chosen.svg
    grep -q 'Nothing was tested: colours are the size of the change alone' chosen.svg
}

@test "what has too few samples for a test is grey, and new or gone all the same" {
    # a sample is a millisecond: 'rare' has one a round, then two; 'late' and 'early' are in one round of twelve
    awk 'BEGIN { for (r = 1; r <= 12; r++) {
        print r, "main;slow", 60000000 + 100000 * (r % 3) >"old"; print r, "main;slow", 75000000 + 100000 * (r % 5) >"new"
        print r, "main;even", 50000000 + 100000 * (r % 3) >"old"; print r, "main;even", 50000000 + 100000 * (r % 4) >"new"
        print r, "main;rare", 1000000 >"old"; print r, "main;rare", 2000000 >"new" }
        print 1, "main;early", 4000000 >"old"; print 1, "main;late", 4000000 >"new" }'
    for side in old new; do python3 "$root/tests/folded_profile.py" <"$side" >"$side.pb"; done
    "$PERFGATE" flame old.pb new.pb -o tested.svg --width both
    tr '\n' ' ' <tested.svg >line
    grep -q '<title>rare total 1ms → 2ms (+100.00%)[^<]*function: total not tested, too few samples</title><rect class="same"' line
    grep -q '<title>late total 0 → [^<]*(new)[^<]*</title><rect class="new0"' line
    grep -q '<title>early total [^<]*(gone)[^<]*</title><rect class="gone0"' line
    grep -q '<title>all [^<]*all: total p = [^<]*</title><rect class="up4"' line
    # shares have tests of their own
    "$PERFGATE" flame old.pb new.pb -o tested.json
    python3 -c '
import json
d = json.load(open("tested.json"))
f, place = d["functions"], {name: i for i, name in enumerate(d["names"][2:])}
assert d["all"]["changed"] and f["share_cum_p"][place["slow"]] < 1e-3 and f["share_cum_p"][place["rare"]] is None, f
assert f["cum_p"][place["rare"]] is None and f["cum_changed"][place["rare"]] is None, f'
}

# recorded SIDE FACTOR: six rounds of two benchmarks as SIDE.txt and SIDE.pb.gz, a round being a hundred operations; Slow takes FACTOR ms an operation
recorded() {
    awk -v side="$1" -v ms="$2" 'BEGIN { for (r = 1; r <= 6; r++) {
        print r "@Slow", "main;slow", ms * 80000000 + 100000 * (r % 3) > side
        print r "@Slow", "main;rest", ms * 20000000 > side
        print r "@Even", "main;even", 50000000 + 100000 * (r % 3) > side
        print "BenchmarkSlow 100", ms * 1000000 + 1000 * r, "ns/op" > (side ".txt")
        print "BenchmarkEven 100", 500000 + 1000 * r, "ns/op" > (side ".txt") } }'
    python3 "${root:?}/tests/folded_profile.py" <"$1" | gzip >"$1.pb.gz"
}

@test "costs are an operation's where recordings beside the profiles tell its time, else it is said that they are a round's" {
    recorded old 1
    recorded new 1.25
    costs() { "$PERFGATE" flame "$@" -o - --format svg | grep -aoE 'cpu (per [a-z]*)?: [^,<]*|Costs are[^<]*'; }
    # one benchmark: by the profiles or by their recordings, also of some stacks alone
    for operands in "old.pb.gz new.pb.gz" "old.txt new.txt"; do
        # shellcheck disable=SC2086 # two operands
        [ "$(costs $operands --tag-focus benchmark=Slow)" = "cpu per operation: 1ms → 1.25ms (+24.92%)" ]
    done
    [ "$(costs old.txt new.txt --tag-focus benchmark=Slow --focus rest)" = "cpu per operation: 200.49us → 250.50us (+24.94%)" ]
    "$PERFGATE" flame old.txt new.txt -o page.json --tag-focus benchmark=Slow
    python3 -c 'import json; page = json.load(open("page.json")); assert len(page["per_op"]) == 2 and "per_round" not in page'
    # the cost of an operation is none of several benchmarks, nor without times, nor that of another type
    costs old.txt new.txt | grep 'Costs are those of a round of several benchmarks; --tag-focus benchmark=NAME'
    "$PERFGATE" flame old.txt new.txt -o page.html
    grep -q '"per_round":"Costs are those of a round of several' page.html
    sed -i '/BenchmarkSlow/d' old.txt
    costs old.txt new.txt --tag-focus benchmark=Slow | grep 'the recordings do not tell the time of Slow on both sides'
    echo rubbish >old.txt
    costs old.pb.gz new.pb.gz | grep 'Costs are those of a round: old.txt: '
    rm old.txt
    costs old.pb.gz new.pb.gz | grep 'Costs are those of a round; an operation.*s are known where NAME.txt lies beside NAME.pb.gz on both sides'
    run "$PERFGATE" flame new.pb.gz -o one.svg
    [ "$status" -eq 0 ]
    { echo "# perfgate recording: 1" && cat new.txt; } >alone.txt
    run "$PERFGATE" flame alone.txt -o one.svg
    [ "$status" -eq 4 ]
    [[ "$output" == *"alone.txt: expected a profile, got a recording"* ]] # which has none beside it
}

@test "the HTML report of a comparison draws the benchmark that regressed" {
    awk 'BEGIN { for (r = 1; r <= 12; r++) for (s = 0; s < 2; s++) {
        print r "@Slow", "main;slow", (s ? 75000000 : 60000000) + 100000 * (r % 3) > (s ? "new" : "old")
        print r "@Even", "main;even", 50000000 + 100000 * (r % 3) > (s ? "new" : "old")
        print "BenchmarkSlow 1", (s ? 75 : 60) * 1000000 + 1000 * (r % 5), "ns/op" > (s ? "new.txt" : "old.txt")
        print "BenchmarkEven 1", 50 * 1000000 + 1000 * (r % 5), "ns/op" > (s ? "new.txt" : "old.txt") } }'
    for side in old new; do python3 "$root/tests/folded_profile.py" <"$side" | gzip >"$side.pb.gz"; done
    run "$PERFGATE" compare old.txt new.txt --report html=report.html
    [ "$status" -eq 1 ]
    [ "$(grep -c '<svg class="flame"' report.html)" -eq 1 ]
    grep -q '<h3>Slow</h3>' report.html
    # what the benchmark says of an operation, not what a round took
    grep -q 'cpu per operation: 60ms → 75ms (+25.00%), 12 and 12 rounds' report.html
    grep -q -- '--report flame=flame.html' report.html
    tr '\n' ' ' <report.html | grep -q '<title>slow[^<]*total p = [^<]*self regressed</title><rect class="up5"'
    [ "$(grep -c '<title>even' report.html)" -eq 0 ]
}

@test "the page of a comparison has every benchmark, what regressed first, and all reports link to it" {
    awk 'BEGIN { for (r = 1; r <= 12; r++) for (s = 0; s < 2; s++) {
        print r "@Slow", "main;slow", (s ? 75000000 : 60000000) + 100000 * (r % 3) > (s ? "new" : "old")
        print r "@Even", "main;even", 50000000 + 100000 * (r % 3) > (s ? "new" : "old")
        print "BenchmarkSlow 1", (s ? 75 : 60) * 1000000 + 1000 * (r % 5), "ns/op" > (s ? "new.txt" : "old.txt")
        print "BenchmarkEven 1", 50 * 1000000 + 1000 * (r % 5), "ns/op" > (s ? "new.txt" : "old.txt") } }'
    for side in old new; do python3 "$root/tests/folded_profile.py" <"$side" | gzip >"$side.pb.gz"; done
    mkdir out "out/a b"
    run --separate-stderr "$PERFGATE" compare old.txt new.txt --report "flame=out/a b/f:1.html" --report html=out/report.html --report json=out/report.json \
        --report markdown="out/a b/report.md"
    [ "$status" -eq 1 ]
    grep -q '^flame graphs  out/a b/f:1.html$' <<<"$output"
    grep -q '<a href="a%20b/f%3A1.html">' out/report.html
    grep -q 'out/a b/f:1\.html\](f%3A1.html)$' "out/a b/report.md"
    python3 -c '
import json, re
assert json.load(open("out/report.json"))["artifacts"] == {"flamegraph": "out/a b/f:1.html"}
page = open("out/a b/f:1.html", encoding="utf-8").read()
graphs = json.loads(re.search("id=\"data\">(.*?)</script>", page, re.S)[1])
assert [g["benchmark"] for g in graphs] == ["Slow", "Even"]
assert "75ms (+25.00%)" in graphs[0]["summary"] and "all" in graphs[0] and len(graphs[0]["per_op"]) == 2'
    # to stdout it is linked from nowhere
    run --separate-stderr "$PERFGATE" compare old.txt new.txt --report flame=- --report json=report.json
    [ "$status" -eq 1 ]
    grep -q '^<!DOCTYPE html>' <<<"$output"
    grep -q '"artifacts": *{}' report.json
}

@test "a page of flame graphs without profiles says why, and nothing links to it" {
    awk 'BEGIN { for (r = 1; r <= 12; r++) print "BenchmarkEven 1", 50 * 1000000 + 1000 * (r % 5), "ns/op" >"old.txt" }'
    run --separate-stderr "$PERFGATE" compare old.txt old.txt --report flame=flame.html --report markdown=report.md --report json=report.json
    [ "$status" -eq 0 ]
    grep -q 'No flame graph' flame.html
    grep -q 'needs a profile, NAME.pb.gz beside NAME.txt, on both sides' flame.html
    [ "$(grep -ci flame <<<"$output")" -eq 0 ]
    [ "$(grep -c flame.html report.md)" -eq 0 ]
    grep -q '"artifacts": *{}' report.json
}

@test "filters choose the samples, and rounds are those of what is left" {
    pair
    "$PERFGATE" flame old.pb new.pb --tag-focus round=1: --focus parse -o one.json
    python3 -c '
import json
d = json.load(open("one.json"))
assert d["rounds"] == [2, 2] and "print" not in d["names"] and d["totals"] == [150000000, 184500000], d' ||
        { cat one.json && return 1; }
}

@test "frames below --min-share are joined, and counted" {
    pair
    "$PERFGATE" flame old.pb new.pb --min-share 10% -o joined.json
    python3 -c '
import json
d = json.load(open("joined.json"))
assert d["joined"] == 3 and d["frames"]["name"].count(1) == 3, d      # legacy, utf8_check, tick
assert sum(d["frames"]["old"]) == d["totals"][0] and sum(d["frames"]["new"]) == d["totals"][1], d'
}

@test "a stack of 100 000 frames is drawn" {
    python3 -c 'print("f;" * 100000 + "g 5")' | python3 "$root/tests/folded_profile.py" >deep.pb
    for form in html svg folded; do timeout 20 "$PERFGATE" flame deep.pb -o "deep.$form"; done
    [ "$(grep -c '<title>f' deep.svg)" -eq 999 ] # and the root
    grep -q 'Frames deeper than 1000 levels, 99002, are not drawn' deep.svg
}

@test "profiles of one name are told apart by their folders" {
    pair
    mkdir a b && mv old.pb a/cpu.pb && mv new.pb b/cpu.pb
    "$PERFGATE" flame "$PWD/a/cpu.pb" b/cpu.pb -o x.svg
    grep -q '^<title>a/cpu.pb → b/cpu.pb</title>$' x.svg
}

@test "bad use is exit 2 and says what is expected" {
    pair
    run "$PERFGATE" flame -o x.svg
    [ "$status" -eq 2 ]
    [[ "$output" == *"expected one profile, or OLD and NEW, got 0"* ]]
    run "$PERFGATE" flame old.pb new.pb old.pb -o x.svg
    [ "$status" -eq 2 ]
    run "$PERFGATE" flame old.pb
    [ "$status" -eq 2 ]
    [[ "$output" == *"expected -o PATH"* ]]
    run "$PERFGATE" flame old.pb -o x.png
    [ "$status" -eq 2 ]
    [[ "$output" == *"'x.png' does not end with .html, .svg, .folded or .json"* ]]
    run "$PERFGATE" flame old.pb -o x.svg --min-share 2
    [ "$status" -eq 2 ]
    run "$PERFGATE" flame old.pb new.pb -t heat -o x.svg
    [ "$status" -eq 2 ]
    [ ! -e x.svg ]
}

@test "what cannot be read or drawn is exit 4, and no file is left" {
    pair
    head -c 100 old.pb >short.pb
    run "$PERFGATE" flame short.pb -o x.html
    [ "$status" -eq 4 ]
    [[ "$output" == *"short.pb: "*"offset "* ]]
    printf 'a 5\nb -2\n' | python3 "$root/tests/folded_profile.py" >negative.pb
    run "$PERFGATE" flame old.pb negative.pb -o x.html
    [ "$status" -eq 4 ]
    [[ "$output" == *"negative.pb: sample 1 has the value -2"* ]]
    run "$PERFGATE" flame old.pb new.pb --focus nothing -o x.html
    [ "$status" -eq 4 ]
    [[ "$output" == *"new.pb: no sample has a stack and a value of cpu"* ]]
    run "$PERFGATE" flame old.pb missing.pb -o x.html
    [ "$status" -eq 4 ]
    run "$PERFGATE" flame old.pb -o missing/x.html
    [ "$status" -eq 4 ]
    [ "$(ls)" = "$(printf '%s\n' negative.pb new.pb old.pb short.pb)" ]
}
