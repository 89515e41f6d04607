#!/usr/bin/env bats
# perfgate init: a starter configuration that loads.
bats_require_minimum_version 1.5.0
load helper

# The file is valid: the gate reads it and misses only a baseline.
loads() {
    run --separate-stderr "$PERFGATE" gate
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"no baseline"* ]]
}

@test "a command after -- is measured" {
    run "$PERFGATE" init -- sleep 0.01
    [ "$status" -eq 0 ]
    [[ "${lines[0]}" == "perfgate.yml: 1 benchmark" ]]
    grep -q '^  - name: "sleep"$' perfgate.yml
    grep -q '^    command: \["sleep", "0.01"\]$' perfgate.yml
    loads
}

@test "hostile words stay words" {
    "$PERFGATE" init -- ./x '"; rm -rf /' $'tab\tand\nline' '{a: b}' '\' '- x' '' 'ü'
    loads
    "$PERFGATE" -q init --force -- printf '%s\n' 'BenchmarkX"\'
    loads
}

@test "nothing found is a usage error that says what to do" {
    run "$PERFGATE" init
    [ "$status" -eq 2 ]
    [[ "$output" == *"perfgate init -- COMMAND"* ]]
    [ ! -e perfgate.yml ]
}

@test "an existing file is never written over without --force" {
    echo mine >perfgate.yml
    run "$PERFGATE" init -- true
    [ "$status" -eq 2 ]
    [[ "$output" == *"perfgate.yml: exists already; --force writes it anew"* ]]
    [ "$(cat perfgate.yml)" = mine ]
    run "$PERFGATE" init --force -- true
    [ "$status" -eq 0 ]
    loads
    run "$PERFGATE" init -o - -- true
    [ "$status" -eq 0 ]
    diff <(echo "$output") perfgate.yml
}

@test "a Go module: an entry for each package with benchmarks" {
    mkdir -p internal/deep vendor/other testdata
    echo "module example.org/m" >go.mod
    printf 'package m\n\nimport "testing"\n\nfunc BenchmarkTop(b *testing.B) {}\n' >m_test.go
    printf 'package deep\n\nimport "testing"\n\nfunc BenchmarkDeep(b *testing.B) {}\n' >internal/deep/d_test.go
    printf 'package deep\n\nfunc TestNothing() {}\n' >internal/deep/e_test.go
    cp m_test.go vendor/other/v_test.go
    cp m_test.go testdata/t_test.go
    run "$PERFGATE" init
    [ "$status" -eq 0 ]
    [[ "${lines[0]}" == "perfgate.yml: 2 benchmarks" ]]
    grep -qF "build: \"mkdir -p .perfgate && go test -c -o '.perfgate/internal-deep.test' './internal/deep'\"" perfgate.yml
    grep -qF 'command: ["../../.perfgate/internal-deep.test", "-test.run=^$", "-test.bench=.", "-test.benchtime=100ms"]' perfgate.yml
    grep -qF 'directory: "internal/deep"' perfgate.yml
    loads
}

@test "a CMake project: the targets that use Google Benchmark" {
    mkdir bench
    printf 'project(x)\nadd_subdirectory(bench)\ntarget_link_libraries(app PRIVATE other)\n' >CMakeLists.txt
    printf 'add_executable(parse_bench p.cc)\ntarget_link_libraries(\n  parse_bench PRIVATE benchmark::benchmark)\n' >bench/CMakeLists.txt
    run "$PERFGATE" init
    [ "$status" -eq 0 ]
    grep -qF 'command: ["build/perfgate/bench/parse_bench", "--benchmark_format=json"]' perfgate.yml
    grep -qF "cmake --build build/perfgate --target 'parse_bench'" perfgate.yml
    [ "$(grep -c '^  - name' perfgate.yml)" -eq 1 ]
    loads
}

@test "a makefile: the rules that link Google Benchmark" {
    printf 'all: app\n\nparse_bench: p.o\n\tc++ -o $@ $^ -lbenchmark\np_bench.o: p.cc\n' >Makefile
    run "$PERFGATE" init
    [ "$status" -eq 0 ]
    grep -qF 'command: ["./parse_bench", "--benchmark_format=json"]' perfgate.yml
    grep -qF "build: \"make -C '.' 'parse_bench'\"" perfgate.yml
    [ "$(grep -c '^  - name' perfgate.yml)" -eq 1 ]
    loads
}

@test "the main branch is the repository's" {
    git init -q -b trunk .
    git -c user.name=a -c user.email=a@example.org -c commit.gpgsign=false commit -q --allow-empty -m one
    "$PERFGATE" -q init -- true
    grep -q '^branch: "trunk"$' perfgate.yml
}

@test "a folder that cannot be written is exit 4" {
    run "$PERFGATE" init -o /nowhere/perfgate.yml -- true
    [ "$status" -eq 4 ]
}
