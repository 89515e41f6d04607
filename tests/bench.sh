#!/bin/sh
# bench.sh SCRIPT…: runs measuring scripts one after another, with the peers of `make bench-deps` on the PATH.
# A script prints its figures as ratios of this very run; it ends with 77 when the peer it measures against is not
# installed (which is said), with another non-zero status when a promised ratio was not reached.
# bench.sh --peers: builds the peers that apt does not have.
set -u

peers=$PWD/build/peers
PATH=$peers:$PATH
export PATH

if [ "${1:-}" = --peers ]; then
    mkdir -p "$peers"
    # The newest benchstat, or where the installed Go is too old for it the last one that Go 1.19 builds.
    for version in latest v0.0.0-20230113213139-801c7ef9e5c5; do
        if GOBIN=$peers go install "golang.org/x/perf/cmd/benchstat@$version"; then
            echo "bench: $(go version -m "$peers/benchstat" | awk '$1 == "mod" { print $2, $3 }')"
            exit 0
        fi
    done
    exit 1
fi

ran=0 skipped=0 failed=0
for script in "$@"; do
    [ -f "$script" ] || continue
    echo "== $script"
    bash "$script"
    case $? in
    0) ran=$((ran + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *)
        echo "== $script failed"
        failed=$((failed + 1))
        ;;
    esac
done
echo "$ran measured, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$ran" -gt 0 ]
