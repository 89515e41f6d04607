#!/usr/bin/env bats
# perfgate fetch against a local server (http_server.py), friendly and hostile. Every wait is bounded.
load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/base.folded" 1 1 Old served
    serve_http served.pb.gz
}

teardown() { stop_servers; }

fetch() { run timeout 60 "$PERFGATE" fetch -o out.pb.gz "$@"; }

refused() { # refused CODE MESSAGE ARGUMENT…: that exit code, that message, no file
    local code=$1 message=$2
    shift 2
    fetch "$@"
    echo "$output"
    [ "$status" -eq "$code" ]
    [[ "$output" == "perfgate: "*"$message"* ]]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" != *$'\e'* ]]
    [ -z "$(find . -name '*out*')" ]
}

@test "a profile, as it is served" {
    fetch "$url/profile"
    [ "$status" -eq 0 ]
    [ "$output" = "" ]
    diff <("$PERFGATE" profile convert --to folded -o - served.pb.gz) <("$PERFGATE" profile convert --to folded -o - out.pb.gz)
    "$PERFGATE" profile labels out.pb.gz | grep -q ' Old$' # and its labels stay
    "$PERFGATE" fetch "$url/profile" -o - | cmp - out.pb.gz
}

@test "libcurl is loaded when a server is asked; without it that is said" {
    mkdir lib
    echo "no library" >lib/libcurl.so.4
    export LD_LIBRARY_PATH=$PWD/lib
    refused 4 "cannot be loaded (Debian's package libcurl4 has it)" "$url/profile"
    "$PERFGATE" profile top served.pb.gz
}

@test "a window's seconds: asked for, or written in the URL already" {
    fetch --seconds 3 "$url/profile?debug=0"
    [ "$status" -eq 0 ]
    fetch --seconds 3 "$url/profile"
    fetch "$url/profile?seconds=7"
    [ "$(cut -d' ' -f1 requests | tr '\n' ' ')" = "/profile?debug=0&seconds=3 /profile?seconds=3 /profile?seconds=7 " ]
}

@test "a series of windows: one profile, labelled by round and benchmark, that canary tests" {
    fetch --rounds 6 --benchmark Parse/1k "$url/profile"
    [ "$status" -eq 0 ]
    [ "$(wc -l <requests)" -eq 6 ]
    "$PERFGATE" profile labels out.pb.gz >labels
    [ "$(grep -c Old labels)" -eq 0 ] # the window's own label of that key is gone
    one=$("$PERFGATE" profile convert --to folded -o - served.pb.gz | awk '{ n += $NF } END { printf "%.0f", n }')
    all=$("$PERFGATE" profile convert --to folded -o - out.pb.gz | awk '{ n += $NF } END { printf "%.0f", n }')
    [ "$all" -eq $((6 * one)) ]
    for round in 1 6; do
        [ "$("$PERFGATE" profile top --tag-focus "round=$round" --report json=- out.pb.gz |
            python3 -c 'import json, sys; print(sum(f["flat"] for f in json.load(sys.stdin)["functions"]))')" -gt 0 ]
    done
    run "$PERFGATE" canary --base out.pb.gz --head out.pb.gz
    [ "$status" -eq 0 ]
    [[ "$output" == *"Parse/1k"* ]]
}

@test "redirects: followed on the same server only, a few of them, and the token goes nowhere else" {
    fetch "$url/here"
    [ "$status" -eq 0 ]
    rm out.pb.gz
    for where in away to-https to-ftp to-file; do
        PERFGATE_TOKEN=s3cret refused 4 "redirected to another server, which is not followed: " "$url/$where"
    done
    refused 4 "redirected more than 3 times" "$url/loop"
    [ "$(grep -c '^/profile s3cret' requests)" -eq 0 ]
    [ "$(grep -c '^/loop' requests)" -eq 4 ]
}

@test "a bearer token comes from a file or the environment, and is never shown" {
    refused 4 "HTTP status 401: 'who are you?'" "$url/token"
    echo s3cret >token
    fetch --token-file token "$url/token"
    [ "$status" -eq 0 ]
    rm out.pb.gz
    PERFGATE_TOKEN=s3cret fetch "$url/token"
    [ "$status" -eq 0 ]
    rm out.pb.gz
    printf 's3c\nret: x' >token
    refused 2 "token: expected a bearer token" --token-file token "$url/token"
    [[ "$output" != *s3c* ]]
    refused 4 "no-such-token: cannot open" --token-file no-such-token "$url/token"
}

@test "what is no profile is refused with its first words" {
    refused 4 "got '<!DOCTYPE html><title>Log in</title>'" "$url/html"
    refused 4 "expected a pprof or gperftools profile, got 'main;work 3'" "$url/folded"
    refused 4 "got nothing" "$url/empty"
    refused 4 "gzip data ends in the middle of a member" "$url/half"
    refused 4 "offset" "$url/noise"
    refused 4 "HTTP status 404: 'no " "$url/missing"
    [[ "$output" == *"such"*"profile word word"*"…'" ]]
    refused 4 "round 1 of 3: " --rounds 3 "$url/html"
}

@test "answers that hang, are cut short or do not end" {
    refused 4 "no answer within 0.5 s" --timeout 500ms "$url/hang"
    refused 4 "the answer did not end within 0.5 s" --timeout 500ms "$url/slow"
    refused 4 "the answer ends before the length that it states" "$url/cut"
    refused 4 "the answer is larger than 268435456 bytes; refused" "$url/huge"
    refused 4 "the answer is larger than 268435456 bytes; refused" "$url/endless"
    refused 4 "HTTP status 500: 'more more" "$url/endless-error"
    refused 4 "http://127.0.0.1:1/: " http://127.0.0.1:1/
}

@test "Pyroscope: a query's time in equal windows, with more labels" {
    type=process_cpu:cpu:nanoseconds:cpu:nanoseconds
    fetch "$url/tenant/" --pyroscope "$type{service_name=\"pay\"}" --label 'version=v"2\' --label region=eu --from @1000 --until @1600.5 --rounds 3
    echo "$output"
    [ "$status" -eq 0 ]
    path=/tenant/querier.v1.QuerierService/SelectMergeProfile
    asked="$path application/proto $type {service_name=\"pay\",version=\"v\\\"2\\\\\",region=\"eu\"}"
    diff requests <(echo "$asked 1000000 1200166" && echo "$asked 1200166 1400333" && echo "$asked 1400333 1600500")
    "$PERFGATE" profile labels out.pb.gz | grep -q '^round: 3 values'
    rm requests
    before=$(date +%s)
    fetch "$url/tenant" --pyroscope "$type" # the last hour
    [ "$status" -eq 0 ]
    read -r _ _ _ selector start end <requests
    [ "$selector" = "{}" ]
    [ $((end - start)) -eq 3600000 ]
    [ $((end / 1000 - before)) -ge 0 ] && [ $((end / 1000 - before)) -lt 60 ]
}

@test "Pyroscope: nothing there, refusals, bad queries" {
    type=process_cpu:cpu:nanoseconds:cpu:nanoseconds
    refused 4 "no samples match then" "$url/tenant" --pyroscope memory:inuse_space:bytes:space:bytes
    refused 4 "parse error" "$url/tenant" --pyroscope "$type{a=~\"(\"}"
    refused 4 "HTTP status 404: '404 page not found'" "$url" --pyroscope "$type"
    rm requests
    for bad in "--pyroscope cpu" "--pyroscope $type:x" "--pyroscope $type{a" "--pyroscope $type --label x" "--pyroscope $type --label 1x=y" \
        "--pyroscope $type --label =y" "--pyroscope $type --seconds 3" "--label a=b" "--from 1h" "--pyroscope $type --from soon" \
        "--pyroscope $type --from 1h --until 1h" "--pyroscope $type --from @9999999999999" "--pyroscope $type --from @1 --until @1.002 --rounds 3"; do
        # shellcheck disable=SC2086
        fetch "$url/tenant" $bad
        echo "$bad: $output"
        [ "$status" -eq 2 ]
    done
    fetch "$url/tenant?x=y" --pyroscope "$type"
    [ "$status" -eq 2 ]
    [ ! -e requests ]
}

@test "Pyroscope's render: functions of the query's time; a tenant and a token go along" {
    type=process_cpu:cpu:nanoseconds:cpu:nanoseconds
    PERFGATE_TOKEN=s3cret fetch "$url/tenant" --pyroscope "$type{service_name=\"pay\"}" --render --label region=eu --tenant team-1 --from @1600000000 --until @1600000600 --rounds 2
    echo "$output"
    [ "$status" -eq 0 ]
    said='format=json maxNodes=65536 token=Bearer s3cret tenant=team-1'
    asked="/tenant/pyroscope/render query=$type{service_name=\"pay\",region=\"eu\"}"
    diff requests <(echo "$asked from=1600000000000 until=1600000300000 $said" && echo "$asked from=1600000300000 until=1600000600000 $said")
    diff <("$PERFGATE" profile convert --to folded -o - out.pb.gz) <(printf 'main 20\nmain;parse 120\nmain;work 60\n')
    "$PERFGATE" profile labels out.pb.gz | grep -q '^round: 2 values'
    "$PERFGATE" profile top out.pb.gz | grep -q '^ *Type: cpu$'
    rm out.pb.gz
    refused 4 "no samples match then" "$url/tenant" --render --pyroscope memory:inuse_space:bytes:space:bytes
    refused 4 "failed to parse query" "$url/tenant" --render --pyroscope "$type{a=~\"(\"}"
}

@test "Parca: a query's time in equal windows, with more labels" {
    type=process_cpu:samples:count:cpu:nanoseconds:delta
    fetch "$url/tenant/" --parca "$type{job=\"pay\"}" --label 'version=v"2\' --from @1600000000 --until @1600000601 --rounds 2
    echo "$output"
    [ "$status" -eq 0 ]
    asked="/tenant/api/profiles/query mode=MODE_MERGE report_type=REPORT_TYPE_PPROF merge.query=$type{job=\"pay\",version=\"v\\\"2\\\\\"}"
    diff requests <(echo "$asked merge.start=2020-09-13T12:26:40.000Z merge.end=2020-09-13T12:31:40.500Z" &&
        echo "$asked merge.start=2020-09-13T12:31:40.500Z merge.end=2020-09-13T12:36:41.000Z")
    "$PERFGATE" profile labels out.pb.gz | grep -q '^round: 2 values'
    fetch "$url/tenant" --parca "$type"
    [ "$status" -eq 0 ]
    diff <("$PERFGATE" profile convert --to folded -o - served.pb.gz) <("$PERFGATE" profile convert --to folded -o - out.pb.gz)
    rm out.pb.gz
    refused 4 "no samples match then" "$url/tenant" --parca memory:inuse_space:bytes:space:bytes
    refused 4 "HTTP status 400: '{\"code\": 3, \"message\": \"failed to parse query\"" "$url/tenant" --parca "$type{a=~\"(\"}"
    refused 4 "HTTP status 404: '404 page not found'" "$url/nothing" --parca "$type"
    for bad in "--parca cpu" "--parca $type:delta" "--parca ${type%delta}x" "--parca $type{a" "--parca $type --render" "--parca $type --tenant x" \
        "--parca $type --seconds 3" "--parca $type --pyroscope ${type%:delta}" "--pyroscope $type" "--render" "--tenant x"; do
        rm -f requests
        # shellcheck disable=SC2086
        fetch "$url/tenant" $bad
        echo "$bad: $output"
        [ "$status" -eq 2 ]
        [ ! -e requests ]
    done
    fetch "$url/tenant" --pyroscope "${type%:delta}" --tenant $'x\nEvil: y'
    [ "$status" -eq 2 ]
}

@test "every kind of server may hang, be cut short, redirect, answer HTML or never end" {
    type=process_cpu:cpu:nanoseconds:cpu:nanoseconds
    for kind in "--pyroscope $type" "--pyroscope $type --render" "--parca $type"; do
        # shellcheck disable=SC2086
        {
            refused 4 "no answer within 0.5 s" --timeout 500ms "$url/hang" $kind
            refused 4 "the answer did not end within 0.5 s" --timeout 500ms "$url/slow" $kind
            refused 4 "the answer ends before the length that it states" "$url/cut" $kind
            refused 4 "bytes; refused" "$url/huge" $kind
            refused 4 "bytes; refused" "$url/endless" $kind
            refused 4 "HTTP status 500: 'more more" "$url/endless-error" $kind
            refused 4 "got '<!DOCTYPE html><title>Log in</title>'" "$url/html" $kind
            refused 4 "$url/json/" "$url/json" $kind
            refused 4 "HTTP status 401: 'who are you?' (no token was given)" "$url/token" $kind
            PERFGATE_TOKEN=wrong refused 4 "HTTP status 401: 'who are you?' (it does not take the token)" "$url/token" $kind
            PERFGATE_TOKEN=s3cret refused 4 "redirected to another server, which is not followed: " "$url/away" $kind
            refused 4 "redirected more than 3 times" "$url/loop" $kind
            fetch "$url/here" $kind
        }
        [ "$status" -eq 0 ]
        rm out.pb.gz
    done
    refused 4 "expected a flamebearer, got '{\"error\": \"what?\"}'" "$url/json" --pyroscope "$type" --render
    for answer in json tree not-base64 folded empty; do
        refused 4 "expected Parca's pprof report, got " "$url/$answer" --parca "$type"
    done
    [ "$(grep -c '^/profile' requests)" -eq 0 ]
}

@test "certificates are verified" {
    command -v openssl >/dev/null || skip "no openssl to make a certificate with"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost 2>/dev/null
    serve served.pb.gz tls-port cert.pem key.pem
    tls=$(cat tls-port)
    refused 4 "certificate" "https://localhost:$tls/profile"
    refused 4 "127.0.0.1" --ca-file cert.pem "https://127.0.0.1:$tls/profile" # another name than the certificate's
    fetch --ca-file cert.pem "https://localhost:$tls/profile"
    [ "$status" -eq 0 ]
}

@test "bad use is exit 2 before anything is asked" {
    for bad in "" "$url/a $url/b" "ftp://localhost/x" "file:///etc/passwd" "localhost:1/x" "http://" \
        "http://me:secret@localhost/x" "http://token@localhost/x" "--seconds 3 $url/profile?seconds=3" \
        "$url/profile?seconds=x" "--seconds 0 $url/profile" "--rounds 0 $url/profile" "--timeout 0 $url/profile"; do
        # shellcheck disable=SC2086
        fetch $bad
        echo "$bad: $output"
        [ "$status" -eq 2 ]
        [[ "$output" != *secret* ]]
    done
    [ ! -e requests ]
    run "$PERFGATE" fetch "$url/profile"
    [ "$status" -eq 2 ]
    run "$PERFGATE" fetch -o no-folder/out.pb.gz "$url/profile"
    [ "$status" -eq 4 ]
    [ ! -e requests ]
}
