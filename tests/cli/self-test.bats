#!/usr/bin/env bats
# Does the gate go red? The command computes; the slow-down of 150 % is far above what a busy machine adds.

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    cat > work <<'END'
#!/bin/sh
i=0
while [ $i -lt 30000 ]; do i=$((i + 1)); done
END
    chmod +x work
}

@test "a slowed command is red, the same command is green" {
    # Real time on a machine that does other things: a bad minute may spoil one attempt, not three.
    for _ in 1 2 3; do
        run "$PERFGATE" self-test --slowdown 150% --rounds 12 -- ./work
        echo "$output"
        [ "$status" -ne 0 ] || break
    done
    if [ "$status" -ne 0 ] && awk -v cores="$(nproc)" '{ exit !($1 > cores) }' /proc/loadavg; then
        skip "load $(cut -d' ' -f1 /proc/loadavg) on $(nproc) cores: not even 150 % can be seen"
    fi
    [ "$status" -eq 0 ]
    [[ "$output" == *"ok      work: slower by 150 %: regression, regression wanted"* ]]
    [[ "$output" == *"ok      work: unchanged: pass, pass wanted"* ]]
}

@test "a gate that cannot go red is found out" {
    cat > perfgate.yml <<'END'
threshold: 1000%
rounds: 8
benchmarks:
  - name: work
    command: ./work
END
    run "$PERFGATE" self-test --slowdown 50%
    echo "$output"
    [ "$status" -eq 4 ] || [ "$status" -eq 3 ]
    [[ "$output" == *"NOT OK"* ]]
    [[ "$output" == *"the gate does not work here"* ]]
}

# A benchmark that scatters by a fifth, the same way each time, and prints more where perfgate slows it.
scatter() {
    cat >scatter <<'END'
#!/bin/sh
echo x >>runs
n=$(wc -l <runs)
slower=$(tr '\0' '\n' <"/proc/$PPID/cmdline" | grep -c '^--stretch=25')
echo "BenchmarkA 1 $((100 + n * 7919 % 41 - 20 + 25 * slower)) ns/op"
END
    chmod +x scatter
}

@test "rounds that do not decide are followed by more" {
    scatter
    run "$PERFGATE" self-test --rounds 3 -- ./scatter
    echo "$output"
    [ "$status" -eq 0 ]
    [[ "${lines[0]}" =~ ^"ok      scatter: slower by 25 %: regression, regression wanted ("(6|12|24)" rounds)"$ ]]
    rm runs
    run "$PERFGATE" self-test --rounds 3 --max-rounds 3 -- ./scatter
    echo "$output"
    [ "$status" -eq 3 ]
    [[ "$output" == *"NOT OK  scatter: slower by 25 %: "*" (3 rounds)"* ]]
    [ "$(grep -c '^verdict' <<<"$output")" -le 2 ]
    [[ "$output" == *"the gate cannot tell here: raise rounds"* ]]
}

@test "rounds, format and red rows asked again are the configuration's" {
    scatter
    printf 'rounds: 4\nmax-rounds: 32\nbenchmarks:\n  - name: work\n    format: %s\n    command: ./scatter\n' auto >perfgate.yml
    run "$PERFGATE" self-test
    echo "$output"
    [ "$status" -eq 0 ]
    [[ "$output" =~ "regression wanted ("(8|16|32)" rounds)" ]]
    sed -i 's/format: .*/format: morse/' perfgate.yml
    for command in self-test calibrate; do
        run "$PERFGATE" $command
        [ "$status" -eq 2 ]
        [ "$output" = "perfgate: perfgate.yml:4: format: 'morse'; expected one of auto, none, go, gbench, hyperfine" ]
    done
}

@test "a command that fails is no test" {
    run "$PERFGATE" self-test -- false
    [ "$status" -eq 4 ]
    run "$PERFGATE" self-test -- ./missing
    [ "$status" -eq 4 ]
    [[ "$output" == *"missing"* ]]
}

@test "the stretched program keeps its exit status and output" {
    run "$PERFGATE" self-test --stretch=10% -- sh -c 'echo out; exit 3'
    [ "$status" -eq 3 ]
    [ "$output" = "out" ]
}
