#!/usr/bin/env bash
# perfgate fetch and canary against Parca itself, which scrapes two Go programs. 77 where there is no Parca (PARCA, or parca on
# PATH) or no Go: no registry of packages has Parca's server.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

PERFGATE=${PERFGATE:-$PWD/build/release/perfgate}
PARCA=${PARCA:-$(command -v parca || true)}
[ -n "$PARCA" ] || { echo "no Parca: fetch --parca and canary --parca were tried on a stand-in only" && exit 77; }
command -v go >/dev/null || { echo "no Go to build programs with an endpoint" && exit 77; }
work=$(mktemp -d)
started=()
trap '[ ${#started[@]} -eq 0 ] || kill "${started[@]}"; rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
# shellcheck source=tests/interop/endpoint.bash
. "$root/tests/interop/endpoint.bash"

for version in old new; do
    if [ "$version" = new ]; then ./endpoint slower >new.address & else ./endpoint >old.address & fi
    started+=($!)
done
for _ in $(seq 100); do { [ -s old.address ] && [ -s new.address ]; } || sleep 0.05; done
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >parca.yaml <<Y
object_storage: {bucket: {type: FILESYSTEM, config: {directory: ./data}}}
scrape_configs:
  - job_name: pay
    scrape_interval: 2s
    scrape_timeout: 3s
    static_configs:
      - {targets: ['$(cat old.address)'], labels: {version: old}}
      - {targets: ['$(cat new.address)'], labels: {version: new}}
Y
"$PARCA" --config-path=parca.yaml --http-address="127.0.0.1:$port" >parca.log 2>&1 &
started+=($!)
url=http://127.0.0.1:$port
type=process_cpu:cpu:nanoseconds:cpu:nanoseconds:delta
sleep 40

"$PERFGATE" fetch "$url" --parca "$type{job=\"pay\"}" --label version=new -o new.pb.gz
"$PERFGATE" profile top new.pb.gz | grep -q ' main\.spin$'
go tool pprof -top new.pb.gz 2>/dev/null | grep -q ' main\.spin$'
"$PERFGATE" fetch "$url" --parca "$type" --label version=old -o old.pb.gz
if "$PERFGATE" profile top old.pb.gz | grep ' main\.spin$'; then
    echo "a label selects nothing" && exit 1
fi
"$PERFGATE" fetch "$url" --parca "memory:inuse_space:bytes:space:bytes" -o heap.pb.gz
"$PERFGATE" profile top heap.pb.gz | grep -q ' main\.keep$'
if "$PERFGATE" fetch "$url" --parca "$type" --label version=none -o none.pb.gz 2>message; then
    echo "a profile of nothing" && exit 1
fi
grep -q 'no samples match then' message
if "$PERFGATE" fetch "$url" --parca "$type{a=~\"(\"}" -o none.pb.gz 2>message; then
    echo "a query that is none was answered" && exit 1
fi
grep -q 'HTTP status 400' message
[ ! -e none.pb.gz ]

code=0
"$PERFGATE" canary --base "$url" --head "$url" --parca "$type{job=\"pay\"}" --base-label version=old --head-label version=new \
    --from 35s --until 3s --windows 6 >verdict || code=$?
cat verdict
[ "$code" -eq 1 ] && grep -q '  regressed  *main\.spin: ' verdict
