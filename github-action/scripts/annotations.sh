#!/usr/bin/env bash
# Annotations, worst first, as perfgate wrote them: at most ten lines that are commands, whatever the names in them are.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ ! -s "$PG_STATE/annotations.txt" ] || grep -E '^::(error|warning|notice)( |::)' "$PG_STATE/annotations.txt" | head -n 10
