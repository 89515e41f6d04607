#!/usr/bin/env bats
# perfgate canary on servers (http_server.py): a pprof endpoint, Pyroscope and Parca, friendly and hostile. Every wait is bounded.
load helper

draw() { "$BUILD/tests/programs/draw_profile" "$root/fixtures/functions/$1.folded" 1 "$2" Parse/1k "$3"; }

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir old new
    for i in 1 2 3 4 5 6 7; do
        draw base "$i" "old/$i" && draw callee "10$i" "new/$i"
    done
    rm old/*.txt new/*.txt
    serve_http old/1.pb.gz
    type=process_cpu:cpu:nanoseconds:cpu:nanoseconds
}

teardown() { stop_servers; }

canary() { run timeout 60 "$PERFGATE" canary "$@"; }

@test "windows of every kind of server are the rounds that files would be, both sides in turn" {
    canary --base old --head new
    [ "$status" -eq 1 ]
    [[ "${lines[0]}" == *"new callee utf8_check"* ]]
    files=$output
    canary --base "$url/version/old" --head "$url/version/new" --windows 7
    [ "$status" -eq 1 ]
    [ "$output" = "$files" ]
    [ "$(cut -d' ' -f1 requests | head -n 4 | tr '\n' ' ')" = "/version/old /version/new /version/old /version/new " ]
    for query in "--pyroscope $type" "--parca $type:delta"; do
        # shellcheck disable=SC2086
        canary --base "$url/tenant" --head "$url/tenant" $query --base-label version=old --head-label version=new --windows 7
        echo "$output"
        [ "$status" -eq 1 ]
        [ "$output" = "$files" ]
    done
    # a side may be files, and servers and files may stand beside each other
    canary --base old/*.gz --head new/1.pb.gz "$url/tenant" --pyroscope "$type" --head-label version=new --windows 6
    [ "$status" -eq 1 ]
    [[ "${lines[0]}" == *"new callee utf8_check"* ]]
}

@test "both sides' labels, each side's labels and times" {
    canary --base "$url/tenant" --head "$url/tenant" --parca "$type{job=\"pay\"}" --label region=eu --base-label version=old --head-label version=new \
        --base-from @1600000000 --base-until @1600000014 --from @1600000020 --until @1600000034 --windows 7
    [ "$status" -eq 1 ]
    [ "$(wc -l <requests)" -eq 14 ]
    query="merge.query=$type{job=\"pay\",region=\"eu\",version="
    grep -qF "$query\"old\"} merge.start=2020-09-13T12:26:40.000Z merge.end=2020-09-13T12:26:42.000Z" requests
    grep -qF "$query\"old\"} merge.start=2020-09-13T12:26:52.000Z merge.end=2020-09-13T12:26:54.000Z" requests
    grep -qF "$query\"new\"} merge.start=2020-09-13T12:27:00.000Z merge.end=2020-09-13T12:27:02.000Z" requests
    PERFGATE_TOKEN=s3cret canary --base "$url/tenant" --head "$url/tenant" --pyroscope "$type" --render --tenant t1 --windows 5
    [ "$status" -eq 0 ] # the same flame graph of two stacks; nothing says how many samples they are
    [[ "$output" == *"profiles do not say how many samples they hold"* ]]
    [ "$(grep -c '^/tenant/pyroscope/render .*token=Bearer s3cret tenant=t1$' requests)" -eq 10 ]
}

@test "one answer a side is as it is in a file: too few rounds to test" {
    canary --base "$url/version/old" --head "$url/version/new"
    from_servers=$output
    [ "$status" -eq 3 ]
    canary --base old/1.pb.gz --head new/1.pb.gz
    [ "$status" -eq 3 ]
    [ "${from_servers##*verdict}" = "${output##*verdict}" ]
}

@test "what a server refuses or gets wrong is exit 4 in the report, and names the window" {
    for kind in "" "--pyroscope $type" "--pyroscope $type --render" "--parca $type"; do
        for path in hang html cut huge away loop token missing; do
            # shellcheck disable=SC2086
            canary --base "$url/$path" --head "$url/tenant" --windows 5 --timeout 500ms $kind --report json=report.json
            echo "$path $kind: $output"
            [ "$status" -eq 4 ]
            [[ "$output" == *"round 1 of 5: $url/$path"* ]]
            grep -q '"verdict": "broken"' report.json
        done
    done
    canary --base "$url/tenant" --head "$url/tenant" --pyroscope memory:inuse_space:bytes:space:bytes
    [ "$status" -eq 4 ]
    [[ "$output" == *"no samples match then"* ]]
}

@test "bad use is exit 2 before anything is asked" {
    for bad in "--base old --head new --windows 5" "--base old --head new --parca $type" "--base old --head new --base-label a=b" \
        "--base old --head $url/x --base-label a=b" "--base old --head $url/x --label a=b" "--base old --head http://me:secret@localhost/x" \
        "--base old --head $url/x --pyroscope cpu" "--base old --head $url/x --pyroscope $type --head-label x" \
        "--base old --head $url/x --pyroscope $type --base-from 1h" "--base $url/x --head $url/y --pyroscope $type --base-from soon" \
        "--base old --head $url/x?y=z --parca $type" "--base old --head $url/x --seconds 3 --parca $type"; do
        # shellcheck disable=SC2086
        canary $bad
        echo "$bad: $output"
        [ "$status" -eq 2 ]
        [[ "$output" != *secret* ]]
    done
    [ ! -e requests ]
    # a token that is none matters to servers only
    PERFGATE_TOKEN=$'a b' canary --base old --head new
    [ "$status" -eq 1 ]
    PERFGATE_TOKEN=$'a b' canary --base old --head "$url/version/new"
    [ "$status" -eq 2 ]
}
