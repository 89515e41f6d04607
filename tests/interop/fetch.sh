#!/usr/bin/env bash
# perfgate fetch against net/http/pprof in a Go program: its endpoints, and a series that canary tests.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

PERFGATE=${PERFGATE:-$PWD/build/release/perfgate}
command -v go >/dev/null || { echo "no Go to build a program with an endpoint" && exit 77; }
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY

# shellcheck source=tests/interop/endpoint.bash
. "$root/tests/interop/endpoint.bash"

start() { # start ARGUMENT…: sets server and url
    : >address
    ./endpoint "$@" >address &
    server=$!
    for _ in $(seq 100); do [ -s address ] || sleep 0.05; done
    url=http://$(cat address)/debug/pprof
}
stop() {
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
}
fetch() { timeout 120 "$PERFGATE" fetch "$@"; }

start
fetch "$url/profile" --rounds 6 --seconds 1 --benchmark Parse -o old.pb.gz
for kind in heap allocs goroutine threadcreate mutex block; do
    fetch "$url/$kind" -o "$kind.pb.gz"
    go tool pprof -raw "$kind.pb.gz" >/dev/null
done
"$PERFGATE" profile top heap.pb.gz | grep -q ' main\.keep$'
go tool pprof -top old.pb.gz 2>/dev/null | grep -q ' main\.parse$'
if fetch "$url/" -o index.pb.gz 2>message; then
    echo "the endpoint's page was taken for a profile" && exit 1
fi
grep -q "expected a pprof or gperftools profile, got '<html>" message
[ ! -e index.pb.gz ]
stop

start slower
fetch "$url/profile" --rounds 6 --seconds 1 --benchmark Parse -o new.pb.gz
stop
code=0
"$PERFGATE" canary --base old.pb.gz --head new.pb.gz >verdict || code=$?
cat verdict
[ "$code" -eq 1 ] && grep -q '  regressed  *main\.spin: ' verdict
