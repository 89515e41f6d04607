#!/usr/bin/env bats
# perfgate pgo: what is written, what is refused and why, how old it is, whether it helps. Profiles are made of a program's own symbols
# (pgo_profile.py), so that nothing has to be sampled; what compilers make of them is tests/interop/pgo_*.sh's.
bats_require_minimum_version 1.5.0
load helper

setup_file() {
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    cd "$BATS_FILE_TMPDIR" || return
    cat >app.c <<'C'
#include <stdio.h>
#include <stdlib.h>
unsigned long sink;
__attribute__((noinline)) unsigned long work(unsigned long n) {
    unsigned long sum = 0;
    for (unsigned long i = 0; i < n; i++) {
        if (i % 3 == 0)
            sum += i * n;
        else
            sum ^= i << 3;
    }
    return sum;
}
__attribute__((noinline)) unsigned long other(unsigned long n) {
    unsigned long sum = 1;
    while (n) {
        sum = sum * 7 + n % 10;
        n /= 10;
    }
    return sum;
}
int main(int argc, char **argv) {
    unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    for (int i = 0; i < 1000; i++)
        sink += work(n + (unsigned long)i) + other(n + (unsigned long)i);
    printf("%lu\n", sink);
    return 0;
}
C
    cc -O2 -g -Wl,--build-id -o app app.c
}
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cp "$BATS_FILE_TMPDIR"/app* .
}

profile() { python3 "$root/tests/cli/pgo_profile.py" "$@"; }
# enough OUT [OPTION…]: a profile that keeps to everything
enough() { local out=$1 && shift && profile app "$out" "$@" work=20000 other=10000 main=1000; }
pgo() { run --separate-stderr "$PERFGATE" pgo "$@"; }
json() { python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
# refused REASON…: exit 4, nothing written, and each reason told
refused() {
    echo "$output"
    echo "$stderr"
    [ "$status" -eq 4 ]
    [ ! -e out ] && [ ! -e out.json ]
    for reason; do
        [[ "$stderr" == *"$reason"* ]] || { echo "not told: $reason" && return 1; }
    done
}

@test "a profile that is good enough is written with its sidecar" {
    enough p.pb.gz --time 1767225600
    pgo --for gcc --gcc-version 12 --binary app -o out p.pb.gz
    echo "$stderr"
    [ "$status" -eq 0 ] && [ "$stderr" = "" ]
    [[ "$output" == "out: for gcc, of 31000 samples, "*"% of them told by line" ]]
    [ "$(head -c 4 out)" = adcg ]
    [ "$(json out.json 'r["schema"], r["format"], r["binary"], r["date"], r["forced"], r["reasons"]')" = "('perfgate.pgo/1', 'gcc', 'app', '2026-01-01T00:00:00Z', False, [])" ]
    [ "$(json out.json 'r["build_id"]')" = "$(readelf -n app | sed -n 's/.*Build ID: //p')" ]
    [ "$(json out.json 'r["functions"][0]["name"], r["functions"][0]["file"], r["functions"][0]["declared"]')" = "('work', 'app.c', 4)" ]
}

@test "equal input gives equal bytes" {
    enough p.pb.gz --time 1767225600
    enough q.pb.gz --time 1767139200
    mkdir a b
    for at in a b; do "$PERFGATE" pgo --for gcc --gcc-version 12 --binary app -o $at/out p.pb.gz q.pb.gz; done
    cmp a/out b/out
    cmp a/out.json b/out.json
}

@test "what is asked for has to be said: exit 2" {
    enough p.pb.gz
    for words in "--for gcc p.pb.gz" "-o out p.pb.gz" "--for gcc -o out" "--for icc -o out p.pb.gz" "--for gcc -o out --weight 0,p.pb.gz" \
        "--for gcc -o out --weight p.pb.gz" "--for gcc -o out --steady-after soon p.pb.gz" "--for gcc -o out --root ( p.pb.gz" \
        "--for gcc -o out --min-lines 150% p.pb.gz"; do
        # shellcheck disable=SC2086 # words
        pgo $words
        echo "$words: $stderr"
        [ "$status" -eq 2 ]
        [ ! -e out ]
    done
}

@test "too few samples are refused, whatever else is good" {
    profile app p.pb.gz work=10000 other=5000
    pgo --for gcc --binary app -o out p.pb.gz
    refused "too few samples: " " 20000 are asked for (--min-samples)" "out is not written: 1 reason"
    pgo --for gcc --binary app -o out --min-samples 1000 p.pb.gz
    [ "$status" -eq 0 ]
}

@test "a file that was there stays when a profile is refused" {
    profile app p.pb.gz work=10000 other=5000
    echo old >out
    pgo --for gcc --binary app -o out p.pb.gz
    [ "$status" -eq 4 ]
    [ "$(cat out)" = old ]
    [ ! -e out.json ]
}

@test "one function, and one without lines, are refused with their names" {
    profile app p.pb.gz work=30000 other=100
    pgo --for gcc --binary app -o out p.pb.gz
    refused "one function: " "in work, at most 95.0% may be (--max-function)"
    cc -O2 -g -c -o lines.o app.c -Dother=elsewhere_
    printf 'unsigned long elsewhere_(unsigned long n) { unsigned long sum = 1; while (n) { sum = sum * 7 + n %% 10; n /= 10; } return sum; }\n' >no.c
    sed '/^__attribute__((noinline)) unsigned long other/,/^}/d; s/^unsigned long sink;/&\nunsigned long other(unsigned long);/' app.c >some.c
    cc -O2 -g -c -o some.o some.c -Dother=elsewhere_
    cc -O2 -c -o no.o no.c
    cc -Wl,--build-id -o mixed some.o no.o
    profile mixed m.pb.gz work=20000 elsewhere_=10000
    pgo --for gcc --binary mixed -o out m.pb.gz
    refused "too few lines: " "(--min-lines)" "in functions without debug information"
    # with their names in the profile, as perfgate run has them, they are named
    "$PERFGATE" -q profile convert --symbolize --keep-paths --to=pprof m.pb.gz -o named.pb.gz
    pgo --for gcc --binary mixed -o out named.pb.gz
    refused "hot functions: " "(--min-coverage); without: elsewhere_"
}

@test "--force writes what falls short, and says so in the sidecar, and in the file where there is room" {
    profile app p.pb.gz work=100
    pgo --for gcc --binary app -o out --force p.pb.gz
    [ "$status" -eq 0 ]
    [[ "$output" == *", FORCED" ]]
    [[ "$stderr" == *"warning: forced: too few samples"* ]]
    [ "$(json out.json 'r["forced"], len(r["reasons"])')" = "(True, 2)" ]
    command -v clang >/dev/null || skip "no clang"
    clang -O2 -g -Wl,--build-id -o app app.c
    profile app p.pb.gz work=100
    pgo --for clang --binary app -o out --force p.pb.gz
    [ "$status" -eq 0 ]
    grep -q '^# perfgate pgo --force: too few samples' out
}

@test "a profile of another build, of another program, of a stripped one, of one without debug information: refused, nothing written" {
    enough p.pb.gz
    sed 's/i % 3/i % 5/' app.c >next.c
    mkdir next
    cc -O2 -g -Wl,--build-id -o next/app next.c
    pgo --for gcc --binary next/app -o out p.pb.gz
    refused "another build: the newest profile is of build id $(readelf -n app | sed -n 's/.*Build ID: //p')"
    pgo --for gcc --binary "$(type -P true)" -o out p.pb.gz
    refused "no sample is of "
    objcopy --strip-all app app.stripped && mv app.stripped app
    pgo --for gcc --binary app -o out p.pb.gz
    refused "none of 31000 samples can be told by line"
    cp "$BATS_FILE_TMPDIR/app" .
    objcopy --strip-debug app app.stripped && mv app.stripped app
    pgo --for gcc --binary app -o out p.pb.gz
    refused "none of 31000 samples can be told by line" "without debug information" "-g"
}

@test "empty profiles, and ones of names alone, are refused" {
    profile app p.pb.gz
    pgo --for gcc --binary app -o out p.pb.gz
    refused "there are no samples"
    printf 'main;work 30000\nmain;other 10000\n' >names.folded
    pgo --for gcc -o out names.folded
    refused "no sample is of a program"
    head -c 100 "$BATS_FILE_TMPDIR/app" >damaged
    pgo --for gcc -o out damaged
    refused damaged
    pgo --for gcc -o out absent
    refused absent
}

@test "DWARF 4 and 5 come to the same" {
    for version in 4 5; do
        cc -O2 -g -gdwarf-$version -Wl,--build-id -o app app.c
        enough p.pb.gz
        pgo --for gcc --gcc-version 12 --binary app -o out$version p.pb.gz
        [ "$status" -eq 0 ]
    done
    cmp out4 out5
}

@test "weights multiply, and a half-life halves" {
    enough p.pb.gz --time 1767225600
    enough q.pb.gz --time 1767139200 # a day before
    pgo --for gcc --binary app -o out --weight 3,p.pb.gz q.pb.gz
    [ "$status" -eq 0 ]
    [ "$(json out.json 'r["samples"], [s["weight"] for s in r["sources"]]')" = "(124000, [1, 3])" ]
    pgo --for gcc --binary app -o out --half-life 24h p.pb.gz q.pb.gz
    [ "$(json out.json 'r["samples"], [s["weight"] for s in r["sources"]]')" = "(46500, [1, 0.5])" ]
    enough r.pb.gz
    rm out out.json
    pgo --for gcc --binary app -o out --half-life 24h p.pb.gz r.pb.gz
    refused "r.pb.gz: does not say when it was taken"
}

@test "warm-up is left out by rounds or by time, where samples tell them" {
    enough p.pb.gz --round 1 --elapsed 0
    enough q.pb.gz --round 2 --elapsed 300000000
    for steady in 1 250ms; do
        pgo --for gcc --binary app -o out --steady-after $steady p.pb.gz q.pb.gz
        echo "$stderr"
        [ "$status" -eq 0 ]
        [ "$(json out.json 'r["samples"]')" = 31000 ]
    done
    rm out out.json
    pgo --for gcc --binary app -o out --steady-after 1s p.pb.gz q.pb.gz
    refused "there are no samples"
    enough r.pb.gz
    pgo --for gcc --binary app -o out --steady-after 250ms r.pb.gz
    refused "do not say when they were taken" "run --slices"
    pgo --for gcc --binary app -o out --steady-after 1 r.pb.gz
    refused "no label 'round'"
}

@test "--root keeps what is below a function" {
    profile app p.pb.gz --caller main work=20000 other=10000
    profile app q.pb.gz work=5000
    for name in p q; do "$PERFGATE" -q profile convert --symbolize --keep-paths --to=pprof $name.pb.gz -o $name.named.pb.gz; done
    pgo --for gcc --binary app -o out --root '^main$' p.named.pb.gz q.named.pb.gz
    echo "$stderr"
    [ "$status" -eq 0 ]
    [ "$(json out.json 'r["samples"]')" = 30000 ]
}

@test "for go stacks have to be whole, and calls are what is written" {
    enough p.pb.gz
    profile app q.pb.gz --caller main work=20000 other=10000
    for name in p q; do "$PERFGATE" -q profile convert --symbolize --keep-paths --to=pprof $name.pb.gz -o $name.named.pb.gz; done
    pgo --for go --binary app -o out p.named.pb.gz
    refused "cut stacks: 0.0%" "(--min-stacks)"
    pgo --for go --binary app -o out q.named.pb.gz
    echo "$stderr"
    [ "$status" -eq 0 ]
    [ "$("$PERFGATE" profile cum --report json=- out | grep -c '"name": "main"')" -eq 1 ]
    [ "$(json out.json 'r["format"], [f["name"] for f in r["functions"]]')" = "('go', ['work', 'other'])" ]
}

@test "a microbenchmark is warned of" {
    enough rec.pb.gz
    printf '# perfgate recording: 1\n# perfgate time: 2026-01-01T00:00:00Z\n# perfgate commit: abc123\n# perfgate round: 1\nBenchmarkParse 100 12 ns/op\nBenchmarkprocess/app 1 5 ns/op\n# perfgate end: 1\n' >rec.txt
    for file in rec.txt rec.pb.gz; do
        pgo --for gcc --binary app -o out $file
        [ "$status" -eq 0 ]
        [[ "$stderr" == *"warning: a microbenchmark: $file: the program printed benchmarks of its own"* ]]
        [ "$(json out.json 'r["commit"], r["date"], len(r["warnings"])')" = "('abc123', '2026-01-01T00:00:00Z', 1)" ]
    done
    rm rec.pb.gz out out.json
    pgo --for gcc --binary app -o out rec.txt
    refused "rec.txt: this recording was not sampled"
}

@test "check: the same build is fresh, an old one warned of, a changed program stale with what changed" {
    enough p.pb.gz --time 1767225600
    "$PERFGATE" -q pgo --for gcc --binary app -o out p.pb.gz
    run --separate-stderr "$PERFGATE" pgo check --binary app out
    [ "$status" -eq 0 ]
    [[ "$output" == *"app is the build that was sampled"* ]]
    [[ "$stderr" == *"days old, more than 7; sample again"* ]]
    sed 's/\bwork\b/labour/g; s/^unsigned long sink/\n\n&/' app.c >next.c
    cc -O2 -g -Wl,--build-id -o next next.c
    run --separate-stderr "$PERFGATE" pgo check --binary next --max-age 100000h out
    echo "$output"
    [ "$status" -eq 4 ]
    [[ "$output" == *"gone "*"work ("* ]]
    [[ "$stderr" == *"out: stale: "* ]]
    "$PERFGATE" pgo check --binary next --max-stale 90% --report json=c.json out
    [ "$(json c.json 'r["schema"], r["fresh"], r["gone"]["functions"], r["renamed"]["functions"], r["moved"]["functions"]')" = "('perfgate.pgo-check/1', True, 1, 0, 0)" ]
    # functions that are elsewhere in their file are fresh: only distances count
    sed 's/^unsigned long sink/\n\n&/' app.c >next.c
    cc -O2 -g -Wl,--build-id -o next next.c
    run --separate-stderr "$PERFGATE" pgo check --binary next out
    [ "$status" -eq 0 ]
    [[ "$output" == *"stale          0.0% of their samples"* ]]
    # lines that are moved within their function are not
    sed 's/^    unsigned long sum = 0;/    unsigned long sum = 0;\n\n\n\n\n\n\n\n/' app.c >next.c
    cc -O2 -g -Wl,--build-id -o next next.c
    run --separate-stderr "$PERFGATE" pgo check --binary next out
    [ "$status" -eq 4 ]
    [[ "$output" == *"lines moved "*"work ("* ]]
}

@test "check: without its sidecar, or with another's, a profile is not known" {
    enough p.pb.gz
    "$PERFGATE" -q pgo --for gcc --binary app -o out p.pb.gz
    "$PERFGATE" pgo check out
    echo more >>out
    run --separate-stderr "$PERFGATE" pgo check out
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"out.json: is not of these bytes of out"* ]]
    echo '{"schema": "perfgate.pgo/1"}' >out.json
    run --separate-stderr "$PERFGATE" pgo check out
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"tool: is missing"* ]]
    rm out.json
    run --separate-stderr "$PERFGATE" pgo check out
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"out.json is not there"* ]]
    run "$PERFGATE" pgo check
    [ "$status" -eq 2 ]
}

# builder TUNED CONTROL: build.sh, which makes of app.c a program that prints TUNED ns/op with the profile `out`, CONTROL with another
# and 100 without; other figures are other code
builder() {
    cat >bench.c <<'C'
#include <stdio.h>
__attribute__((noinline)) int work(int n) {
    for (int i = 0; i < NS; i++)
        n = n * 3 + i % (NS - 7);
    return n;
}
int main(int argc, char **argv) {
    int spread = work(argc) & 1;
    printf("BenchmarkApp 1 %d.%d ns/op\n", NS, spread);
    return argv[0] == 0;
}
C
    # shellcheck disable=SC2016
    printf 'ns=100\n[ -z "$1" ] || ns=%s\n[ "${1##*/}" != out ] || ns=%s\ncc -O2 -DNS=$ns -o bench bench.c\n' "$2" "$1" >build.sh
    enough p.pb.gz
    "$PERFGATE" -q pgo --for gcc --binary app -o out p.pb.gz
}
verify() { run --separate-stderr "$PERFGATE" pgo verify --build 'sh build.sh {profile}' --bench ./bench -r 5 -M 5 "$@" out; }

@test "verify: a gain is told with its figures, both programs measured in turn" {
    builder 80 100
    verify --report json=r.json
    echo "$output$stderr"
    [ "$status" -eq 0 ]
    [[ "$output" == *"used       code of 1 of 1 hot functions differs (work)"* ]]
    [[ "$output" == *"gain       App sec/op: -20.00% with the profile"* ]]
    [ "$(json r.json 'r["verdict"], r["benchmarks"][0]["verdict"], r["benchmarks"][0]["base"]["n"]')" = "('pass', 'improved', 5)" ]
    [ "$(./bench)" = "BenchmarkApp 1 80.0 ns/op" ] || [ "$(./bench)" = "BenchmarkApp 1 80.1 ns/op" ] # what stays is the tuned one
    [ "$(find . -name '.perfgate-pgo*' -o -name '*control*')" = "" ]
}

@test "verify: a profile that makes it slower ends with 1, no difference with 0" {
    builder 120 100
    verify
    echo "$output$stderr"
    [ "$status" -eq 1 ]
    [[ "$output" == *"LOSS       App sec/op: +20.00% with the profile"* ]]
    builder 190 100
    verify --threshold 95%
    [ "$status" -eq 0 ]
    [[ "$output" == *"no difference App sec/op: "* ]]
    verify --threshold 95% --report json=-
    [ "$(json /dev/stdin 'r["verdict"]' <<<"$output")" = pass ]
    [[ "$stderr" == *"no difference App sec/op: "* ]]
}

@test "verify: a profile that was not used ends with 4, before anything is measured" {
    builder 100 100
    verify
    echo "$stderr"
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"not used: with the profile and without it ./bench has the same code"* ]]
    builder 80 80
    verify
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"not used: with a profile of nothing ./bench has the same code"* ]]
    verify --no-control
    [ "$status" -eq 0 ]
    [ "$(find . -name '.perfgate-pgo*' -o -name '*control*')" = "" ]
}

@test "verify: what cannot be built or run is told" {
    builder 80 100
    echo "a program of before" >bench
    run --separate-stderr "$PERFGATE" pgo verify --build 'false {profile}' --bench ./bench out
    [ "$status" -eq 4 ]
    [ "$(cat bench)" = "a program of before" ]
    [ "$(find . -name '.perfgate-pgo*')" = "" ]
    [[ "$stderr" == *"build of the program without the profile failed"* ]]
    run --separate-stderr "$PERFGATE" pgo verify --build 'true {profile}' --bench ./bench out
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"did not make ./bench"* ]]
    [ "$(cat bench)" = "a program of before" ]
    run --separate-stderr "$PERFGATE" pgo verify --build 'make' --bench ./bench out
    [ "$status" -eq 2 ]
    run --separate-stderr "$PERFGATE" pgo verify --build 'make {profile}' --bench bench out
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"--program is missing"* ]]
    run --separate-stderr "$PERFGATE" pgo verify --build 'make {profile}' --bench ./bench absent
    [ "$status" -eq 4 ]
}

@test "gate writes a profile of the baseline's branch when its configuration asks for one" {
    "$PERFGATE" -q run --sampler perf --sampled-rounds 1 -r 1 -w 0 -o probe -- true 2>probe.err || skip "no sampling on this machine: $(cat probe.err)"
    rm -f probe.*
    git init -q -b main . && git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m start
    printf 'rounds: 2\nwarmup: 0\nsampler: perf\npgo:\n  for: gcc\n  output: app.gcov\n  min-samples: 1\n  force: yes\nbenchmarks:\n- name: app\n  command: ./app 100000\n' >perfgate.yml
    run "$PERFGATE" gate --save --report json=r.json
    echo "$output"
    [ "$status" -eq 4 ] # there was no baseline yet
    [ -s app.gcov ] && [ -s app.gcov.json ]
    [ "$(json r.json 'r["artifacts"]')" = "{'pgo': 'app.gcov'}" ]
    [ "$(json app.gcov.json 'r["sources"][0]["name"], len(r["commit"])')" = "('head', 40)" ]
    "$PERFGATE" report r.json --report text=- | grep -q 'profile for gcc: app.gcov, of ' || [ "$(json r.json 'any("profile for gcc: app.gcov" in n for n in r["notes"])')" = True ]
    rm app.gcov app.gcov.json
    git checkout -q -b topic
    "$PERFGATE" gate --save --report json=r.json || true
    [ ! -e app.gcov ]
    [ "$(json r.json 'r["artifacts"]')" = "{}" ]
}
