#ifndef STATS_WELCH_H
#define STATS_WELCH_H

#include <stddef.h>

#include "stats/outcome.h"

/* The t family: Welch, Yuen's trimmed Welch with separate lower and upper shares, the log scale of
 * either, and their paired forms. One result type, so that callers treat them alike. Throughout:
 * base is the old side, head the new one, every difference is head minus base. Values are finite,
 * in one unit, in any order (pairs: base[i] belongs to head[i]); they are only read. Results are
 * values and own nothing. */

enum scale {
    SCALE_RAW,
    SCALE_LOG /* natural logarithms: expm1(difference) is the relative change */
};

/* What to compute. {0} with a confidence is the textbook test on raw values.
 * trim_lower, trim_upper: share of each sample cut from its small and large end, each in [0, 1),
 * together below 1. Of n values floor(trim_lower n) and floor(trim_upper n) are cut; a product
 * within 1e-9 below a whole number counts as it. confidence: of the interval of the difference, in
 * (0, 1). */
struct t_plan {
    enum scale scale;
    double trim_lower, trim_upper;
    double confidence;
};

/* outcome          what the rest is worth
 * base_n, head_n   values that entered
 * base_kept, …     values left after trimming (h); equal to n when nothing is cut
 * base_center, …   (trimmed) mean, of logs on the log scale
 * difference       head_center - base_center, computed without the rounding of the two
 * se, t, df        standard error of the difference, difference / se, degrees of freedom
 * p                two-sided
 * p_greater        one-sided, small when head is greater; p_less when head is less
 * low, high        two-sided interval of the difference at the plan's confidence
 *
 * With a constant outcome se is 0, the difference is given, and t, df, the p's and the interval
 * are NaN. With any other outcome but OK all doubles are NaN. */
struct t_test {
    enum outcome outcome;
    size_t base_n, head_n, base_kept, head_kept;
    double base_center, head_center;
    double difference, se, t, df;
    double p, p_greater, p_less;
    double low, high;
};

/* Two independent samples. Welch (1947), Biometrika 34:28-35:
 *
 *     t = (m1 - m2) / sqrt(v1 + v2)   df = (v1 + v2)^2 / (v1^2 / f1 + v2^2 / f2)
 *     v = s^2 / n                     f = n - 1
 *
 * Trimmed: Yuen (1974), Biometrika 61:165-170, with m the trimmed mean, h the values kept, s_w^2
 * the variance of the winsorized sample (each cut value replaced by the nearest kept one),
 *
 *     v = (n - 1) s_w^2 / (h (h - 1))   f = h - 1
 *
 * Two kept values a side are needed. One constant side is fine: its v is 0. */
struct t_test welch_test(const double *base, size_t base_n, const double *head, size_t head_n,
                         struct t_plan plan);

/* Pairs: the one-sample t of the differences head[i] - base[i] (log scale: of log(head[i] /
 * base[i])). Trimming, if any, is of the differences: Tukey & McLaughlin (1963), Sankhya A
 * 25:331-352, v and f as above. Differences that are all equal give a constant outcome. base_n =
 * head_n = n; base_kept = head_kept = h; the centres are the plain means of the two sides, so that
 * with trimming their difference is not `difference`. */
struct t_test paired_test(const double *base, const double *head, size_t n, struct t_plan plan);

/* One side of a comparison as an estimate with its uncertainty, for samples known by summary only
 * and for sides whose variance has more than one source. The centre is origin + offset (see struct
 * moments). */
struct t_side {
    enum outcome outcome; /* OK also for a constant side; else what is wrong with it */
    size_t n, kept;
    double origin, offset;
    double variance; /* of the centre: the squared standard error v */
    double df;       /* of that variance */
};

/* A side from values, by the plan's scale and trimming. */
struct t_side t_side_of(const double *values, size_t n, struct t_plan plan);

/* A side from mean, standard deviation (divisor n - 1) and count. sd must be finite and not
 * negative, n >= 2. On the log scale the delta method: centre log(mean), v = (sd / mean)^2 / n.
 * Trimming shares are ignored. */
struct t_side t_side_of_summary(double mean, double sd, size_t n, enum scale scale);

/* The same side with a further independent source of variance in its centre (between sessions,
 * say): variances add, degrees of freedom combine by Satterthwaite (1946), Biometrics Bulletin
 * 2:110-114. variance >= 0; df > 0, or INFINITY for a variance that is known. */
struct t_side t_side_widened(struct t_side side, double variance, double df);

/* Welch's test of two sides. welch_test is this of t_side_of both, but for the common origin that
 * it gives them. */
struct t_test t_compare(struct t_side base, struct t_side head, double confidence);

#endif
