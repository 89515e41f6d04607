#ifndef STATS_SUMMARY_H
#define STATS_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

/* Summaries of one sample. Values are in any one unit and in any order unless "sorted" is said;
 * they are only read. NaN in, NaN out. Functions that need an ordered copy take one pass over input
 * that is already ascending, and return NaN when memory for the copy cannot be had. */

/* Sorts ascending, in place; -0.0 comes before 0.0. Values must not be NaN. Insertion sort for
 * small n, radix sort above; linear for input that is already sorted. Returns false, leaving the
 * values as they were, only when there is no memory for the radix sort's scratch. */
bool sort_values(double *values, size_t n);

/* Mean and variance by the corrected two-pass algorithm (Chan, Golub & LeVeque 1983, "Algorithms
 * for computing the sample variance", The American Statistician 37:242-247, eq. 1.7): exact for
 * constants, and accurate for a spread of 1e-3 on an offset of 1e12, where the mean itself is finer
 * than a double can be: it is origin + offset, with |offset| at most about one rounding error of
 * origin. */
struct moments {
    size_t n;
    double mean;           /* NaN for n = 0 */
    double origin, offset; /* their exact sum is the mean to more than double precision */
    double variance;       /* divided by n - 1; NaN for n < 2; exactly 0 when all are equal */
    double min, max;       /* NaN for n = 0 */
};
struct moments moments_of(const double *values, size_t n);

/* Shorthands. NaN for n = 0 (mean) and n < 2 (variance). */
double mean_of(const double *values, size_t n);
double variance_of(const double *values, size_t n);

/* Quantile by interpolation R8 (Hyndman & Fan 1996, definition 8) of ascending values, in
 * benchstat's order of operations so that both print the same digits: position 1/3 + q (n + 1/3),
 * its integral part k (1-based), then x[k] + fraction (x[k+1] - x[k]), the ends beyond. q is
 * clamped to [0, 1]. NaN for n = 0 or q NaN. */
double quantile_sorted(const double *sorted, size_t n, double q);

/* Median of values in any order, as quantile_sorted(…, 0.5). */
double median_of(const double *values, size_t n);

/* Median with the distribution-free interval of order statistics that benchstat prints
 * (assume=nothing). n <= 30: exact binomial(n, 1/2) growth from the (lower) mode, the likelier
 * neighbour first, the left one of a tie (for n > 20 the one to which benchstat's rounding falls),
 * until the coverage reaches the wanted confidence. Above: normal approximation with continuity
 * correction, one step narrower on the right where that still covers. low_order and high_order are
 * 1-based and may be 0 and n + 1, which means minus and plus infinity: the sample is too small for
 * that confidence (6 values are needed for 95 %, 8 for 99 %). */
struct order_interval {
    size_t low_order, high_order;
    double confidence; /* achieved; at least the wanted one */
    bool ambiguous;    /* the interval one order further right covers as much */
};
/* NaN confidence for n = 0 or a wanted confidence that is NaN; one of 1 or more gives (0, n + 1).
 */
struct order_interval median_orders(size_t n, double confidence);

struct median_interval {
    double median, low, high; /* low may be -INFINITY, high INFINITY */
    double confidence;        /* achieved */
};
/* All fields NaN for n = 0. */
struct median_interval median_interval_sorted(const double *sorted, size_t n, double confidence);

/* The smallest n whose median interval is finite at that confidence, or 0 if that is more than 50.
 */
size_t median_interval_needs(double confidence);

/* exp of the running mean of logs, as benchstat computes it. NaN for n = 0 or any value not above
 * zero. */
double geometric_mean(const double *values, size_t n);

/* Writes log(values[i]) to logs[i] (which may be values itself). Returns false, with logs
 * undefined, if a value is not a finite number above zero. */
bool log_values(const double *values, size_t n, double *logs);

#endif
