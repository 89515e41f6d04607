#!/usr/bin/env bash
# perfgate against the examples that google/pprof publishes with its source, which Go's module proxy has: the profiles that its
# tests build and the texts that they expect, its dumps of gperftools profiles, its real profiles. 77 without Go or the module.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
perfgate=${PERFGATE:-$root/build/perfgate}
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
command -v go >/dev/null || { echo "no Go to build pprof's tests with" && exit 77; }
cd "$work" || exit
module=$(GOFLAGS=-mod=mod timeout 60 go mod download -json github.com/google/pprof@latest 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])' 2>/dev/null)
[ -d "${module:-}" ] || { echo "google/pprof is not to be had" && exit 77; }
cp -r "$module" pprof && chmod -R u+w pprof
export PPROF_TMPDIR=$work

# Their test writes the profiles it is about to show, with the names that its demangler gives.
cat >pprof/internal/driver/perfgate_test.go <<'G'
package driver

import (
	"os"
	"testing"

	"github.com/google/pprof/profile"
)

func TestWriteProfiles(t *testing.T) {
	for name, p := range map[string]*profile.Profile{
		"cpu": cpuProfile(), "heap": heapProfile(), "contention": contentionProfile(), "symz": symzProfile(), "long_name_funcs": longNameFuncsProfile(),
	} {
		for _, f := range p.Function {
			f.Name = fakeDemangler(f.SystemName)
		}
		out, err := os.Create(os.Getenv("PERFGATE_OUT") + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		p.Write(out)
		out.Close()
	}
}
G
(cd pprof && PERFGATE_OUT=$work GOFLAGS=-mod=mod timeout 300 go test -run 'TestWriteProfiles$' ./internal/driver) >log 2>&1 || { tail -n 5 log && echo "pprof's tests do not build here" && exit 77; }

# shellcheck source=tests/interop/same.bash
. "$root/tests/interop/same.bash"
golden=pprof/internal/driver/testdata
# as_milli: figures of rows in the thousandth part, whatever their unit
as_milli() {
    python3 -c '
import re, sys
scale = {"": 1, "s": 1000, "ms": 1, "MB": 1048576, "kB": 1024}
for line in sys.stdin:
    m = re.match(r" *(-?[0-9.]+)([a-zA-Z]*) +[0-9.]+% +[0-9.]+% +(-?[0-9.]+)([a-zA-Z]*) +[0-9.]+%  (.*)", line)
    if m: print(round(float(m[1]) * scale[m[2]]), round(float(m[3]) * scale[m[4]]), m[5])'
}
# text GOLDEN PROFILE OPTION…: a table that their test expects
text() {
    sed -E 's/100%/100.00%/g; s/ 0%/ 0.00%/g; s/( [0-9]\.[0-9])%/\10%/g' "$golden/$1" | as_milli >theirs
    "$perfgate" profile "${how:-top}" "${@:3}" "$2" | as_milli >ours
    same "$1" 2
}
text pprof.cpu.flat.functions.text cpu
text pprof.heap.flat.inuse_objects.text heap -t inuse_objects
text pprof.long_name_funcs.text long_name_funcs

# lines GOLDEN PROFILE OPTION…: a table by line; perfgate has those of all functions in `profile list`
lines() {
    sed -nE 's/^ *([0-9.]+)s? +[0-9.]+% +[0-9.]+% +([0-9.]+)s? +[0-9.]+%  ([^ ]+) [^ ]*:([0-9]+).*/\1 \2 \3 \4/p' "$golden/$1" | awk '{ print $1 * 1000, $2 * 1000, $3, $4 }' | sort >theirs
    "$perfgate" profile list . "$2" "${@:3}" --report json=- | python3 -c '
import json, sys
for f in json.load(sys.stdin)["functions"]:
    for l in f["lines"]: print(l["flat"], l["cum"], f["name"], l["line"])' | sort >ours
    same "$1" 2
}
lines pprof.cpu.cum.lines.text.hide cpu --hide 'line[X3]0'
lines pprof.cpu.cum.lines.text.show cpu --show '[12]00'
lines pprof.cpu.cum.lines.text.focus.hide cpu --hide 'line[X3]0' --focus '[12]00'

# tags GOLDEN PROFILE OPTION…
tags() {
    sed -nE 's/^ *([0-9.]+)(m?s|B)? +\(.*\): (.*)$/\1 \2 \3/p' "$golden/$1" | awk '{ print $1 * ($2 == "s" ? 1000 : 1), $3 }' | sed 's/B$//' | sort >theirs
    "$perfgate" profile labels "$2" "${@:3}" --report json=- | python3 -c '
import json, sys
for key in json.load(sys.stdin)["labels"]:
    for v in key["values"]: print(v["total"], v["value"])' | sort >ours
    same "$1" 2
}
tags pprof.cpu.tags cpu
tags pprof.cpu.tags.focus.ignore cpu --tag-ignore 'tag[13]' --tag-focus 'key[12]'
tags pprof.heap.tags.unit heap

# every profile of theirs, as their own program shows it; -unit as it is stored
check() { # PROFILE UNIT OPTION… [-- OUR OPTION…]
    local -a theirs=() ours=()
    local file=$1 unit=$2
    shift 2
    while [ $# -gt 0 ] && [ "$1" != -- ]; do theirs+=("$1") && shift; done
    [ $# -eq 0 ] || shift
    ours=("$@")
    go tool pprof -symbolize=none -top -nodefraction=0 -edgefraction=0 -nodecount=0 -unit="$unit" "${theirs[@]}" "$file" 2>/dev/null |
        sed -nE 's/^ *(-?[0-9]+)[a-zA-Z]* +[^ ]+ +[^ ]+ +(-?[0-9]+)[a-zA-Z]* +[^ ]+  (.*)$/\1 \2 \3/p' | sed -E 's/ \((partial-)?inline\)$//' | sort >theirs
    "$perfgate" profile top "${ours[@]}" --report json=- "$file" | python3 -c '
import json, sys
for f in json.load(sys.stdin)["functions"]: print(f["flat"], f["cum"], f["name"])' | sort >ours
    same "$(basename "$file") ${theirs[*]}" 1
}
for type in inuse_space inuse_objects; do check heap B -sample_index=$type -- -t $type; done
for file in cpu symz; do check $file ms; done
check contention ns -sample_index=delay -- -t delay
check heap B -sample_index=inuse_space -tagfocus=1mb:2gb -- -t inuse_space --tag-focus 1mb:2gb
check heap B -sample_index=inuse_space -tagfocus=30kb: -tagignore=1mb:2mb -- -t inuse_space --tag-focus 30kb: --tag-ignore 1mb:2mb
check pprof/internal/driver/testdata/cppbench.cpu_no_samples_type ns
check pprof/internal/report/testdata/sample.cpu ns
check pprof/internal/proftest/testdata/large.cpu ns
check pprof/internal/driver/testdata/go.nomappings.crash B

# stacks: count and addresses of every distinct stack, of pprof's dump
stacks() {
    python3 -c '
import collections, re, sys
samples, addresses = [], {}
for line in sys.stdin:
    if m := re.match(r" +([0-9]+) +[0-9]+: ([0-9 ]+)$", line): samples.append((int(m[1]), m[2].split()))
    if m := re.match(r" +([0-9]+): (0x[0-9a-f]+)", line): addresses.setdefault(m[1], m[2])
total = collections.Counter()
for count, stack in samples: total[" ".join(addresses[i] for i in stack)] += count
for stack, count in sorted(total.items()): print(count, stack)'
}
for name in cppbench go.crc32 gobench; do
    sed -n '/^Samples/,/^Mappings/p' pprof/profile/testdata/$name.cpu.string | stacks >theirs
    "$perfgate" profile convert --keep-paths -o ours.pb.gz pprof/profile/testdata/$name.cpu
    go tool pprof -symbolize=none -raw ours.pb.gz 2>/dev/null | sed -n '/^Samples/,/^Mappings/p' | stacks >ours
    same "$name.cpu.string" 5
done

echo "published pprof examples: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -ge 15 ]
