#!/usr/bin/env bats
# perfgate profile: which function, how much. The numbers themselves are held against go tool pprof in tests/interop/pprof.sh.
load helper

cpu() { echo "$root/fixtures/fuzz/pprof/seed-go-cpu"; }

@test "top lists functions by flat value, cum by all they call" {
    run "$PERFGATE" profile top -n 3 "$(cpu)"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "Type: cpu" ]
    [[ "${lines[1]}" == "Showing 3 of 54 functions, total 1.33s" ]]
    [[ "${lines[4]}" =~ ^\ +490ms\ +36.84%\ +81.95%\ +1.05s\ +78.95%\ \ m.fib$ ]]
    [ "${#lines[@]}" -eq 6 ]
    run "$PERFGATE" profile cum -n 1 "$(cpu)"
    [ "$status" -eq 0 ]
    [[ "${lines[3]}" =~ ^\ +0\ +0.00%\ +0.00% ]]
}

@test "a recording stands for the profile beside it, and without one is named as what it is" {
    "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/base.folded" 3 1 Parse/1k new
    "$PERFGATE" profile top new.pb.gz >top
    "$PERFGATE" profile top new.txt | cmp - top
    { echo "# perfgate recording: 1" && cat new.txt; } >alone.txt
    run "$PERFGATE" profile top alone.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"alone.txt: expected a profile, got a recording of benchmarks"* ]]
    # folded stacks are what they are, whatever they are called
    echo "main;f 3" >new.txt
    "$PERFGATE" profile top new.txt | grep -q '^ *3 100.00% 100.00% *3 100.00%  f$'
}

@test "names with NULs, controls, tags and bytes that are no UTF-8 are whole, and harmless" {
    printf 'main;a\0b</script>;c\033[31m 5000000\nmain;\377\376 3000000\n' | python3 "$root/tests/folded_profile.py" >hostile.pb
    run "$PERFGATE" profile top hostile.pb
    [ "$status" -eq 0 ]
    [[ "$output" == *"a"*"b</script>"* && "$output" != *$'\033'* ]]
    "$PERFGATE" profile top hostile.pb --report json=- | python3 -c '
import json, sys
names = {f["name"] for f in json.load(sys.stdin)["functions"]}
assert "a\ufffdb</script>" in names and "main" in names and len(names) == 4, names'
    "$PERFGATE" profile convert hostile.pb -o again.pb.gz
    gzip -dc again.pb.gz | python3 -c 'import sys; data = sys.stdin.buffer.read(); assert b"a\0b</script>" in data and b"\xff\xfe" in data'
    "$PERFGATE" flame hostile.pb -o page.html
    [ "$(grep -ac '</script>' page.html)" -eq 2 ] # the page's own two
}

@test "gzipped, raw and from stdin are the same" {
    gzip -c "$(cpu)" >cpu.pb.gz
    "$PERFGATE" profile top cpu.pb.gz >a
    "$PERFGATE" profile top "$(cpu)" >b
    "$PERFGATE" profile top - <cpu.pb.gz >c
    cmp a b
    cmp a c
}

@test "the JSON report carries type, total and every function" {
    run "$PERFGATE" profile top --report json=- -t samples "$(cpu)"
    [ "$status" -eq 0 ]
    python3 -c '
import json, sys
d = json.loads(sys.argv[1])
assert d["schema"] == "perfgate.profile/1" and d["sample_type"] == "samples/count" and d["total"] == 133, d
flat = [f["flat"] for f in d["functions"]]
assert len(flat) == 54 and sum(flat) == 133 and flat == sorted(flat, reverse=True), flat' "$output"
}

@test "focus, ignore and the difference with itself" {
    run "$PERFGATE" profile top --focus 'm\.fib' --ignore asyncPreempt "$(cpu)"
    [ "$status" -eq 0 ]
    [[ "$output" == *"m.fib"* && "$output" != *"m.leaf"* && "$output" != *"asyncPreempt"* ]]
    run "$PERFGATE" profile top --diff-base "$(cpu)" "$(cpu)"
    [ "$status" -eq 0 ]
    [[ "${lines[1]}" == "Showing 0 of 0 functions, total 1.33s" ]]
}

@test "base: what is in both cancels, several files add up" {
    "$PERFGATE" profile merge --keep-paths -o three.pb.gz "$(cpu)" "$(cpu)" "$(cpu)"
    "$PERFGATE" profile top "$(cpu)" "$(cpu)" >two
    "$PERFGATE" profile top --base "$(cpu)" three.pb.gz >less
    cmp two less
    run "$PERFGATE" profile top --base "$(cpu)" "$(cpu)"
    [ "$status" -eq 0 ]
    [[ "${lines[1]}" == "Showing 0 of 0 functions, total 0" ]]
    run "$PERFGATE" profile top --base "$(cpu)" --diff-base "$(cpu)" "$(cpu)"
    [ "$status" -eq 2 ]
    [[ "$output" == *"expected --base or --diff-base, not both"* ]]
}

@test "inlined functions are marked; hide, show and show-from take frames away" {
    run "$PERFGATE" profile top "$(cpu)"
    [[ "$output" == *" m.leaf (inline)"* && "$output" == *" m.fib"* && "$output" != *" m.fib (inline)"* ]]
    run "$PERFGATE" profile cum --hide '^runtime' "$(cpu)"
    [ "$status" -eq 0 ]
    [[ "$output" != *" runtime."* ]]
    [[ "${lines[3]}" == *" 1.25s  93.98%  m.BenchmarkA" ]]
    run "$PERFGATE" profile top --show '^m\.fib' --show-from 'm\.fib' "$(cpu)"
    [ "$status" -eq 0 ]
    [[ "${lines[3]}" =~ 1.05s\ +78.95%\ +78.95%\ +1.05s\ +78.95%\ \ m.fib$ ]]
    run "$PERFGATE" profile top --hide '(' "$(cpu)"
    [ "$status" -eq 2 ]
}

# two benchmarks of one function each, as perfgate records them: labels benchmark (text) and round (number)
labelled() {
    python3 - "$1" <<'P'
import sys
def varint(n):
    out = b""
    while n > 127: out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])
def field(n, value):
    return varint(n << 3 | 2) + varint(len(value)) + value if isinstance(value, bytes) else varint(n << 3) + varint(value)
texts = ["", "cpu", "nanoseconds", "benchmark", "round", "A", "B", "f", "g", "gone", "here.c", "bytes"]
t = texts.index
def sample(where, value, name, number):
    label = field(3, field(1, t("benchmark")) + field(2, t(name))) + field(3, field(1, t("round")) + field(3, number))
    return field(2, b"".join(field(1, w) for w in where) + field(2, value) + label)
out = field(1, field(1, t("cpu")) + field(2, t("nanoseconds"))) + field(7, t("gone"))
out += sample([1], 3, "A", 1) + sample([1], 4, "A", 2) + sample([2], 10, "B", 2) + sample([3, 1], 100, "B", 2)
for i, name in enumerate(["f", "g", "gone"], 1):
    out += field(4, field(1, i) + field(4, field(1, i) + field(2, i)))
    out += field(5, field(1, i) + field(2, t(name)) + field(4, t("here.c")))
for text in texts: out += field(6, text.encode())
open(sys.argv[1], "wb").write(out)
P
}

@test "labels: values and their sums; as frames; drop_frames is obeyed" {
    labelled p.pb
    run "$PERFGATE" profile labels p.pb
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "benchmark: 2 values, total 117ns" ]
    [[ "${lines[1]}" =~ ^\ +110ns\ +94.02%\ \ B$ ]]
    [[ "${lines[5]}" =~ ^\ +3ns\ +2.56%\ \ 1$ ]]
    run "$PERFGATE" profile top --tag-root benchmark p.pb
    [[ "${lines[3]}" =~ ^\ +107ns.*107ns.*\ f$ ]]
    [[ "${lines[6]}" =~ ^\ +0\ .*110ns.*\ B$ ]]
    [[ "$output" != *gone* ]]
    run "$PERFGATE" profile labels "$(cpu)"
    [ "$status" -eq 0 ]
    [ "$output" = "no labels" ]
}

@test "tag-focus takes ranges of numbers, with units" {
    file=$root/fixtures/fuzz/pprof/seed-go-heap
    total() { "$PERFGATE" profile labels -t alloc_space --report json=- "$@" "$file" | python3 -c '
import json, sys
print(*sorted((v["value"], v["unit"], v["total"]) for k in json.load(sys.stdin)["labels"] for v in k["values"]))'; }
    all=$(total)
    [ "$(total --tag-focus 1b:8gb)" = "$all" ]
    [ "$(total --tag-focus bytes=1:)" = "$all" ]
    [ -z "$(total --tag-focus 8gb:)" ]
    [ -z "$(total --tag-focus 1ms:)" ]
    [ -z "$(total --tag-ignore 0:)" ]
}

@test "list: what each line costs, with its text where the file lies below the folder" {
    labelled p.pb
    run "$PERFGATE" profile list '^[fg]$' p.pb
    [ "$status" -eq 0 ]
    [[ "$output" == *$'\nf in here.c\n     107ns      107ns (flat, cum) 91.45% of total\n     107ns      107ns      1\n'* ]]
    mkdir -p source
    printf 'int f;\n\tint\033 g;\n' >source/here.c
    run "$PERFGATE" profile list --source source g p.pb
    [[ "${lines[3]}" =~ ^\ +\.\ +\.\ +1\ \ int\ f\;$ ]]
    [[ "${lines[4]}" =~ ^\ +10ns\ +10ns\ +2\ \ \ int.*\ g\;$ && "${lines[4]}" != *$'\033'* ]]
    ln -s ../p.pb source/link && rm source/here.c && ln -s /etc/passwd source/here.c
    run "$PERFGATE" profile list --source source f p.pb
    [ "$status" -eq 0 ]
    [[ "$output" != *root* ]]
    run "$PERFGATE" profile list nothing p.pb
    [ "$status" -eq 2 ]
    [[ "$output" == *"no function matches nothing"* ]]
    run "$PERFGATE" profile list f
    [ "$status" -eq 2 ]
}

@test "bad use is exit 2 and says what is expected" {
    run "$PERFGATE" profile
    [ "$status" -eq 2 ]
    [[ "$output" == *"expected top, cum, list, labels, merge or convert"* ]]
    run "$PERFGATE" profile top
    [ "$status" -eq 2 ]
    run "$PERFGATE" profile top -t heat "$(cpu)"
    [ "$status" -eq 2 ]
    [[ "$output" == *"no sample type 'heat'; it has samples, cpu"* ]]
    run "$PERFGATE" profile top --focus '(' "$(cpu)"
    [ "$status" -eq 2 ]
    [[ "$output" == *"--focus: bad regular expression"* ]]
    run "$PERFGATE" profile top --normalize "$(cpu)"
    [ "$status" -eq 2 ]
}

@test "damaged profiles are exit 4, with the file and the offset" {
    head -c 700 "$(cpu)" >short.pb
    run "$PERFGATE" profile top short.pb
    [ "$status" -eq 4 ]
    [[ "$output" == *"short.pb: pprof: offset "* ]]
    echo '<html>' >page
    run "$PERFGATE" profile top page
    [ "$status" -eq 4 ]
    [[ "$output" == *"page: expected a profile: pprof, "* ]]
    head -c 200000000 /dev/zero | gzip >bomb.gz
    run "$PERFGATE" profile top bomb.gz
    [ "$status" -eq 4 ]
    run "$PERFGATE" profile top missing
    [ "$status" -eq 4 ]
    [[ "$output" == *"missing: cannot open"* ]]
    printf '\x32\x00\x32\x01n\x0a\x02\x08\x01\x12\xff\xff\xff\xff\x0f' >claim
    run "$PERFGATE" profile top claim
    [ "$status" -eq 4 ]
}

@test "convert: pprof keeps the figures, folded stacks add up to the total" {
    "$PERFGATE" profile convert -o again.pb.gz "$(cpu)"
    "$PERFGATE" profile top "$(cpu)" >a
    "$PERFGATE" profile top again.pb.gz >b
    cmp a b
    "$PERFGATE" profile convert --to folded -t samples -o - "$(cpu)" >folded
    [ "$(awk '{ sum += $NF } END { print sum }' folded)" -eq 133 ]
    grep -qE '^testing\.\(\*B\)\.launch;.*;m\.fib [0-9]+$' folded
    run "$PERFGATE" profile convert "$(cpu)"
    [ "$status" -eq 2 ]
    run "$PERFGATE" profile convert -o "$PWD" "$(cpu)"
    [ "$status" -eq 4 ]
}

@test "merge: twice the figures, the samples of one, and its bytes again for one file" {
    "$PERFGATE" profile merge -o one.pb.gz "$(cpu)"
    "$PERFGATE" profile merge -o twice.pb.gz "$(cpu)" one.pb.gz
    "$PERFGATE" profile top -t samples --report json=one.json one.pb.gz >table
    "$PERFGATE" profile top -t samples --report json=twice.json twice.pb.gz >table
    python3 -c '
import json
one, twice = (json.load(open(f + ".json")) for f in ("one", "twice"))
assert one["total"] == 133 and twice["total"] == 266
double = [{"name": f["name"], "flat": 2 * f["flat"], "cum": 2 * f["cum"]} for f in one["functions"]]
assert double == twice["functions"]'
    [ "$("$PERFGATE" profile convert --to folded -o - twice.pb.gz | wc -l)" -eq "$("$PERFGATE" profile convert --to folded -o - one.pb.gz | wc -l)" ]
    "$PERFGATE" profile merge -o - one.pb.gz | cmp - one.pb.gz
}

@test "merge: what does not fit is refused by name, and leaves no file" {
    run "$PERFGATE" profile merge -o out.pb.gz "$(cpu)" "$root/fixtures/fuzz/pprof/seed-go-heap"
    [ "$status" -eq 4 ]
    [[ "$output" == *"no sample type in common"* ]]
    [ ! -e out.pb.gz ]
    run "$PERFGATE" profile merge "$(cpu)"
    [ "$status" -eq 2 ]
    run "$PERFGATE" profile merge -o out.pb.gz
    [ "$status" -eq 2 ]
}
