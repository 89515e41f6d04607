#!/bin/sh
# peers.sh [NAME…]: puts what make bench measures against and apt does not have into build/peers: benchstat, flamegraph.
# Ends with 1 when one of them could not be had; the others are there then, and its measurements say that they are skipped.
# FLAMEGRAPH=FOLDER takes the FlameGraph scripts from there, for where their repository cannot be reached.
set -u

peers=${PEERS:-$PWD/build/peers}
mkdir -p "$peers" || exit 1
failed=0

# The newest benchstat, or where the installed Go is too old for it the last one that Go 1.19 builds.
benchstat() {
    for version in latest v0.0.0-20230113213139-801c7ef9e5c5; do
        if GOBIN=$peers go install "golang.org/x/perf/cmd/benchstat@$version"; then
            echo "bench: $(go version -m "$peers/benchstat" | awk '$1 == "mod" { print $2, $3 }')"
            return
        fi
    done
    return 1
}

# No package has these scripts. A commit's name vouches for what is fetched.
flamegraph() {
    url=https://github.com/brendangregg/FlameGraph
    commit=41fee1f99f9276008b7cd112fca19dc3ea84ac32
    from=${FLAMEGRAPH:-$peers/FlameGraph}
    if [ -z "${FLAMEGRAPH:-}" ] && [ ! -x "$from/flamegraph.pl" ]; then
        rm -rf "$from" && git init -q "$from" &&
            git -C "$from" fetch -q --depth 1 "$url" "$commit" && git -C "$from" checkout -q FETCH_HEAD
    fi
    for script in flamegraph.pl stackcollapse-perf.pl; do
        if [ ! -x "$from/$script" ]; then
            echo "bench: there is no $from/$script. Get $url at $commit and say where it is:" \
                "make bench-deps FLAMEGRAPH=FOLDER" >&2
            return 1
        fi
        ln -sf "$(cd "$from" && pwd)/$script" "$peers/$script"
    done
    echo "bench: FlameGraph from $from"
}

[ $# -gt 0 ] || set -- benchstat flamegraph
for peer in "$@"; do
    case $peer in
    benchstat) benchstat || failed=1 ;;
    flamegraph) flamegraph || failed=1 ;;
    *) echo "peers.sh: '$peer' is neither benchstat nor flamegraph" >&2 && exit 2 ;;
    esac
done
exit $failed
