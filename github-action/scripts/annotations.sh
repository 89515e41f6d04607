#!/usr/bin/env bash
# Annotations, worst first, as perfgate writes them: ten of a level at most; functions that regressed in the files of the checkout.
# Environment: render.sh's; GITHUB_WORKSPACE.
# shellcheck source=render.sh
. "$(dirname "${BASH_SOURCE[0]}")/render.sh"

[ -s "$PG_STATE/report.json" ] || exit 0 # the gate says why
if render annotations "$PG_STATE/annotations.txt"; then
    cat "$PG_STATE/annotations.txt"
fi
