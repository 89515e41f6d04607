#!/usr/bin/env bats
# perfgate profile on what other tools wrote. The seeds were made by one small C program (and one of JavaScript); what is expected of
# them is what the tool named in each test printed about the same run. tests/interop/profile_formats.sh runs the tools again.
load helper

seed() { echo "$root/fixtures/fuzz/$1"; }
# row NAME FILE [OPTION…]: flat and cum of a function
row() {
    "$PERFGATE" profile top --report json=- "${@:2}" | python3 -c '
import json, sys
print(*[(f["flat"], f["cum"]) for f in json.load(sys.stdin)["functions"] if f["name"] == sys.argv[1]])' "$1"
}

@test "perf script: the samples of perf report --no-children" {
    file=$(seed perf_script/seed-dwarf)
    [ "$(row __memmove_avx512_unaligned_erms "$file" -t samples)" = "(6, 6)" ]
    [ "$(row msort_with_tmp.part.0 "$file" -t samples)" = "(4, 13)" ]
    [ "$(row compare "$file" -t samples)" = "(3, 3)" ]
    [ "$(row compare "$file")" = "(1200000, 1200000)" ]
    run "$PERFGATE" profile labels "$file"
    [[ "${lines[1]}" =~ 100.00%\ \ example$ ]]
}

@test "perf script without stacks, with several events, with inlined frames" {
    run "$PERFGATE" profile top -n 1 -t samples "$(seed perf_script/seed-flat)"
    [ "$status" -eq 0 ]
    [[ "${lines[1]}" == *", total $(grep -c cpu-clock "$(seed perf_script/seed-flat)")" ]]
    run "$PERFGATE" profile top -n 1 -t page-faults:u "$(seed perf_script/seed-events)"
    [ "$status" -eq 0 ]
    [[ "${lines[1]}" == *", total $(awk '/page-faults/ { sum += $4 } END { print sum }' "$(seed perf_script/seed-events)")" ]]
    run "$PERFGATE" profile cum "$(seed perf_script/seed-inlined)"
    [ "$status" -eq 0 ]
    [[ "$output" == *"msort_with_tmp (inline)"* && "$output" == *" __libc_start_main_impl"* ]]
}

@test "gperftools: go tool pprof's figures, for 32 and 64 bit in either order of bytes" {
    for file in 64 64be 32 32be; do
        file=$(seed legacy_cpu/seed-$file)
        [ "$(row '[libc.so.6]' "$file")" = "(13000000, 16000000)" ]
        [ "$(row '[example]' "$file")" = "(3000000, 16000000)" ]
    done
}

@test "cpuprofile: the hit counts of Node" {
    file=$(seed cpuprofile/seed-node)
    python3 - "$file" >want <<'P'
import collections, json, sys
hits = collections.Counter()
for node in json.load(open(sys.argv[1]))["nodes"]: hits[node["callFrame"]["functionName"] or "(anonymous)"] += node["hitCount"]
for name, count in sorted(hits.items()):
    if count: print(name, count)
P
    "$PERFGATE" profile top -t samples --report json=- "$file" | python3 -c '
import json, sys
for f in sorted(json.load(sys.stdin)["functions"], key=lambda f: f["name"]):
    if f["flat"]: print(f["name"], f["flat"])' >got
    [ "$(wc -l <want)" -gt 3 ]
    diff want got
}

@test "callgrind: the figures of callgrind_annotate --show=Ir, also by line" {
    file=$(seed callgrind/seed-lines)
    [ "$(row leaf "$file")" = "(453024, 453024)" ]
    [ "$(row "msort_with_tmp.part.0'2" "$file" | cut -d, -f1)" = "(762023" ]
    [ "$(row "fib'2" "$file" | cut -d, -f1)" = "(30559" ]
    run "$PERFGATE" profile top "$file"
    [[ "${lines[1]}" == *", total 1599002" ]]
    run "$PERFGATE" profile list '^leaf$' "$file"
    [ "$status" -eq 0 ]
    [[ "$output" == *"    453024     453024      5"* ]]
    run "$PERFGATE" profile top "$(seed callgrind/seed-instructions)"
    [[ "${lines[1]}" == *", total 3106" && "${lines[3]}" =~ ^\ +3008\ .*\ leaf$ ]]
}

@test "folded stacks: what convert writes is read as the same figures" {
    file=$(seed pprof/seed-go-cpu)
    "$PERFGATE" profile convert --to folded -t samples -o stacks "$file"
    "$PERFGATE" profile top -t samples "$file" | sed 's/ (inline)$//' >want
    "$PERFGATE" profile top stacks >got
    diff want got
    gzip -c stacks >stacks.gz
    "$PERFGATE" profile top stacks.gz | cmp - got
}

@test "a line of 10 MB is read; text of no format is refused" {
    python3 -c 'print(";".join("frame%d" % (i % 1000) for i in range(1200000)) + " 7")' >long
    run "$PERFGATE" profile top -n 1 long
    [ "$status" -eq 0 ]
    [[ "${lines[1]}" == "Showing 1 of 1000 functions, total 7" ]]
    echo '<html>' >page
    run "$PERFGATE" profile top page
    [ "$status" -eq 4 ]
    [[ "$output" == *"page: expected a profile: pprof, folded stacks, perf script,"* ]]
    : >empty
    run "$PERFGATE" profile top empty
    [ "$status" -eq 4 ]
    printf 'a;b 1\na;b\n' >bad
    run "$PERFGATE" profile top bad
    [ "$status" -eq 4 ]
    [[ "$output" == *"bad: folded stacks: line 2: expected FRAME;FRAME;… NUMBER: a;b" ]]
}

@test "speedscope: the fields its format asks for, and the figures of top" {
    file=$(seed pprof/seed-go-cpu)
    "$PERFGATE" profile convert --to speedscope -o out.json "$file"
    "$PERFGATE" profile top --report json=top.json "$file" >/dev/null
    # by https://github.com/jlfwong/speedscope/blob/main/src/lib/file-format-spec.ts
    python3 -c '
import collections, json
d = json.load(open("out.json"))
assert d["version"] and d["$schema"] == "https://www.speedscope.app/file-format-schema.json"
frames = d["shared"]["frames"]
assert all(set(f) <= {"name", "file", "line", "col"} and f["name"] for f in frames)
assert [(p["type"], p["name"], p["unit"]) for p in d["profiles"]] == [("sampled", "samples", "none"), ("sampled", "cpu", "nanoseconds")]
for p in d["profiles"]:
    assert len(p["samples"]) == len(p["weights"]) and p["startValue"] == 0 and p["endValue"] == sum(p["weights"])
    assert len(set(map(tuple, p["samples"]))) == len(p["samples"])
p = d["profiles"][d["activeProfileIndex"]]
flat, cum = collections.Counter(), collections.Counter()
for stack, weight in zip(p["samples"], p["weights"]):
    flat[frames[stack[-1]]["name"]] += weight
    for name in {frames[f]["name"] for f in stack}: cum[name] += weight
for f in json.load(open("top.json"))["functions"]: assert (flat[f["name"]], cum[f["name"]]) == (f["flat"], f["cum"]), f'
    run "$PERFGATE" profile convert --to speedscope -o bad.json <(printf 'a;b -1\n')
    [ "$status" -eq 4 ]
    [[ "$output" == *"a negative value"* ]]
    [ ! -e bad.json ]
}

@test "every format is converted to every other, equal stacks joined" {
    for file in perf_script/seed-dwarf legacy_cpu/seed-32be callgrind/seed-lines cpuprofile/seed-node folded/seed-stacks pprof/seed-go-heap; do
        file=$(seed "$file")
        "$PERFGATE" profile convert -o a.pb.gz "$file"
        "$PERFGATE" profile top "$file" >want
        "$PERFGATE" profile top a.pb.gz | diff want -
        "$PERFGATE" profile convert --to folded -o a.folded "$file"
        [ "$(cut -d' ' -f1 a.folded | wc -l)" -eq "$(sed 's/ [^ ]*$//' a.folded | sort -u | wc -l)" ]
        "$PERFGATE" profile convert --to speedscope -o a.json "$file"
        python3 -c 'import json; d = json.load(open("a.json")); print(d["profiles"][d["activeProfileIndex"]]["endValue"])' >got
        awk '{ sum += $NF } END { printf "%.0f\n", sum }' a.folded | diff - got
    done
}
