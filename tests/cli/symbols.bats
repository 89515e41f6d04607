#!/usr/bin/env bats
# Names for addresses and call chains, where another compiler or another tool is needed; the rest is in tests/unit.
load helper

@test "call chains of programs that clang built are right, with and without frame pointers" {
    command -v clang >/dev/null || skip "no clang"
    cd "$root"
    CHAINS_CC=clang run "$BUILD/tests/unit/test_unwind.t"
    [ "$status" -eq 0 ]
}

# profile FILE MAPPED ADDRESS…: a pprof profile, a sample of one frame at each address of the file, which is mapped from 0
profile() {
    python3 - "$@" <<'P'
import sys
def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])
def number(field, n): return varint(field << 3) + varint(n)
def nested(field, body): return varint(field << 3 | 2) + varint(len(body)) + body
path, mapped, addresses = sys.argv[1], sys.argv[2], [int(a, 16) for a in sys.argv[3:]]
out = nested(1, number(1, 1) + number(2, 2))
for i, a in enumerate(addresses, 1):
    out += nested(2, number(1, i) + number(2, 1))
    out += nested(4, number(1, i) + number(2, 1) + number(3, a))
out += nested(3, number(1, 1) + number(3, 1 << 40) + number(5, 3))
for text in ("", "samples", "count", mapped):
    out += nested(6, text.encode())
open(path, "wb").write(out)
P
}

@test "profile convert --symbolize gives a profile names, and says what has none and why" {
    printf 'int work(int x) { return x * 3; }\nint main(int c, char **v) { (void)v; return work(c); }\n' >program.c
    cc -O0 -g -o program program.c
    profile bare.pb "$PWD/program" "$(nm program | awk '$3 == "work" { print $1 }')" "$(nm program | awk '$3 == "main" { print $1 }')" 1
    run "$PERFGATE" profile convert --symbolize -o named.pb.gz bare.pb
    [ "$status" -eq 0 ]
    [ "$output" = "perfgate: warning: program: 33.3% of the samples are in code without a name (1 of 3 addresses; in no function of the debug information)" ]
    run "$PERFGATE" profile top named.pb.gz
    [[ "$output" == *" work"* && "$output" == *" main"* && "$output" == *"[program]"* ]]
    "$PERFGATE" profile convert --symbolize --to folded -o - named.pb.gz 2>/dev/null | sort >folded
    printf '%s\n' '0x1 1' 'main 1' 'work 1' | diff - folded
    profile gone.pb "$PWD/gone" 1000
    run "$PERFGATE" profile convert --symbolize -o named.pb gone.pb
    [ "$status" -eq 0 ]
    [[ "$output" == *"gone: 100.0% of the samples are in code without a name (1 of 1 addresses; the file is gone or cannot be read)"* ]]
}
