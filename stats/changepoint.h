#ifndef STATS_CHANGEPOINT_H
#define STATS_CHANGEPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "stats/outcome.h"

/* E-divisive change points: Matteson & James (2014), "A nonparametric approach for multiple change
 * point analysis of multivariate data", JASA 109:334-345, with exponent 1, on one series in time
 * order. Segments are split one at a time where the scaled energy distance of two adjoining
 * stretches is largest; each split is tested by permuting values within the present segments.
 * Seeded (GSL's mt19937): equal arguments give equal results. Time O(n^2) a permutation, memory
 * O(n). */

#define CHANGEPOINT_MOST_VALUES 4096 /* more: OUTCOME_BAD_ARGUMENT; pass the latest values */

struct changepoint_plan {
    size_t min_segment;  /* least values in a segment, >= 2 */
    size_t permutations; /* 19 to 10 000; the smallest p is 1 / (permutations + 1) */
    double alpha;        /* splitting stops at the first p above it */
    uint32_t seed;
};

struct changepoint {
    size_t index;     /* of the first value of the new segment */
    double statistic; /* scaled energy distance q */
    double p;         /* (1 + permutations with a q at least as large) / (1 + permutations) */
    size_t order;     /* as found: 0 is the split of the whole series */
};

struct changepoints {
    enum outcome outcome; /* TOO_FEW below 2 min_segment values */
    size_t count;         /* written to points */
};

/* Writes at most most_points change points, in time order. Values are only read. */
struct changepoints changepoints_find(const double *values, size_t n, struct changepoint_plan plan,
                                      struct changepoint *points, size_t most_points);

/* The least number of values in which a change can have a p of at most alpha: in two levels of n/2
 * values that lie apart, of the C(n, n/2) ways to place them two have so large a q. 0: none below
 * CHANGEPOINT_MOST_VALUES, or alpha is not in (0, 1). */
size_t changepoints_need(size_t min_segment, double alpha);

#endif
