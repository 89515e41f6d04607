#ifndef STATS_OVERLAY_H
#define STATS_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>

#define OVERLAY_MOST_VALUES 256 /* a side: the cost grows with the product of the counts */

/* The shift of head against base at which they overlay best, near `start`: the mean of all
 * differences head[j] - base[i], weighted by (1 - u^2)^2 of their distance u from it in widths. Its
 * standard error is by projection of that U statistic on the values (or on the pairs). width > 0.
 * Values are finite and only read. usable is false when the differences near start give no answer,
 * and of too many values. */
struct overlay_shift {
    bool usable;
    double shift, se;
};
struct overlay_shift overlay_shift_near(const double *base, size_t base_n, const double *head,
                                        size_t head_n, double start, double width, bool paired);

/* Length of the shortest interval with half of n ascending values (n >= 2) in it. */
double shortest_half(const double *sorted, size_t n);

#endif
