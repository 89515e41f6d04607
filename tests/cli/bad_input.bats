#!/usr/bin/env bats
# Inputs and surroundings that are bad in ways of their own; what `compare` says of damaged files is in input.bats.
# shellcheck shell=bash disable=SC2154
bats_require_minimum_version 1.5.0
load helper

# results NAME VALUE…: a line for each value.
results() {
    local name=$1 value
    shift
    for value; do printf 'Benchmark%s 100 %s ns/op\n' "$name" "$value"; done
}

# exits CODE COMMAND…: perfgate COMMAND ends with it.
exits() { run -"$1" --separate-stderr "$PERFGATE" "${@:2}"; }

says() { [[ $output$'\n'$stderr == *"$1"* ]] || { echo "expected: $1" && echo "$output" && echo "$stderr" && return 1; }; }

@test "a name of 10,000 characters does not push the figures out of sight" {
    name=$(head -c 10000 /dev/zero | tr '\0' n)
    results "$name" 100 101 102 103 104 105 >old
    exits 0 compare old old
    [ "$(grep -v '^warning' <<<"$output" | wc -L)" -lt 250 ]
    says nnn…nnn
    exits 0 compare --report csv=- old old
    says "$name,"
    printf '#!/bin/sh\ncat old\n' >bench && chmod +x bench
    exits 0 run --rounds 2 --warmup 0 -o out -- ./bench
    [ "$(grep nnn <<<"$output" | wc -L)" -lt 250 ]
    says nnn…nnn
    grep -q "$name" out.txt
    exits 0 baseline save --branch main out.txt
    exits 0 baseline show main
    [ "$(grep nnn <<<"$output" | wc -L)" -lt 250 ]
    says nnn…nnn
}

@test "the bounds of a number are written out" {
    exits 2 compare --budget 1 old old
    says "from 8192 to 1073741824"
}

@test "a threshold of 5 is neither 5% nor 500%" {
    results A 100 101 102 103 104 105 >old
    exits 2 compare --threshold 5 old old
    says "'5' is not a share such as 5% or 0.05"
    exits 0 compare --threshold 500% old old
}

@test "memory that the launching process hides does not turn the gate red" {
    for bytes in 1531904 1691648 9531904 9691648 40000000 43000000; do
        for _ in 1 2 3; do printf 'Benchmarktrue 1 1000 ns/op %s peak-RSS-bytes\n' $bytes; done >"$bytes"
    done
    exits 0 compare 1531904 1691648
    says 'apart by more than 5%, but not by more than the floor of 1048576 peak-RSS-bytes'
    exits 1 compare 40000000 43000000
    says '+7.50%'
    exits 1 compare --floor peak-RSS-bytes=0 1531904 1691648
}
