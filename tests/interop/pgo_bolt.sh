#!/usr/bin/env bash
# Profiles for llvm-bolt, the newest that is installed. Lua 5.4 is built from Debian's source package with relocations and recorded at
# work by our own sampler. llvm-bolt takes the profile, finds functions with it, and moves blocks. What is written of the samples of
# `perf record` is what perf2bolt writes of them, but for stubs of the procedure linkage table.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
perfgate=${PERFGATE:-$root/build/perfgate}
# shellcheck source=tests/interop/pgo_program.bash
. "$root/tests/interop/pgo_program.bash"
folder=$(find /usr/lib/llvm-*/bin -name llvm-bolt 2>/dev/null | sort -V | tail -n 1)
[ -n "$folder" ] || { echo "no llvm-bolt" && exit 77; }
folder=${folder%/*} # perf2bolt does not know itself by the name with a version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pgo_program "$work" || exit 77
cd "$work"
failed=0
fail() { echo "pgo_bolt: $*" && failed=1; }
# llvm-bolt cannot move blocks whose addresses stand in tables of the program
printf '%s\n' src/*.c | xargs -P 2 -I FILE sh -c 'gcc -O2 -g -DLUA_COMPAT_5_3 -DLUA_USE_JUMPTABLE=0 -c FILE -o "$(basename FILE .c).o"'
gcc ./*.o -o lua -lm -Wl,-q 2>/dev/null
"$perfgate" -q run --rounds 3 -o rec.txt -- ./lua work.lua 12 >/dev/null
"$perfgate" -q pgo --for bolt --force --min-samples 100 --binary lua -o lua.fdata rec.txt >said 2>&1 || fail "not written: $(cat said)"
help=$("$folder/llvm-bolt" --help-hidden)
[[ $help == *' --ba '* ]] && without=-ba || without=-nl
"$folder/llvm-bolt" lua -o bolted -data=lua.fdata $without \
    -reorder-blocks=ext-tsp -reorder-functions=hfsort >log 2>&1 || fail "llvm-bolt: $(tail -n 3 log)"
of=$(sed -n 's/^BOLT-INFO: \([0-9]*\) out of .* functions in the binary .* have non-empty execution profile/\1/p' log)
moved=$(sed -n 's/.*reordering modified layout of \([0-9]*\) functions.*/\1/p' log)
written=$(awk 'NR > 1 { print $2 }' lua.fdata | sort -u | wc -l)
[ "${of:-0}" -ge 20 ] && [ "$((of * 10))" -ge "$((written * 9))" ] || fail "of $written functions llvm-bolt found ${of:-none}"
[ "${moved:-0}" -ge 10 ] || fail "the blocks of ${moved:-no} functions were moved"
grep -q 'normalizing samples by instruction count' log || fail "samples were not divided by instructions"
[ "$(./lua work.lua 1)" = "$(./bolted work.lua 1)" ] || fail "the program does something else"
grep -iE 'invalid|corrupt|mismatch' log && fail "llvm-bolt complains"

# another build of it, and a stripped one
gcc -O1 -DLUA_COMPAT_5_3 src/*.c -o other -lm 2>/dev/null
cp lua stripped && strip -s stripped
for binary in other stripped; do
    status=0
    "$perfgate" -q pgo --for bolt --force --binary $binary -o refused.fdata rec.txt >why 2>&1 || status=$?
    [ $status -eq 4 ] && [ -s why ] && [ ! -e refused.fdata ] || fail "$binary: exit $status, $(cat why)"
done

compared=
if command -v perf >/dev/null && perf record -q -e cpu-clock:u -F 2000 -o perf.data ./lua work.lua 4 >/dev/null 2>&1; then
    "$folder/perf2bolt" $without -p perf.data -o theirs.fdata ./lua >log 2>&1 || true
    cat >to_pprof.py <<'P'
# `perf script --show-mmap-events` → a profile of the samples in PROGRAM: to_pprof.py PROGRAM OUT
import re, sys

def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])

def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value

program, out = sys.argv[1:]
counts, code = {}, None
for line in sys.stdin:
    m = re.search(r"PERF_RECORD_MMAP2 .*\[0x([0-9a-f]+)\(0x([0-9a-f]+)\) @ (0x[0-9a-f]+|0) .*\]: r-xp (\S+)", line)
    if m and m[4] == program:
        code = (int(m[1], 16), int(m[1], 16) + int(m[2], 16), int(m[3], 0))
    m = re.search(r"cpu-clock\S*: +([0-9a-f]+)", line)
    if m and code and code[0] <= int(m[1], 16) < code[1]:
        counts[int(m[1], 16)] = counts.get(int(m[1], 16), 0) + 1
data = field(1, field(1, 1) + field(2, 2)) + field(3, field(1, 1) + field(2, code[0]) + field(3, code[1]) + field(4, code[2]) + field(5, 3))
for i, (ip, count) in enumerate(sorted(counts.items())):
    data += field(2, field(1, i + 1) + field(2, count)) + field(4, field(1, i + 1) + field(2, 1) + field(3, ip))
for text in (b"", b"samples", b"count", program.encode()):
    data += field(6, text)
open(out, "wb").write(data)
P
    perf script -i perf.data --show-mmap-events 2>/dev/null | python3 to_pprof.py "$PWD/lua" perf.pprof
    "$perfgate" -q pgo --for bolt --force --min-samples 10 --binary lua -o ours.fdata perf.pprof >/dev/null 2>&1 || true
    sed 1d theirs.fdata | grep -v '@PLT ' | sort >theirs
    sed 1d ours.fdata | sort >ours
    compared=", $(wc -l <ours) places as perf2bolt has them"
    cmp -s theirs ours && [ "$(wc -l <ours)" -ge 50 ] || fail "perf2bolt says otherwise: $(diff theirs ours | head -n 5)"
fi
echo "$("$folder/llvm-bolt" --version | sed -n 's/.*LLVM version/LLVM/p'): of $written functions with samples llvm-bolt found $of, the blocks of $moved were moved$compared"
[ "$failed" -eq 0 ] && echo "pgo_bolt: passed"
exit "$failed"
