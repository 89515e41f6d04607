#!/usr/bin/env bats
# A/A rounds of a program whose noise is known: it prints times from a seeded table, so that nothing here depends on the
# machine's speed.

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    cat > bench <<'END'
#!/bin/sh
# Times scatter by SPREAD tenths of a percent around 1000 ns, by a linear congruential step from the last run.
state=$(cat state 2>/dev/null || echo 7)
state=$(( (state * 1103515245 + 12345) % 2147483648 ))
echo "$state" > state
echo "BenchmarkSteady 1 $(( 100000 + (state / 65536 % 2001 - 1000) * ${SPREAD:-1} )) ns/op"
END
    chmod +x bench
    cat > perfgate.yml <<'END'
# why we measure
threshold: 5%
rounds: 8
warmup: 0
benchmarks:
  - name: steady
    command: ./bench   # the fast path
END
}

@test "a quiet benchmark needs nothing changed" {
    run "$PERFGATE" calibrate
    [ "$status" -eq 0 ]
    [[ "$output" == *"Steady"* ]]
    [[ "$output" == *"these settings will do"* ]]
    cp perfgate.yml before.yml
    run "$PERFGATE" calibrate --write
    [ "$status" -eq 0 ]
    [[ "$output" == *"perfgate.yml stays as it is" ]]
    cmp before.yml perfgate.yml
}

@test "a loud benchmark gets rounds and a threshold, written back on request" {
    export SPREAD=60
    run "$PERFGATE" calibrate
    [ "$status" -eq 0 ]
    [[ "$output" == *"suggested: rounds: "* ]]
    run grep -q "perfgate calibrate" perfgate.yml
    [ "$status" -eq 1 ]
    run "$PERFGATE" calibrate --write --json out.json
    [ "$status" -eq 0 ]
    grep -q "^    rounds: [0-9]*  # perfgate calibrate, 20" perfgate.yml
    grep -q "^    threshold: [0-9.]*%  # perfgate calibrate, 20" perfgate.yml
    grep -q "^# why we measure" perfgate.yml
    grep -q "command: ./bench   # the fast path" perfgate.yml
    python3 -c 'import json; d = json.load(open("out.json")); r = d["benchmarks"][0]; assert r["rounds"] == 8 and r["rounds_suggested"] > 8 and r["rows"][0]["windows"] == 76, r'
}

@test "a command after dashes is calibrated without a file" {
    rm perfgate.yml
    run "$PERFGATE" calibrate --rounds 24 -- ./bench
    [ "$status" -eq 0 ]
    [[ "$output" == *"20 rounds a side"* ]]
    run "$PERFGATE" calibrate --write -- ./bench
    [ "$status" -eq 2 ]
}

@test "what cannot be calibrated says why" {
    run "$PERFGATE" calibrate --rounds 4
    [ "$status" -eq 2 ]
    [[ "$output" == *"8 are configured"* ]]
    run "$PERFGATE" calibrate --config none.yml
    [ "$status" -eq 4 ]
    [[ "$output" == *"none.yml"* ]]
    mkdir bare && cd bare
    for command in calibrate self-test gate; do
        run "$PERFGATE" "$command"
        [ "$status" -eq 2 ]
        [[ "$output" == *"perfgate.yml: not there; \`perfgate init\` writes a starter"* ]]
    done
    cd ..
    run "$PERFGATE" calibrate -- ./missing
    [ "$status" -eq 4 ]
    [[ "$output" == *"missing"* ]]
    run "$PERFGATE" calibrate -- false
    [ "$status" -eq 4 ]
    [[ "$output" == *"processes failed"* ]]
}
