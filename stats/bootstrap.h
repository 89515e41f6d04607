#ifndef STATS_BOOTSTRAP_H
#define STATS_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "stats/outcome.h"

/* Bias-corrected and accelerated bootstrap interval: Efron (1987), JASA 82:171-185; acceleration by
 * the jackknife (over both samples, for two: Efron & Tibshirani 1993, chapter 14 and 22). Random
 * numbers are GSL's mt19937 from the seed: equal arguments give equal results. Replicates whose
 * statistic is not finite are left out; more than half of them: OUTCOME_OUT_OF_RANGE. */

struct bootstrap_plan {
    size_t replicates; /* 100 to 1 000 000 */
    uint32_t seed;
    double confidence; /* in (0, 1) */
};

/* A statistic of one or two samples; must be a pure function of the values and context, and may
 * reorder the values. With one sample head is NULL and head_n 0. */
typedef double bootstrap_statistic(double *base, size_t base_n, double *head, size_t head_n,
                                   void *context);

struct bootstrap_interval {
    enum outcome outcome; /* CONSTANT_EQUAL when every replicate gives the same value: low = high =
                             estimate */
    double estimate, low, high;
    double bias_correction, acceleration;
};

/* Each sample needs 2 values. head may be NULL with head_n 0. */
struct bootstrap_interval bootstrap_bca(const double *base, size_t base_n, const double *head,
                                        size_t head_n, bootstrap_statistic *statistic,
                                        void *context, struct bootstrap_plan plan);

#endif
