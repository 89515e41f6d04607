#!/usr/bin/env bash
# The summary of the job: perfgate's text, above it what the action alone knows, below it the drift. Both are bounded by perfgate, well
# below the MiB over which GitHub drops a summary.
# Environment: render.sh's.
# shellcheck source=render.sh
. "$(dirname "${BASH_SOURCE[0]}")/render.sh"

summary=$PG_STATE/summary.md

render summary "$summary" || render_without summary >"$summary"
{
    if [ -e "$PG_STATE/why" ]; then
        printf '> **%s**: %s\n\n' "$(plain "$(fact headline)")" "$(plain "$(fact why)")"
    fi
    cat "$summary"
    if [ -s "$PG_STATE/drift.md" ]; then
        printf '\n<details><summary>Since %s (reported, decides nothing)</summary>\n\n' "$(plain "$(fact reference)")"
        cat "$PG_STATE/drift.md"
        printf '\n</details>\n'
    fi
} >>"$GITHUB_STEP_SUMMARY"
