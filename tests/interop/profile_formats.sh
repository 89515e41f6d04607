#!/usr/bin/env bash
# perfgate's readers against the tools whose files they read: perf report, google-pprof and go tool pprof, Node's own hit counts,
# callgrind_annotate. Each tool that is missing is said and left out; 77 when none is there.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
perfgate=${PERFGATE:-$root/build/perfgate}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
export PPROF_TMPDIR=$work

cat >program.c <<'C'
#include <stdlib.h>
volatile long sink;
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
__attribute__((noinline)) long leaf(long n) { long s = 0; for (long i = 0; i < n; i++) s += i * i % 7; return s; }
__attribute__((noinline)) long middle(long n) { return leaf(n) + leaf(n / 2); }
__attribute__((noinline)) long fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(int argc, char **argv) {
    int *v = malloc(4000 * sizeof *v);
    for (long r = 0; r < (argc > 1 ? atol(argv[1]) : 10); r++) {
        sink += middle(60000) + fib(17);
        for (int i = 0; i < 4000; i++) v[i] = i * 7919 % 3970;
        qsort(v, 4000, sizeof *v, compare);
    }
    return 0;
}
C
gcc -g -O1 -fno-omit-frame-pointer -o program program.c || exit 77

# shellcheck source=tests/interop/same.bash
. "$root/tests/interop/same.bash"
# ours FIELD… -- OPTION…: `FIELD… NAME` of every function whose first field is not 0, by name
ours() {
    local -a fields=()
    while [ "$1" != -- ]; do fields+=("$1") && shift; done
    shift
    "$perfgate" profile top --report json=- "$@" | python3 -c '
import json, sys
for f in sorted(json.load(sys.stdin)["functions"], key=lambda f: f["name"]):
    if f[sys.argv[1]]: print(*[f[k] for k in sys.argv[1:]], f["name"])' "${fields[@]}" | LC_ALL=C sort -k2 >ours
}

# raw FILE: count and addresses of every distinct stack, as go tool pprof dumps them
raw() {
    go tool pprof -symbolize=none -raw "$1" 2>/dev/null | python3 -c '
import collections, re, sys
samples, addresses = collections.Counter(), {}
for line in sys.stdin:
    if m := re.match(r" +([0-9]+) +[0-9]+: ([0-9 ]+)$", line): samples[tuple(m[2].split())] += int(m[1])
    if m := re.match(r" +([0-9]+): (0x[0-9a-f]+) M=", line): addresses[m[1]] = m[2]
total = collections.Counter()
for stack, count in samples.items(): total[" ".join(addresses[i] for i in stack)] += count
for stack, count in sorted(total.items()): print(count, stack)'
}

if command -v perf >/dev/null && perf record -q -e cpu-clock:u -F 2000 -g -o data ./program 400 2>/dev/null; then
    perf script --no-inline -i data >script 2>/dev/null
    perf report -i data --no-inline --stdio --no-children -g none -F sample,symbol 2>/dev/null |
        sed -nE 's/^ +([0-9]+)  \[.\] (.*[^ ]) *$/\1 \2/p' | grep -v ' 0x' | LC_ALL=C sort -k2 >theirs
    ours flat -- -t samples script
    grep -v '\[' ours >known && mv known ours
    same 'perf report, samples' 3
    perf report -i data --no-inline --stdio --children -g none 2>/dev/null |
        sed -nE 's/^ +([0-9.]+)% .*\[.\] (leaf|middle|fib|main|compare) *$/\1 \2/p' | LC_ALL=C sort -k2 >theirs
    "$perfgate" profile cum script | sed -nE 's/.* ([0-9.]+)%  (leaf|middle|fib|main|compare)$/\1 \2/p' | LC_ALL=C sort -k2 >ours
    same 'perf report --children, percent' 4
else
    echo 'perf: not there, or not allowed'
fi

profiler=$(find /usr/lib -name 'libprofiler.so.0' 2>/dev/null | head -n 1)
if [ -n "$profiler" ] && command -v go >/dev/null; then
    LD_PRELOAD=$profiler CPUPROFILE=legacy CPUPROFILE_FREQUENCY=2000 ./program 2000 2>/dev/null
    "$perfgate" profile merge --keep-paths -o ours.pb.gz legacy
    raw legacy >theirs
    raw ours.pb.gz >ours
    same 'go tool pprof, samples of libprofiler' 5
    go tool pprof -symbolize=local -top -nodefraction=0 legacy 2>/dev/null | sed -nE 's/^ *([0-9.]+[mu]?s).*  (leaf|middle|fib|main)$/\1 \2/p' | sort >theirs
    go tool pprof -symbolize=local -top -nodefraction=0 ours.pb.gz 2>/dev/null | sed -nE 's/^ *([0-9.]+[mu]?s).*  (leaf|middle|fib|main)$/\1 \2/p' | sort >ours
    same 'go tool pprof, symbols of what was read and written' 1
else
    echo 'gperftools: no libprofiler.so.0 or no Go'
fi

if command -v node >/dev/null; then
    cat >program.js <<'J'
function leaf(n) { let s = 0; for (let i = 0; i < n; i++) s += i * i % 7; return s; }
function middle(n) { return leaf(n) + leaf(n / 2); }
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
let sink = 0;
for (let r = 0; r < 40; r++) sink += middle(200000) + fib(22);
J
    node --cpu-prof --cpu-prof-interval 500 --cpu-prof-name=js.cpuprofile program.js
    python3 -c '
import collections, json
d = json.load(open("js.cpuprofile"))
self, total, nodes = collections.Counter(), collections.Counter(), {n["id"]: n for n in d["nodes"]}
def walk(node, above):
    name = node["callFrame"]["functionName"] or "(anonymous)"
    self[name] += node["hitCount"]
    above = above | {name}
    for a in above: total[a] += node["hitCount"]
    for c in node.get("children", []): walk(nodes[c], above)
walk(d["nodes"][0], frozenset())
for n in self:
    if self[n]: print(self[n], total[n], n)' | LC_ALL=C sort -k3 >theirs
    ours flat cum -- -t samples js.cpuprofile
    LC_ALL=C sort -k3 -o ours ours
    same 'hit counts of Node' 3
else
    echo 'Node: not there'
fi

if command -v valgrind >/dev/null; then
    valgrind -q --tool=callgrind --cache-sim=yes --callgrind-out-file=callgrind.out ./program 2 2>/dev/null
    for event in Ir Dw; do
        # NAME of FILE:NAME [OBJECT]; the parts of one function in several files are added up, as perfgate does it
        callgrind_annotate --auto=no --show=$event --threshold=100 callgrind.out | sed -nE 's/^ *([0-9,]+) \([ 0-9.]+%\)  [^:]*:(.*)$/\1 \2/p' |
            sed -E 's/ \[[^]]*\]$//; s/,//g' | awk '{ n = $1; sub(/^[^ ]+ /, ""); sum[$0] += n } END { for (k in sum) if (sum[k]) print sum[k], k }' | LC_ALL=C sort -k2 >all
        ours flat -- -t $event callgrind.out
        # annotate leaves the smallest out: what it names must be ours
        awk 'NR == FNR { known[$0] = 1; next } ($0 in known)' all ours >both
        grep -cE ' (leaf|main|compare|middle)$' both >/dev/null && cp all theirs && cp both ours
        same "callgrind_annotate, $event" 4
    done
else
    echo 'callgrind: no valgrind'
fi

echo "profile formats: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
