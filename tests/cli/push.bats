#!/usr/bin/env bats
# perfgate push to a local server written from Pyroscope's push.v1 (http_server.py), friendly and hostile. Every wait is bounded.
load helper

draw() { "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/base.folded" "$2" 1 "$3" "$1"; }

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    draw old 5 Parse/1k
    draw other 5 Parse/2k
    serve_http old.pb.gz
}

teardown() { stop_servers; }

push() { run timeout 60 "$PERFGATE" push "$@"; }

refused() { # refused CODE MESSAGE ARGUMENT…
    local code=$1 message=$2
    shift 2
    push "$@"
    echo "$output"
    [ "$status" -eq "$code" ]
    [[ "$output" == "perfgate: "*"$message"* ]]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" != *s3cret* ]]
}

folded() { "$PERFGATE" profile convert --to folded -o - "$@"; }

@test "a recording's profile, with its commit and branch, and labels of its own" {
    printf '# perfgate recording: 1\n# perfgate commit: 0123abc\n# perfgate branch: main\nBenchmarkParse/1k 1 5 ns/op\n# perfgate end: 1\n' >old.txt
    PERFGATE_TOKEN=s3cret push "$url/tenant/" old.txt --service pay --label version=2 --label branch=topic --tenant team-1
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = "pushed process_cpu of pay: 1 profile" ]
    diff requests - <<X
/tenant/push.v1.PusherService/Push application/proto token=Bearer s3cret tenant=team-1
label __name__ process_cpu
label service_name pay
label version 2
label branch topic
label commit 0123abc
label benchmark Parse/1k
sample 36
X
    diff <(folded old.pb.gz) <(folded pushed-0)
    [ "$("$PERFGATE" profile labels pushed-0 | grep -c '^round:')" -eq 0 ] # rounds are joined
    run "$PERFGATE" -q push "$url/tenant" old.pb.gz --service pay
    [ "$output" = "" ]
}

@test "a series for each benchmark, a hundred at most; no other label of samples goes" {
    "$PERFGATE" profile merge -o both.pb.gz old.pb.gz other.pb.gz
    push "$url/tenant" both.pb.gz --service pay
    [ "$output" = "pushed process_cpu of pay: 2 profiles" ]
    [ "$(grep '^label benchmark' requests | tr '\n' ' ')" = "label benchmark Parse/1k label benchmark Parse/2k " ]
    diff <(folded old.pb.gz) <(folded pushed-0)
    diff <(folded other.pb.gz) <(folded pushed-1)
    rm requests pushed-*
    long=$(printf 'x%.0s' {1..200})
    draw long 1 "$long"
    for i in $(seq 102); do draw "m$i" 1 "B$i" && rm -f "m$i.txt"; done
    "$PERFGATE" profile merge -o many.pb.gz m*.pb.gz
    push "$url/tenant" many.pb.gz --service pay
    [ "$output" = "pushed process_cpu of pay: 101 profiles" ]
    [ "$(grep -c '^label benchmark other$' requests)" -eq 1 ]
    rm requests pushed-*
    push "$url/tenant" long.pb.gz --service pay
    grep -qx 'label benchmark other' requests # a value that long is not sent
    rm requests
    push "$url/tenant" both.pb.gz --service pay --label benchmark=All
    [ "$output" = "pushed process_cpu of pay: 1 profile" ]
    [ "$(grep '^label benchmark' requests)" = "label benchmark All" ]
}

@test "paths of builds and people's names stay here, unless --keep-paths" {
    who=alice
    echo "main;/home/$who/secret/a.js:7 3" >paths.folded
    push "$url/tenant" paths.folded --service pay --name process_cpu
    [ "$status" -eq 0 ]
    [ "$(folded pushed-0)" = "main;secret/a.js:7 3" ]
    push "$url/tenant" paths.folded --service pay --name process_cpu --keep-paths
    [ "$("$PERFGATE" profile convert --keep-paths --to folded -o - pushed-0)" = "main;/home/$who/secret/a.js:7 3" ]
}

@test "a token from a file; refusals say what to do; nothing is followed to another server" {
    echo s3cret >token
    push "$url/tenant" old.pb.gz --service pay --token-file token
    [ "$status" -eq 0 ]
    grep -q 'token=Bearer s3cret' requests
    refused 4 "HTTP status 401: 'who are you?' (no token was given)" "$url/token" old.pb.gz --service pay
    PERFGATE_TOKEN=s3cret-not refused 4 "HTTP status 401: 'who are you?' (it does not take the token)" "$url/token" old.pb.gz --service pay
    refused 4 "HTTP status 413: 'request entity too large' (more was sent than it takes)" "$url/too-large" old.pb.gz --service pay
    refused 4 "HTTP status 404: '404 page not found'" "$url/nothing" old.pb.gz --service pay
    PERFGATE_TOKEN=s3cret refused 4 "redirected to another server, which is not followed: " "$url/away" old.pb.gz --service pay
    refused 4 "redirected more than 3 times" "$url/loop" old.pb.gz --service pay
    refused 4 "expected an answer of type application/proto, got none: '<!DOCTYPE html><title>Log in</title>'" "$url/html" old.pb.gz --service pay
    refused 4 "no answer within 0.5 s" --timeout 500ms "$url/hang" old.pb.gz --service pay
    refused 4 "the answer did not end within 0.5 s" --timeout 500ms "$url/slow" old.pb.gz --service pay
    refused 4 "the answer ends before the length that it states" "$url/cut" old.pb.gz --service pay
    refused 4 "the answer is larger than 65536 bytes; refused" "$url/huge" old.pb.gz --service pay
    refused 4 "http://127.0.0.1:1/" http://127.0.0.1:1/ old.pb.gz --service pay
    rm requests
    push "$url/here" old.pb.gz --service pay
    [ "$status" -eq 0 ]
    [ "$(grep -c '^sample' requests)" -eq 1 ]
}

@test "what Pyroscope would refuse is not sent, unless it was told to take it" {
    seq 16001 | sed 's/.*/main;f& 1/' >wide.folded
    refused 4 "wide.folded: the profile: 16001 different stacks, of which Pyroscope takes 16000" "$url/tenant" wide.folded --service pay --name process_cpu
    python3 -c 'print("main;" + "f" * (5 << 20), 1)' >long.folded
    refused 4 "bytes, of which Pyroscope takes 4194304" "$url/tenant" long.folded --service pay --name process_cpu
    [ ! -e requests ]
    push "$url/tenant" wide.folded --service pay --name process_cpu --any-size
    [ "$status" -eq 0 ]
    [ "$(folded pushed-0 | wc -l)" -eq 16001 ]
}

@test "bad use is exit 2, what cannot be read exit 4, and nothing is sent" {
    echo 'main 1' >plain.folded
    : >empty.folded
    for bad in "" "$url/tenant" "$url/tenant old.pb.gz" "$url/tenant old.pb.gz other.pb.gz --service x" "ftp://h/x old.pb.gz --service x" \
        "$url/tenant?x=y old.pb.gz --service x" "$url/tenant old.pb.gz --service x --label pid=7" "$url/tenant old.pb.gz --service x --label commit=" \
        "$url/tenant old.pb.gz --service x --label commit" "$url/tenant old.pb.gz --service x --label commit=a --label commit=b" \
        "$url/tenant old.pb.gz --service x --label commit=$(printf 'x%.0s' {1..129})" "$url/tenant plain.folded --service x" \
        "http://me:secret@localhost/ old.pb.gz --service x"; do
        # shellcheck disable=SC2086
        push $bad
        echo "$bad: $output"
        [ "$status" -eq 2 ]
        [[ "$output" != *secret* ]]
    done
    push "$url/tenant" old.pb.gz --service x --label commit=$'a\nb'
    [ "$status" -eq 2 ]
    push "$url/tenant" missing.pb.gz --service x
    [ "$status" -eq 4 ]
    push "$url/tenant" missing.txt --service x
    [ "$status" -eq 4 ]
    push "$url/tenant" empty.folded --service x --name process_cpu
    [ "$status" -eq 4 ]
    [ ! -e requests ]
}
