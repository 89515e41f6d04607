#!/bin/sh
# bench.sh SCRIPT…: runs measuring scripts one after another, with the peers of `make bench-deps` on the PATH.
# A script prints its figures as ratios of this very run; it ends with 77 when the peer it measures against is not
# installed (which is said), with another non-zero status when a promised ratio was not reached.
set -u

peers=$PWD/build/peers
PATH=$peers:$PATH
export PATH

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
