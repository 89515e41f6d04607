#!/bin/sh
# coverage.sh BUILD: lines of the product that the tests reached, worst file first, and their sum.
set -eu
find "$1/stats" "$1/runners" "$1/gate" -name '*.gcda' -exec gcov -n {} + 2>/dev/null | awk '
    /^File / { file = $2; gsub(/\047/, "", file) }
    /^Lines executed:/ && file ~ /^(stats|runners|gate)\/.*\.c$/ {
        split($2, part, "[:%]")
        lines = $NF; reached = lines * part[2] / 100
        printf "%6.1f %%  %5d  %s\n", part[2], lines, file
        all += lines; all_reached += reached; file = ""
    }
    END { printf "%6.1f %%  %5d  all\n", all ? 100 * all_reached / all : 0, all; if (!all) exit 1 }' | sort -n
