#!/usr/bin/env bats
# perfgate baseline: the store of recordings.
bats_require_minimum_version 1.5.0
load helper

# recording FILE LEVEL [PROVENANCE…]: Go benchmark text of one benchmark, six values around LEVEL ns
recording() {
    local file=$1 level=$2 i
    shift 2
    {
        [ $# -eq 0 ] || echo "# perfgate recording: 1"
        [ $# -eq 0 ] || printf '# perfgate %s\n' "$@"
        for i in 1 2 3 4 5 6; do
            [ $# -eq 0 ] || echo "# perfgate round: $i"
            echo "BenchmarkParse 1 $((level + i)) ns/op"
        done
        [ $# -eq 0 ] || echo "# perfgate end: 6"
    } >"$file"
}

baseline() { "$PERFGATE" baseline "$@"; }

# files of the store that are entries
entries() { find .perfgate/baseline -name '*.txt' ! -name '.*' | LC_ALL=C sort; }

commit() {
    git -c user.name=a -c user.email=a@example.org -c commit.gpgsign=false commit -q --allow-empty -m "$1"
    git rev-parse HEAD
}

# save_main COMMIT…: stores a recording of main for each commit
save_main() {
    local commit
    for commit; do
        recording r.txt 100 "branch: main" "commit: $commit"
        baseline save r.txt
    done
}

@test "save names an entry by branch, time, commit and machine; nothing else is in the store" {
    recording r.txt 100 "commit: 0123456789abcdef0123456789abcdef01234567" "branch: main" "time: 2026-01-31T23:59:59Z" \
        "fingerprint-id: 00ff00ff00ff00ff"
    run baseline save r.txt
    [ "$status" -eq 0 ]
    [ "$output" = "saved main/20260131T235959Z-0123456789abcdef0123456789abcdef01234567-00ff00ff00ff00ff" ]
    [ "$(find .perfgate/baseline -type f)" = ".perfgate/baseline/main/20260131T235959Z-0123456789abcdef0123456789abcdef01234567-00ff00ff00ff00ff.txt" ]
}

@test "a stored recording reads back as what was saved" {
    recording r.txt 100 "branch: main" "time: 2026-01-31T23:59:59Z"
    baseline save r.txt
    run "$PERFGATE" compare r.txt "$(entries)"
    [ "$status" -eq 0 ]
    [[ "$output" == *"verdict       pass"* ]]
    run baseline show 2026 --report json=-
    [ "$status" -eq 0 ]
    [[ "$output" == *'"n": 6'* ]]
    [[ "$output" == *'"median": 1.03'*e-07* ]]
}

@test "a taken name gets a number, and the first entry stays as it was" {
    recording r.txt 100 "branch: main" "time: 2026-01-31T23:59:59Z"
    baseline save r.txt
    cp "$(entries)" first
    recording r.txt 200 "branch: main" "time: 2026-01-31T23:59:59Z"
    run baseline save r.txt
    [ "$status" -eq 0 ]
    [ "$output" = "saved main/20260131T235959Z-nocommit-nofingerprint.2" ]
    cmp first .perfgate/baseline/main/20260131T235959Z-nocommit-nofingerprint.txt
}

@test "hostile branch names stay inside the store and come back as they were" {
    recording r.txt 100
    for branch in '../../evil' '/etc/passwd' '.hidden' 'a/b/../c' $'new\nline' '%2e%2e' '-rf' 'ünï|<b>:*?"' '..' '.'; do
        baseline save --branch="$branch" r.txt
    done
    [ "$(find .perfgate/baseline -mindepth 1 -maxdepth 1 -type d | wc -l)" -eq 10 ]
    [ "$(find . -type f ! -path './.perfgate/baseline/*' ! -name r.txt | wc -l)" -eq 0 ]
    [ -d '.perfgate/baseline/%2E%2E%2F..%2F..%2Fevil' ] || [ -d '.perfgate/baseline/%2E.%2F..%2Fevil' ]
    baseline list --report json=list.json
    for branch in '../../evil' '/etc/passwd' '.hidden' 'a/b/../c' 'new\nline' '%2e%2e' '-rf' 'ünï|\u003cb\u003e:*?\"' '..' '.'; do
        grep -qF "\"branch\": \"$branch\"," list.json
    done
    [ "$(grep -c '"branch": ' list.json)" -eq 10 ]
    run baseline save --branch="$(printf 'x%.0s' {1..241})" r.txt
    [ "$status" -eq 2 ]
    run baseline save --branch= r.txt
    [ "$status" -eq 2 ]
}

@test "64 savers at once lose nothing" {
    mkdir in
    for i in $(seq 64); do
        recording "in/$i.txt" $((1000 * i)) "branch: main" "time: 2026-01-31T23:59:59Z" "session: s$i"
    done
    for i in $(seq 64); do
        "$PERFGATE" -q baseline save "in/$i.txt" &
    done
    wait
    [ "$(entries | wc -l)" -eq 64 ]
    [ "$(cat .perfgate/baseline/main/*.txt | grep -c '^# perfgate session: ')" -eq 64 ]
    [ "$(cat .perfgate/baseline/main/*.txt | grep '^# perfgate session: ' | sort -u | wc -l)" -eq 64 ]
    run baseline list
    [ "$status" -eq 0 ]
    [[ "$output" != *damaged* ]]
    [ "$(find .perfgate/baseline -name '.*' -type f | wc -l)" -eq 0 ]
}

# A store of three recordings, the second an accepted regression with a profile; later ones are not in it yet.
known_store() {
    rm -rf .perfgate
    cp -R known .perfgate
}

# Nothing is damaged, nothing of the known entries has changed, and the level that was accepted still hides what is older.
sound_store() {
    "$PERFGATE" baseline list >list 2>list.err && ! grep damaged list list.err || return 1
    for file in $(cd known && find . -type f ! -name '.*'); do
        [ ! -e ".perfgate/$file" ] || cmp "known/$file" ".perfgate/$file" || return 1
    done
    "$PERFGATE" baseline find --newest --fingerprint=none --history=9 >found 2>found.err || return 1
    ! grep -q 20260101 found
}

nothing_lost() {
    sound_store && [ "$(find known -type f | wc -l)" -eq "$(cd .perfgate && find . -type f | grep -c -f ../names)" ]
}

@test "kill -9 before, in and after every call of a save, an acceptance or a pruning leaves a readable store" {
    for day in 1 2 3; do
        recording "r$day.txt" 100 "branch: main" "time: 2026-01-0${day}T00:00:00Z"
    done
    printf '\037\213profile' | tee r2.pb.gz >new.pb.gz
    baseline save r1.txt
    baseline save --verdict=regression --accept=known r2.txt
    baseline save r3.txt
    cp -R .perfgate known
    (cd known && find . -type f) >names
    recording new.txt 100 "branch: main" "time: 2026-01-04T00:00:00Z"
    each_kill known_store nothing_lost "$PERFGATE" baseline save new.txt
    [ "$(wc -l <found)" -eq 3 ]
    each_kill known_store nothing_lost "$PERFGATE" baseline save --verdict=regression --accept=again new.txt
    grep -q 20260104 found
    each_kill known_store sound_store "$PERFGATE" baseline prune --keep 1
    [ "$(entries | wc -l)" -eq 1 ]
    baseline save --verdict=regression new.txt
    rm -rf known && cp -R .perfgate known
    (cd known && find . -type f) >names
    each_kill known_store nothing_lost "$PERFGATE" baseline accept 20260104
    grep -q 20260104 found
}

@test "what a killed writer left is passed over, and removed when a day old" {
    recording r.txt 1000 "branch: main"
    baseline save r.txt
    echo half >.perfgate/baseline/main/.20260131T235959Z-nocommit-nofingerprint.txt.AbCdEf
    echo half >.perfgate/baseline/main/.old.txt.AbCdEf
    touch -d '2 days ago' .perfgate/baseline/main/.old.txt.AbCdEf
    run baseline list
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 2 ]
    baseline save r.txt
    [ -e .perfgate/baseline/main/.20260131T235959Z-nocommit-nofingerprint.txt.AbCdEf ]
    [ ! -e .perfgate/baseline/main/.old.txt.AbCdEf ]
}

@test "every failing write leaves the store readable" {
    recording r.txt 1000 "branch: main" "time: 2026-01-31T23:59:59Z"
    readable() { [ "$("$PERFGATE" baseline list 2>&1 | grep -c damaged)" -eq 0 ]; }
    kinds="write sync create" each_io_failure readable "$PERFGATE" baseline save r.txt
}

@test "a damaged entry is reported and passed over" {
    recording old.txt 100 "branch: main" "time: 2026-01-01T00:00:00Z"
    recording new.txt 100 "branch: main" "time: 2026-01-02T00:00:00Z"
    recording tampered.txt 100 "branch: main" "time: 2026-01-03T00:00:00Z" "commit: 0123456789"
    baseline save old.txt new.txt tampered.txt
    cut=.perfgate/baseline/main/20260102T000000Z-nocommit-nofingerprint.txt
    head -c 200 "$cut" >cut.txt && mv cut.txt "$cut"
    mv .perfgate/baseline/main/20260103T000000Z-{0123456789,abcdef}-nofingerprint.txt
    : >.perfgate/baseline/main/20260104T000000Z-nocommit-nofingerprint.txt
    head -c 5000 /dev/urandom >.perfgate/baseline/main/20260105T000000Z-nocommit-nofingerprint.txt
    echo stray >.perfgate/baseline/main/README
    run baseline list --report json=list.json
    [ "$status" -eq 4 ] # by the table, as of history; all of it was printed
    [ "$(grep -c 'damaged$' <<<"$output")" -eq 4 ]
    [ "$(grep -c '"damage": "' list.json)" -eq 4 ]
    [[ "$output" == *"its name says commit 'abcdef', its inside '0123456789'"* ]]
    [[ "$output" == *"1 files that are not of a store"* ]]
    run "$PERFGATE" history '*' --store .perfgate/baseline
    [ "$status" -eq 4 ]
    run baseline list --branch 'none*'
    [ "$status" -eq 0 ] # of what was asked for nothing is damaged
    run --separate-stderr baseline find --newest --fingerprint=none
    [ "$status" -eq 0 ]
    [ "$output" = .perfgate/baseline/main/20260101T000000Z-nocommit-nofingerprint.txt ]
    [[ "$stderr" == *"20260102T000000Z-nocommit-nofingerprint: damaged, passed over"* ]]
}

@test "an entry whose figures are damaged is damaged for list, show and prune too" {
    for day in 1 2; do
        recording r.txt 100 "branch: main" "time: 2026-01-0${day}T00:00:00Z"
        baseline save r.txt
    done
    newest=.perfgate/baseline/main/20260102T000000Z-nocommit-nofingerprint.txt
    sed -i 's/ 104 ns/ 1O4 ns/' "$newest"
    run baseline list
    [ "$status" -eq 4 ]
    run baseline show 20260101
    [ "$status" -eq 0 ]
    run baseline show 20260102 # can be read but for one value
    [ "$status" -eq 4 ]
    [[ "$output" == *"state: damaged"* ]]
    run baseline list
    [ "$(grep -c 'damaged$' <<<"$output")" -eq 1 ]
    [[ "$output" == *"$newest:11: parsing measurement"* ]]
    baseline prune --keep 1
    run --separate-stderr baseline find --newest --fingerprint=none
    [ "$output" = .perfgate/baseline/main/20260101T000000Z-nocommit-nofingerprint.txt ]
    mv "$newest" .perfgate/baseline/main/20260103T000000Z-nocommit-nofingerprint.txt
    sed -i 's/ 1O4 ns/ 104 ns/' .perfgate/baseline/main/20260103T000000Z-nocommit-nofingerprint.txt
    run baseline list
    [[ "$output" == *"its name says time '20260103T000000Z', its inside '2026-01-02T00:00:00Z'"* ]]
    mkfifo .perfgate/baseline/main/20260104T000000Z-nocommit-nofingerprint.txt
    run timeout 10 "$PERFGATE" baseline show 20260104
    [ "$status" -eq 4 ]
    [[ "$output" == *"not a regular file"* ]]
}

@test "damaged or empty input is no baseline" {
    recording r.txt 100 "branch: main"
    head -n 9 r.txt >cut.txt
    run baseline save cut.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"not a baseline"* ]]
    sed 's/ 104 ns/ NaN ns/' r.txt >nan.txt
    run baseline save nan.txt
    [ "$status" -eq 4 ]
    [[ "$output" == "perfgate: nan.txt: damaged, not a baseline: nan.txt:"*": parsing measurement: not a finite number" ]]
    : >empty.txt
    run baseline save --branch=main empty.txt
    [ "$status" -eq 4 ]
    run baseline save --branch=main absent.txt
    [ "$status" -eq 4 ]
    recording future.txt 100 "branch: main" "time: 2999-01-01T00:00:00Z"
    run baseline save future.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"lies in the future"* ]]
    recording time.txt 100 "branch: main" "time: 2026-02-30T00:00:00Z"
    run baseline save time.txt
    [ "$status" -eq 4 ]
    [ ! -e .perfgate ]
}

@test "a store that cannot be written is exit 4 with a clear message" {
    recording r.txt 100 "branch: main"
    mkdir store && chmod 555 store
    as_nobody() { "$@"; }
    if [ "$(id -u)" -eq 0 ]; then
        as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
        chmod 755 . && chmod 644 r.txt
        as_nobody test -r r.txt || skip "the scratch folder is closed to others"
    fi
    run as_nobody "$PERFGATE" baseline save --store store r.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"store 'store' cannot be written"*"Permission denied"* ]]
    run baseline save --store r.txt r.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"store 'r.txt' cannot be written"* ]]
}

@test "find takes the nearest ancestor, not what the branch got since" {
    git init -q -b main .
    first=$(commit one)
    second=$(commit two)
    git checkout -q -b feature
    commit work >/dev/null
    git checkout -q main
    third=$(commit three)
    git checkout -q feature
    day=1
    for commit in "$first" "$second" "$third"; do
        recording r.txt 100 "branch: main" "commit: $commit" "time: 2026-01-0${day}T00:00:00Z" "fingerprint-id: aa"
        baseline save r.txt
        day=$((day + 1))
    done
    run --separate-stderr baseline find --fingerprint aa
    [ "$status" -eq 0 ]
    [[ "$output" == *"-$second-aa.txt" ]]
    [ "$stderr" = "" ]
    run baseline find --fingerprint aa --commit main
    [[ "$output" == *"-$third-aa.txt" ]]
    run baseline find --fingerprint aa --commit main --before
    [[ "$output" == *"-$second-aa.txt" ]]
    run baseline find --fingerprint aa --newest
    [[ "$output" == *"-$third-aa.txt" ]]
    run baseline find --fingerprint aa --history 5
    [[ "${lines[0]}" == *"-$first-aa.txt" ]]
    [[ "${lines[1]}" == *"-$second-aa.txt" ]]
    [ "${#lines[@]}" -eq 2 ]
    run baseline find --fingerprint aa --commit nonsense
    [ "$status" -eq 2 ]
    [[ "$output" == *"git knows no commit 'nonsense'"* ]]
}

@test "a merge of main into a branch brings main's later recordings" {
    git init -q -b main .
    first=$(commit one)
    git checkout -q -b feature
    commit work >/dev/null
    git checkout -q main
    second=$(commit two)
    git checkout -q feature
    git -c user.name=a -c user.email=a@example.org merge -q --no-edit main
    save_main "$first" "$second"
    run baseline find --fingerprint none
    [[ "$output" == *"-$second-nofingerprint.txt" ]]
}

@test "a commit of the branch itself in main's folder is not taken for main's" {
    git init -q -b main .
    first=$(commit one)
    git checkout -q -b feature
    own=$(commit work)
    save_main "$first" "$own"
    run baseline find --fingerprint none
    [[ "$output" == *"-$first-nofingerprint.txt" ]]
}

@test "nothing found says why" {
    git init -q -b main .
    first=$(commit one)
    commit two >/dev/null
    run baseline find
    [ "$status" -eq 4 ]
    [[ "$output" == *"no baseline: store '.perfgate/baseline' has no recording of branch 'main'; it is empty"* ]]
    recording r.txt 100 "branch: dev" "commit: $first" "fingerprint-id: aa"
    baseline save r.txt
    run baseline find
    [[ "$output" == *"has no recording of branch 'main'; branches there: dev"* ]]
    run baseline find --branch dev --fingerprint bb
    [ "$status" -eq 4 ]
    [[ "$output" == *"1 of other machines (this one is bb, those are aa)"* ]]
    git checkout -q --orphan other
    commit three >/dev/null
    run baseline find --branch dev --fingerprint aa
    [ "$status" -eq 4 ]
    [[ "$output" == *"1 of commits that do not come before"* ]]
}

@test "a regression is kept but not compared with until it is accepted" {
    recording good.txt 100 "branch: main" "time: 2026-01-01T00:00:00Z"
    recording bad.txt 150 "branch: main" "time: 2026-01-02T00:00:00Z"
    baseline save good.txt
    baseline save --verdict regression bad.txt
    grep -q '^# perfgate verdict: regression$' .perfgate/baseline/main/20260102*.txt
    run --separate-stderr baseline find --fingerprint none
    [ "$output" = .perfgate/baseline/main/20260101T000000Z-nocommit-nofingerprint.txt ]
    [[ "$stderr" == *"20260102T000000Z-nocommit-nofingerprint: a regression that was not accepted, passed over"* ]]
    before=$(cksum .perfgate/baseline/main/20260102*.txt)
    run baseline accept 20260102 --reason "validation is worth it"
    [ "$status" -eq 0 ]
    [ "$(cksum .perfgate/baseline/main/20260102*.txt)" = "$before" ]
    grep -q 'validation is worth it' .perfgate/baseline/main/20260102*.accepted
    run --separate-stderr baseline find --fingerprint none
    [ "$output" = .perfgate/baseline/main/20260102T000000Z-nocommit-nofingerprint.txt ]
    run baseline list
    [[ "$output" == *"regression (accepted)"* ]]
    run baseline accept 20260102
    [[ "$output" == "was accepted already:"* ]]
}

@test "save --accept accepts at once; a broken measurement is never compared with" {
    recording r.txt 100 "branch: main" "time: 2026-01-01T00:00:00Z"
    baseline save --verdict broken r.txt
    run baseline find --fingerprint none
    [ "$status" -eq 4 ]
    [[ "$output" == *"1 regressed, broken or damaged"* ]]
    recording r.txt 100 "branch: main" "time: 2026-01-02T00:00:00Z"
    baseline save --verdict regression --accept "known" r.txt
    run --separate-stderr baseline find --fingerprint none
    [ "$output" = .perfgate/baseline/main/20260102T000000Z-nocommit-nofingerprint.txt ]
    run baseline save --verdict red r.txt
    [ "$status" -eq 2 ]
}

@test "prune by count and age, for each branch and machine; the newest usable one stays" {
    for day in 01 02 03 04; do
        recording r.txt 100 "branch: main" "time: 2020-01-${day}T00:00:00Z" "fingerprint-id: aa"
        baseline save r.txt
        recording r.txt 100 "branch: main" "time: 2020-01-${day}T00:00:00Z" "fingerprint-id: bb"
        baseline save r.txt
    done
    recording r.txt 100 "branch: main" "time: 2020-01-05T00:00:00Z" "fingerprint-id: aa"
    baseline save --verdict regression r.txt
    run baseline prune --keep 2 --dry-run
    [ "$status" -eq 0 ]
    [ "$(entries | wc -l)" -eq 9 ]
    run baseline prune --keep 2
    [ "$(entries | wc -l)" -eq 4 ]
    run baseline prune --max-age 30
    [ "$(entries | xargs -n 1 basename)" = "20200104T000000Z-nocommit-aa.txt
20200104T000000Z-nocommit-bb.txt" ]
    run baseline prune --keep 0 --branch 'ma*'
    [ "$(entries | wc -l)" -eq 0 ]
    run baseline prune
    [ "$status" -eq 2 ]
}

@test "prune removes damaged entries only when told" {
    recording r.txt 100 "branch: main" "time: 2020-01-01T00:00:00Z"
    baseline save r.txt
    echo x >.perfgate/baseline/main/20200102T000000Z-nocommit-nofingerprint.txt
    baseline prune --keep 1
    [ "$(entries | wc -l)" -eq 2 ]
    baseline prune --damaged
    [ "$(entries | xargs -n 1 basename)" = 20200101T000000Z-nocommit-nofingerprint.txt ]
}

@test "export copies entries to a file, a folder or stdout" {
    recording r.txt 100 "branch: feature/x" "time: 2026-01-01T00:00:00Z"
    baseline save r.txt
    entry=$(entries)
    baseline export 20260101 -o out.txt
    cmp out.txt "$entry"
    baseline export 20260101 -o folder/
    cmp "folder/feature%2Fx-20260101T000000Z-nocommit-nofingerprint.txt" "$entry"
    baseline export --branch feature/x --fingerprint none -o - | cmp - "$entry"
    run baseline export 20260101 nothing -o folder/
    [ "$status" -eq 2 ]
    [[ "$output" == *"has no entry 'nothing'"* ]]
}

@test "a profile beside the recording is stored with it" {
    recording r.txt 100 "branch: main" "time: 2026-01-01T00:00:00Z"
    printf '\037\213profile' >r.pb.gz
    baseline save r.txt
    cmp r.pb.gz .perfgate/baseline/main/20260101T000000Z-nocommit-nofingerprint.pb.gz
    run baseline show 2026
    [[ "$output" == *"profile: .perfgate/baseline/main/20260101T000000Z-nocommit-nofingerprint.pb.gz"* ]]
    baseline prune --keep 0
    [ "$(find .perfgate/baseline -type f | wc -l)" -eq 0 ]
}

@test "a profile leaves the store with its recording, and one that is lost is missed" {
    recording r.txt 100 "branch: main" "time: 2026-01-01T00:00:00Z"
    printf '\037\213profile' >r.pb.gz
    baseline save r.txt
    baseline export --keep-paths 2026 -o out.txt
    cmp r.pb.gz out.pb.gz
    baseline export --keep-paths 2026 -o plain
    cmp r.pb.gz plain.pb.gz
    baseline export --keep-paths 2026 -o folder/
    cmp r.pb.gz folder/main-20260101T000000Z-nocommit-nofingerprint.pb.gz
    stored=.perfgate/baseline/main/20260101T000000Z-nocommit-nofingerprint.pb.gz
    run --separate-stderr baseline export --keep-paths 2026 -o -
    [ "$status" -eq 0 ]
    [ "$stderr" = "perfgate: warning: main/20260101T000000Z-nocommit-nofingerprint: its profile stays behind: $stored" ]
    # a profile that cannot be written: no recording that claims one
    mkdir half.pb.gz
    run baseline export --keep-paths 2026 -o half.txt
    [ "$status" -eq 4 ]
    [ ! -e half.txt ]

    rm "$stored"
    for command in list "show 2026" "export 2026 -o lost.txt"; do
        # shellcheck disable=SC2086
        run --separate-stderr baseline $command
        [ "$status" -eq 0 ]
        [[ "$stderr" == *"main/20260101T000000Z-nocommit-nofingerprint: its profile is not there" ]]
    done
    run --separate-stderr baseline list
    [[ "${lines[1]}" == *"-, profile lost" ]]
    baseline show 2026 --report json=- | grep -q '"profile_lost": true'
    run --separate-stderr baseline save --branch=other lost.txt
    [ "$stderr" = "perfgate: warning: lost.txt: its profile is not beside it" ]
}

@test "compare takes its baseline from the store" {
    for day in 1 2 3; do
        recording r.txt $((1000 + day)) "branch: main" "time: 2026-01-0${day}T00:00:00Z" "fingerprint-id: aa"
        baseline save r.txt
    done
    recording other.txt 9000 "branch: main" "time: 2026-01-04T00:00:00Z" "fingerprint-id: bb"
    baseline save other.txt
    recording new.txt 1200 "branch: feature" "fingerprint-id: aa"
    run --separate-stderr "$PERFGATE" compare --baseline-store .perfgate/baseline --report json=- new.txt
    [ "$status" -eq 1 ]
    [[ "$output" == *'"change": 0.19'* ]]
    run --separate-stderr "$PERFGATE" compare --baseline-store .perfgate/baseline --history 3 new.txt
    [ "$status" -eq 1 ]
    [[ "$output" == *"n=18+6"* ]]
    recording alien.txt 1200 "fingerprint-id: cc"
    run "$PERFGATE" compare --baseline-store .perfgate/baseline --report json=r.json alien.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"4 of other machines (this one is cc, those are bb, aa)"* ]]
    grep -q '"reason": *"no-baseline"' r.json
    run "$PERFGATE" compare --baseline-store .perfgate/baseline
    [ "$status" -eq 2 ]
}

@test "names in a store cannot do anything to a terminal" {
    recording r.txt 100 "branch: main" "verdict: $(printf '\033[31mred')"
    baseline save r.txt
    run baseline list
    [[ "$output" != *$'\033'* ]]
    run baseline show main
    [[ "$output" != *$'\033'* ]]
}

@test "output of a harness can be marked as of this machine" {
    recording r.txt 100
    baseline save --branch main --this-machine r.txt
    run --separate-stderr baseline find
    [ "$status" -eq 0 ]
    [ "$output" = "$(entries)" ]
}

@test "usage errors" {
    run baseline
    [ "$status" -eq 2 ]
    run baseline nonsense
    [ "$status" -eq 2 ]
    [[ "$output" == *"expected save, list"* ]]
    run baseline save
    [ "$status" -eq 2 ]
    run baseline show
    [ "$status" -eq 2 ]
    run baseline list --report yaml=-
    [ "$status" -eq 2 ]
    recording r.txt 100
    run baseline save r.txt
    [ "$status" -eq 2 ]
    [[ "$output" == *"of which branch?"* ]]
}
