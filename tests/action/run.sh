#!/usr/bin/env bash
# The tests of the GitHub Action, without GitHub: all of them, or the files named. Ends with one line, `N passed, N failed`.
# Their packages come from npm's registry into build/action, pinned by package-lock.json; exit 77 when that cannot be done.
#   run.sh [FILE…] [-- OPTION OF NODE…]      as in: run.sh tests/action/cache.test.mjs -- --test-name-pattern=evict
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
    echo "the tests of the action need $*"
    exit 77
}
command -v node >/dev/null || skip "node"
command -v npm >/dev/null || skip "npm"
command -v git >/dev/null || skip "git"
node -e 'process.exit(process.features.require_module ? 0 : 1)' || skip "node 20.19 or 22.12 or newer, this is $(node --version)"

mkdir -p build/action
for file in package.json package-lock.json; do
    cmp -s "tests/action/$file" "build/action/$file" || rm -f build/action/installed
done
if [ ! -e build/action/installed ]; then
    cp tests/action/package.json tests/action/package-lock.json build/action/
    if ! (cd build/action && timeout 300 npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >npm.log 2>&1); then
        tail -n 3 build/action/npm.log
        skip "packages from npm's registry, which did not install (build/action/npm.log)"
    fi
    touch build/action/installed
fi

files=() options=()
while [ $# -gt 0 ]; do
    case $1 in
    --) shift && options=("$@") && break ;;
    *) files+=("$1") && shift ;;
    esac
done
[ ${#files[@]} -gt 0 ] || files=(tests/action/*.test.mjs)

status=0
node --import ./tests/action/harness/register.mjs --test --test-concurrency="${JOBS:-2}" --test-reporter=./tests/action/harness/reporter.mjs \
    "${options[@]}" "${files[@]}" || status=$?
exit "$status"
