#!/usr/bin/env bash
# Real JSON reports, of every verdict, against gate/report/report.schema.json by an independent validator
# (python3-jsonschema), and with the process's exit code; histories against gate/history/history.schema.json, flame graphs against gate/flame/flame.schema.json,
# sidecars of compilers' profiles against gate/pgo/sidecar.schema.json; then reports broken on
# purpose, which it must refuse.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
perfgate=${PERFGATE:-$root/build/perfgate}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# bench NAME CENTER UNIT [N]: N result lines around CENTER
bench() {
    awk -v name="$1" -v center="$2" -v unit="$3" -v n="${4:-10}" 'BEGIN {
        split("0.3 -1.1 0.8 -0.2 1.4 -0.9 0.1 -0.6 1.0 -0.8", s, " ")
        for (i = 0; i < n; i++) printf "Benchmark%s 1 %.6g %s\n", name, center * (1 + s[i % 10 + 1] / 100), unit }'
}
{ bench Parse 1000 ns/op; bench Zero 0 allocs/op; bench Rate 1e6 'MB/s'; bench Metric 5 widgets; } >old.txt
{ bench Parse 1200 ns/op; bench Zero 3 allocs/op; bench Rate 1e6 'MB/s'; bench Metric 9 widgets; bench New 5 ns/op; } >slow.txt
{ bench Parse 1000 ns/op 1; } >one.txt
{ bench $'Hostile|<script>"\\\xff\x1b[31m::error::' 1000 ns/op; } >hostile.txt
{ cat old.txt; echo 'BenchmarkCut 12 34'; } >damaged.txt
{ printf '# perfgate recording: 1\n# perfgate fingerprint-id: aaaa\n# perfgate fingerprint: cpu-model=79 label=x kernel=6.1\ngoos: linux\ncpu: "A" <b>\n'; cat old.txt; echo '# perfgate end: 0'; } >here.txt
sed 's/id: aaaa/id: bbbb/; s/model=79/model=85/' here.txt >there.txt
{ cat old.txt; echo '# perfgate failed: Dead: exit status 3'; } >failed.txt
echo 'Parse sec/op 30% 2999-12-31 accepted' >waivers
echo 'Zero allocs/op 30% 2000-12-31 expired' >>waivers

report() { # report NAME EXIT ARGUMENT…
    local name=$1 want=$2 got=0
    shift 2
    "$perfgate" -q compare "$@" --report "json=$name.json" >/dev/null 2>stderr || got=$?
    [ "$got" = "$want" ] || { echo "$name: exit $got instead of $want"; cat stderr; exit 1; }
}
report pass 0 old.txt old.txt
report regression 1 old.txt slow.txt --rule 'Parse:ns/op:threshold=1%,alpha=0.01,floor=1ns' --strict
report waived 1 old.txt slow.txt --waivers waivers
report inconclusive 3 one.txt one.txt --correction holm --test mann-whitney
report hostile 0 hostile.txt hostile.txt
report damaged 4 old.txt damaged.txt
report missing 4 slow.txt old.txt --filter .unit:ns/op --test welch
report fingerprint 4 here.txt there.txt
report machines 0 here.txt there.txt --ignore-fingerprint --correction none
report failed 4 old.txt failed.txt
report absent 4 nothing.txt old.txt
report columns 1 old.txt old.txt third=slow.txt
draw() { "${BUILD:-$root/build/release}/tests/programs/draw_profile" "$root/fixtures/functions/$1.folded" 20 "$2" Parse/1k "$3"; }
draw base 1 before && draw callee 2 after && draw inlined 2 inlined
report functions 1 before.txt after.txt --functions gate
report moved 0 before.txt inlined.txt

# history NAME EXIT DAYS STEP: a store of so many recordings, one a day, twice as slow from day STEP on
history() {
    local name=$1 want=$2 days=$3 step=$4 got=0 day
    for day in $(seq "$days"); do
        {
            printf '# perfgate recording: 1\n# perfgate branch: main\n# perfgate commit: %040d\n' "$day"
            printf '# perfgate time: 2026-01-%02dT00:00:00Z\n# perfgate fingerprint-id: a%d\n' "$day" $((day % 7 == 0))
            bench Parse $((day < step ? 1000 : 2000)) ns/op
            bench $'Hostile|<script>"\\\xff\x1b[31m::error::' 7 widgets
            echo '# perfgate end: 0'
        } >day.txt
        "$perfgate" -q baseline save --store "$name" day.txt
    done
    [ "$want" = 0 ] || echo '# perfgate nonsense' >>"$(find "$name" -name '*20260102T*.txt')"
    "$perfgate" -q history '*' --store "$name" --report "json=$name.history" >/dev/null 2>stderr || got=$?
    [ "$got" = "$want" ] || { echo "$name: exit $got instead of $want"; cat stderr; exit 1; }
}
history step 0 16 9
history few 0 3 99
history hurt 4 12 99

printf 'int main(int argc, char **argv) { return argc > 9 ? **argv : 0; }\n' >app.c
cc -g -Wl,--build-id -o app app.c
python3 "$root/tests/cli/pgo_profile.py" app samples.pb.gz main=100
"$perfgate" -q pgo --for gcc --gcc-version 12 --binary app --force -o app.gcov samples.pb.gz 2>/dev/null
mv app.gcov.json app.sidecar

"$perfgate" flame before.pb.gz after.pb.gz -o difference.flame --format json
"$perfgate" flame "$root/fixtures/fuzz/pprof/seed-go-cpu" -o one.flame --format json

python3 - "$root/gate/report/report.schema.json" ./*.json <<'E2'
import copy, json, sys
import jsonschema

def refuse_duplicates(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"duplicate key among {keys}"
    return dict(pairs)

def no_constant(name):
    raise ValueError(name + " is not JSON")

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)

history_schema = json.load(open(sys.argv[1].replace("report/report", "history/history")))
jsonschema.Draft202012Validator.check_schema(history_schema)
history_validator = jsonschema.Draft202012Validator(history_schema)
histories = {}
for name in ("step", "few", "hurt"):
    histories[name] = json.load(open(name + ".history"), object_pairs_hook=refuse_duplicates, parse_constant=no_constant)
    history_validator.validate(histories[name])
assert [c["index"] for s in histories["step"]["series"] for c in s["changes"]] == [7], histories["step"]
assert all(s["undecided"] for s in histories["few"]["series"]) and len(histories["hurt"]["damaged"]) == 1

flame_schema = json.load(open(sys.argv[1].replace("report/report", "flame/flame")))
jsonschema.Draft202012Validator.check_schema(flame_schema)
for name in ("difference", "one"):
    flame = json.load(open(name + ".flame"), object_pairs_hook=refuse_duplicates, parse_constant=no_constant)
    jsonschema.Draft202012Validator(flame_schema).validate(flame)
    assert {len(column) for column in flame["frames"].values()} == {len(flame["frames"]["name"])}, name
    assert {len(column) for column in flame["functions"].values()} == {len(flame["names"]) - 2}, name
    assert ("verdict" in flame["functions"]) == ("steps" in flame) == (name == "difference"), name

sidecar_schema = json.load(open(sys.argv[1].replace("report/report", "pgo/sidecar")))
jsonschema.Draft202012Validator.check_schema(sidecar_schema)
sidecar_validator = jsonschema.Draft202012Validator(sidecar_schema)
sidecar = json.load(open("app.sidecar"), object_pairs_hook=refuse_duplicates, parse_constant=no_constant)
sidecar_validator.validate(sidecar)
assert sidecar["forced"] and sidecar["reasons"] and sidecar["functions"][0]["name"] == "main", sidecar
assert not sidecar_validator.is_valid({**sidecar, "schema": "perfgate.pgo/2"})

reports = {}
for path in sys.argv[2:]:
    report = json.load(open(path, encoding="utf-8"), object_pairs_hook=refuse_duplicates, parse_constant=no_constant)
    validator.validate(report)
    assert sum(report["counts"].values()) == len(report["benchmarks"]), path
    for verdict, count in report["counts"].items():
        assert count == sum(row["verdict"] == verdict for row in report["benchmarks"]), path
        gated = sum(row["verdict"] == verdict and row["gated"] for row in report["benchmarks"])
        assert report["gated_counts"][verdict] == gated, path
    reports[path] = report

codes = {path[2:-5]: report["exit_code"] for path, report in reports.items()}
assert codes == {"pass": 0, "regression": 1, "waived": 1, "inconclusive": 3, "hostile": 0, "damaged": 4, "missing": 4,
                 "fingerprint": 4, "machines": 0, "failed": 4, "absent": 4, "columns": 1, "functions": 1, "moved": 0}, codes
reasons = {path[2:-5]: report["reason"] for path, report in reports.items() if report["reason"]}
assert reasons == {"damaged": "damaged-input", "missing": "missing-rows", "fingerprint": "fingerprint",
                   "failed": "failed-rows", "absent": "no-baseline"}, reasons

assert {f["class"] for f in reports["./moved.json"]["functions"]} >= {"moved"}
assert len(reports["./functions.json"]["functions"]) == 16

refused = 0
def must_refuse(change):
    global refused
    broken = copy.deepcopy(reports["./regression.json"])
    change(broken)
    assert not validator.is_valid(broken), change
    refused += 1
must_refuse(lambda r: r.update(verdict="pass"))
must_refuse(lambda r: r.update(exit_code=0))
must_refuse(lambda r: r.update(schema="perfgate.report/2"))
must_refuse(lambda r: r.pop("counts"))
must_refuse(lambda r: r["counts"].pop("waived"))
must_refuse(lambda r: r["benchmarks"][0].update(change="5%"))
must_refuse(lambda r: r["benchmarks"][0].update(p=1.5))
must_refuse(lambda r: r["benchmarks"][0].update(verdict="slower"))
must_refuse(lambda r: r["benchmarks"][0]["base"].pop("n"))
must_refuse(lambda r: r["policy"].update(alpha=0))
def must_refuse_history(change):
    global refused
    broken = copy.deepcopy(histories["step"])
    change(broken)
    assert not history_validator.is_valid(broken), change
    refused += 1
must_refuse_history(lambda h: h.update(schema="perfgate.history/2"))
must_refuse_history(lambda h: h["method"].pop("seed"))
must_refuse_history(lambda h: h["series"][0].update(undecided="too few values"))
must_refuse_history(lambda h: h["series"][0]["changes"][0].update(p=0))
must_refuse_history(lambda h: h["series"][0]["recordings"][0].update(time="yesterday"))
print(f"json_schema: {len(reports)} reports and {len(histories)} histories valid, {refused} broken ones refused")
E2
