#!/usr/bin/env bats
# perfgate run --sampler: profiles beside recordings. What the machine refuses is probed, and the skip says what it was.
bats_require_minimum_version 1.5.0
load helper

open_folder=
setup_file() { export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null; }
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    tree leaves
}
# tree NAME [OPTION…]: builds fixtures/calltrees/NAME.c
tree() {
    local name=$1
    shift
    "${compiler:-cc}" -O2 -fno-omit-frame-pointer -I"$root" -pthread -o "$name" "$@" "$root/fixtures/calltrees/$name.c"
}

teardown() { [ -z "${open_folder:-}" ] || rm -rf "$open_folder"; }

# may_sample: perf_event_open is granted to this user, or the test is skipped
may_sample() {
    "$PERFGATE" -q run --sampler perf --sampled-rounds 1 -r 1 -w 0 -o probe -- true 2>probe.err ||
        skip "no sampling on this machine: $(cat probe.err)"
}
# value OPTION…: nanoseconds of the samples of out.pb.gz that the options leave
value() { "$PERFGATE" profile top "$@" --report json=- out.pb.gz | grep -o '"flat": [0-9]*' | awk '{ sum += $2 } END { printf "%d\n", sum }'; }
# share flat|cum FUNCTION: its percentage of out.pb.gz, in hundredths
share() {
    "$PERFGATE" profile "${1/flat/top}" --report json=- out.pb.gz | awk -F': ' -v of="\"$1\"" -v name="\"$2\"" '
        $1 ~ /"total"/ { total = $2 + 0 }
        $1 ~ /"name"/ { here = index($2, name) == 1 }
        here && index($1, of) { value = $2 + 0 }
        END { printf "%d\n", 10000 * value / total }'
}
# say TEXT: what a failed test prints, and with V=1 every one
say() { echo "$1"; [ -z "${V:-}" ] || echo "# $1" >&3; }
# near flat|cum FUNCTION WANT POINTS: percent
near() {
    local got
    got=$(share "$1" "$2")
    say "$(printf '%-14s %-4s %3d.%02d %%, true %3d, +- %d' "$2" "$1" $((got / 100)) $((got % 100)) "$3" "$4")"
    [ "$got" -ge $((100 * ($3 - $4))) ] && [ "$got" -le $((100 * ($3 + $4))) ]
}
provenance() { sed -n "s/^# perfgate $2: //p" "$1"; }

@test "a program that runs long enough is sampled in further rounds, which are not among the figures" {
    may_sample
    printf '#!/bin/sh\necho run >>log\nexec ./leaves\n' >logged && chmod +x logged
    run "$PERFGATE" run --stack fp -o out -r 3 -w 1 -- ./logged # others may have to run a round again
    [ "$status" -eq 0 ]
    [ "$(wc -l <log)" -eq 7 ]
    [ "$(grep -c '^# perfgate round: ' out.txt)" -eq 3 ]
    [ "$(grep -c '^Benchmarklogged ' out.txt)" -eq 3 ]
    grep -qE '^out\.pb\.gz: [0-9]+ samples in 3 further rounds, which took [-+][0-9.]+% CPU time$' <<<"$output"
    [ "$(provenance out.txt profile)" = yes ]
    [ "$(provenance out.txt sampled-rounds)" = 3 ]
    [[ "$(provenance out.txt sampler)" == "perf c"*":u 1000Hz stack=fp" ]]
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
    run "$PERFGATE" run --sampler perf --stack fp --sampled-rounds 5 -o out -r 2 -w 0 -- ./logged # no round runs again
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
    tree family
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

@test "flat shares are those that the program has by construction, with and without frame pointers" {
    may_sample
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        for pointers in -fno-omit-frame-pointer -fomit-frame-pointer -static; do
            [ "$compiler$pointers" != clang-static ] || continue
            tree leaves "$pointers"
            say "$compiler $pointers"
            "$PERFGATE" -q run --rate 4000 --sampled-rounds 8 -o out -r 1 -w 0 -- ./leaves
            near flat ten 10 2
            near flat twenty 20 2
            near flat thirty 30 2
            near flat forty 40 2
        done
    done
}

@test "call chains are those of the program: libc, recursion, depth, inlining, signals, threads, with and without frame pointers" {
    may_sample
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        for pointers in -fno-omit-frame-pointer -fomit-frame-pointer; do
            tree shapes "$pointers" -g
            say "$compiler $pointers"
            "$PERFGATE" -q run --rate 4000 --sampled-rounds 5 -o out -r 1 -w 0 -- ./shapes
            for flat in compare:20 bottom:15 seabed:15 tail_callee:10 inlined:10 outer:5 on_signal:10 in_thread:15; do
                near flat ${flat%:*} ${flat#*:} 2
            done
            for cum in sorter:20 recurse:15 dive:15 tail_caller:0 outer:15 signaller:10 thread_main:15 main:85; do
                near cum ${cum%:*} ${cum#*:} 3
            done
            near cum "[truncated]" 0 1
        done
    done
}

@test "C++ with exceptions and threads, and Rust: chains through the unwinder and the standard library" {
    may_sample
    if command -v "${CXX:-g++}"; then
        cat >thrower.cpp <<'END'
#include "fixtures/calltrees/work.h"
#include <stdexcept>
#include <thread>
NOINLINE static void turn(long percents) { WORK(percents * PERCENT); __asm__ volatile(""); }
NOINLINE static void thrown() { turn(8); throw std::runtime_error("x"); }
NOINLINE static void caught() {
    try { thrown(); } catch (std::exception &) { turn(12); }
}
NOINLINE static void on_thread() { turn(20); __asm__ volatile(""); }
int main() {
    for (int i = 0; i < 20; i++) {
        caught();
        std::thread(on_thread).join();
    }
}
END
        "${CXX:-g++}" -O2 -g -I"$root" -pthread -o thrower thrower.cpp
        say "C++"
        "$PERFGATE" -q run --sampler perf --rate 4000 --sampled-rounds 6 -o out -r 1 -w 0 -- ./thrower
        near flat "turn(long)" 100 2
        near cum "thrown()" 20 3
        near cum main 50 3
        near cum "on_thread()" 50 3
        near cum "[truncated]" 0 1
    fi
    if command -v rustc; then
        cat >sorts.rs <<'END'
use std::hint::black_box;
#[inline(never)]
fn work(turns: u64) -> u64 {
    (0..turns).fold(1, |x: u64, _| black_box(x).wrapping_mul(6364136223846793005).wrapping_add(7))
}
#[inline(never)]
fn on_thread() -> u64 { work(20_000_000) + 1 }
#[inline(never)]
fn on_main() -> u64 { work(20_000_000) + 2 }
fn main() {
    let thread = std::thread::spawn(on_thread);
    let there = thread.join().unwrap();
    println!("{}", there + on_main());
}
END
        HOME=${HOME:-/tmp} rustc -O -g sorts.rs || skip "rustc does not build here"
        say "Rust"
        "$PERFGATE" -q run --sampler perf --rate 4000 --sampled-rounds 6 -o out -r 1 -w 0 -- ./sorts
        near cum sorts::on_thread 50 3
        near cum sorts::on_main 50 3
        near cum "[truncated]" 0 1
    fi
}

@test "position-independent or not, static or not, and the vdso that the kernel maps" {
    may_sample
    cat >clock.c <<'END'
#include "fixtures/calltrees/work.h"
#include <time.h>
NOINLINE static void asks(void) {
    struct timespec now;
    for (int i = 0; i < 20000; i++) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        work_sink += (unsigned long long)now.tv_nsec;
    }
}
NOINLINE static void works(void) { WORK(PERCENT); }
int main(void) {
    for (int i = 0; i < 40; i++) {
        asks();
        works();
    }
    return 0;
}
END
    tried=0
    for kind in -pie -no-pie -static -static-pie; do
        cc -O2 "$kind" -I"$root" -o clock clock.c 2>/dev/null || continue # static libraries are packages of their own
        tried=$((tried + 1))
        say "cc $kind"
        "$PERFGATE" -q run --sampler perf --rate 4000 --sampled-rounds 3 -o out -r 1 -w 0 -- ./clock
        near cum main 98 3
        near cum "[truncated]" 0 1
        near flat "[unknown]" 0 1
        vdso=$(share flat __vdso_clock_gettime) # small where the kernel itself is asked
        [ "$(share flat works)" -gt 500 ]
        [ "$(share cum asks)" -ge "$vdso" ]
        [ $(("$(share cum asks)" + "$(share cum works)")) -ge $(("$(share cum main)" - 200)) ]
    done
    [ "$tried" -ge 2 ]
}

@test "programs that hardly do more than start: their stacks end in the dynamic linker" {
    may_sample
    printf '#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9 10; do ls; ls; ls; done >ls.out\n' >starter && chmod +x starter
    "$PERFGATE" -q run --sampler perf --rate 4000 --sampled-rounds 4 -o out -r 1 -w 0 -- ./starter
    [ "$(provenance out.txt samples)" -gt 50 ]
    near cum "[truncated]" 0 1
}

@test "processes shorter than a period: what no sample can be of is told, and is in the profile" {
    may_sample
    printf '#!/bin/sh\ni=0; while [ $i -lt 60 ]; do /bin/true; ls; i=$((i + 1)); done >ls.out\n' >starter && chmod +x starter
    "$PERFGATE" -q run --sampler perf --sampled-rounds 4 -o out -r 1 -w 0 -- ./starter
    [[ "$(provenance out.txt sampler)" == *cpu-clock* ]] || skip "hardware cycles, whose periods the kernel chooses"
    provenance out.txt note | grep 'profile unsound: .*processes and threads that end between two samples ran for .* s, \[unsampled\] in the profile'
    [ "$(value)" -gt $((2 * $(provenance out.txt samples) * 1000003)) ]
    [ "$(share flat '[unsampled]')" -gt 5000 ]
}

@test "samples that find no room in the rings are told" {
    may_sample
    cat >holder <<'END'
#!/bin/sh
echo run >>runs
[ "$(wc -l <runs)" -eq 2 ] || exec ./leaves
perfgate=$(cat pid)
kill -STOP "$perfgate"
for i in 1 2 3 4 5 6; do ./leaves; ./leaves; ./leaves; ./leaves; ./leaves; ./leaves; ./leaves; ./leaves; done
kill -CONT "$perfgate"
END
    chmod +x holder
    sh -c 'echo $$ >pid; exec "$@"' - "$PERFGATE" -q run --sampler perf --stack dwarf --rate 4000 --sampled-rounds 1 -o out -r 1 -w 0 -- ./holder
    provenance out.txt note | grep '^warning: sampling lost [0-9]* records for want of room in the rings$'
}

@test "Go: stacks that the runtime changed go on in the goroutine" {
    may_sample
    command -v go >/dev/null || skip "no go"
    cat >stacks.go <<'END'
package main

var keep [1024]*[64]*int

func allocate(n int) {
	for i := 0; i < n; i++ {
		keep[i%1024] = new([64]*int)
		keep[i%1024][i%64] = new(int)
	}
}

func worker(done chan bool) {
	allocate(200000)
	done <- true
}

func main() {
	done := make(chan bool)
	for i := 0; i < 4; i++ {
		go worker(done)
	}
	for i := 0; i < 4; i++ {
		<-done
	}
}
END
    HOME=${HOME:-/tmp} GO111MODULE=off go build -o stacks stacks.go || skip "go does not build here"
    "$PERFGATE" -q run --sampler perf --rate 4000 --sampled-rounds 4 -o out -r 1 -w 0 -- ./stacks
    near cum "[truncated]" 0 1
    "$PERFGATE" profile convert --to folded -o - out.pb.gz >folded
    grep 'main.worker;main.allocate;.*;runtime.systemstack[^;]*;' folded # which is how the goroutine got there
}

@test "--stack fp follows frame pointers alone, --stack dwarf copies 8 KiB at once" {
    may_sample
    "$PERFGATE" -q run --stack fp --sampled-rounds 1 -o out -r 1 -w 0 -- ./leaves
    [[ "$(provenance out.txt sampler)" == *" stack=fp" ]]
    near flat forty 40 15
    "$PERFGATE" -q run --stack dwarf --sampled-rounds 1 -o out -r 1 -w 0 -- ./leaves
    [[ "$(provenance out.txt sampler)" == *" stack=dwarf,8192" ]]
    near cum caller 70 15
}

@test "code made at run time has the names of its perf-PID.map, also in a container" {
    may_sample
    tree jit
    jit() {
        "$PERFGATE" -q run --rate 4000 --sampled-rounds 4 -o out -r 1 -w 0 -- "$@"
        near flat made_small 25 3
        near flat made_large 75 3
    }
    jit ./jit
    inside='mount -t tmpfs none /tmp && exec "$@"'
    cp jit /dev/shm/perfgate-jit.$$ # a place that is not below the hidden /tmp
    isolated=(unshare --mount --pid --fork sh -c "$inside" - /dev/shm/perfgate-jit.$$ 8) # long enough to be seen while it runs
    if "${isolated[@]}" 2>/dev/null; then
        jit "${isolated[@]}"
    else
        echo "# no mount namespace may be made here: maps in containers were not tried" >&3
    fi
    rm -f /dev/shm/perfgate-jit.$$
    "$PERFGATE" -q run --rate 4000 --sampled-rounds 2 -o out -r 1 -w 0 -- ./jit 1 without-map
    near flat "[anon]" 99 2
    provenance out.txt note | grep -q 'map'
}

@test "gate samples both sides of every entry, and stores the profile of the new build" {
    may_sample
    git init -q .
    git add leaves
    git -c user.name=x -c user.email=x@y commit -q -m leaves
    cat >perfgate.yml <<'END'
rounds: 2
confirm: no
base: { revision: HEAD }
benchmarks:
  - { name: first, command: ./leaves }
  - { name: second, command: ./leaves }
END
    run "$PERFGATE" gate -o out --save --branch main
    [ "$status" -ne 4 ]
    for side in base head; do
        cp out/$side.pb.gz out.pb.gz
        [ "$(value --tag-focus benchmark=first)" -gt 20000000 ]
        [ "$(value --tag-focus benchmark=second)" -gt 20000000 ]
        [ "$(provenance out/$side.txt profile)" = yes ]
    done
    [ -n "$(find .perfgate/baseline/main -name '*.pb.gz')" ]
    sed -i 's/^rounds: 2/&\nsampler: none/' perfgate.yml
    rm -r out
    run "$PERFGATE" gate -o out
    [ ! -e out/head.pb.gz ]
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

@test "where perf_event_open is refused: auto samples from inside with one note, perf says why" {
    refuse=$BUILD/tests/programs/refuse_perf
    run "$refuse" "$PERFGATE" run -o out -r 1 -w 0 --sampled-rounds 10 -- ./leaves
    [ "$status" -eq 0 ]
    [ -s out.pb.gz ]
    [[ "$(provenance out.txt sampler)" == "preload cpu-time 1000Hz stack="* ]]
    [ "$(grep -c 'sampled by libperfgate-sampler.so inside the program: perf_event_open is refused (EPERM): a seccomp filter' out.txt)" -eq 1 ]
    [ "$(grep -c 'perf_event_open' <<<"$output")" -eq 1 ]
    near flat forty 40 20
    run "$refuse" "$PERFGATE" run --sampler perf -o out -r 1 -w 0 -- ./leaves
    [ "$status" -eq 4 ]
    [[ "$output" == *"cannot sample: perf_event_open is refused (EPERM): a seccomp filter"*"--cap-add PERFMON"* ]]
    mkdir alone
    cp "$PERFGATE" alone/
    run "$refuse" alone/perfgate run -o alone/out -r 1 -w 0 -- ./leaves
    [ "$status" -eq 0 ]
    [ ! -e alone/out.pb.gz ]
    [ "$(grep -c 'not sampled: perf_event_open is refused (EPERM)' alone/out.txt)" -eq 1 ]
    run alone/perfgate run --sampler preload -o alone/out -r 1 -w 0 -- ./leaves
    [ "$status" -eq 4 ]
    [[ "$output" == *"--sampler=preload: libperfgate-sampler.so is neither beside perfgate nor in ../lib/perfgate"* ]]
}

# inside OPTION…: samples with the library; the machine's clock ticks are what its timers fire at
inside() { "$PERFGATE" -q run --sampler preload -o out -r 1 -w 0 "$@"; }

@test "preload: shares and call chains are right" {
    tree shapes -fomit-frame-pointer -g
    inside --sampled-rounds 12 -- ./shapes
    near flat compare 20 8
    near cum sorter 20 8
    near cum recurse 15 8
    near cum outer 15 8
    near cum thread_main 15 8
    near cum main 85 8
    near cum "[truncated]" 0 3
    [ "$(provenance out.txt profile-unsound)" = "" ]
}

@test "preload: threads, children and programs that are started are followed" {
    tree family
    cp leaves other
    inside --sampled-rounds 6 -- ./family ./other
    whole=$(value)
    for comm in comm=worker-N comm=other; do
        part=$(value --tag-focus $comm)
        echo "$comm: $part of $whole"
        [ $((100 * part / whole)) -gt 22 ]
        [ $((100 * part / whole)) -lt 45 ]
    done
}

@test "libraries that are opened later have names, from outside and from inside" {
    printf '#include "fixtures/calltrees/work.h"\nvoid in_plugin(void);\nvoid in_plugin(void) { WORK(100L * PERCENT); }\n' >plugin.c
    cc -O2 -shared -fPIC -I"$root" -o plugin.so plugin.c
    printf '#include <dlfcn.h>\nint main(void) { void (*f)(void); *(void **)&f = dlsym(dlopen("./plugin.so", 2), "in_plugin"); f(); return 0; }\n' >opener.c
    cc -O2 -o opener opener.c -ldl
    inside --sampled-rounds 4 -- ./opener
    near flat in_plugin 97 5
    may_sample
    "$PERFGATE" -q run --rate 4000 --sampled-rounds 2 -o out -r 1 -w 0 -- ./opener
    near flat in_plugin 97 3
}

@test "preload: a program that closes all descriptors and takes their numbers keeps its files to itself" {
    cat >taker.c <<'END'
#include <fcntl.h>
#include <unistd.h>
#include "fixtures/calltrees/work.h"
int main(void) {
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    for (int fd = 3; fd < 1000; fd++)
        open("taken", O_WRONLY | O_CREAT | O_APPEND, 0600);
    WORK(300L * PERCENT);
    return 0;
}
END
    cc -O2 -I"$root" -o taker taker.c
    inside --sampled-rounds 2 -- ./taker
    [ -e taken ]
    [ ! -s taken ]
}

@test "preload: a program with its own SIGPROF is left alone from then on, a static one is named" {
    tree own_sigprof
    inside --sampled-rounds 4 -- ./own_sigprof
    [ -z "$(provenance out.txt note | grep 'sampled round')" ]
    provenance out.txt note | grep -q '4 of 4 processes use SIGPROF themselves and were not sampled from then on'
    near flat main 99 3
    tree leaves -static
    inside -- ./leaves
    [ ! -e out.pb.gz ]
    provenance out.txt note | grep -q 'no process loaded libperfgate-sampler.so (is it linked statically, or setuid?)'
}

@test "a profile that misses much of the CPU time is marked unsound" {
    tree leaves -static
    mv leaves static
    inside --sampled-rounds 3 -- sh -c './static; ./static; ./static; i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); done'
    [ "$(provenance out.txt profile-unsound)" = true ]
    provenance out.txt note | grep -q '^warning: profile unsound: samples account for .* s, the system for .* s of CPU time$'
}

@test "a time budget leaves some of itself for the sampled rounds" {
    may_sample
    "$PERFGATE" -q run --time-budget 2s -r 1000 -w 0 -o out -- ./leaves
    [ "$(provenance out.txt rounds)" -ge 1 ]
    [ "$(provenance out.txt rounds)" -lt 1000 ]
    [ "$(provenance out.txt sampled-rounds)" -ge 1 ]
}

@test "several sampled rounds that fail are told once, and the recording stands" {
    may_sample
    printf '#!/bin/sh\n./leaves\necho x >>runs\n[ $(wc -l <runs) -le 2 ]\n' >mortal && chmod +x mortal
    run "$PERFGATE" run --sampled-rounds 3 -r 2 -w 0 -o out -- ./mortal
    [ "$status" -eq 0 ]
    [ "$(provenance out.txt note | grep -c 'sampled round 1 failed: exit status 1')" -eq 1 ]
    [ "$(provenance out.txt note | grep -c 'sampled round')" -eq 1 ]
    [ ! -e out.pb.gz ]
}

@test "slices tell when in its process a sample was taken" {
    may_sample
    "$PERFGATE" -q run --slices 20ms --sampled-rounds 3 -o out -r 2 -w 0 -- ./leaves
    "$PERFGATE" profile labels out.pb.gz >labels
    grep -q '^ *elapsed' labels
    whole=$(value)
    begin=$(value --tag-focus elapsed=0ms:19ms)
    rest=$(value --tag-focus elapsed=20ms:)
    [ "$begin" -gt 0 ] && [ "$rest" -gt 0 ]
    [ $((begin + rest)) -le "$whole" ]
    [ $((100 * (begin + rest))) -ge $((99 * whole)) ] # what no sample saw is in no slice
    "$PERFGATE" -q run --sampled-rounds 1 -o out -r 1 -w 0 -- ./leaves
    "$PERFGATE" profile labels out.pb.gz >labels
    [ "$(grep -c elapsed labels)" -eq 0 ]
    run "$PERFGATE" run --slices 0 -o out -- true
    [ "$status" -eq 2 ]
}

@test "branches are recorded where the CPU keeps them, else it is said that they are not" {
    may_sample
    "$PERFGATE" -q run --branches --sampled-rounds 3 -o out -r 2 -w 0 -- ./leaves
    "$PERFGATE" profile top --report json=- out.pb.gz | grep -q '"sample_type": "cpu/nanoseconds"'
    if provenance out.txt sampler | grep -q ' branches$'; then
        [ "$(value -t branches)" -gt 0 ]
        [ "$(value -t ranges)" -gt 0 ]
    else
        provenance out.txt note | grep -q '^warning: no branches are recorded: '
        run ! "$PERFGATE" profile top -t branches out.pb.gz
    fi
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

@test "a shard says that it is not sampled" {
    printf '#!/bin/sh\necho "BenchmarkA 1 100 ns/op"; echo "BenchmarkB 1 200 ns/op"\n' >suite
    chmod +x suite
    run "$PERFGATE" run --shard 1/1 --sampler perf -o out -r 1 -w 0 -- ./suite
    [ "$status" -eq 0 ] || [[ "$output" == *"perf_event_open is refused"* ]]
    [ "$status" -ne 0 ] || grep -q 'left out and nothing is sampled, because each shard' out.txt
    [ ! -e out.pb.gz ]
}
