#ifndef STATS_RANK_H
#define STATS_RANK_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/outcome.h"

/* Rank tests. base is the old side, head the new one; a shift is head minus base. Values are
 * finite, in any order (already ascending input saves the sort), only read. */

/* Null distributions and scratch, kept from call to call so that thousands of tests of the same
 * sizes cost a look-up each. Owned by the caller: start from rank_workspace_new(), end with
 * rank_workspace_free(); one a thread. Holds at most about 64 MiB. Every function here accepts NULL
 * and then works without memory of earlier calls. */
struct rank_workspace;
struct rank_workspace *rank_workspace_new(void); /* NULL when there is no memory */
void rank_workspace_free(struct rank_workspace *workspace);

/* Mann & Whitney (1947), Annals of Mathematical Statistics 18:50-60.
 * Exact when both sizes are at most 50 and no value is tied, or at most 25 with ties (the
 * distribution given the tie pattern: Klotz 1966, JASA 61:772-787); else the normal approximation
 * with tie and continuity correction. These limits are benchstat's. p is twice the smaller tail, at
 * most 1. benchstat doubles the lower tail at the smaller of U and its mirror image even where ties
 * and unequal sizes make the distribution lopsided; that number is p_benchstat (equal to p in every
 * symmetric case). All values equal: OUTCOME_CONSTANT_EQUAL with every p 1. */
struct mann_whitney {
    enum outcome outcome;
    double u;                 /* pairs in which head is greater, ties counted one half */
    double p;                 /* two-sided */
    double p_greater, p_less; /* small when head tends to be greater; less */
    double p_benchstat;
    bool exact, ties;
};
struct mann_whitney mann_whitney_test(const double *base, size_t base_n, const double *head,
                                      size_t head_n, struct rank_workspace *workspace);

/* The smallest two-sided p that an exact test of n against n untied values can give: 2 / C(2n, n),
 * 1 for n = 0. */
double mann_whitney_smallest_p(size_t n);

/* Hodges & Lehmann (1963): the median of all differences head[j] - base[i], with the interval of
 * their order statistics: by the exact U distribution when both sizes are at most 50 (as R's
 * wilcox.test; conservative under ties), else by the normal approximation (Hollander & Wolfe,
 * Nonparametric Statistical Methods, 4.41, with tie-corrected variance). confidence is the one
 * achieved: above the wanted one, except where even the whole range of differences has less. Memory
 * O(n), time O(n log n). */
struct shift_estimate {
    enum outcome outcome;
    double shift, low, high;
    double confidence;
};
struct shift_estimate hodges_lehmann(const double *base, size_t base_n, const double *head,
                                     size_t head_n, double confidence,
                                     struct rank_workspace *workspace);

/* Wilcoxon signed rank of pairs head[i] - base[i]; zero differences are dropped, as Wilcoxon did.
 * Exact for at most 50 remaining pairs, also with ties (by the distribution given the midranks),
 * else normal with tie and continuity correction. */
struct signed_rank {
    enum outcome outcome; /* TOO_FEW when no pair differs */
    size_t used;          /* pairs that differ */
    double v;             /* sum of the ranks of positive differences */
    double p, p_greater, p_less;
    bool exact, ties;
};
struct signed_rank signed_rank_test(const double *base, const double *head, size_t n);

#endif
