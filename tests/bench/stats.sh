#!/usr/bin/env bash
# 10 000 tests of 10 + 10 values: perfgate's functions against a loop of R's t.test and wilcox.test, in turn, three times.
# Prints the median time a test of each and the ratio; fails under the promised 20.
set -eu
bench=${BUILD:-build/release}/tests/bench/stats_bench
command -v Rscript >/dev/null || { echo "R is not installed"; exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for _ in 1 2 3; do
    "$bench" >>"$out/c"
    Rscript --vanilla tests/bench/stats_bench.R >>"$out/r"
done
awk '
    FNR == 1 { file++ }
    {
        times[file, $1, ++count[file, $1]] = $2
        sum[file, $1] = $3
        if (!($1 in seen)) { seen[$1] = 1; order[++names] = $1 }
    }
    function median(f, n,    a, b, c) {
        a = times[f, n, 1]; b = times[f, n, 2]; c = times[f, n, 3]
        return a > b ? (b > c ? b : (a > c ? c : a)) : (a > c ? a : (b > c ? c : b))
    }
    END {
        for (i = 1; i <= names; i++) {
            n = order[i]
            ours = median(1, n)
            if (!((2, n) in sum)) {
                printf "%-18s %7.0f ns a test\n", n, ours
                continue
            }
            theirs = median(2, n)
            printf "%-18s %7.0f ns a test, R %7.0f ns: %.0f times faster\n", n, ours, theirs, theirs / ours
            if (theirs < 20 * ours) failed = 1
            d = sum[1, n] / sum[2, n] - 1
            if (n !~ /ties/ && (d > 1e-8 || d < -1e-8)) { print n ": results differ from R"; failed = 1 }
        }
        exit failed
    }' "$out/c" "$out/r"
