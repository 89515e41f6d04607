#!/usr/bin/env bash
# What the report says, with jq where it is there; verdict, reason and counts also without.

# report_word KEY: a word of the report's first level
report_word() {
    [ -s "$PG_STATE/report.json" ] || return 0
    sed -n "s/^  \"$1\": \"\\([a-z-]*\\)\",\\{0,1\\}\$/\\1/p" "$PG_STATE/report.json" | head -n 1
}

# report_count VERDICT: of the rows that decide
report_count() {
    [ -s "$PG_STATE/report.json" ] || { echo 0 && return 0; }
    sed -n '/^  "gated_counts"/,/^  }/p' "$PG_STATE/report.json" | sed -n "s/^ *\"$1\": \\([0-9]*\\),\\{0,1\\}\$/\\1/p" | head -n 1
}

# report_query FILTER: empty without jq or without a report
report_query() {
    [ -s "$PG_STATE/report.json" ] && command -v jq >/dev/null || return 0
    jq -r "$1" "$PG_STATE/report.json" 2>/dev/null || true
}
