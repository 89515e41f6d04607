#!/usr/bin/env bash
# Profiles for Go, with the real Go (1.21 or later). A program that works with packages of its standard library (go/parser,
# compress/flate, encoding/json, interfaces, generics) is recorded by our own sampler and by -cpuprofile. Then
#   lines    functions are called and declared where Go's own profile says
#   edges    what runners/pgo/go_edges takes from profiles is what `go tool preprofile` takes, byte for byte
#   build    `go build -pgo` uses default.pgo: the binary says so, hot calls are inlined and devirtualised, the code is another
#   refused  stacks without calls, lines without declarations
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build/release}
perfgate=${PERFGATE:-$build/perfgate}
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || { echo "no Go" && exit 77; }
minor=$(go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
[ "${minor:-0}" -ge 21 ] || { echo "Go 1.21 or later takes profiles: this is $(go env GOVERSION)" && exit 77; }
make -s -C "$root" "${build#"$root"/}/tests/programs/go_edges_of" >/dev/null 2>&1 || [ -x "$build/tests/programs/go_edges_of" ]
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOFLAGS=-mod=mod GOTOOLCHAIN=local HOME=${HOME:-$work}
mkdir "$work/example"
cd "$work/example"
failed=0
fail() { echo "pgo_go: $*" && failed=1; }

printf 'module example\n\ngo 1.21\n' >go.mod
cat >main.go <<'G'
package main

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"
)

func parse(files map[string][]byte) (n int) {
	for name, text := range files {
		if f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments); err == nil {
			n += len(f.Decls)
		}
	}
	return
}

func pack(text []byte) int {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, 6)
	w.Write(text)
	w.Close()
	back, _ := io.ReadAll(flate.NewReader(&out))
	return len(back)
}

type item struct {
	Name  string            `json:"name"`
	Words map[string]string `json:"words"`
}

func code(files map[string][]byte) int {
	var all, back []item
	for name, text := range files {
		all = append(all, item{name, map[string]string{"first": string(text[:min(40, len(text))])}})
	}
	b, _ := json.Marshal(all)
	json.Unmarshal(b, &back)
	return len(back)
}

type shape interface{ area(k int) int }
type square struct{ a int }
type disc struct{ r int }

func (s square) area(k int) int {
	n := k
	for i := 0; i < s.a%5; i++ {
		n += i*s.a ^ k
	}
	return n
}
func (d *disc) area(k int) int { return 3*d.r*d.r - k }

//go:noinline
func total[T any](all []T, f func(T) int) (n int) {
	for _, v := range all {
		n += f(v)
	}
	return
}

//go:noinline
func areas(all []shape, k int) (n int) {
	for _, s := range all {
		n += s.area(k)
	}
	return
}

func shapes() (n int) {
	var all []shape
	for i := 0; i < 1000; i++ {
		if i%50 == 0 {
			all = append(all, &disc{i})
		} else {
			all = append(all, square{i})
		}
	}
	for k := 0; k < 600; k++ {
		n += areas(all, k)
		n += total(all, func(s shape) int { return s.area(k) })
	}
	return
}

func main() {
	files := map[string][]byte{}
	names, _ := filepath.Glob(filepath.Join(os.Args[1], "*.go"))
	for _, name := range names {
		files[filepath.Base(name)], _ = os.ReadFile(name)
	}
	if len(os.Args) > 2 {
		f, _ := os.Create(os.Args[2])
		pprof.StartCPUProfile(f)
		defer pprof.StopCPUProfile()
	}
	sum := 0
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		sum += parse(files) + code(files) + shapes()
		for _, text := range files {
			sum += pack(text)
		}
	}
	fmt.Println(sum > 0)
}
G
sources=$(go env GOROOT)/src/go/parser
go build -o plain .
./plain "$sources" cpu.pprof >/dev/null
"$perfgate" -q run --rounds 2 -o rec.txt -- ./plain "$sources" >/dev/null

# functions FILE: each function of a profile and the line where it is declared
functions() {
    go tool pprof -symbolize=none -raw "$1" 2>/dev/null | sed -n '/^Locations/,/^Mappings/p' |
        sed -nE 's/^( +[0-9]+: 0x[0-9a-f]+ M=[0-9]+)? *(.*) [^ ]+:[0-9]+:[0-9]+ s=([0-9]+)$/\3 \2/p' | sort -u
}
functions cpu.pprof >theirs
functions rec.pb.gz >ours
known=$(comm -12 theirs ours | wc -l)
other=$(awk 'NR == FNR { line[$0] = 1; sub(/^[0-9]+ /, ""); name[$0] = 1; next }
    !($0 in line) && $1 != 0 { whole = $0; sub(/^[0-9]+ /, ""); if ($0 in name) print whole }' theirs ours)
[ -z "$other" ] || fail "declared elsewhere than Go says: $other"
[ "$known" -ge 50 ] || fail "of $(wc -l <theirs) functions of Go's own profile only $known are known by name and line"

"$perfgate" -q pgo --for go --force --min-samples 100 -o default.pgo rec.txt >said || fail "not written: $(cat said)"
"$perfgate" -q pgo --for go --force --min-samples 100 -o again.pgo rec.txt >/dev/null
cmp default.pgo again.pgo || fail "equal input gave other bytes"
judged=0
for file in default.pgo rec.pb.gz cpu.pprof "$(go env GOROOT)"/src/cmd/compile/default.pgo \
    "$(go env GOROOT)"/src/cmd/compile/internal/test/testdata/pgo/*/*.pprof; do
    [ -e "$file" ] || continue
    go tool preprofile -i "$file" -o edges.theirs 2>/dev/null || { [ "$minor" -lt 23 ] && break || fail "preprofile refuses $file"; }
    "$build/tests/programs/go_edges_of" "$file" >edges.ours
    cmp -s edges.theirs edges.ours && judged=$((judged + 1)) || fail "other edges than Go's in $file"
done

go build -pgo=default.pgo -gcflags=all=-d=pgodebug=1 -gcflags='example=-d=pgodebug=1 -m' -o tuned . 2>messages
go version -m tuned | grep -q 'build.-pgo=.*default\.pgo' || fail "the binary does not say -pgo"
go version -m plain | grep -q 'build.-pgo' && fail "the plain binary says -pgo"
nodes=$(grep -c 'hot-node enabled' messages || true)
calls=$(grep -c 'hot-budget check allows inlining' messages || true)
devirtualised=$(grep -c 'PGO devirtualizing' messages || true)
[ "$nodes" -ge 20 ] && [ "$calls" -ge 20 ] || fail "$nodes functions hot, $calls hot calls inlined"
[ "$devirtualised" -ge 1 ] || fail "no call of an interface's method was devirtualised"
changed=0 all=0
for program in plain tuned; do
    go tool nm -size -type -sort name $program | awk '$3 == "T" || $3 == "t" { print $4, $2 }' | sort >$program.sizes
done
read -r changed all < <(join plain.sizes tuned.sizes | awk '$2 != $3 { n++ } END { print n + 0, NR }')
[ "$changed" -ge 20 ] || fail "only $changed of $all functions have another size"

# refused: without calls (a heap profile's types, one frame), without declarations
printf 'main.work 7\n' >alone.folded
printf 'main.main;main.work 7\n' >names.folded
for file in alone.folded names.folded; do
    status=0
    "$perfgate" -q pgo --for go --force -o refused.pgo $file >/dev/null 2>why || status=$?
    [ $status -eq 4 ] && [ -s why ] && [ ! -e refused.pgo ] || fail "$file: exit $status, $(cat why)"
done

echo "$(go env GOVERSION): $known functions as in Go's own profile, $judged profiles with its edges; $nodes functions hot, $calls hot calls inlined, $devirtualised devirtualised, $changed of $all functions have another size"
[ "$failed" -eq 0 ] && echo "pgo_go: passed"
exit "$failed"
