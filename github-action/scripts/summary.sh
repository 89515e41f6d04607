#!/usr/bin/env bash
# The summary of the job: what verdict.sh had rendered, and where the artifacts are.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

budget=921600 # a summary over 1 MiB is dropped whole
if [ "$(stat -c %s "$PG_STATE/summary.md")" -le "$budget" ]; then
    cat "$PG_STATE/summary.md"
else
    head -c "$budget" "$PG_STATE/summary.md" | sed '$d'
    printf '\n\n(cut: the artifact has the whole report)\n'
fi >>"$GITHUB_STEP_SUMMARY"
{
    printf '\n'
    [ -z "${PG_ARTIFACT_URL-}" ] || printf '[report](%s) ' "$PG_ARTIFACT_URL"
    [ -z "${PG_FLAMEGRAPH_URL-}" ] || printf '[flame graph](%s) ' "$PG_FLAMEGRAPH_URL"
    printf '%s on %s\n' "$(fact pull-sha)" "$(fact cpu-model)"
    if [ -s "$PG_STATE/drift.md" ]; then
        printf '\n<details><summary>Drift since %s (decides nothing)</summary>\n\n' "$(fact reference)"
        head -c 60000 "$PG_STATE/drift.md"
        printf '\n</details>\n'
    fi
} >>"$GITHUB_STEP_SUMMARY"
