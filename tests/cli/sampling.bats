#!/usr/bin/env bats
# perfgate run --sampler: profiles beside recordings. What the machine refuses is probed, and the skip says what it was.
bats_require_minimum_version 1.5.0
load helper

open_folder=
setup_file() { export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null; }
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cc -O2 -fno-omit-frame-pointer -I"$root" -o leaves "$root/fixtures/calltrees/leaves.c"
}

teardown() { [ -z "${open_folder:-}" ] || rm -rf "$open_folder"; }

# may_sample: perf_event_open is granted to this user, or the test is skipped
may_sample() {
    "$PERFGATE" -q run --sampler perf --sampled-rounds 1 -r 1 -w 0 -o probe -- true 2>probe.err ||
        skip "no sampling on this machine: $(cat probe.err)"
}
# value OPTION…: nanoseconds of the samples of out.pb.gz that the options leave
value() { "$PERFGATE" profile top "$@" --report json=- out.pb.gz | grep -o '"flat": [0-9]*' | awk '{ sum += $2 } END { printf "%d\n", sum }'; }
provenance() { sed -n "s/^# perfgate $2: //p" "$1"; }

@test "a program that runs long enough is sampled in further rounds, which are not among the figures" {
    may_sample
    printf '#!/bin/sh\necho run >>log\nexec ./leaves\n' >logged && chmod +x logged
    run "$PERFGATE" run -o out -r 3 -w 1 -- ./logged
    [ "$status" -eq 0 ]
    [ "$(wc -l <log)" -eq 7 ]
    [ "$(grep -c '^# perfgate round: ' out.txt)" -eq 3 ]
    [ "$(grep -c '^Benchmarklogged ' out.txt)" -eq 3 ]
    [[ "${lines[-1]}" =~ ^out\.pb\.gz:\ [0-9]+\ samples\ in\ 3\ further\ rounds,\ which\ took\ [-+][0-9.]+%\ CPU\ time$ ]]
    [ "$(provenance out.txt profile)" = yes ]
    [ "$(provenance out.txt sampled-rounds)" = 3 ]
    [[ "$(provenance out.txt sampler)" == "perf c"*":u 1000Hz stack="* ]]
    provenance out.txt note | grep -q 'the profile is of 3 further rounds, whose times are not in this recording'
    [ "$(provenance out.txt profile-unsound)" = "" ]
}

@test "samples carry their benchmark and round, and add up to the user time" {
    may_sample
    "$PERFGATE" -q run --name Leaves --sampled-rounds 4 -o out -r 2 -w 0 -- ./leaves
    whole=$(value)
    [ "$(value --tag-focus benchmark=Leaves)" -eq "$whole" ]
    sum=0
    for round in 1 2 3 4; do
        part=$(value --tag-focus round="$round:$round")
        [ "$part" -gt 0 ]
        sum=$((sum + part))
    done
    [ "$sum" -eq "$whole" ]
    [ "$(("$(provenance out.txt samples)" * 1000003))" -eq "$whole" ]
}

@test "what is too short is not sampled, unless it is asked for" {
    may_sample
    run "$PERFGATE" run -o out -r 2 -- true
    [ "$status" -eq 0 ]
    [ ! -e out.pb.gz ]
    provenance out.txt note | grep -q 'not sampled: .* fewer than 10 samples a round'
    printf '#!/bin/sh\necho run >>log\n' >logged && chmod +x logged
    run "$PERFGATE" run --sampler perf --sampled-rounds 5 -o out -r 2 -w 0 -- ./logged
    [ "$status" -eq 0 ]
    [ "$(wc -l <log)" -eq 7 ]
}

@test "--sampler none: no profile, and none that an earlier recording left" {
    may_sample
    "$PERFGATE" -q run -o out -r 1 -w 0 -- ./leaves
    [ -s out.pb.gz ]
    "$PERFGATE" -q run --sampler none -o out -r 1 -w 0 -- ./leaves
    [ ! -e out.pb.gz ]
    [ "$(provenance out.txt profile)" = "" ]
}

@test "each side has a profile of its own" {
    may_sample
    "$PERFGATE" -q run -o sides -r 2 -w 0 --side a=./leaves --side b="sh -c './leaves; ./leaves'"
    [ -s sides/a.pb.gz ]
    a=$(provenance sides/a.txt samples) b=$(provenance sides/b.txt samples)
    [ "$b" -gt "$a" ]
}

@test "children, threads and programs that are started are followed" {
    may_sample
    cc -O2 -fno-omit-frame-pointer -I"$root" -pthread -o family "$root/fixtures/calltrees/family.c"
    cp leaves other
    "$PERFGATE" -q run -o out -r 2 -w 0 -- ./family ./other
    # A third of the user time each: two threads, a forked child, a program.
    whole=$(value)
    for comm in comm=worker-N comm=other; do
        part=$(value --tag-focus $comm)
        echo "$comm: $part of $whole"
        [ $((100 * part / whole)) -gt 28 ]
        [ $((100 * part / whole)) -lt 39 ]
    done
}

@test "an unprivileged user may sample where perf_event_paranoid is at most 2" {
    [ "$(id -u)" -eq 0 ] || skip "not root, so all of this file is unprivileged already"
    command -v setpriv >/dev/null || skip "no setpriv"
    open_folder=$(mktemp -d /tmp/perfgate-nobody.XXXXXX)
    chmod 777 "$open_folder"
    cp "$PERFGATE" leaves "$open_folder"
    as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }
    cd "$open_folder"
    run as_nobody ./perfgate run --sampler perf -o out -r 2 -w 0 -- ./leaves
    if [ "$status" -ne 0 ]; then
        [[ "$output" == *"cannot sample: perf_event_open is refused (E"*"): "* ]]
        skip "$output"
    fi
    [ -s out.pb.gz ]
}

@test "where perf_event_open is refused: auto measures with one note, perf says why" {
    [ -x "$BUILD/tests/programs/refuse_perf" ]
    run "$BUILD/tests/programs/refuse_perf" "$PERFGATE" run -o out -r 1 -w 0 -- ./leaves
    [ "$status" -eq 0 ]
    [ ! -e out.pb.gz ]
    [ "$(grep -c 'not sampled: perf_event_open is refused (EPERM): a seccomp filter' out.txt)" -eq 1 ]
    [ "$(grep -c 'not sampled' <<<"$output")" -eq 1 ]
    run "$BUILD/tests/programs/refuse_perf" "$PERFGATE" run --sampler perf -o out -r 1 -w 0 -- ./leaves
    [ "$status" -eq 4 ]
    [[ "$output" == *"cannot sample: perf_event_open is refused (EPERM): a seccomp filter"*"--cap-add PERFMON"* ]]
}

@test "a recording on stdout has no place for a profile" {
    run "$PERFGATE" run --sampler perf -o - -- ./leaves
    [ "$status" -eq 2 ]
    run "$PERFGATE" -q run -o - -r 1 -w 0 -- ./leaves
    [ "$status" -eq 0 ]
    [[ "$output" != *"# perfgate sampler"* ]]
    run "$PERFGATE" run --rate 5000 -o out -- true
    [ "$status" -eq 2 ]
}
