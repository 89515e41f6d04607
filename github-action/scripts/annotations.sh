#!/usr/bin/env bash
# Annotations, worst first, as perfgate writes them: ten lines at most, each a command that it made.
# Environment: render.sh's.
# shellcheck source=render.sh
. "$(dirname "${BASH_SOURCE[0]}")/render.sh"

[ -s "$PG_STATE/report.json" ] || exit 0 # the gate says why
if render annotations "$PG_STATE/annotations.txt"; then
    grep -E '^::(error|warning|notice)( |::)' "$PG_STATE/annotations.txt" | head -n 10 || true
fi
