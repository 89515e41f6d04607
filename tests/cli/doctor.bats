#!/usr/bin/env bats
# What this machine can measure. The answers are the machine's; that there is one to each question is ours.

@test "doctor answers what can be measured, what is noisy, and what would be seen" {
    run "$PERFGATE" doctor
    [ "$status" -eq 0 ]
    [[ "$output" == *"Machine"* ]]
    [[ "$output" == *"fingerprint"* ]]
    [[ "$output" =~ (yes|no)\ +instructions ]]
    [[ "$output" == *"30 rounds a side"* ]]
}

@test "a counter that is missing is explained" {
    "$PERFGATE" doctor --json doctor.json
    run python3 - <<'END'
import json
d = json.load(open("doctor.json"))
assert d["schema"] == "perfgate.doctor/1"
assert (d["counters_missing"] is None) == all(d["counters"].values()), d
assert (d["sampler"] is None) == (d["sampler_missing"] is not None), d
assert d["clock_step"] > 0
assert len(d["smallest_detectable_change"]) == 2
END
    [ "$status" -eq 0 ]
}

@test "a refusal of profiles is explained" {
    [ -x "$BUILD/tests/programs/refuse_perf" ]
    run "$BUILD/tests/programs/refuse_perf" "$PERFGATE" doctor
    [ "$status" -eq 0 ]
    [[ "$output" == *"no   profiles, other than from inside the program (--sampler=preload)"*"(EPERM): a seccomp filter"* ]]
}

@test "JSON on stdout replaces the text" {
    run "$PERFGATE" doctor --json=-
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "{" ]
    [[ "$output" != *"Can measure"* ]]
}

@test "doctor takes no operands" {
    run "$PERFGATE" doctor now
    [ "$status" -eq 2 ]
}

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
}
