#!/usr/bin/env bash
# The keys under which GitHub's cache may hold a baseline: of the base itself and of the eight commits before it, each exact. A
# prefix would give the newest entry, which need not come before the base.
#
# Environment and facts read: store.sh's. Outputs: key, restore-keys (one a line); nothing where the base is unknown.
# shellcheck source=store.sh
. "$(dirname "${BASH_SOURCE[0]}")/store.sh"

[ -n "$base" ] || exit 0
mapfile -t commits < <(ancestors 9 || printf '%s\n' "$base")
keys=()
for commit in "${commits[@]}"; do
    keys+=("$(cache_key "$commit")")
done
output key "${keys[0]}"
output_lines restore-keys "$(printf '%s\n' "${keys[@]:1}")"
