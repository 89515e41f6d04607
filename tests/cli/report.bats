#!/usr/bin/env bats
# perfgate report: a JSON report that is not trusted, written in other formats; and what is made for GitHub.
bats_require_minimum_version 1.5.0
load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    for i in 1 2 3 4 5 6 7 8 9 10; do
        echo "BenchmarkParse 100 $((1000 + i)) ns/op" >>old.txt
        echo "BenchmarkParse 100 $((1200 + i)) ns/op" >>new.txt
        echo "BenchmarkKeep 100 $((500 + i)) ns/op" | tee -a old.txt >>new.txt
    done
    unset PERFGATE_ARTIFACT_URL PERFGATE_FLAME_URL
}

@test "every format comes out of the JSON report as it came out of the comparison, with the same exit code" {
    formats="json markdown csv junit html github-summary github-comment github-annotations"
    options=() again=()
    for format in $formats; do
        options+=(--report "$format=first.$format")
        again+=(--report "$format=second.$format")
    done
    run "$PERFGATE" compare old.txt new.txt "${options[@]}"
    [ "$status" -eq 1 ]
    run "$PERFGATE" report first.json "${again[@]}"
    [ "$status" -eq 1 ]
    [[ "$output" == *"verdict       regression (exit 1)" ]]
    for format in $formats; do
        [ "$format" = html ] || cmp "first.$format" "second.$format" # the page had the rounds as dots
    done
    grep -q '<title>perfgate: regression</title>' second.html
    run "$PERFGATE" report - --report github-comment=- <first.json
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = "<!-- perfgate:v1 key=default -->" ]
    [ "${lines[1]}" = "### ❌ perfgate: regression: 1 of 2 rows got worse" ]
}

@test "each exit code is the verdict's: 0, 3, 4" {
    "$PERFGATE" compare old.txt old.txt --report json=same.json
    run "$PERFGATE" report same.json --report github-annotations=-
    [ "$status" -eq 0 ]
    [[ "${lines[0]}" == "::notice title=perfgate pass::"* ]]
    run "$PERFGATE" compare <(head -n 1 old.txt) <(head -n 1 new.txt) --report json=one.json
    [ "$status" -eq 3 ]
    run "$PERFGATE" report one.json --report github-summary=- --report github-annotations=lines
    [ "$status" -eq 3 ]
    [ "${lines[0]}" = "### ⚠️ perfgate: NOT ENFORCED: inconclusive: the data cannot decide" ]
    grep -q '^::warning title=perfgate NOT ENFORCED%3A inconclusive' lines
    run "$PERFGATE" compare nowhere.txt new.txt --report json=none.json
    [ "$status" -eq 4 ]
    run "$PERFGATE" report none.json --report github-comment=-
    [ "$status" -eq 4 ]
    [[ "${lines[1]}" == "### ⚠️ perfgate: NOT ENFORCED: broken: no-baseline"* ]]
}

@test "a canary's report, of profiles alone, comes back as it was" {
    for side in "base 1 old" "library 2 new"; do
        read -r program seed name <<<"$side"
        "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/$program.folded" 20 "$seed" Parse/1k "$name"
    done
    run "$PERFGATE" canary --base old.pb.gz --head new.pb.gz --report json=first.json --report github-comment=first.md
    [ "$status" -eq 1 ]
    run "$PERFGATE" report first.json --report json=second.json --report github-comment=second.md
    [ "$status" -eq 1 ]
    cmp first.json second.json
    cmp first.md second.md
    grep -q '^| memcpy | \*\*regressed\*\* |' second.md
}

@test "2: no operand, two, a format that is none, links and labels that are none" {
    "$PERFGATE" compare old.txt old.txt --report json=r.json
    for arguments in "" "r.json r.json" "r.json --report yaml=x" "r.json --artifact-url javascript:alert(1)" \
        "r.json --flame-url https://" "r.json --overridden-by ann" "r.json --commit main"; do
        # shellcheck disable=SC2086
        run "$PERFGATE" report $arguments
        [ "$status" -eq 2 ] || { echo "$arguments: $status" && return 1; }
    done
    PERFGATE_FLAME_URL="not one" run "$PERFGATE" report r.json
    [ "$status" -eq 2 ]
    [[ "$output" == *"--flame-url: 'not one' is no address"* ]]
}

@test "4: damaged, hostile or lying reports are refused, and the reports say so" {
    "$PERFGATE" compare old.txt new.txt --report json=r.json || true
    : >empty
    head -c 500 r.json >cut.json
    sed 's/"verdict": "regression"/"verdict": "pass"/; s/"exit_code": 1/"exit_code": 0/' r.json >lie
    sed 's/0.05/1e999/' r.json >number
    sed 's/"family"/"exit_code": 0, "family"/' r.json >twice
    sed 's/"family"/"a\\n::error::b": 0, "a\\n::error::b": 0, "family"/' r.json >command.json
    sed 's/perfgate.report\/1/perfgate.report\/2/' r.json >schema
    sed 's/"notes": \[\]/"notes": [], "ok\\n::error::": 1/' r.json >member
    python3 -c 'print("[" * 100000)' >deep
    head -c 70000000 /dev/zero | tr '\0' ' ' >large
    gzip -c large >bomb
    for file in empty cut.json lie number twice command.json schema member deep large bomb /does/not/exist .; do
        run --separate-stderr "$PERFGATE" report "$file" --report github-comment=out.md --report github-annotations=out.txt
        [ "$status" -eq 4 ] || { echo "$file: $status" && return 1; }
        [ -n "$stderr" ]
        [[ "$stderr" != *$'\n'::* ]]
        grep -q 'perfgate: broken: ' out.md
        [ "$(grep -vc '^::error title=perfgate broken' out.txt)" -eq 0 ]
    done
    [ "$("$PERFGATE" report lie 2>&1)" = 'perfgate: lie: verdict: "pass", but the rows make it "regression"' ]
}

@test "the environment gives links, the options go before it; an override is words, not a verdict" {
    run env PERFGATE_ARTIFACT_URL=https://host/a PERFGATE_FLAME_URL=https://host/f "$PERFGATE" compare old.txt new.txt \
        --artifact-url https://host/b --overridden-by "perf-ok:ann" --comment-key "linux arm" --commit 0123456 --untrusted \
        --report github-comment=- --report github-annotations=lines
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = "<!-- perfgate:v1 key=linux-arm -->" ]
    [ "${lines[1]}" = "### ⚠️ perfgate: overridden: regression: 1 of 2 rows got worse, accepted with the label perf-ok by ann" ]
    [[ "$output" == *"[Full report](https://host/b) · [Flame graph](https://host/f)"* ]]
    [[ "$output" == *"**about** commit 0123456"* ]]
    [[ "$output" == *"Measured by an untrusted job"* ]]
    [[ "$output" == *"| Parse | sec/op | **regressed**, accepted |"* ]]
    grep -q '^::warning title=regressed%2C accepted%3A Parse sec/op::' lines
    [ "$(grep -c '^::error' lines)" -eq 0 ]
}

@test "that benchmarks are gone can be accepted as a regression can, damaged input cannot" {
    run "$PERFGATE" compare <(grep Keep old.txt; grep Parse new.txt) <(grep Parse new.txt) --overridden-by ok:ann \
        --report github-comment=- --report github-annotations=lines
    [ "$status" -eq 4 ]
    [[ "${lines[1]}" == "### ⚠️ perfgate: overridden: broken: missing-rows: "*", accepted with the label ok by ann" ]]
    [[ "$output" == *"| Keep | sec/op | **missing**, accepted |"* ]]
    [ "$(grep -c '^::error' lines)" -eq 0 ]
    run "$PERFGATE" compare nowhere.txt new.txt --overridden-by ok:ann --report github-comment=-
    [[ "$output" != *overridden* ]]
}

# in_file FILE LINE STATUS: `placed`, lines with the annotation that names a file, for a report that says FILE and LINE of memcpy
in_file() {
    python3 - "$1" "$2" <<'END'
import json, sys
report = json.load(open("found.json"))
for function in report["functions"]:
    if function["function"] == "memcpy":
        function.update(file=sys.argv[1], line=int(sys.argv[2]))
json.dump(report, open("placed.json", "w"))
END
    run "$PERFGATE" report placed.json --checkout tree --report github-annotations=lines
    [ "$status" -eq "$3" ]
    placed=$(grep '^::[a-z]* file=' lines || true)
}

@test "a function that regressed is annotated in its file, if that is one of the checkout" {
    for side in "base 1 old" "library 2 new"; do
        read -r program seed name <<<"$side"
        "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/$program.folded" 20 "$seed" Parse/1k "$name"
    done
    run "$PERFGATE" compare old.txt new.txt --report json=found.json --report github-annotations=lines
    code=$status
    [ "$(grep -c file= lines)" -eq 0 ]
    mkdir -p tree/src tree/a,b elsewhere
    touch tree/src/copy.c tree/a,b/100%:c.c elsewhere/x.c
    ln -s ../elsewhere/x.c tree/link.c
    in_file src/copy.c 12 "$code"
    [[ "$placed" =~ ^::(error|warning|notice)\ file=src/copy.c,line=12,title=regressed%3A\ memcpy\ in\ Parse/1k::.+ ]]
    [[ "$placed" != *$'\n'* ]]
    in_file a,b/100%:c.c 3 "$code" # what would end a property or a command is text
    [[ "$placed" == *" file=a%2Cb/100%25%3Ac.c,line=3,title="* ]]
    for file in src ../elsewhere/x.c src/../../elsewhere/x.c link.c nowhere.c "$PWD/tree/src/copy.c" "" $'src/copy.c\n::error::x'; do
        in_file "$file" 3 "$code"
        [ -z "$placed" ] || { echo "$file: $placed" && return 1; }
    done
    in_file src/copy.c 0 "$code"
    [ -z "$placed" ]
    run "$PERFGATE" compare old.txt new.txt --functions gate --report json=found.json
    in_file src/copy.c 7 1
    [[ "$placed" == "::error file=src/copy.c,line=7,title=regressed%3A memcpy"* ]]
    run "$PERFGATE" report placed.json --checkout tree --overridden-by ok:ann --report github-annotations=-
    [[ "$output" == *"::warning file=src/copy.c,line=7,title=regressed%2C accepted%3A memcpy"* ]]
}

@test "every failing output call ends with 4, or with the regression's 1, and leaves no half report" {
    "$PERFGATE" compare old.txt old.txt --report json=r.json
    "$PERFGATE" report r.json --report github-comment=want.md
    whole() { [ ! -e out.md ] || cmp -s want.md out.md; }
    each_io_failure whole "$PERFGATE" report r.json --report github-comment=out.md
}
