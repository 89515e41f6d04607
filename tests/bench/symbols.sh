#!/usr/bin/env bash
# Symbolising 1 000 000 samples at 50 000 addresses of a large binary: what `profile convert --symbolize` takes longer than
# `profile convert`, against `addr2line -afiC` on the 50 000 addresses alone; user + system time, in turn, the medians of five.
#   symbols   the largest libLLVM here (clang is in it), which has a symbol table: fails under the promised 10
#   fifth     a program of 100 units with debug information, one C++ unit linked 100 times under other names; the samples are
#             in a fifth of them, as hot code is
#   debug     the same program, samples in all units: fails under 10, too
set -eu
perfgate=${PERFGATE:-build/release/perfgate}
for tool in addr2line objcopy g++ python3; do
    command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/make.py" <<'P'
import random, subprocess, sys
binary, profile, addresses, share = sys.argv[1:]
random.seed(1)
def out(*words): return subprocess.run(words, capture_output=True, text=True).stdout
functions = [(int(w[0], 16), int(w[1], 16)) for w in
             (line.split() for line in (out("nm", "-S", binary) or out("nm", "-DS", binary)).splitlines())
             if len(w) == 4 and w[2] in "tTwWiV" and int(w[1], 16)]
functions = sorted(functions)[:len(functions) // int(share)]
picked = set()
while len(picked) < 50000:
    start, size = random.choice(functions)
    picked.add(start + random.randrange(size))
picked = sorted(picked)
loads = [[int(x, 16) for x in w[1:5]] + [w[5:]] for w in (line.split() for line in out("readelf", "-lW", binary).splitlines())
         if w[:1] == ["LOAD"]]
offset, vaddr = next((l[0], l[1]) for l in loads if l[1] <= picked[0] < l[1] + l[3])
open(addresses, "w").write("".join("%#x\n" % a for a in picked))
def varint(n):
    text = b""
    while n > 127:
        text, n = text + bytes([n & 127 | 128]), n >> 7
    return text + bytes([n])
def number(field, n): return varint(field << 3) + varint(n)
def nested(field, body): return varint(field << 3 | 2) + varint(len(body)) + body
samples = [nested(2, number(1, i) + number(2, 1)) for i in range(1, len(picked) + 1)]
places = [nested(4, number(1, i) + number(2, 1) + number(3, a)) for i, a in enumerate(picked, 1)]
texts = [nested(6, t.encode()) for t in ("", "samples", "count", binary)]
mapping = nested(3, number(1, 1) + number(2, vaddr) + number(3, 1 << 47) + number(4, offset) + number(5, 3))
open(profile, "wb").write(nested(1, number(1, 1) + number(2, 2)) + b"".join(random.choices(samples, k=1000000)) +
                          mapping + b"".join(places) + b"".join(texts))
P

# seconds COMMAND…: its user + system time
seconds() {
    local TIMEFORMAT='%U %S'
    { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2 }'
}

median() { sort -n | sed -n 3p; }

# measure NAME BINARY SHARE LEAST: addresses in one of SHARE parts
measure() {
    python3 "$work/make.py" "$2" "$work/samples.pb" "$work/addresses" "$3"
    for _ in 1 2 3 4 5; do
        seconds "$perfgate" profile convert -o "$work/out.pb.gz" "$work/samples.pb" >&3
        seconds "$perfgate" profile convert --symbolize -o "$work/out.pb.gz" "$work/samples.pb" >&4
        seconds sh -c "addr2line -afiC -e '$2' <'$work/addresses'" >&5
    done 3>"$work/plain" 4>"$work/named" 5>"$work/theirs"
    awk -v name="$1" -v least="$4" -v plain="$(median <"$work/plain")" -v named="$(median <"$work/named")" \
        -v theirs="$(median <"$work/theirs")" 'BEGIN {
            ours = named - plain > 0.005 ? named - plain : 0.005
            printf "%-8s 1 000 000 samples %.2f s (read and written besides: %.2f s), addr2line on their 50 000 addresses %.2f s: %.1f times faster\n",
                name, ours, plain, theirs, theirs / ours
            exit theirs < least * ours
        }'
}

failed=0
large=$(ls -S /usr/lib/*/libLLVM*.so* /usr/lib/llvm*/lib/libLLVM*.so* 2>/dev/null | head -n 1)
if [ -n "$large" ]; then
    measure symbols "$(readlink -f "$large")" 1 10 || failed=1
else
    echo "symbols: no libLLVM here"
fi

cat >"$work/unit.cpp" <<'C'
#include <algorithm>
#include <map>
#include <string>
#include <vector>
std::map<std::string, std::vector<std::string>> words;
int work(int n) {
    for (int i = 0; i < n; i++)
        words[std::to_string(i)].push_back(std::string(static_cast<std::size_t>(i), 'a'));
    std::vector<std::pair<std::string, int>> sorted;
    for (auto &word : words)
        sorted.emplace_back(word.first, static_cast<int>(word.second.size()));
    std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) { return a.second < b.second; });
    std::stable_sort(sorted.begin(), sorted.end());
    return sorted.empty() ? 0 : sorted[0].second;
}
C
g++ -O2 -g -c "$work/unit.cpp" -o "$work/unit.o"
links=()
for i in $(seq 100); do
    objcopy --prefix-symbols="u${i}_" "$work/unit.o" "$work/unit$i.o"
    links+=("--defsym=u${i}___dso_handle=0" "$work/unit$i.o")
done
ld -o "$work/large" -e 0 --unresolved-symbols=ignore-all "${links[@]}"
measure fifth "$work/large" 5 1 || failed=1
measure debug "$work/large" 1 10 || failed=1
exit $failed
