#!/usr/bin/env bats
# Names for addresses and call chains, where another compiler or another tool is needed; the rest is in tests/unit.
load helper

@test "call chains of programs that clang built are right, with and without frame pointers" {
    command -v clang >/dev/null || skip "no clang"
    cd "$root"
    CHAINS_CC=clang run "$BUILD/tests/unit/test_unwind.t"
    [ "$status" -eq 0 ]
}
