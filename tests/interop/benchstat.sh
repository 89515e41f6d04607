#!/usr/bin/env bash
# `perfgate compare --style benchstat` against the real benchstat, byte by byte, stdout and stderr:
#   1. the ten cases that benchstat tests itself with, also against its own expected output;
#   2. the examples of its manual, against what the manual shows;
#   3. our own cases in tests/golden/compare, whose expected output this script keeps true (`make golden` does not touch it);
#   4. random inputs and flags: SEEDS of them, from 1 (default 400);
#   5. two perfgate recordings of different commits: one table, not a word on stderr.
# benchstat and its test data come through the Go module proxy and stay outside the tree. 77 without Go.
# By design different: the exit code (perfgate's is the verdict's), the program's name before an error, `-alpha` outside
# (0, 0.5], a file without any result (an error here), and 0 in a unit like ns/op, which benchstat leaves untidied. The last digit of a
# geometric mean depends on the processor in benchstat (its exp uses fused multiplication where there is one), so geometric means
# are compared to 12 digits.
set -euo pipefail
version=v0.0.0-20260908200009-22c9c6c9d4da
root=$(cd "$(dirname "$0")/../.." && pwd)
perfgate=${PERFGATE:-$root/build/perfgate}
random=${BUILD:-$root/build/release}/tests/programs/random_benchmarks
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v go >/dev/null || { echo "no Go to build benchstat with" && exit 77; }
module=$(cd "$work" && go mod download -json "golang.org/x/perf@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p') || true
[ -d "$module/cmd/benchstat/testdata" ] || { echo "the module golang.org/x/perf@$version cannot be had" && exit 77; }
(cd "$work" && GOBIN=$work go install "golang.org/x/perf/cmd/benchstat@$version") >"$work/log" 2>&1 ||
    { cat "$work/log" && echo "this Go cannot build benchstat $version" && exit 77; }

failed=0 passed=0
good() { passed=$((passed + 1)); }
bad() { # bad WHAT: after a diff was printed
    echo "differs: $1"
    failed=$((failed + 1))
}

# Numbers of geometric means to 12 digits (CSV) and 3 (text).
steady() {
    awk 'function cut(word, digits) { return sprintf("%." digits "g", word) }
        /^geomean,/ { count = split($0, f, ","); line = f[1]
            for (i = 2; i <= count; i++) line = line "," (f[i] ~ /^[0-9].*[0-9]$/ ? cut(f[i], 12) : f[i]); print line; next }
        /^geomean / { line = ""; rest = $0
            while (match(rest, /[0-9]+\.[0-9]+/)) {
                line = line substr(rest, 1, RSTART - 1) cut(substr(rest, RSTART, RLENGTH), 3); rest = substr(rest, RSTART + RLENGTH) }
            print line rest; next }
        { print }' "$1"
}

# both ARGUMENT…: runs both programs; true when they say the same.
both() {
    "$work/benchstat" "$@" >"$work/theirs.out" 2>"$work/theirs.err" || true
    "$perfgate" compare --style benchstat "$@" >"$work/ours.out" 2>"$work/ours.err" || true
    sed -i 's/^benchstat: /perfgate: /' "$work/theirs.err"
    diff <(steady "$work/theirs.out") <(steady "$work/ours.out") && diff "$work/theirs.err" "$work/ours.err"
}

check() { # check NAME ARGUMENT…
    local name=$1
    shift
    if both "$@"; then good; else bad "$name: $*"; fi
}

cd "$module/cmd/benchstat/testdata"

# golden NAME ARGUMENT…: also what benchstat's own tests expect.
golden() {
    local name=$1
    check "$@"
    if cmp "$name.stdout" "$work/ours.out" && { [ ! -e "$name.stderr" ] || cmp "$name.stderr" "$work/ours.err"; }; then
        good
    else
        bad "$name, against $name.stdout"
    fi
}
golden csvOldNew -format csv old.txt new.txt
golden csvErrors -format csv -row .name new.txt
golden crcOldNew crc-old.txt crc-new.txt
golden crcIgnore -ignore note crc-old.txt crc-new.txt
golden crcSizeVsPoly -filter /align:0 -row /size -col /poly crc-new.txt
for name in units zero smallSample issue19565 issue19634; do golden "$name" -col note "$name.txt"; done
for name in units zero smallSample issue19565 issue19634; do check "$name as CSV" -format csv -col note "$name.txt"; done

# The manual: lines of a comment, `$ benchstat …` and below it what it prints.
awk -v dir="$work" '
    function close_example() { if (name) { close(name); name = "" } }
    /^\/\/\t\$ benchstat / { close_example(); name = dir "/example" ++count ".stdout"; printf "" >name
        args = $0; sub(/^\/\/\t\$ benchstat /, "", args); print args >(dir "/example" count ".args"); close(dir "/example" count ".args"); next }
    name && /^\/\/\t/ { print substr($0, 4) >name; next }
    name && /^\/\/$/ { print "" >name; next }
    { close_example() }
    END { print count + 0 >(dir "/examples") }' ../main.go
[ "$(cat "$work/examples")" -ge 8 ] || bad "found $(cat "$work/examples") examples in the manual instead of 8 or more"
for ((i = 1; i <= $(cat "$work/examples"); i++)); do
    eval "args=($(cat "$work/example$i.args"))"
    # shellcheck disable=SC2154 # args is set above
    check "example $i of the manual" "${args[@]}"
    if diff <(sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$work/example$i.stdout") "$work/ours.out"; then good; else bad "example $i against the manual"; fi
done

check 'bad filter' -filter 'a:b c' old.txt
check 'bad filter: list' -filter 'a:(b c)' old.txt
check 'bad filter: quote' -filter '.name:"x' old.txt
check 'bad filter: operator' -filter 'a:b @' old.txt
check 'bad filter: .config' -filter 'a:b .config:x' old.txt
check 'bad row: .unit' -row .unit old.txt
check 'bad col: order' -col 'a@up' old.txt
check 'bad table: fixed' -table '.config@(a)' old.txt
check 'bad ignore: comma' -ignore 'a,,b' old.txt
check 'bad row: parenthesis' -row 'a@(b' old.txt
check 'bad row: accents before the fault' -row $'\u00e9t\u00e9 )' old.txt
check 'the same file twice' old.txt old.txt
check 'labels' 'x=old.txt' 'x=new.txt'
check 'three columns' old.txt new.txt old.txt

cd "$root/fixtures/go/benchstat"
for args in "$root"/tests/golden/compare/*.args; do
    name=$(basename "$args" .args)
    mapfile -t words <"$args"
    if both "${words[@]}" && cmp "$work/theirs.out" "${args%.args}.stdout" && cmp "$work/theirs.err" "${args%.args}.stderr"; then
        good
    else
        bad "tests/golden/compare/$name"
    fi
done

mkdir "$work/random"
cd "$work/random"
for ((seed = 1; seed <= ${SEEDS:-400}; seed++)); do
    rm -f ./*
    "$random" "$seed" .
    mapfile -t words <args
    check "seed $seed" "${words[@]}"
done

recording() { # recording FILE COMMIT
    "$perfgate" -q run -o "$work/$1" --rounds 3 --name sleepless -- true >/dev/null 2>&1 || bad "perfgate run for $1"
    sed -i "1a # perfgate commit: $2" "$work/$1.txt"
}
recording main 1111111
recording topic 2222222
"$work/benchstat" "$work/main.txt" "$work/topic.txt" >"$work/theirs.out" 2>"$work/theirs.err"
units=$(grep -c 'vs base' "$work/theirs.out" || true)
keys=$(grep -c '^[a-z]*: ' "$work/theirs.out" || true)
twice=$(grep '^[a-z]*: ' "$work/theirs.out" | cut -d: -f1 | sort | uniq -d)
if [ -s "$work/theirs.err" ] || [ -n "$twice" ] || [ "$units" -eq 0 ] || [ "$keys" -eq 0 ]; then
    cat "$work/theirs.err" "$work/theirs.out"
    bad 'benchstat on two recordings of different commits'
else
    good
fi
# Times of a short process may be 0, see above.
check 'two recordings' -filter '-.unit:/^(sys|user|cpu)-/' "$work/main.txt" "$work/topic.txt"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
