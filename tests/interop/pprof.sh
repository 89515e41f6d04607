#!/usr/bin/env bash
# `perfgate profile top|cum` against the real `go tool pprof -top`: a Go program makes a CPU profile with labels and a heap
# profile, twice; every function's flat and cumulative value, the order and the total must be the same, for every sample type and
# every filter, and for the difference of two. 77 without Go.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
perfgate=${PERFGATE:-$root/build/perfgate}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v go >/dev/null || { echo "no Go to compare with" && exit 77; }
cd "$work"
export PPROF_TMPDIR=$work GOFLAGS=-mod=mod

cat >go.mod <<'M'
module example
go 1.20
M
cat >main.go <<'G'
package main

import (
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"sort"
	"strconv"
	"time"
)

var keep [][]byte
var sink int

func leaf(n int) (s int) {
	for i := 0; i < n; i++ {
		s += i * i % 7
	}
	return
}
func middle(n int) int { return leaf(n) + leaf(n/2) }
func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

//go:noinline
func odd(n int) int {
	if n == 0 {
		return leaf(3000)
	}
	return even(n-1) + 1
}

//go:noinline
func even(n int) int {
	if n == 0 {
		return leaf(2000)
	}
	return odd(n-1) + 1
}

func work(until time.Time) {
	for time.Now().Before(until) {
		sink += middle(20000) + fib(15) + odd(9)
		v := make([]int, 400)
		for i := range v {
			v[i] = i * 7919 % 397
		}
		sort.Slice(v, func(a, b int) bool { return v[a] < v[b] })
		keep = append(keep, make([]byte, 700))
		if len(keep) > 3000 {
			keep = keep[1500:]
		}
	}
}

func main() {
	runtime.MemProfileRate = 512
	cpu, _ := os.Create(os.Args[1])
	pprof.StartCPUProfile(cpu)
	for round := 0; round < 4; round++ {
		labels := pprof.Labels("benchmark", "Work/"+strconv.Itoa(round%2), "round", strconv.Itoa(round))
		pprof.Do(context.Background(), labels, func(context.Context) { work(time.Now().Add(300 * time.Millisecond)) })
	}
	pprof.StopCPUProfile()
	heap, _ := os.Create(os.Args[2])
	pprof.Lookup("heap").WriteTo(heap, 0)
	cpu.Close()
	heap.Close()
}
G
go build -o example . && ./example cpu1 heap1 && ./example cpu2 heap2

# shellcheck source=tests/interop/same.bash
. "$root/tests/interop/same.bash"

# check UNIT FILE [PPROF_OPTION… -- OUR_OPTION…]
check() {
    local unit=$1 file=$2 order
    local -a theirs=() ours=()
    shift 2
    while [ $# -gt 0 ] && [ "$1" != -- ]; do theirs+=("$1") && shift; done
    [ $# -eq 0 ] || shift
    ours=("$@")
    for order in top cum; do
        go tool pprof -symbolize=none -top "-cum=$([ $order = cum ] && echo true || echo false)" -nodefraction=0 -edgefraction=0 -nodecount=0 -unit="$unit" "${theirs[@]}" "$file" 2>/dev/null |
            sed -nE 's/^Showing nodes accounting for .* of ([-0-9]+)[a-zA-Z]* total.*/total \1/p
                     s/^ *(-?[0-9]+)[a-zA-Z]* +[^ ]+ +[^ ]+ +(-?[0-9]+)[a-zA-Z]* +[^ ]+  (.*)$/\1 \2 \3/p' >theirs
        "$perfgate" profile $order "${ours[@]}" -n 100000 --report json=ours.json --report text=ours.text "$file" >/dev/null
        python3 -c '
import json, re
d = json.load(open("ours.json"))
marks = [re.search(r"( \((?:partial-)?inline\))?$", line)[0] for line in open("ours.text").read().splitlines()[3:]]
print("total", d["total"])
for f, mark in zip(d["functions"], marks): print(f["flat"], f["cum"], f["name"] + mark)' >ours
        same "$order $file ${theirs[*]}" 4
    done
}

check ns cpu1
check count cpu1 -sample_index=samples -- --sample-type samples
for type in alloc_space inuse_space; do check B heap1 -sample_index=$type -- --sample-type $type; done
for type in alloc_objects inuse_objects; do check count heap1 -sample_index=$type -- --sample-type $type; done
check ns cpu1 -focus='le.f' -- --focus 'le.f'
check ns cpu1 -focus='sort\.|main\.go' -ignore='leaf$' -- --focus 'sort\.|main\.go' --ignore 'leaf$'
check ns cpu1 -ignore='runtime\.mallocgc' -- --ignore 'runtime\.mallocgc'
check ns cpu1 -tagfocus=benchmark=Work/1 -- --tag-focus benchmark=Work/1
check ns cpu1 -tagfocus='Work/0,round:[02]' -- --tag-focus 'Work/0,round:[02]'
check ns cpu1 -tagfocus='round=^[01]$,^3' -- --tag-focus 'round=^[01]$,^3'
check ns cpu1 -tagignore=Work/1 -- --tag-ignore Work/1
check ns cpu2 -diff_base=cpu1 -- --diff-base cpu1
check ns cpu2 -diff_base=cpu1 -normalize -- --diff-base cpu1 --normalize
check B heap2 -diff_base=heap1 -sample_index=alloc_space -- --diff-base heap1 --sample-type alloc_space
check ns cpu2 -diff_base=cpu1 -focus=leaf -- --diff-base cpu1 --focus leaf
check ns cpu2 -base=cpu1 -- --base cpu1
check ns cpu2 -base=cpu1 -normalize -- --base cpu1 --normalize
check B heap2 -base=heap1 -sample_index=alloc_space -- --base heap1 --sample-type alloc_space
check ns cpu1 -hide='leaf|runtime' -- --hide 'leaf|runtime'
check ns cpu1 -show='main\.' -- --show 'main\.'
check ns cpu1 -show='main\.' -hide=fib -focus=work -- --show 'main\.' --hide fib --focus work
check ns cpu1 -show_from='main\.work' -- --show-from 'main\.work'
check ns cpu1 -tagroot=benchmark,round -tagleaf=round -- --tag-root benchmark,round --tag-leaf round

# labels and lines
for type in cpu alloc_space; do
    file=$([ $type = cpu ] && echo cpu1 || echo heap1)
    go tool pprof -symbolize=none -tags -sample_index=$type -unit="$([ $type = cpu ] && echo ns || echo B)" $file 2>/dev/null |
        sed -nE 's/^ *([0-9.]+)[A-Za-z]* \(.*\): *(.*)$/\1 \2/p' | sed -E 's/^([0-9]+)\.0 /\1 /' | sort >theirs
    "$perfgate" profile labels -t $type --report json=ours.json --report text=/dev/null $file >/dev/null
    python3 -c '
import json
for key in json.load(open("ours.json"))["labels"]:
    for v in key["values"]: print(v["total"], str(v["value"]) + ("B" if "unit" in v else ""))' | sort >ours
    same "labels of $file" 5
done
go tool pprof -symbolize=none -list='main\.(odd|fib|work)$' -unit=ns cpu1 2>/dev/null |
    sed -nE 's/^ *([0-9.]+)[a-z]* +([0-9.]+)[a-z]* +([0-9]+):.*/\3 \1 \2/p' | sed -E 's/ \./ 0/g; /^[0-9]+ 0 0$/d' | sort -n >theirs
"$perfgate" profile list 'main\.(odd|fib|work)$' --report json=ours.json --report text=list cpu1 >/dev/null
python3 -c '
import json
for f in json.load(open("ours.json"))["functions"]:
    for l in f["lines"]: print(l["line"], l["flat"], l["cum"])' | sort -n >ours
same "lines" 4
grep -q 'return fib(n-1) + fib(n-2)' list && passed=$((passed + 1)) || { failed=$((failed + 1)) && echo "no source text"; }

# a round trip: pprof's own dump of everything in a profile, before and after
for file in cpu1 heap1; do
    "$perfgate" profile convert --keep-paths -o again "$file"
    go tool pprof -symbolize=none -raw "$file" >theirs 2>/dev/null
    go tool pprof -symbolize=none -raw again >ours 2>/dev/null
    same "round trip of $file" 50
    # what is handed on without: the same figures
    "$perfgate" -q profile convert -o again "$file"
    go tool pprof -symbolize=none -top -nodefraction=0 "$file" 2>/dev/null | sed 1,/flat%/d >theirs
    go tool pprof -symbolize=none -top -nodefraction=0 again 2>/dev/null | sed 1,/flat%/d >ours
    same "without paths: $file" 5
done

# merging, by pprof's own dump of everything; heap profiles come from different runs of one program
for kind in cpu heap; do
    "$perfgate" profile merge --keep-paths -o ours.pb.gz ${kind}1 ${kind}2 ${kind}1
    go tool pprof -symbolize=none -proto -output theirs.pb.gz ${kind}1 ${kind}2 ${kind}1 2>/dev/null
    go tool pprof -symbolize=none -raw ours.pb.gz >ours 2>/dev/null
    go tool pprof -symbolize=none -raw theirs.pb.gz >theirs 2>/dev/null
    same "merge of $kind" 50
done

# the profiles that come with Go
for file in "$(go env GOROOT)"/src/cmd/compile/internal/test/testdata/pgo/*/*.pprof; do
    [ ! -e "$file" ] || check ns "$file"
done

echo "pprof: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -ge 30 ]
