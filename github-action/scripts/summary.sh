#!/usr/bin/env bash
# The summary of the job: perfgate's text, above it what the action alone knows, below it the drift.
# Environment: render.sh's.
# shellcheck source=render.sh
. "$(dirname "${BASH_SOURCE[0]}")/render.sh"

budget=921600 # bytes; a summary over 1 MiB is dropped whole
summary=$PG_STATE/summary.md

render summary "$summary" || { cat "$PG_STATE/report.md" && printf '\n%s on %s\n' "$(fact pull-sha)" "$(plain "$(fact cpu-model)")"; } >"$summary"
{
    if [ -e "$PG_STATE/why" ]; then
        printf '> **%s**: %s\n\n' "$(plain "$(fact headline)")" "$(plain "$(fact why)")"
    fi
    if [ "$(stat -c %s "$summary")" -le "$budget" ]; then
        cat "$summary"
    else
        head -c "$budget" "$summary" | sed '$d'
        printf '\n\nThe rest was cut off; the artifact has all of it.\n'
    fi
    if [ -s "$PG_STATE/drift.md" ]; then
        printf '\n<details><summary>Since %s (reported, decides nothing)</summary>\n\n' "$(plain "$(fact reference)")"
        head -c 60000 "$PG_STATE/drift.md"
        printf '\n</details>\n'
    fi
} >>"$GITHUB_STEP_SUMMARY"
