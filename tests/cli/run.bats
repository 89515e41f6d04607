#!/usr/bin/env bats
# perfgate run: what it measures, in which order, and what becomes of commands that misbehave. Children do as they are
# told by tests/programs/fake_child.c.
bats_require_minimum_version 1.5.0
load helper

child=${BUILD:?}/tests/programs/fake_child
slack=0 # what sanitizers add to memory
case $BUILD in */asan) slack=200000000 ;; esac
setup_file() { export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null; }

# Without sampled rounds: how often a program runs must not depend on how long it takes (sampling.bats has these).
run_perfgate() { run "$PERFGATE" run --sampler none "$@"; }
# values FILE UNIT: the values of a unit in a recording, one a line
values() { awk -v unit="$2" '/^Benchmark/ { for (i = 3; i < NF; i += 2) if ($(i + 1) == unit) print $i }' "$1"; }
lines_of() { wc -l <"$1" | tr -d ' '; }
alive() { kill -0 "$1" 2>/dev/null && grep -qs '^State:.[^Z]' "/proc/$1/status"; }
# gone FILE: no process whose number stands in it is left, or will be in a moment (what was killed takes one to go)
gone() {
    local pid tries
    [ -s "$1" ]
    while read -r pid; do
        for ((tries = 0; tries < 50; tries++)); do
            alive "$pid" || continue 2
            sleep 0.1
        done
        echo "process $pid is still there"
        return 1
    done <"$1"
}
# wait_for FILE: until it has a line
wait_for() {
    local i
    for ((i = 0; i < 1000; i++)); do
        if [ -s "$1" ]; then return 0; fi
        sleep 0.01
    done
    return 1
}

@test "one build: a recording with all figures of each round" {
    run_perfgate -o one --rounds 3 --warmup 2 --name Fake -- "$child" count runs touch 30000000
    [ "$status" -eq 0 ]
    grep -qx "one.txt: 1 benchmark, 3 rounds" <<<"$output"
    [ "$(lines_of runs)" -eq 5 ]
    [ "$(head -n 1 one.txt)" = "# perfgate recording: 1" ]
    [ "$(tail -n 1 one.txt)" = "# perfgate end: 3" ]
    for unit in ns/op cpu-ns/op user-sec/op sys-sec/op peak-RSS-bytes page-faults/op context-switches/op; do
        [ "$(values one.txt "$unit" | wc -l)" -eq 3 ]
    done
    [ "$(values one.txt peak-RSS-bytes | sort -n | head -n 1)" -gt 30000000 ]
    [ "$(values one.txt peak-RSS-bytes | sort -n | tail -n 1)" -lt $((60000000 + slack)) ]
    grep -q '^BenchmarkFake 1 ' one.txt
    grep -q '^goos: linux$' one.txt
    grep -q '^# perfgate command: .*fake_child count runs touch 30000000$' one.txt
    grep -q '^# perfgate fingerprint: cpu-' one.txt
}

@test "the measured memory is the program's, not perfgate's" {
    # A recording of 20000 lines makes perfgate itself grow beyond what `true` needs.
    run_perfgate -o grow -r 3 -- sh -c 'i=0; while [ $i -lt 20000 ]; do echo "BenchmarkB$i 1 1 ns/op"; i=$((i+1)); done'
    [ "$status" -eq 0 ]
    [ "$(awk '/^Benchmarkprocess/' grow.txt | grep -o '[0-9]* peak-RSS-bytes' | sort -n | tail -n 1 | cut -d' ' -f1)" -lt $((8000000 + slack)) ]
}

@test "sides take turns, A B B A, and share a session" {
    run_perfgate -o out -r 4 -w 0 --side a='sh -c "echo a >>log"' --side b='sh -c "echo b >>log"'
    [ "$status" -eq 0 ]
    [ "$(tr -d '\n' <log)" = abbaabba ]
    [ "$(grep '# perfgate session' out/a.txt)" = "$(grep '# perfgate session' out/b.txt)" ]
    grep -q '^# perfgate side: b$' out/b.txt
    grep -q '^# perfgate order: abba$' out/b.txt
}

@test "shuffled: the same seed gives the same order, which is not always the same" {
    sides=(--side a='sh -c "echo a >>log"' --side b='sh -c "echo b >>log"' --side c='sh -c "echo c >>log"')
    run_perfgate -r 6 -w 0 --order shuffle --seed 42 "${sides[@]}"
    [ "$status" -eq 0 ]
    mv log first
    run_perfgate -r 6 -w 0 --order shuffle --seed 42 "${sides[@]}"
    cmp first log
    grep -q '^# perfgate seed: 42$' a.txt
    [ "$(paste -sd '   ' first | fold -w 6 | sort -u | wc -l)" -gt 1 ]
    [ "$(sort first | uniq -c | awk '$1 != 6' | wc -l)" -eq 0 ]
}

@test "strings on the stack are equally long on every side, and vary from round to round" {
    run_perfgate -r 4 -w 0 --side a="$child environment log" --side b="$child environment log at 1 print padding-of-another-length"
    [ "$status" -eq 0 ]
    [ "$(grep -c padded log)" -eq 8 ]
    [ "$(sort -u log | wc -l)" -eq 4 ]
    rm log
    run_perfgate -r 3 -w 0 --no-padding --side a="$child environment log" --side b="$child environment ./log"
    [ "$(sort -u log | wc -l)" -eq 1 ]
}

@test "a crash in round 7 is a failed row of round 7, shown, and the other rounds go on" {
    run_perfgate -o out -r 9 -w 0 -- "$child" count n at 7 complain "about to die" signal 6
    [ "$status" -eq 4 ]
    [[ "$output" == *"round 7: signal 6 (Aborted)"* ]]
    [[ "$output" == *"about to die"* ]]
    [[ "$output" == *"1 of 9 processes failed"* ]]
    run_perfgate -o said -r 1 -w 0 -- "$child" print "as a result" exit 1
    [[ "$output" == *"round 1: exit status 1; it printed on stdout:"*"as a result"* ]]
    run_perfgate -o said -r 1 -w 0 -- "$child" print "as a result" complain "as a complaint" exit 1
    [[ "$output" == *"; it printed on stderr:"*"as a complaint"*"and on stdout:"*"as a result"* ]]
    [ "$(grep -A1 '# perfgate round: 7' out.txt | tail -n 1)" = "# perfgate failed: fake_child: signal 6 (Aborted)" ]
    [ "$(values out.txt ns/op | wc -l)" -eq 8 ]
}

@test "exit status other than 0: failed, or measured with --ignore-failure" {
    run_perfgate -o out -r 2 -w 0 -- "$child" exit 3
    [ "$status" -eq 4 ]
    [ "$(grep -c '# perfgate failed: fake_child: exit status 3' out.txt)" -eq 2 ]
    run_perfgate -i -o out -r 2 -w 0 -- "$child" exit 3
    [ "$status" -eq 0 ]
    [ "$(values out.txt ns/op | wc -l)" -eq 2 ]
}

@test "a command that cannot be started is told apart from one that exits with 127" {
    run_perfgate -o out -- no-such-command-at-all
    [ "$status" -eq 4 ]
    [[ "$output" == *"no-such-command-at-all: cannot be started: not found in PATH"* ]]
    run_perfgate -o out -- ./nowhere/bench
    [ "$status" -eq 4 ]
    [[ "$output" == *"./nowhere/bench: cannot be started: No such file or directory"* ]]
    mkdir folder
    run_perfgate -o out -- ./folder
    [ "$status" -eq 4 ]
    [[ "$output" == *"cannot be started: Is a directory"* ]]
    echo 'not a program' >text && chmod +x text
    run_perfgate -o out -- ./text
    [ "$status" -eq 4 ]
    [[ "$output" == *"./text: cannot be started: Exec format error"* ]]
    printf '#!/does/not/exist\n' >script && chmod +x script
    run_perfgate -o out -- ./script
    [ "$status" -eq 4 ]
    [[ "$output" == *"./script: cannot be started: No such file or directory"* ]]
    [ ! -e out.txt ]
    run_perfgate -o out -r 1 -w 0 -- "$child" exit 127
    [ "$status" -eq 4 ]
    [[ "$output" == *"exit status 127"* ]]
    [ -e out.txt ]
}

@test "a command that vanishes after some rounds costs its rounds, not the recording" {
    printf '#!/bin/sh\necho x >>runs\n[ $(wc -l <runs) -lt 3 ] || rm -f "$0"\n' >mortal && chmod +x mortal
    run_perfgate -o out -r 5 -w 0 -- ./mortal
    [ "$status" -eq 4 ]
    [ "$(values out.txt ns/op | wc -l)" -eq 3 ]
    [ "$(grep -c '# perfgate failed: mortal: ./mortal: cannot be started' out.txt)" -eq 2 ]
}

@test "a hanging command is ended by --timeout, deaf or not, with everything it started" {
    run_perfgate -o out -r 1 -w 0 --timeout 200ms -- "$child" orphan pids hang
    [ "$status" -eq 4 ]
    [[ "$output" == *"timed out after 0.2 s"* ]]
    gone pids
    run_perfgate -o out -r 1 -w 0 --timeout 200ms -- "$child" deaf daemon pids hang
    [ "$status" -eq 4 ]
    grep -q '^# perfgate failed: fake_child: timed out after 0.2 s$' out.txt
    gone pids
}

@test "processes that outlive their benchmark are killed and noted, also in a session of their own" {
    run_perfgate -o out -r 2 -w 0 -- "$child" orphan pids daemon pids
    [ "$status" -eq 0 ]
    [[ "$output" == *"2 processes outlived the command (first in round 1) and were killed"* ]]
    [ "$(lines_of pids)" -eq 4 ]
    gone pids
    grep -q '^# perfgate note: warning: 2 processes outlived' out.txt
    run_perfgate -o out -r 1 -w 0 -- "$child" orphan pids
    [[ "$output" == *"1 process outlived the command (first in round 1) and was killed; its work is not measured"* ]]
    run_perfgate -o out -r 1 -w 1 -- sh -c 'setsid sleep 30 &'
    [[ "$output" == *"1 process outlived the command (first in warm-up)"* ]]
}

@test "processes that end by themselves just after their benchmark are nobody's business" {
    run_perfgate -o out -r 2 -w 0 -- sh -c 'sleep 0.01 &'
    [ "$status" -eq 0 ]
    [[ "$output" != *outlived* ]]
}

@test "Go benchmark lines: names and units kept, repeated lines averaged, process figures beside them" {
    run_perfgate -o out -r 3 -- "$child" print "goos: linux" bench "Parse/size=1k-8" 10 bench "Parse/size=1k-8" 20 bench Other 7
    [ "$status" -eq 0 ]
    grep -qx "out.txt: 2 benchmarks, 3 rounds" <<<"$output"
    [ "$(grep -c '^BenchmarkParse/size=1k-8 1 15 ns/op$' out.txt)" -eq 3 ]
    [ "$(grep -c '^Benchmarkprocess/fake_child 1 .* peak-RSS-bytes' out.txt)" -eq 3 ]
    run_perfgate -o out -r 1 -w 0 --format none -- "$child" bench A 1
    [ "$(grep -c '^Benchmark' out.txt)" -eq 1 ]
    grep -q '^Benchmarkfake_child 1 ' out.txt
}

@test "Google Benchmark's and hyperfine's JSON" {
    run_perfgate -o out -r 2 -- "$child" json BM_Sort/64 12.5
    [ "$status" -eq 0 ]
    [ "$(grep -c 'BM_Sort/64 1 12.5 ns/op' out.txt)" -eq 2 ]
    # The process stands in the same setting, so that benchstat prints one table of both.
    [ "$(grep '^goos:' out.txt)" = "goos: linux" ]
    cat >hyper.json <<'J'
{"results": [{"command": "sort big", "mean": 0.25, "times": [0.2, 0.3], "exit_codes": [0, 0]}]}
J
    run_perfgate -o out -r 2 -- cat hyper.json
    [ "$status" -eq 0 ]
    [ "$(grep -c 'sort_big 1 .*0.25' out.txt)" -eq 2 ]
}

@test "garbage in one round, or one benchmark less, is a failed row" {
    cat >bench <<'B'
#!/bin/sh
echo x >>runs
n=$(wc -l <runs)
if [ "$n" -eq 2 ]; then head -c 3000 /dev/urandom; exit 0; fi
echo "BenchmarkA 1 10 ns/op"
if [ "$n" -eq 3 ]; then echo "BenchmarkB 1 20log text in between"; exit 0; fi
echo "BenchmarkB 1 20 ns/op"
B
    chmod +x bench
    run_perfgate -o out -r 4 -w 0 -- ./bench
    [ "$status" -eq 4 ]
    [[ "$output" == *"round 2: printed no benchmark result"* ]]
    grep -q '^# perfgate failed: A: printed no benchmark result$' out.txt
    [ "$(sed -n '/round: 3/,/round: 4/p' out.txt | grep failed)" = "# perfgate failed: B: printed no result" ]
    grep -q 'note: damage' out.txt
    [ "$(grep -c '^BenchmarkA 1 10 ns/op' out.txt)" -eq 3 ]
    [ "$(grep -c '^BenchmarkB 1 20 ns/op' out.txt)" -eq 2 ]
    [ -z "$(LC_ALL=C grep -P '[^\x00-\x7f]|\x1b' out.txt)" ]
}

@test "results that cannot be read are not taken for a program without results" {
    for line in 'BenchmarkA 1 NaN ns/op' 'BenchmarkA 100 12.3' '{"context": {}, "benchmarks": [{'; do
        run_perfgate -o out -r 2 -w 0 -- echo "$line"
        [ "$status" -eq 4 ]
        [[ "$output" == *"round 1: printed no readable benchmark result: output:"*"(--format none measures the process)"* ]]
        [[ "$output" == *"2 of 2 processes failed"* ]]
        [ "$(grep -c '^Benchmark' out.txt)" -eq 0 ]
        run "$PERFGATE" compare out.txt out.txt
        [ "$status" -eq 4 ]
        run_perfgate -o out -r 2 -w 0 --format none -- echo "$line"
        [ "$status" -eq 0 ]
    done
    # what can be read is kept
    run_perfgate -o out -r 2 -w 1 -- printf 'BenchmarkA 1 NaN ns/op\nBenchmarkB 1 6 ns/op\n'
    [ "$status" -eq 4 ]
    [[ "$output" == *"warm-up: output:1: parsing measurement: not a finite number"* ]]
    [[ "$output" == *"2 of 3 processes failed"* ]]
    [ "$(grep -c '^BenchmarkB 1 6 ns/op' out.txt)" -eq 2 ]
    # the warm-up does not use up the notes
    run_perfgate -o out -r 2 -w 1 -- sh -c 'for i in 1 2 3 4 5 6; do echo "BenchmarkN$i 1 NaN ns/op"; done; echo "BenchmarkB 1 6 ns/op"'
    [ "$status" -eq 4 ]
    run "$PERFGATE" compare out.txt out.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"verdict       broken: damaged-input (exit 4)"* ]]
    # damage in a warm-up round is none of the recording
    printf '#!/bin/sh\n[ -e warm ] || { echo "BenchmarkA 1 NaN ns/op"; : >warm; }\necho "BenchmarkA 1 5 ns/op"\n' >warms
    chmod +x warms
    run_perfgate -o out -r 2 -w 1 -- ./warms
    [ "$status" -eq 0 ]
    run "$PERFGATE" compare out.txt out.txt
    [ "$status" -eq 0 ]
}

@test "a benchmark that its harness says has failed is a failed row" {
    cat >bm.json <<'J'
{"context": {}, "benchmarks": [
{"name": "BM_bad", "run_type": "iteration", "error_occurred": true, "error_message": "no such file"},
{"name": "BM_good", "run_type": "iteration", "iterations": 3, "real_time": 2, "cpu_time": 2, "time_unit": "ns"}]}
J
    run_perfgate -o out -r 2 -w 0 -- cat bm.json
    [ "$status" -eq 4 ]
    [[ "$output" == *"out.txt: 2 benchmarks, 2 rounds, 2 failed"* ]]
    [ "$(grep -c '^# perfgate failed: BM_bad: no such file$' out.txt)" -eq 2 ]
    [ "$(grep -c '^BenchmarkBM_good 1 2 ns/op' out.txt)" -eq 2 ]
    sed -i '/BM_good/d; s/},$/}]}/' bm.json
    run_perfgate -o out -r 2 -w 0 -- cat bm.json
    [ "$status" -eq 4 ]
    [ "$(grep -c '^# perfgate failed: BM_bad: no such file$' out.txt)" -eq 2 ]
}

@test "a unit whose direction changes between rounds is damage" {
    cat >turns <<'B'
#!/bin/sh
echo x >>runs
[ "$(wc -l <runs)" -lt 3 ] && better=lower || better=higher
printf 'Unit widgets better=%s\nBenchmarkA 1 5 widgets\n' $better
B
    chmod +x turns
    run_perfgate -o out -r 4 -w 0 -- ./turns
    [ "$status" -eq 4 ]
    [[ "$output" == *"round 3: metadata better of unit widgets already set to lower"* ]]
    grep -q '^Unit widgets better=lower$' out.txt
    [ "$(grep -c '^BenchmarkA 1 5 widgets' out.txt)" -eq 4 ]
    run "$PERFGATE" compare out.txt out.txt
    [ "$status" -eq 4 ]
}

@test "a side that prints nothing where the other prints benchmarks has failed at them" {
    run_perfgate -r 2 --side a="$child bench A 1" --side b="$child print nothing"
    [ "$status" -eq 4 ]
    [ "$(grep -c '# perfgate failed: A: printed no benchmark result' b.txt)" -eq 2 ]
    run_perfgate -r 2 --side a="$child bench A 1" --side b="$child exit 1"
    [ "$status" -eq 4 ]
    [ "$(grep -c '# perfgate failed: A: exit status 1' b.txt)" -eq 2 ]
    run_perfgate -o out -r 1 --format go -- "$child" print nothing
    [ "$status" -eq 4 ]
    grep -q '# perfgate failed: process/fake_child: printed no benchmark result' out.txt
}

@test "a flood of output is no benchmark result, and no burden" {
    run_perfgate -o out -r 1 -w 0 -- sh -c 'head -c 80000000 /dev/zero'
    [ "$status" -eq 0 ]
    run_perfgate -o out -r 1 -w 0 -- sh -c 'echo "BenchmarkA 1 1 ns/op"; head -c 80000000 /dev/zero'
    [ "$status" -eq 4 ]
    [[ "$output" == *"printed more than"* ]]
}

@test "an interrupt writes the complete rounds, ends the benchmark and exits 4" {
    for signal in INT TERM; do
        rm -f runs pids
        env --default-signal=INT "$PERFGATE" run -o out -r 1000 -w 0 -- \
            "$child" count runs at 4 orphan pids hang >told 2>&1 3>&- &
        wait_for pids
        kill "-$signal" $!
        status=0
        wait $! || status=$?
        [ "$status" -eq 4 ]
        grep -q 'the 3 complete rounds are written' told
        [ "$(values out.txt ns/op | wc -l)" -eq 3 ]
        [ "$(tail -n 1 out.txt)" = "# perfgate end: 3" ]
        gone pids
    done
}

@test "an interrupt before the first round is complete leaves the old recording" {
    echo old >out.txt
    "$PERFGATE" run -o out -r 5 -w 0 -- "$child" orphan pids hang >told 2>&1 3>&- &
    wait_for pids
    kill -TERM $!
    status=0
    wait $! || status=$?
    [ "$status" -eq 4 ]
    grep -q 'before a round was complete' told
    [ "$(cat out.txt)" = old ]
    gone pids
    [ "$(find . -name '.out*' | wc -l)" -eq 0 ]
}

@test "kill -9 of perfgate ends the benchmark too and leaves the old recording, and nothing else" {
    echo old >out.txt
    "$PERFGATE" run -o out -r 5 -w 0 -- "$child" daemon pids hang >/dev/null 2>&1 3>&- &
    wait_for pids
    kill -KILL $!
    wait $! || true
    for ((i = 0; i < 500; i++)); do
        if gone pids >/dev/null; then break; fi
        sleep 0.01
    done
    gone pids
    [ "$(cat out.txt)" = old ]
    [ "$(find . -name '.out*' | wc -l)" -eq 0 ]
}

@test "a place that cannot be written is found before anything runs" {
    for place in no/such/folder/out /proc/out ./file/out; do
        touch file
        run_perfgate -o "$place" -- "$child" count runs
        [ "$status" -eq 4 ]
        [[ "$output" == *"$place.txt"* ]]
        [ ! -e runs ]
    done
    touch blocked
    run_perfgate -o blocked --side a="$child count runs" --side b=true
    [ "$status" -eq 4 ]
    [ ! -e runs ]
}

@test "a full disk is exit 4" {
    run_perfgate -o /dev/full -r 1 -w 0 -- "$child" exit 0
    [ "$status" -eq 4 ]
    [[ "$output" == *"/dev/full: cannot write: No space left on device"* ]]
}

@test "every output call that fails is exit 4, and the recording is the old one or the whole new one" {
    old_stays() {
        [ "$(cat out.txt)" = old ] || [ "$(tail -n 1 out.txt)" = "# perfgate end: 1" ] || return 1
        echo old >out.txt
    }
    echo old >out.txt
    kinds="write sync rename create" each_io_failure old_stays \
        "$PERFGATE" run -o out -r 1 -w 0 --commit x --branch y -- true
}

@test "setup, prepare, conclude and cleanup frame the measurement" {
    run_perfgate -o out -r 2 -w 1 -s 'echo setup >>log' -p 'echo prepare >>log' --conclude 'echo conclude >>log' -c 'echo cleanup >>log' -- sh -c 'echo run >>log'
    [ "$status" -eq 0 ]
    [ "$(tr '\n' ' ' <log)" = "setup prepare run conclude prepare run conclude prepare run conclude cleanup " ]
    run_perfgate -o out -r 2 -p 'echo no luck >&2; exit 5' -c 'echo cleaned >>log' -- true
    [ "$status" -eq 4 ]
    [[ "$output" == *"prepare command: exit status 5"*"no luck"* ]]
    [ "$(tail -n 1 log)" = cleaned ]
}

@test "no shell unless asked for" {
    run_perfgate -o out -r 1 -w 0 "printf '%s\\n' \"a b\"  c"
    [ "$status" -eq 0 ]
    grep -q "^# perfgate command: printf '%s\\\\\\\\n' 'a b' c$" out.txt
    run_perfgate --side a='true | false' --side b=true
    [ "$status" -eq 2 ]
    [[ "$output" == *"'|' has a meaning for a shell only"*"--shell"* ]]
    run_perfgate -S sh -o out -r 1 -w 0 'echo $((6 * 7)) >answer; exit 0 | cat'
    [ "$status" -eq 0 ]
    [ "$(cat answer)" = 42 ]
    grep -q '^Benchmarkecho 1 ' out.txt
}

@test "stdin is empty, or a file from its beginning each time" {
    printf 'one\ntwo\n' >lines
    run_perfgate -o out -r 2 -w 1 --input lines -- sh -c 'cat >>seen'
    [ "$status" -eq 0 ]
    [ "$(lines_of seen)" -eq 6 ]
    run_perfgate -o out -r 2 --input missing -- true
    [ "$status" -eq 4 ]
    [[ "$output" == *"missing: cannot be read"* ]]
    run "$PERFGATE" run -o out -r 2 -w 0 -- sh -c 'cat >>nothing' <lines
    [ "$status" -eq 0 ]
    [ ! -s nothing ]
}

@test "the figures are printed, those of many benchmarks up to a limit" {
    run_perfgate -r 3 --side old="$child bench A 1500" --side new="$child bench A 3000"
    [ "$status" -eq 0 ]
    [[ "$output" == *old*new* ]]
    [[ "$output" == *"A"*"sec/op"*"1.500µ ± 0%"*"3.000µ ± 0%"* ]]
    run_perfgate -o many -r 2 -w 0 -- sh -c 'for i in $(seq 100); do echo "BenchmarkB$i 1 5 ns/op"; done'
    [ "$status" -eq 0 ]
    [[ "$output" == *"and "*" more"* ]]
    [ "${#lines[@]}" -lt 50 ]
}

@test "the figures are medians, also of counts, with benchstat's intervals" {
    cat >counts <<'B'
#!/bin/sh
echo x >>runs
echo "Unit faults/op better=lower"
set -- 1 6 2 2 3 9 4 4
shift $(($(wc -l <runs) - 1))
echo "BenchmarkA 1 $1 faults/op"
B
    chmod +x counts
    run_perfgate -o out -r 2 -w 0 -- ./counts
    [ "$status" -eq 0 ]
    [[ "$output" == *"A"*"faults/op"*" 3.500 ± ∞"* ]] # of 1 and 6; their geometric centre is 2.449
    rm runs
    run_perfgate -o out -r 8 -w 0 -- ./counts
    [[ "$output" == *"A"*"faults/op"*" 3.500 ± 71%"* ]] # the 1st to the 7th, 1 to 6: of 8, these cover 1 - 10/256
}

@test "it goes on while an interval is too wide, and stops when it is not" {
    cat >noisy <<'B'
#!/bin/sh
echo x >>runs
echo "BenchmarkA 1 $((1 + $(wc -l <runs) * 7919 % 1000)) ns/op"
B
    chmod +x noisy
    run_perfgate -o out -r 4 -w 0 --max-rounds 9 --threshold 1% -- ./noisy
    [ "$status" -eq 0 ]
    [[ "$output" == *"out.txt: 1 benchmark, 9 rounds"* ]]
    run_perfgate -o out -r 4 -w 0 --max-rounds 1000 --threshold 10000% -- "$child" bench A 1
    [ "$status" -eq 0 ]
    [ "$(grep -c '^BenchmarkA' out.txt)" -lt 1000 ]
}

@test "the time budget begins no further round, and says when it was too short" {
    run_perfgate -o out -r 50 -w 0 --time-budget 1us -- true
    [ "$status" -eq 0 ]
    [ "$(values out.txt ns/op | wc -l)" -eq 1 ]
    [[ "$output" == *"used up after 1 of 50 rounds"* ]]
    run_perfgate -o out -m 2 -d 1 -w 0 -- "$child" spin 2
    [ "$status" -eq 0 ]
    [ "$(values out.txt ns/op | wc -l)" -eq 1 ]
}

@test "the recording itself on stdout, and nothing else" {
    "$PERFGATE" run -o - -r 2 -- true >whole.txt 2>/dev/null
    [ "$(head -n 1 whole.txt)" = "# perfgate recording: 1" ]
    [ "$(tail -n 1 whole.txt)" = "# perfgate end: 2" ]
}

@test "progress on a terminal, none in a pipe" {
    run_perfgate -o out -r 3 -- true
    [[ "$output" != *$'\r'* ]]
    script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip "no script(1) or no pseudo-terminal to play the terminal"
    script -qec "$PERFGATE run -o out -r 3 -- $child spin 120" typescript >/dev/null </dev/null
    grep -q 'round 1 of 3' typescript
    TERM=dumb script -qec "$PERFGATE run -o out -r 3 -- $child spin 120" typescript >/dev/null </dev/null
    run ! grep 'round 1 of 3' typescript
    grep -q '3 rounds' typescript
}

@test "pinned to a CPU" {
    cpu=$(grep -o '^Cpus_allowed_list:.*' /proc/self/status | grep -o '[0-9]*' | head -n 1)
    run_perfgate -o out -r 1 -w 0 --pin "$cpu" -- sh -c 'grep Cpus_allowed_list /proc/self/status >seen'
    [ "$status" -eq 0 ]
    [ "$(awk '{ print $2 }' seen)" = "$cpu" ]
    run_perfgate -o out --pin 1023 -- true
    [ "$status" -eq 4 ]
    [[ "$output" == *"cannot pin to these CPUs"* ]]
}

@test "address randomisation off" {
    run_perfgate -o out -r 1 -w 0 --aslr off -- sh -c 'cat /proc/self/personality >seen'
    if [[ "$output" == *"cannot switch address randomisation off"* ]]; then skip "the system refuses personality()"; fi
    [ "$status" -eq 0 ]
    [ "$(cat seen)" = 00040000 ]
    run_perfgate -o out -r 1 -w 0 -- sh -c 'cat /proc/self/personality >seen'
    [ "$(cat seen)" = 00000000 ]
}

@test "counters: every round, for the program and its children" {
    run_perfgate -o out -r 40 -w 0 --counters task-clock,faults,switches,migrations -- sh -c "$child touch 4000000; true"
    [ "$status" -eq 0 ]
    if grep -q 'note: warning: counters' out.txt; then
        skip "$(grep -m 1 'note: warning: counters' out.txt)"
    fi
    for unit in task-clock-ns/op faults/op switches/op migrations/op; do
        [ "$(values out.txt "$unit" | wc -l)" -eq 40 ]
    done
    # The faults of the program's child are counted: 4 MB are a thousand pages.
    [ "$(values out.txt faults/op | sort -n | head -n 1)" -gt 900 ]
    [ "$(values out.txt task-clock-ns/op | sort -n | head -n 1)" -gt 100000 ]
}

@test "hardware counters, or why there are none" {
    run_perfgate -o out -r 2 --counters instructions,cycles -- true
    [ "$status" -eq 0 ]
    if grep -q 'note: warning: counters' out.txt; then
        [[ "$output" == *"counters: "*"instructions"* ]]
        [ "$(grep -c 'counters: ' <<<"$output")" -eq 1 ]
        skip "$(grep -m 1 'note: warning: counters' out.txt)"
    fi
    [ "$(values out.txt instructions/op | sort -n | head -n 1)" -gt 10000 ]
}

@test "instructions counted by valgrind" {
    command -v valgrind >/dev/null || skip "no valgrind"
    run_perfgate --instructions valgrind -r 2 --side a='/bin/echo x' --side b='/bin/echo x'
    [ "$status" -eq 0 ]
    [ "$(values a.txt instructions/op | wc -l)" -eq 1 ]
    [ "$(values a.txt instructions/op)" -gt 10000 ]
    grep -q 'Unit instructions/op .*assume=exact' a.txt
    grep -q 'counted by valgrind in one run of 1 process, without the kernel' a.txt
}

@test "options of hyperfine's and poop's users" {
    run_perfgate -o out --warmup 1 --runs 2 -N --command-name Named 'true'
    [ "$status" -eq 0 ]
    [ "$(grep -c '^BenchmarkNamed' out.txt)" -eq 2 ]
    run_perfgate -o out --min-runs 2 --max-runs 3 -w 0 -n X true
    [ "$status" -eq 0 ]
    run_perfgate -o out -d 50 -r 1 -f false
    [ "$status" -eq 0 ]
    run_perfgate -o out -r 1 --allow-failures -C true false
    [ "$status" -eq 0 ]
}

@test "usage errors run nothing" {
    bad() {
        run_perfgate "$@"
        [ "$status" -eq 2 ] || { echo "exit $status: $*"; return 1; }
        [ ! -e runs ]
    }
    bad -o out
    bad -- "$child" count runs
    for folder in . .. ./ new/; do bad -o "$folder" -- "$child" count runs; done
    bad -o out --side a
    bad -o out --side =x
    bad -o out --side ../a="$child count runs"
    bad -o out --side a="$child count runs" --side a=true
    bad -o out --side a="$child count runs" -- true
    bad -o out --side a=@HEAD
    bad -o out --side a='"open'
    bad -o out --build make -- "$child" count runs
    bad -o out --rounds 0 -- "$child" count runs
    bad -o out --rounds 5 --max-rounds 4 -- "$child" count runs
    bad -o out --pin 1-0 -- "$child" count runs
    bad -o out --seed x -- "$child" count runs
    bad -o out --format nonsense -- "$child" count runs
    bad -o out --counters nonsense -- "$child" count runs
    bad -o out --shard 3/2 -- "$child" count runs
    bad -o out --prepare a --prepare b -- "$child" count runs
    bad --frobnicate -- "$child" count runs
}

@test "options behind the command are the command's" {
    run_perfgate -o out -r 1 -w 0 "$child" print --rounds
    [ "$status" -eq 0 ]
    [ "$(values out.txt ns/op | wc -l)" -eq 1 ]
}

# A repository whose program prints 10, and 20 on branch new.
repository() {
    git init -q -b main repo && cd repo || return
    git config user.email t@example.invalid && git config user.name T
    mkdir sub
    printf 'all:\n\tmkdir -p build && sed s/V/$$(cat value)/ bench.in >build/bench && chmod +x build/bench\n' >sub/Makefile
    printf '#!/bin/sh\necho "BenchmarkX 1 V ns/op"\n' >sub/bench.in
    echo 10 >sub/value
    git add . && git commit -qm one
    git checkout -q -b new
    echo 20 >sub/value
    git commit -qam two
    git checkout -q main
    cd sub || return
}

@test "git revisions: built and run in worktrees of their own, which are removed" {
    command -v git >/dev/null || skip "no git"
    repository
    mkdir tmp
    TMPDIR=$PWD/tmp run_perfgate -o out -r 2 --side old=@main --side new=@new --build 'make -s' -- build/bench
    [ "$status" -eq 0 ]
    [ "$(grep -c '^BenchmarkX 1 10 ns/op' out/old.txt)" -eq 2 ]
    [ "$(grep -c '^BenchmarkX 1 20 ns/op' out/new.txt)" -eq 2 ]
    grep -q "^# perfgate commit: $(git rev-parse main)\$" out/old.txt
    grep -q "^# perfgate branch: new\$" out/new.txt
    [ "$(ls tmp)" = "" ]
    [ "$(git worktree list | wc -l)" -eq 1 ]
    [ ! -e build ]
}

@test "git revisions: one that does not exist, and a build that fails" {
    command -v git >/dev/null || skip "no git"
    repository
    mkdir tmp
    export TMPDIR=$PWD/tmp
    run_perfgate --side old=@main --side new=@nowhere --build make -- build/bench
    [ "$status" -eq 4 ]
    [[ "$output" == *"nowhere: git knows no such revision"* ]]
    run_perfgate --side old=@main --build 'echo this went wrong >&2; exit 2' -- build/bench
    [ "$status" -eq 4 ]
    [[ "$output" == *"this went wrong"*"old: build of $(git rev-parse main) failed: exit status 2"* ]]
    [ "$(ls tmp)" = "" ]
    [ "$(git worktree list | wc -l)" -eq 1 ]
    run_perfgate --side old=@--help -- true
    [ "$status" -eq 2 ]
}

@test "git revisions: an interrupt leaves no worktree behind" {
    command -v git >/dev/null || skip "no git"
    repository
    mkdir tmp
    for where in build run; do
        rm -f "$PWD/pids"
        if [ "$where" = build ]; then
            args=(--build "$child orphan $PWD/pids hang" -- true)
        else
            args=(--build true -- "$child" orphan "$PWD/pids" hang)
        fi
        TMPDIR=$PWD/tmp env --default-signal=INT "$PERFGATE" run -r 3 --side old=@main --side new=@new "${args[@]}" >told 2>&1 3>&- &
        wait_for pids
        kill -INT $!
        status=0
        wait $! || status=$?
        cat told
        [ "$status" -eq 4 ]
        [ "$(ls tmp)" = "" ]
        [ "$(git worktree list | wc -l)" -eq 1 ]
        gone pids
    done
}

@test "git revisions: what a killed run left is removed by the next, what a running one uses is not" {
    command -v git >/dev/null || skip "no git"
    repository
    mkdir tmp
    export TMPDIR=$PWD/tmp
    "$PERFGATE" run -o running -r 1 -w 0 --side old=@main -- "$child" orphan "$PWD/pids" hang >/dev/null 2>&1 3>&- &
    running=$!
    wait_for pids
    "$PERFGATE" run -o lost -r 1 -w 0 --side old=@main --side new=@new -- "$child" orphan "$PWD/killed" hang >/dev/null 2>&1 3>&- &
    wait_for killed
    kill -9 $!
    for ((i = 0; i < 1000; i++)); do
        if gone killed >/dev/null; then break; fi
        sleep 0.01
    done
    [ "$(git worktree list | wc -l)" -eq 4 ]
    run_perfgate -o out -r 1 --side new=@new -- true
    [ "$status" -eq 0 ]
    [ "$(git worktree list | wc -l)" -eq 2 ]
    [ "$(ls -d tmp/perfgate.*/ | wc -l)" -eq 1 ]
    kill -TERM $running
    wait $running || true
    [ "$(git worktree list | wc -l)" -eq 1 ]
    [ -z "$(ls tmp)" ]
}

@test "a single build records the commit of its folder" {
    command -v git >/dev/null || skip "no git"
    repository
    run_perfgate -o out -r 1 -- true
    grep -q "^# perfgate commit: $(git rev-parse HEAD)\$" out.txt
    grep -q "^# perfgate branch: main\$" out.txt
    run_perfgate -o out -r 1 --commit abc --branch topic -- true
    grep -q "^# perfgate commit: abc\$" out.txt
}

@test "a working tree that differs from its commit is recorded as modified" {
    export GIT_CEILING_DIRECTORIES=$PWD
    git init -q -b main tree
    cd tree
    record() { "$PERFGATE" run -r 2 -w 0 --name x "$@" -o ../out.txt -- true >/dev/null; }
    record # no commit yet
    run ! grep -E '^# perfgate (commit|modified)' ../out.txt
    echo one >file
    git add file
    git -c user.name=a -c user.email=a@example.org -c commit.gpgsign=false commit -q -m one
    touch untracked
    record
    grep -qx "# perfgate commit: $(git rev-parse HEAD)" ../out.txt
    run ! grep modified ../out.txt
    cp ../out.txt ../clean.txt
    echo two >file
    record
    grep -qx "# perfgate commit: $(git rev-parse HEAD)" ../out.txt
    grep -qx '# perfgate modified: true' ../out.txt
    "$PERFGATE" compare ../clean.txt ../out.txt --report json=../r.json --report markdown=../r.md >/dev/null || true
    [ "$(grep -c ', modified, branch main' ../r.md)" -eq 1 ]
    python3 -c 'import json; e = json.load(open("../r.json"))["environment"]; assert e["head"]["modified"] == "true" and "modified" not in e["base"]'
    "$PERFGATE" baseline save --store ../store ../out.txt
    run "$PERFGATE" baseline list --store ../store
    [[ "$output" == *" $(git rev-parse --short=12 HEAD)-dirty "* ]]
    run "$PERFGATE" baseline show --store ../store main/
    [[ "$output" == *"modified: true"* ]]
    record --commit HEAD # whoever names the commit knows what was built
    run ! grep modified ../out.txt
    GIT_TEST_ASSUME_DIFFERENT_OWNER=1 record # git refuses to look
    run ! grep -E '^# perfgate (commit|modified)' ../out.txt
    cd "$BATS_TEST_TMPDIR"
    "$PERFGATE" run -r 2 -w 0 --name x -o out.txt -- true >/dev/null # outside of any
    run ! grep -E '^# perfgate (commit|modified)' out.txt
}
