#!/usr/bin/env bash
# Functions, inlined calls, files and lines of thousands of addresses against addr2line and, where it is installed,
# llvm-symbolizer: of perfgate itself, and of C++ (by gcc and clang), Rust and Go programs built here. Where several symbols
# have one address any of them is right, and clones may be named by the function that they are clones of; addresses between
# functions do not count. (binutils 2.40's addr2line knows neither clang's, Go's nor split DWARF 5 well: there it is not asked.)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build/release}
namer=$build/tests/programs/name_addresses
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v addr2line >/dev/null || { echo "no addr2line to compare with" && exit 77; }
make -s -C "$root" "${namer#"$root"/}" >/dev/null 2>&1 || [ -x "$namer" ]
cp "$build/perfgate" "$work/perfgate"
cd "$work"

cat >words.cpp <<'C'
#include <algorithm>
#include <functional>
#include <cstdlib>
#include <iostream>
#include <map>
#ifndef SMALL
#include <regex>
#endif
#include <string>
#include <vector>
namespace shop {
struct item {
    int price;
    explicit item(int p);
    virtual ~item();
    template <class T> T twice(T t) { return t + t + price; }
};
item::item(int p) : price(p) { std::cout << p; }
item::~item() { std::cout << "sold"; }
}
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
int main(int argc, char **argv) {
    std::map<std::string, std::vector<int>> words;
    for (int i = 0; i < argc * 10; i++)
        words[std::to_string(i)].push_back(i);
    std::vector<int> found;
    for (auto &word : words)
#ifndef SMALL
        if (std::regex_match(word.first, std::regex(argv[0])))
#endif
            found.push_back(word.second[0]);
    std::sort(found.begin(), found.end(), [](int a, int b) { return a > b; });
    qsort(found.data(), found.size(), sizeof(int), compare);
    shop::item item(3);
    std::function<double(double)> twice = [&](double d) { return item.twice(d); };
    try {
        std::cout << twice(2) << item.twice(1) << std::stoi(argv[0]);
    } catch (std::exception &e) {
        std::cout << e.what();
    }
}
C
cat >words.rs <<'R'
use std::collections::HashMap;
fn main() {
    let mut words: HashMap<String, Vec<usize>> = HashMap::new();
    for i in 0..1000usize {
        words.entry(format!("{}", i % 7)).or_default().push(i);
    }
    let mut sums: Vec<_> = words.into_iter().map(|(k, v)| (v.iter().map(|x| x * x).sum::<usize>(), k)).collect();
    sums.sort_by(|a, b| b.cmp(a));
    println!("{:?}", sums);
}
R
mkdir words_go
printf 'module words\ngo 1.18\n' >words_go/go.mod
cat >words_go/main.go <<'G'
package main

import (
	"fmt"
	"sort"
)

func leaf(n int) (s int) {
	for i := 0; i < n; i++ {
		s += i * i % 7
	}
	return
}

func main() {
	v := []int{3, 2, 1}
	sort.Slice(v, func(a, b int) bool { return v[a] < v[b] })
	fmt.Println(v, leaf(10))
}
G
programs=(perfgate)
made() { if "$@" >/dev/null 2>&1; then programs+=("$program"); else echo "not built: $program"; fi; }
program=by_gcc made g++ -O2 -g words.cpp -o by_gcc
program=by_gcc_split made g++ -O2 -g -gsplit-dwarf -DSMALL words.cpp -o by_gcc_split
program=by_gcc_lto made g++ -O3 -flto -g -gz -DSMALL words.cpp -o by_gcc_lto
program=by_gcc_symbols made g++ -O2 -static -DSMALL words.cpp -o by_gcc_symbols
program=by_clang made clang++ -O2 -g words.cpp -o by_clang
program=by_clang4 made clang++ -O2 -g -gdwarf-4 -DSMALL words.cpp -o by_clang4
program=by_rust made rustc -O -g words.rs -o by_rust
program=by_rust_v0 made rustc -O -g -C symbol-mangling-version=v0 words.rs -o by_rust_v0
program=by_go made env GOFLAGS=-mod=mod go build -C words_go -o ../by_go .

cat >compare.py <<'P'
import random, re, subprocess, sys
namer, program = sys.argv[1:3]

def out(*words, text=None):
    return subprocess.run(words, input=text, capture_output=True, text=True, errors="replace").stdout

start, size = next((int(w[2], 16), int(w[4], 16)) for w in
                   (line.split("]", 1)[1].split() for line in out("readelf", "-SW", program).splitlines() if "]" in line)
                   if len(w) > 4 and w[0] == ".text")
random.seed(program)
addresses = sorted(start + random.randrange(size) for _ in range(5000))
asked = "".join("%#x\n" % a for a in addresses)
value_of = {}
for line in out("nm", program).splitlines():
    word = line.split()
    if len(word) == 3:
        value_of.setdefault(word[2], word[0])

def frames(text, columns):
    found, here = {}, None
    for line in text.splitlines():
        line = re.sub(r" \(discriminator \d+\)", "", line)
        if re.fullmatch(r"0x[0-9a-f]+", line):
            here = found.setdefault(int(line, 16), [])
        elif line:
            here.append(line)
    for key, lines in found.items():
        found[key] = list(zip(lines[::2], (place(p, columns) for p in lines[1::2])))
    return found

def place(text, columns):
    match = re.fullmatch(r"(.*?):(\d+|\?)(?::(\d+))?", text) or re.fullmatch(r"(.*)()()", text)
    file, line, column = match.group(1), match.group(2), match.group(3)
    if line in ("0", "?", ""):
        return ("??", "0")
    return (file.replace("/./", "/"), line) + ((column,) if columns else ())

def plain(name):
    return re.sub(r"\.(part|isra|constprop|cold|lto_priv|llvm)(\.\d+)?", "", name)

def equal(ours, theirs):
    if len(ours) != len(theirs) or [f[1] for f in ours] != [f[1] for f in theirs]:
        return False
    for (a, _), (b, _) in zip(ours, theirs):
        if plain(a) != plain(b) and (a not in value_of or value_of.get(a) != value_of.get(b)):
            return False
    return True

ours = out(namer, program, text=asked)
peers = []
if program in ("perfgate", "by_gcc", "by_gcc_symbols", "by_rust", "by_rust_v0"):
    peers.append(("addr2line", out("addr2line", "-afi", "-e", program, text=asked), False, 0.01))
try:
    peers.append(("llvm-symbolizer", out("llvm-symbolizer", "--no-demangle", "-a", "-e", program, text=asked), True, 0))
except FileNotFoundError:
    pass
bad = 0
for name, text, columns, allowed in peers:
    mine, theirs = frames(ours, columns), frames(text, columns)
    judged = differ = inlined = 0
    for address in mine:
        if theirs.get(address, [("??", ())])[0][0] == "??" or mine[address][0][0] == "??":
            continue
        judged += 1
        inlined += len(mine[address]) > 1
        if not equal(mine[address], theirs[address]):
            differ += 1
            if differ <= 3 and not allowed:
                print("  differs:", hex(address), mine[address], theirs[address], sep="\n    ")
    print("%-15s %-15s %5d addresses, %5d inside inlined calls, %d differ" % (program, name, judged, inlined, differ))
    bad += judged < 2000 or differ > allowed * judged
sys.exit(bad > 0)
P

failed=0 passed=0
for program in "${programs[@]}"; do
    if python3 compare.py "$namer" "$program"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "symbols: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -ge 2 ]
