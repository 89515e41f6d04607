#!/usr/bin/env bash
# Brings what is stored into .perfgate/baseline, and has perfgate say which of it is the baseline of this base on this machine.
#
# Environment: store.sh's and store-*.sh's; PG_CACHE_MATCHED (key that actions/cache/restore found), PG_IN_ALLOW_CROSS_MACHINE.
# Facts written: baseline (paths of recordings, oldest first; no such file without one), baseline-source (the store, or none).
# Outputs: found (true, false).
# shellcheck source=store.sh
. "$(dirname "${BASH_SOURCE[0]}")/store.sh"

case $store_kind in
git | artifact | path)
    # shellcheck source=/dev/null
    . "$scripts/store-$store_kind.sh"
    "fetch_from_$store_kind" || message notice "store $store_kind: nothing could be fetched${api_problem:+ ($api_problem)}"
    ;;
cache)
    [ -n "${PG_CACHE_MATCHED-}" ] ||
        echo "No baseline in the cache. When GitHub evicts it too often, 'baseline-store: git' keeps baselines for good."
    ;;
esac
if find_baseline; then
    learn baseline-source "$store_kind"
    output found true
    deepen_workspace "$(tail -n 1 "$PG_STATE/baseline")"
    printf 'baseline: %s\n' "$(tail -n 1 "$PG_STATE/baseline")"
else
    learn baseline-source none
    output found false
fi
