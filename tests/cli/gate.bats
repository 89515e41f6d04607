#!/usr/bin/env bats
# perfgate gate: measure, compare, confirm, report, save. The benchmark is a script that prints Go benchmark lines from files, so
# that no result depends on the machine: `level` holds the nanoseconds, `script` (if there) overrides it line by line per process.
bats_require_minimum_version 1.5.0
load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    unset GITHUB_HEAD_REF GITHUB_REF_TYPE GITHUB_REF_NAME CI_COMMIT_BRANCH BUILDKITE_BRANCH CIRCLE_BRANCH BRANCH_NAME
    cat >bench <<'END'
#!/bin/sh
# Noise of up to 1 % comes from the number of the process.
here=$(dirname "$0")
state=${STATE:-$here}
n=$(($(cat "$state/count" 2>/dev/null || echo 0) + 1))
echo $n >"$state/count"
level=$(sed -n "${n}p" "$state/script" 2>/dev/null)
level=${level:-$(cat "$here/level")}
[ "$level" = crash ] && exit 3
[ "$level" = hang ] && sleep 60
for name in ${NAMES:-Parse Print}; do
    echo "Benchmark$name 1 $((level + n * 7919 % 97 * level / 10000)) ns/op"
done
END
    chmod +x bench
    echo 100000 >level
    git init -q -b main .
    printf '%s\n' .perfgate/ count script >.gitignore
    config
    next one
}

# config [LINE…]: the configuration with further lines
config() {
    printf '%s\n' "rounds: 6" "warmup: 0" "$@" "benchmarks:" "- name: bench" "  command: ./bench" "  format: go" >perfgate.yml
}

next() {
    git add -A
    git -c user.name=a -c user.email=a@example.org -c commit.gpgsign=false commit -q --allow-empty -m "$1"
}

# gate CODE OPTION…: runs the gate and looks at its exit code
gate() {
    local want=$1
    shift
    run --separate-stderr "$PERFGATE" gate --report json=report.json "$@"
    if [ "$status" -ne "$want" ]; then
        # shellcheck disable=SC2154 # run sets stderr
        printf 'exit %s instead of %s\n%s\n%s\n' "$status" "$want" "$output" "$stderr"
        return 1
    fi
}

verdict_is() { grep -q "\"verdict\": \"$1\"" report.json || grep -q "\"verdict\":\"$1\"" report.json; }

# with_baseline for two entries that print a benchmark each, A and B, and have scripts of their own
with_two_entries() {
    cat >perfgate.yml <<'END'
rounds: 6
warmup: 0
benchmarks:
- {name: a, command: env STATE=a NAMES=A ./bench, format: go}
- {name: b, command: env STATE=b NAMES=B ./bench, format: go}
END
    mkdir a b
    next "two entries"
    gate 4 --save
    next two
}

# the store has a baseline and HEAD is a new commit
with_baseline() {
    gate 4 --save
    next two
}

@test "without a baseline: exit 4, the reason and the command that makes one" {
    gate 4
    [[ "$stderr" == *"no baseline: store '.perfgate/baseline' has no recording of branch 'main'"*"expected the first time"*"perfgate gate --save"* ]]
    [[ "$output" == *"warning       no baseline: store"*"expected the first time"* ]]
    [[ "$output" != *damage* ]]
    grep -q '"reason": *"no-baseline"' report.json
    verdict_is broken
    [ ! -e count ] # nothing was measured for nothing
    [ ! -e .perfgate ]
}

@test "the first --save stores a baseline and still says that there was none" {
    gate 4 --save
    [[ "$output" == *"saved as main/"* ]]
    [[ "$stderr" == *"That is expected the first time. What was measured is saved as the baseline: after the next commit"*"perfgate gate"*"compares with it"* ]]
    [[ "$output" != *damage* ]]
    [[ "$stderr" != *"adds a recording"* ]]
    [ "$(cat count)" -eq 6 ]
    run "$PERFGATE" baseline list
    [ "${#lines[@]}" -eq 2 ]
    next two
    gate 0
    [[ "$output" == *"verdict       pass (exit 0)"* ]]
}

@test "what was measured of a modified tree, or failed, is not called a baseline" {
    echo "# changed" >>bench
    gate 4 --save
    [[ "$stderr" == *"What was measured is saved, but as files differ from their commit it is the baseline of no commit"* ]]
    [[ "$stderr" != *"saved as the baseline"* ]]
    grep -q 'files differ from commit' report.json
    run "$PERFGATE" baseline list
    [[ "$output" == *" $(git rev-parse --short=12 HEAD)-dirty "* ]]
    run "$PERFGATE" baseline show main/
    [[ "$output" == *$'\n'"commit: $(git rev-parse HEAD)"$'\n'"modified: true"$'\n'* ]]
    rm -rf .perfgate count
    next three
    echo crash >level
    next crash
    gate 4 --save
    [[ "$stderr" != *"saved as the baseline"* ]]
}

@test "the peak memory of a small program is seen beside a large baseline" {
    case $BUILD in */asan) skip "sanitizers have memory of their own" ;; esac
    awk 'BEGIN { for (i = 0; i < 60000; i++) for (k = 0; k < 6; k++)
        printf "BenchmarkSomeName/with=parameters/number=%d-8 1 %d ns/op %d B/op 3 allocs/op\n", i, 1000 + k, 64 + k }' >large.txt
    "$PERFGATE" baseline save --this-machine large.txt
    next two
    gate 4 --output recordings --allow-missing '*'
    peak=$(grep -o '[0-9]* peak-RSS-bytes' recordings/head.txt | sort -n | tail -n 1 | cut -d' ' -f1)
    echo "peak: $peak"
    [ "$peak" -gt 0 ]
    [ "$peak" -lt 10000000 ]
}

@test "a planted 10 % slowdown is red, confirmed, and exit 1" {
    with_baseline
    echo 110000 >level
    next slow
    gate 1
    [[ "$output" == *"regressed     Parse sec/op"*"confirmed: +"*"in 6 fresh rounds"* ]]
    verdict_is regression
    [ "$(cat count)" -eq 18 ]
}

@test "a slowdown within the threshold passes" {
    with_baseline
    echo 103000 >level
    next slower
    gate 0
}

@test "a red row that fresh rounds do not confirm is not red, and both results are noted" {
    with_baseline
    # the second session begins with process 7: six slow ones, then none
    for i in $(seq 30); do
        [ "$i" -gt 6 ] && [ "$i" -le 12 ] && echo 130000 || echo 100000
    done >script
    gate 0
    [[ "$output" == *"verdict       pass"* ]]
    [ "$(cat count)" -eq 18 ]
    grep -q 'not confirmed: +[23][0-9]' report.json
    python3 -c 'import json; assert json.load(open("report.json"))["gated_counts"]["regressed"] == 0'
}

@test "of a benchmark whose red was not confirmed the fresh rounds are saved" {
    with_baseline
    for i in $(seq 30); do
        [ "$i" -gt 6 ] && [ "$i" -le 12 ] && echo 130000 || echo 100000
    done >script
    gate 0 --save --output recordings
    entry=$(ls .perfgate/baseline/main/*"$(git rev-parse HEAD)"*.txt)
    [ "$(grep -c '^BenchmarkParse 1 10[01]' "$entry")" -eq 6 ]
    [ "$(grep -c '^BenchmarkParse 1 13' "$entry")" -eq 0 ]
    [ "$(grep -c '^BenchmarkParse 1 13' recordings/head.txt)" -eq 6 ]
    [ "$(grep -c '^BenchmarkParse 1 10[01]' recordings/head-again.txt)" -eq 6 ]
}

@test "fresh rounds never make a green row red" {
    NAMES="Slow Fine" gate 4 --save
    next two
    cat >bench2 <<'END'
#!/bin/sh
# Slow is slow from the start; Fine only in the rounds that confirm (13 to 18)
n=$(($(cat count) + 1))
echo $n >count
fine=100000
[ $n -gt 12 ] && fine=200000
echo "BenchmarkSlow 1 $((150000 + n % 7 * 100)) ns/op"
echo "BenchmarkFine 1 $((fine + n % 7 * 100)) ns/op"
END
    cp bench2 bench
    gate 1
    [[ "$output" == *"regressed     Slow sec/op"* ]]
    [[ "$output" != *"regressed     Fine"* ]]
}

@test "confirm: no and --no-confirm leave the first word" {
    with_baseline
    for i in $(seq 30); do
        [ "$i" -gt 6 ] && [ "$i" -le 12 ] && echo 130000 || echo 100000
    done >script
    gate 1 --no-confirm
    [ "$(cat count)" -eq 12 ]
    echo 6 >count
    config "confirm: no"
    gate 1
}

@test "only the benchmarks with a red row are measured again" {
    with_two_entries
    for i in $(seq 30); do [ "$i" -gt 6 ] && echo 150000 || echo 100000; done >b/script
    gate 1
    [ "$(cat a/count)" -eq 12 ]
    [ "$(cat b/count)" -eq 18 ]
}

@test "a regression is saved with its mark and is no baseline until accepted" {
    with_baseline
    echo 130000 >level
    next slow
    gate 1 --save
    [[ "$output" == *"saved as main/"*"a regression that was not accepted"* ]]
    next after
    gate 1 # still against the first
    "$PERFGATE" baseline accept "$(git rev-parse HEAD~1)" --reason known
    gate 0
}

@test "what was accepted is the new level: older recordings do not count any more" {
    with_baseline
    gate 0 --save
    echo 130000 >level
    next slow
    gate 1 --save --accept "slower but right"
    next after
    gate 0 # of three recordings in the history two are of the old level
    [[ "$output" == *"level"* ]]
    echo 145000 >level
    next slower
    gate 1
}

@test "a first recording of changed files warns that no commit will find it" {
    echo 100001 >level
    gate 4 --save
    [[ "$stderr" == *"files differ from commit"* ]]
}

@test "--save --accept takes the new level at once" {
    with_baseline
    echo 130000 >level
    next slow
    gate 1 --save --accept "slower but right"
    next after
    gate 0 --history 1
    gate 2 --accept why
}

@test "saving again and again draws on the history" {
    with_baseline
    for i in 1 2 3; do
        gate 0 --save
        next "more $i"
    done
    gate 0 --history 3
    [ "$("$PERFGATE" baseline list | grep -c ' pass$')" -eq 3 ]
}

@test "a commit is not compared with its own recording, but changes to it are" {
    gate 4 --save
    gate 4 --save
    [[ "$stderr" == *"has 1 recording of branch 'main', none to compare with; 1 of "*" itself, which would be compared with itself"* ]]
    echo 130000 >level
    gate 1
}

@test "what differs from its commit is not saved as that commit" {
    with_baseline
    echo 100001 >level
    gate 0 --save
    run "$PERFGATE" baseline list --report json=-
    [[ "$output" == *"-dirty\""* ]]
}

@test "a benchmark that is gone is exit 4 and named; allow-missing permits it" {
    with_baseline
    NAMES=Parse gate 4
    grep -q '"reason": *"missing-rows"' report.json
    [[ "$output" == *"missing       Print sec/op"* ]]
    NAMES=Parse gate 0 --allow-missing 'Pri*'
    config "allow-missing: [Print]"
    NAMES=Parse gate 0
}

@test "a renamed benchmark is followed" {
    with_baseline
    NAMES="Parse Write" gate 4
    config "rename: {Print: Write}"
    NAMES="Parse Write" gate 0
}

# B crashes in the ninth process, after its baseline was saved
with_crash() {
    with_two_entries
    for i in $(seq 30); do [ "$i" -eq 9 ] && echo crash || echo 100000; done >b/script
}

@test "a crash is exit 4, and the other benchmarks are still judged" {
    with_crash
    gate 4
    grep -q '"reason": *"failed-rows"' report.json
    [[ "$output" == *"failed        B"*"exit status 3"* ]]
    [[ "$output" == *"same"* ]]
}

@test "a crash beside a regression is exit 1, and both are told" {
    with_crash
    for i in $(seq 30); do [ "$i" -gt 6 ] && echo 150000 || echo 100000; done >a/script
    gate 1
    [[ "$output" == *"regressed     A"* ]]
    [[ "$output" == *"failed        B"* ]]
}

@test "results that cannot be read are exit 4, also where the warm-up had the same" {
    sed -i 's/warmup: 0/warmup: 1/' perfgate.yml
    # behind each line, before the end of the loop
    sed -i '$i [ ! -e "$here/garbled" ] || echo "BenchmarkNew 1 NaN ns/op"' bench
    next base
    gate 4 --save
    next head
    gate 0
    : >garbled
    gate 4 --save
    grep -q '"reason": *"damaged-input"' report.json
    [[ "$output" == *"damage        head: round 1, output:2: parsing measurement: not a finite number"* ]]
    [[ "$output" == *"Parse"*"same"* ]]
    [ "$(find .perfgate -name '*.txt' | wc -l)" -eq 1 ]
}

@test "a hanging benchmark is ended by its timeout" {
    config "timeout: 0.3s"
    next "a timeout"
    for i in $(seq 30); do [ "$i" -eq 8 ] && echo hang || echo 100000; done >script
    gate 4 --save
    next two
    gate 4
    [[ "$output" == *"timed out after 0.3 s"* ]]
}

@test "a command that is not there fails its benchmark only" {
    with_baseline
    printf '%s\n' "- name: other" "  command: ./nothing-here" >>perfgate.yml
    gate 4
    [[ "$stderr" == *"./nothing-here: cannot be started"* ]]
    [[ "$output" == *"failed        other"* ]]
}

@test "a failing build stops before measuring" {
    printf '%s\n' "  build: echo broken build; exit 7" >>perfgate.yml
    gate 4 --save
    [[ "$stderr" == *"broken build"* ]]
    [[ "$stderr" == *"exit status 7"* ]]
    [ ! -e count ]
    verdict_is broken
}

@test "two entries that print one benchmark are told apart, not mixed" {
    printf '%s\n' "- name: again" "  command: ./bench" "  format: go" >>perfgate.yml
    gate 4 --save
    [[ "$stderr" == *"perfgate.yml:7: benchmark 'Parse' is printed by an entry above, too"* ]]
}

@test "with a base side both revisions are built and measured in turn" {
    printf '%s\n' "  build: cp bench built" "base:" "  revision: HEAD~1" >>perfgate.yml
    sed -i 's|command: ./bench|command: ./built|' perfgate.yml
    next config
    echo 120000 >level
    next slow
    gate 1 --output recordings
    [[ "$output" == *"base"*"head"* ]]
    [ "$(grep -c '^BenchmarkParse ' recordings/base.txt)" -eq 6 ]
    [ "$(grep '^# perfgate session' recordings/base.txt)" = "$(grep '^# perfgate session' recordings/head.txt)" ]
    [ "$(grep '^# perfgate commit' recordings/base.txt)" = "# perfgate commit: $(git rev-parse HEAD~1)" ]
    [ "$(grep '^# perfgate commit' recordings/head.txt)" = "# perfgate commit: $(git rev-parse HEAD)" ]
    [ "$(git worktree list | wc -l)" -eq 1 ]
    gate 0 --base HEAD
    gate 4 --base none
    grep -q '"reason": *"no-baseline"' report.json
}

@test "a base that does not exist or does not build is exit 4, and nothing stays behind" {
    gate 4 --base no-such-revision
    [[ "$stderr" == *"no-such-revision"* ]]
    printf '%s\n' "base:" "  revision: HEAD" "  build: 'exit 9'" >>perfgate.yml
    gate 4
    [[ "$stderr" == *"base: build of"*"exit status 9"* ]]
    [ "$(git worktree list | wc -l)" -eq 1 ]
}

@test "configuration mistakes are exit 2 with file and line, before anything runs" {
    echo "treshold: 5%" >>perfgate.yml
    gate 2
    [ "$stderr" = "perfgate: perfgate.yml:7: unknown key 'treshold'; did you mean 'threshold'?" ]
    config "threshold: 5"
    gate 2
    [[ "$stderr" == *"perfgate.yml:3: threshold: '5'; expected a share such as 5%"* ]]
    config
    echo "  command: x" >>perfgate.yml
    gate 2
    [[ "$stderr" == *"perfgate.yml:7: key 'command' again; it stands in line 5 already"* ]]
    config
    sed -i 's|command: .*|command: "./bench \x27open"|' perfgate.yml
    gate 2
    [[ "$stderr" == *"perfgate.yml:5: "* ]]
    config
    sed -i 's|format: go|format: morse|' perfgate.yml
    gate 2
    [[ "$stderr" == *"format: 'morse'; expected one of auto, none, go"* ]]
    : >perfgate.yml
    gate 2
    rm perfgate.yml
    gate 2
    [[ "$stderr" == *"perfgate init"* ]]
    gate 2 -c absent.yml || gate 4 -c absent.yml
    config
    gate 2 operand
    gate 2 --report nonsense=x
    gate 2 --base HEAD --rounds 0
    [ ! -e count ]
}

@test "a waiver file: unknown benchmarks are named, mistakes are exit 2" {
    config "waivers: waivers.txt"
    echo "Parse sec/op 50% 2999-12-31 known, issue 7" >waivers.txt
    echo "Nobody sec/op 50% 2999-12-31 a typing mistake" >>waivers.txt
    next waivers
    gate 4 --save
    echo 130000 >level
    next slow
    gate 1 # Print is not waived
    [[ "$output" == *"waived        Parse sec/op"* ]]
    [[ "$output" == *"Nobody"* ]]
    echo "Parse sec/op" >>waivers.txt
    gate 2
    [[ "$stderr" == *"waivers.txt:3: "* ]]
}

@test "thresholds of an entry and its units" {
    with_baseline
    echo 110000 >level
    next slow
    printf '%s\n' "  threshold: 20%" >>perfgate.yml
    gate 0
    config
    printf '%s\n' "  units: {ns/op: {threshold: 20%}}" >>perfgate.yml
    gate 0
    config
    printf '%s\n' "  units: {ns/op: {floor: 50us}}" >>perfgate.yml
    gate 0
    config
    printf '%s\n' "  gated: no" >>perfgate.yml
    gate 3 # no gated row is left to decide
    config "rules: [{benchmark: 'P*', threshold: 20%}]"
    gate 0
    gate 1 --rule 'P*::threshold=1%'
}

@test "all reports are written before a failing exit" {
    with_baseline
    echo 150000 >level
    next slow
    config "reports: [markdown=r.md, junit=r.xml]"
    gate 1 --report csv=r.csv
    for file in r.md r.xml r.csv report.json; do [ -s "$file" ]; done
    verdict_is regression
    gate 4 --report json=/nowhere/r.json
    [ "$(cat count)" -eq 18 ] # nothing was measured
}

@test "a store that cannot be written is known before measuring" {
    config "store: bench"
    gate 4 --save
    [[ "$stderr" == *"store 'bench' cannot be written"* ]]
    [ ! -e count ]
}

@test "a damaged entry is passed over and noted" {
    with_baseline
    entry=$(find .perfgate/baseline -name '*.txt')
    cp "$entry" good
    head -c 300 good >"$entry"
    gate 4
    grep -q '"reason": *"no-baseline"' report.json
    [[ "$output" == *"damaged, passed over"* ]]
}

@test "only recordings of other machines: exit 4 says whose" {
    with_baseline
    for entry in .perfgate/baseline/main/*.txt; do
        sed -i 's/^# perfgate fingerprint-id: .*/# perfgate fingerprint-id: 0123456789abcdef/' "$entry"
        mv "$entry" "${entry%-*}-0123456789abcdef.txt"
    done
    gate 4
    [[ "$stderr" == *"1 of other machines"*"those are 0123456789abcdef"* ]]
}

@test "another branch is saved under its own name, and compared with main" {
    with_baseline
    git checkout -q -b 'feature/x'
    echo 100500 >level
    next work
    gate 0 --save
    [ -d '.perfgate/baseline/feature%2Fx' ]
    git checkout -q --detach
    gate 2 --save
    [[ "$stderr" == *"on which branch?"* ]]
    GITHUB_HEAD_REF=main GITHUB_REF_NAME=7/merge gate 0 --save
    [ -d '.perfgate/baseline/pull%2F7%2Fmerge' ]
}

@test "hostile benchmark names do no harm" {
    # shellcheck disable=SC2016
    NAMES='A|b <script> ::error:: $(touch evil) '$'\033[31m' gate 4 --save
    next two
    # shellcheck disable=SC2016
    NAMES='A|b <script> ::error:: $(touch evil) '$'\033[31m' gate 0
    [[ "$output" != *$'\033'* ]]
    [ ! -e evil ]
}

@test "an interrupt ends it with 4, reports are written, worktrees are removed" {
    for i in $(seq 30); do [ "$i" -eq 3 ] && echo hang || echo 100000; done >script
    "$PERFGATE" gate --save --report json=report.json 2>stderr &
    pid=$!
    while [ "$(cat count 2>/dev/null || echo 0)" -lt 3 ]; do sleep 0.05; done
    kill -TERM $pid
    code=0
    wait $pid || code=$?
    [ "$code" -eq 4 ]
    grep -q 'interrupted by signal 15' stderr
    verdict_is broken
}

@test "every failing write ends with 4 or leaves its verdict, and the store readable" {
    with_baseline
    printf '%s\n' "rounds: 2" "warmup: 0" "benchmarks: [{name: a, command: 'true', format: none}]" >perfgate.yml
    readable() { [ "$("$PERFGATE" baseline list 2>&1 | grep -c damaged)" -eq 0 ]; }
    # missing rows: undisturbed it ends with 4 as well
    kinds="write create" each_io_failure readable "$PERFGATE" gate --save --report json=report.json
}

@test "kill -9 before, in and after every call leaves the store readable and a report whole" {
    config "confirm: no"
    sed -i "s/rounds: 6/rounds: 2/" perfgate.yml
    next quiet
    with_baseline
    cp -R .perfgate known
    known_store() { rm -rf .perfgate && cp -R known .perfgate && echo old >report.json; }
    sound() {
        diff -r known .perfgate | grep -v '^Only in .perfgate' && return 1
        ! "$PERFGATE" baseline list 2>&1 | grep damaged || return 1
        "$PERFGATE" baseline find >/dev/null || return 1
        [[ $(cat report.json) == old || $(cat report.json) == *$'
}' ]]
    }
    each_kill known_store sound "$PERFGATE" gate --save --report json=report.json
    [ "$(find .perfgate -name '*.txt' ! -name '.*' | wc -l)" -eq 2 ]
    [ "$(git worktree list | wc -l)" -eq 1 ]
}

@test "--help-config explains every key" {
    run "$PERFGATE" gate --help-config
    [ "$status" -eq 0 ]
    for key in threshold rounds store branch history confirm base revision benchmarks command units rules waivers rename allow-missing reports; do
        [[ "$output" == *"$key:"* ]]
    done
}
