#!/usr/bin/env bash
# Profiles for clang, with the newest clang that is installed. Three rooms of perfgate (10 000 lines of C, so nothing has to be
# fetched) and a program that names addresses are built by it, and recorded at work by our own sampler. Then
#   profdata  llvm-profdata prints the profile byte for byte, and merges it with itself
#   names     are those of the program: with -funique-internal-linkage-names, with DWARF 5, and without, with DWARF 4
#   clang     annotates every function with 1 % of the samples or more, and makes other code of the hot files
#   lines     what is told of 20 000 addresses is what llvm-symbolizer's frames come to by LLVM's rules
#   branches  what is told of branch stacks of walks through the program is what llvm-profgen tells
#   mixed     of a program of gcc's and clang's objects it is told what clang made
#   refused   another program, a stripped one, one without debug information: nothing is written
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export BUILD=${BUILD:-$root/build/release}
perfgate=${PERFGATE:-$BUILD/perfgate}
version=$(find /usr/bin -name 'clang-[0-9]*' | sed -n 's|.*/clang-\([0-9]*\)$|\1|p' | sort -n | tail -n 1)
for tool in "clang-$version" "llvm-profdata-$version" "llvm-symbolizer-$version" gcc python3; do
    command -v "$tool" >/dev/null || { echo "no $tool" && exit 77; }
done
write_pgo=$BUILD/tests/programs/write_pgo
make -s -C "$root" "${write_pgo#"$root"/}" >/dev/null 2>&1 || [ -x "$write_pgo" ]
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() { echo "pgo_clang: $*" && failed=1; }

# compile NAME OPTION…: the program NAME by clang, its objects in NAME.o
compile() {
    local name=$1
    shift
    mkdir "$work/$name.o"
    (cd "$root" && printf '%s\n' runners/{base,profile,symbols}/*.c tests/programs/name_addresses.c "$BUILD/runners/profile/pprof.pb-c.c" |
        grep -v _fuzz.c | OUT=$work/$name.o xargs -P 2 -I FILE sh -c 'file=$1; shift; exec "$@" -c "$file" -o "$OUT/$(basename "$file" .c).o"' \
        sh FILE "clang-$version" -std=c11 -D_GNU_SOURCE -O2 -I. -I"$BUILD" "$@")
    "clang-$version" -o "$work/$name" "$work/$name.o"/*.o -ldw -lelf -lz -lisal -lprotobuf-c -lpcre2-8 -lcjson -liberty -lm -lpthread
}

cat >"$work/pprof.py" <<'P'
# pprof.py BINARY OUT: a profile with, for each `ADDRESS SAMPLES` on stdin, so many samples at that address of the file
import subprocess, sys
def out(*words): return subprocess.run(words, capture_output=True, text=True).stdout
def varint(n):
    text = b""
    while n > 127:
        text, n = text + bytes([n & 127 | 128]), n >> 7
    return text + bytes([n])
def number(field, n): return varint(field << 3) + varint(n)
def nested(field, body): return varint(field << 3 | 2) + varint(len(body)) + body
binary, path = sys.argv[1:]
seen = [(int(a, 16), int(n)) for a, n in (line.split() for line in sys.stdin)]
build_id = out("readelf", "-n", binary).split("Build ID: ")[1].split()[0]
offset, vaddr = next((int(w[1], 16), int(w[2], 16)) for w in (line.split() for line in out("readelf", "-lW", binary).splitlines())
                     if w[:1] == ["LOAD"] and "E" in w[6:-1])
body = nested(1, number(1, 1) + number(2, 2))
for i, (address, n) in enumerate(seen, 1):
    body += nested(2, number(1, i) + number(2, n)) + nested(4, number(1, i) + number(2, 1) + number(3, address))
body += nested(3, number(1, 1) + number(2, vaddr) + number(3, 1 << 47) + number(4, offset) + number(5, 3) + number(6, 4))
open(path, "wb").write(body + b"".join(nested(6, t.encode()) for t in ("", "samples", "count", binary, build_id)))
P

cat >"$work/addresses.py" <<'P'
# addresses.py BINARY COUNT SHARE: so many `ADDRESS SAMPLES` of its text, all in the first SHARE of it
import random, subprocess, sys
start, size = next((int(w[2], 16), int(w[4], 16)) for w in
                   (line.split("]", 1)[1].split() for line in
                    subprocess.run(["readelf", "-SW", sys.argv[1]], capture_output=True, text=True).stdout.splitlines() if "]" in line)
                   if len(w) > 4 and w[0] == ".text")
random.seed(1)
for address in random.sample(range(start, start + int(size * float(sys.argv[3]))), int(sys.argv[2])):
    print("%#x %d" % (address, random.randrange(1, 100)))
P

cat >"$work/expect.py" <<'P'
# expect.py SYMBOLIZER BINARY: the profile for `ADDRESS SAMPLES` on stdin, from llvm-symbolizer's frames by LLVM's rules
import json, re, subprocess, sys
symbolizer, binary = sys.argv[1:]
seen = [(a, int(n)) for a, n in (line.split() for line in sys.stdin)]
answers = subprocess.run([symbolizer, "--output-style=JSON", "--no-demangle", "--obj=" + binary], text=True, capture_output=True,
                         input="".join(a + "\n" for a, _ in seen)).stdout.splitlines()
assert len(answers) == len(seen)

def components(d):  # getBaseDiscriminatorFromDiscriminator and getDuplicationFactorFromDiscriminator
    found = []
    for _ in range(2):
        if d & 1:
            found, d = found + [0], d >> 1
        else:
            u = d >> 1
            found, d = found + [(u >> 1) & 0xfe0 | u & 0x1f if u & 0x20 else u & 0x1f], d >> (14 if d & 0x40 else 7)
    return found[0], found[1] or 1

def clone(name): return re.sub(r"(\.(cold|part|llvm)(\.\d+)?)+$", "", name)
def fresh(): return {"lines": {}, "calls": {}}
by_symbol, told, inlined = {}, 0, 0
for (_, n), answer in zip(seen, answers):
    frames = json.loads(answer)["Symbol"]
    if not frames or any(f["Line"] == 0 or f["StartLine"] == 0 for f in frames):
        continue
    at = by_symbol.setdefault(frames[-1]["FunctionName"], fresh())
    sites = [(f["Line"] - f["StartLine"] & 0xffff, components(f["Discriminator"])[0]) for f in frames]
    for outer in range(len(frames) - 1, 0, -1):
        at = at["calls"].setdefault((sites[outer], frames[outer - 1]["FunctionName"]), fresh())
    at["lines"][sites[0]] = max(at["lines"].get(sites[0], 0), n * components(frames[0]["Discriminator"])[1])
    told, inlined = told + 1, inlined + (len(frames) > 1)
assert told > len(seen) / 2 and inlined > len(seen) / 10, (told, inlined)

def join(into, other):
    for site, n in other["lines"].items():
        into["lines"][site] = into["lines"].get(site, 0) + n
    for key, call in other["calls"].items():
        join(into["calls"].setdefault(key, fresh()), call)
def total(at): return sum(at["lines"].values()) + sum(map(total, at["calls"].values()))
def head(at):
    line, call = min(at["lines"], default=None), min(at["calls"], default=None)
    return at["lines"][line] if line and (not call or line[0] <= call[0][0]) else head(at["calls"][call])
def place(site): return "%d.%d" % site if site[1] else "%d" % site[0]
def show(at, depth):
    for site in sorted(at["lines"]):
        print(" " * depth + "%s: %d" % (place(site), at["lines"][site]))
    for site, name in sorted(at["calls"]):
        print(" " * depth + "%s: %s:%d" % (place(site), name, total(at["calls"][site, name])))
        show(at["calls"][site, name], depth + 1)
functions = {}
for symbol in by_symbol:
    join(functions.setdefault(clone(symbol), fresh()), by_symbol[symbol])
for name in sorted(functions, key=lambda name: (-total(functions[name]), name)):
    print("%s:%d:%d" % (name, total(functions[name]), head(functions[name])))
    show(functions[name], 1)
print(told, "addresses have lines,", inlined, "inside inlined calls", file=sys.stderr)
P

cat >"$work/walk.py" <<'P'
# walk.py OBJDUMP BINARY SAMPLES: perf script's text of branch stacks, from walks through the program's code: conditional jumps
# go either way at random, direct calls are entered, returns go back
import random, re, subprocess, sys
objdump, binary, samples = sys.argv[1], sys.argv[2], int(sys.argv[3])
random.seed(1)
crt = {"_init", "_fini", "_start", "deregister_tm_clones", "register_tm_clones", "__do_global_dtors_aux", "frame_dummy", ".plt"}
code, order, functions, stubs = {}, [], [], set()
for line in subprocess.run([objdump, "-d", "--no-show-raw-insn", binary], capture_output=True, text=True).stdout.splitlines():
    head = re.match(r"([0-9a-f]+) <(.*)>:", line)
    if head:
        name = head.group(2)
        (stubs.add if "@plt" in name or name in crt else functions.append)(int(head.group(1), 16))
        continue
    at = re.match(r"\s*([0-9a-f]+):\s+(\S+)\s*(\S*)", line)
    if at:
        order.append(int(at.group(1), 16))
        target = re.match(r"(0x)?([0-9a-f]+)$", at.group(3))
        code[order[-1]] = (at.group(2), int(target.group(2), 16) if target else None)
following = dict(zip(order, order[1:]))
functions = [f for f in functions if f in code]
entries = set(functions) | stubs
loads = [l.split() for l in subprocess.run(["readelf", "-lW", binary], capture_output=True, text=True).stdout.splitlines()]
offset, vaddr, size = next((int(w[1], 16), int(w[2], 16), int(w[5], 16)) for w in loads if w[:1] == ["LOAD"] and "E" in w[6:-1])
base, outside = 0x555555000000, 0x111111000000
print("x 7 1.0: PERF_RECORD_MMAP2 7/7: [%#x(%#x) @ %#x 08:01 5 0]: r-xp %s" % (base + vaddr, (size + 0xfff) & ~0xfff, offset, binary))
def walk():
    at, calls, branches = random.choice(functions), [], []
    while len(branches) < 33:
        word, target = code.get(at, ("?", None))
        to = following.get(at)
        if to is None or to in entries and not word.startswith(("ret", "jmp")) or word in ("?", "ud2", "hlt", "int3", "notrack", "bnd", "repz"):
            return branches
        if word.startswith("call") and target in code and target not in stubs and len(calls) < 20:
            calls.append(to)
            branches.append((at, target))
            at = target
        elif word.startswith("call"):  # out of the program and back
            branches += [(at, outside), (outside + 16, to)]
            at = to
        elif word.startswith("ret"):
            if not calls:
                return branches
            branches.append((at, calls.pop()))
            at = branches[-1][1]
        elif word.startswith("j"):
            if target is None or target not in code or target in stubs:
                return branches
            if word.startswith("jmp") or random.random() < 0.6:
                branches.append((at, target))
                at = target
            else:
                at = to
        else:
            at = to
    return branches
while samples:
    stack = walk()
    if len(stack) < 3:
        continue
    samples -= 1
    stack = stack[-32:][::-1]
    print(" %x %s" % (base + stack[0][1], "  ".join("%#x/%#x/P/-/-/0" % (base + f, base + t) for f, t in stack)))
P

cat >"$work/same.py" <<'P'
# same.py OURS THEIRS: the same lines, calls and heads; but where llvm-profgen does not know how often a function was entered we
# may, lines at 0 are nothing, lines before the declaration are line 0, and a line ran at least as often as it called
import sys
def load(path):
    out, stack = {}, []
    for line in open(path):
        line = line.rstrip("\n")
        depth = len(line) - len(line.lstrip(" "))
        if depth == 0:
            name, _, head = line.rsplit(":", 2)
            stack, out[name,] = [name], int(head)
            continue
        site, rest = line.strip().split(": ", 1)
        stack = stack[:depth]
        if int(site.split(".")[0]) >= 1 << 15 or None in stack:
            stack.append(None)
        elif rest[0].isdigit():
            words = rest.split()
            calls = dict(word.rsplit(":", 1) for word in words[1:])
            if words[0] != "0":
                out[tuple(stack) + (site,)] = int(words[0]), {name: int(n) for name, n in calls.items()}
        else:
            stack.append((site, rest.rsplit(":", 1)[0]))
    return out
ours, theirs = load(sys.argv[1]), load(sys.argv[2])
bad = lines = heads = called = 0
for key in sorted(set(ours) | set(theirs), key=str):
    a, b = ours.get(key), theirs.get(key)
    if len(key) == 1:
        heads += 1
        good = b in (0, None) or a == b
    else:
        lines += 1
        calls = a[1] if a else {}
        called += bool(calls)
        good = a == b or a and (not b or a[1] == b[1]) and a[0] == sum(calls.values()) and (not b or b[0] < a[0])
    if not good:
        bad += 1
        if bad <= 5:
            print("  differs:", key, a, b)
print("%d lines, %d of them call, %d functions; %d differ" % (lines, called, heads, bad))
sys.exit(bad > 0 or lines < 1000 or called < 100)
P

# check_clang NAME OPTION…: record NAME at work, and have clang build it again by that
check_clang() {
    local name=$1 profile=$work/$1.prof function
    shift
    printf 'exec %s %s <%s >/dev/null\n' "$work/$name" "$work/subject" "$work/asked" >"$work/work.sh"
    "$perfgate" run --sampler auto --rounds 4 -o "$work/$name.txt" -- sh "$work/work.sh" >/dev/null 2>"$work/log" || { cat "$work/log" && return 1; }
    "$write_pgo" clang "$work/$name" "$work/$name.pb.gz" >"$profile" 2>"$work/told" || { cat "$work/told" && return 1; }
    echo "$name: $(cat "$work/told")"
    "llvm-profdata-$version" merge --sample --text -o "$work/printed" "$profile" && cmp "$profile" "$work/printed" || fail "$name: llvm-profdata prints another profile"
    "llvm-profdata-$version" merge --sample --extbinary -o "$work/twice" "$profile" "$profile" && "llvm-profdata-$version" show --sample "$work/twice" >/dev/null ||
        fail "$name: llvm-profdata does not merge it"

    compile "$name.again" "$@" -fprofile-sample-use="$profile" -fsave-optimization-record -foptimization-record-passes=sample-profile
    cat "$work/$name.again.o"/*.yaml | awk '/^Name: *AppliedSamples/ { on = 1 } on && /^Function:/ { print $2; on = 0 }' | sort -u >"$work/applied"
    # functions with lines of their own and 1 % of all
    awk -F: '/^[^ ]/ { all += $2; name = $1; of[name] = $2 } /^ [0-9.]+: [0-9]/ { own[name] = 1 }
        END { for (name in of) if (own[name] && of[name] >= all / 100) print name }' "$profile" | sort >"$work/hot"
    comm -23 "$work/hot" "$work/applied" >"$work/missed"
    local changed=0 object
    for object in "$work/plain.o"/*.o; do
        cmp -s <(objcopy -O binary -j .text "$object" /dev/stdout) <(objcopy -O binary -j .text "$work/$name.again.o/${object##*/}" /dev/stdout) ||
            changed=$((changed + 1))
    done
    echo "$name: $(wc -l <"$work/hot") hot functions, $(wc -l <"$work/missed") of them not annotated, $(wc -l <"$work/applied") annotated; other code in $changed objects"
    while read -r function; do fail "$name: clang did not annotate $function"; done <"$work/missed"
    [ "$(wc -l <"$work/hot")" -ge 5 ] || fail "$name: hardly anything was recorded"
    [ "$changed" -ge 3 ] || fail "$name: the code is as without a profile"
    [ "$(echo | "$work/$name.again" "$work/subject" 2>&1 | wc -l)" -gt 0 ] || fail "$name: does not run"
}

check_lines() {
    python3 "$work/addresses.py" "$work/$1" 20000 1 >"$work/seen"
    python3 "$work/pprof.py" "$work/$1" "$work/seen.pb" <"$work/seen"
    "$write_pgo" clang "$work/$1" "$work/seen.pb" >"$work/ours" 2>/dev/null
    python3 "$work/expect.py" "llvm-symbolizer-$version" "$work/$1" <"$work/seen" >"$work/theirs" 2>"$work/told"
    echo "$1: $(cat "$work/told"), $(grep -c '^[^ ]' "$work/ours") functions, $(wc -l <"$work/ours") lines of profile"
    cmp "$work/ours" "$work/theirs" || { diff "$work/ours" "$work/theirs" | head -n 10 && fail "$1: attributed in another way"; }
}

cp "$BUILD/perfgate" "$work/subject"
python3 "$work/addresses.py" "$work/subject" 60000 1 | cut -d ' ' -f 1 >"$work/asked"
compile plain
compile unique -g -gdwarf-5 -fdebug-info-for-profiling -funique-internal-linkage-names
compile dwarf4 -g -gdwarf-4 -fdebug-info-for-profiling
check_clang unique -funique-internal-linkage-names
check_clang dwarf4
grep -q '^_Z.*\.__uniq\.[0-9]*:' "$work/unique.prof" || fail "no unique name"
! grep -q '__uniq' "$work/dwarf4.prof" || fail "unique names that the program has not"
check_lines unique
check_lines dwarf4

python3 "$work/walk.py" "llvm-objdump-$version" "$work/unique" 20000 >"$work/branches.txt"
"llvm-profgen-$version" --perfscript="$work/branches.txt" --binary="$work/unique" --output="$work/theirs" --format=text 2>"$work/told" || fail "branches: $(cat "$work/told")"
"$write_pgo" clang "$work/unique" "$work/branches.txt" >"$work/ours" 2>"$work/told" || fail "branches: $(cat "$work/told")"
python3 "$work/same.py" "$work/ours" "$work/theirs" >"$work/told" || fail 'branches: counted in another way'
sed 's/^/branches: /' "$work/told"

cat >"$work/a.c" <<'C'
int by_gcc(int x) { return x * x; }
C
cat >"$work/b.c" <<'C'
int by_gcc(int x);
__attribute__((noinline)) int by_clang(int x) { return x * 3; }
int main(int argc, char **argv) { return by_gcc(argc) + by_clang(argc) + !argv; }
C
gcc -O2 -g -c "$work/a.c" -o "$work/a.o"
"clang-$version" -O2 -g -fdebug-info-for-profiling -c "$work/b.c" -o "$work/b.o"
"clang-$version" -o "$work/mixed" "$work/a.o" "$work/b.o"
nm "$work/mixed" | awk '$3 == "by_gcc" || $3 == "by_clang" { print $1, 50 }' >"$work/seen"
python3 "$work/pprof.py" "$work/mixed" "$work/mixed.pb" <"$work/seen"
"$write_pgo" clang "$work/mixed" "$work/mixed.pb" >"$work/mixed.prof" 2>"$work/told"
grep -q '50.0% in functions that another compiler made' "$work/told" || fail "mixed: $(cat "$work/told")"
[ "$(cat "$work/mixed.prof")" = "$(printf 'by_clang:50:50\n 0: 50')" ] || { fail "mixed: another profile" && cat "$work/mixed.prof"; }

# refused REASON BINARY PROFILE
refused() {
    local status=0
    "$write_pgo" clang "$2" "$3" >"$work/out" 2>"$work/told" || status=$?
    [ "$status" -eq 4 ] && [ ! -s "$work/out" ] && grep -q "$1" "$work/told" || fail "not refused because of $1: $(cat "$work/told")"
}
refused 'no sample is of .*/plain ' "$work/plain" "$work/mixed.pb"
strip -o "$work/mixed.stripped" "$work/mixed"
refused '100.0% in no known function' "$work/mixed.stripped" "$work/mixed.pb"
strip --strip-debug -o "$work/mixed.bare" "$work/mixed"
refused '100.0% in functions without debug information' "$work/mixed.bare" "$work/mixed.pb"
[ "$failed" -eq 0 ] && echo "pgo_clang: clang $version takes what is written"
