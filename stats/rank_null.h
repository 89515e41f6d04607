#ifndef STATS_RANK_NULL_H
#define STATS_RANK_NULL_H

#include <stddef.h>

#include "stats/rank.h"

/* Null distributions of the Mann-Whitney U, for the rank tests alone. U counts pairs (x, y) with x
 * above y, ties one half. */

#define RANK_EXACT_UNTIED 50 /* largest size a side with an exact distribution */
#define RANK_EXACT_TIED 25

/* Lower tails of U for sizes m and n, each 1 to RANK_EXACT_UNTIED, without ties: at_most[u] = P(U
 * <= u) for u = 0 … m n. By symmetry P(U >= u) = at_most[m n - u]. The table stays the workspace's.
 * NULL when there is no memory. */
const double *rank_untied(struct rank_workspace *workspace, size_t m, size_t n);

/* The same given ties, for sizes up to RANK_EXACT_TIED: group[0 … groups) are the sizes of the runs
 * of equal values in the pooled sample, ascending by value. below[s] for s = 0 … 2 m n + 1 counts
 * the ways to choose the m values x with 2 U < s, out of below[2 m n + 1] in all; exact whole
 * numbers. The table stays the workspace's. */
const double *rank_tied(struct rank_workspace *workspace, size_t m, size_t n, const int *group,
                        size_t groups);

#endif
