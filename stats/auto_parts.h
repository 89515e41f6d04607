#ifndef STATS_AUTO_PARTS_H
#define STATS_AUTO_PARTS_H

#include "stats/auto_test.h"
#include "stats/welch.h"

/* What auto_test.c and auto_history.c have in common. Not for callers outside stats/. */

/* The combined p is multiplied by a caution. Where the scatter is wide, two-sided tests at 0.05
 * call one comparison of equals in forty a regression; AUTO_CAUTION makes it one in a hundred.
 * Where a chance change is too small to pass for one that counts, that is so already, and what is
 * left is what the Cauchy combination of dependent tests takes beyond its share. */
#define AUTO_CAUTION 2.5
#define AUTO_LEAST_CAUTION 1.1

/* A shift of head against base on the scale of the test, with its standard error. caution is what
 * the test's p was multiplied by. */
struct auto_shift {
    double shift, se, df, caution;
};

/* Which scale the values are compared on. sign is -1 where disturbances push values down, so that
 * sign * value (or its log) is pushed up. */
struct auto_scale {
    bool log;
    double sign;
};

/* The trimming of one side of n values. */
struct t_plan auto_side_plan(size_t n, struct auto_plan plan);

/* t_two_sided_quantile, remembering the last ones of the thread. */
double auto_quantile(double p, double df);

/* A result of which nothing is known but what became of it. */
struct auto_result auto_without(enum outcome outcome, size_t base_n, size_t head_n);

/* Sets the sides, the change, its interval and the smallest detectable change. center is the base's
 * centre and shift the head's distance from it, on the scale of the test. The interval is moved so
 * that it leaves out 0 exactly when r->p <= 1 - confidence. */
void auto_report(struct auto_result *r, struct auto_scale scale, double center,
                 struct auto_shift shift, struct t_side base, struct t_side head,
                 struct auto_plan plan);

#endif
