#include "stats/welch.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats/summary.h"
#include "stats/tdist.h"

#define STACK_VALUES 256

static struct t_test t_without(enum outcome outcome) {
    return (struct t_test){.outcome = outcome,
                           .base_center = NAN,
                           .head_center = NAN,
                           .difference = NAN,
                           .se = NAN,
                           .t = NAN,
                           .df = NAN,
                           .p = NAN,
                           .p_greater = NAN,
                           .p_less = NAN,
                           .low = NAN,
                           .high = NAN};
}

static struct t_side side_without(enum outcome outcome, size_t n) {
    return (struct t_side){outcome, n, 0, NAN, NAN, NAN, NAN};
}

static bool plan_is_sound(struct t_plan plan) {
    return plan.trim_lower >= 0 && plan.trim_upper >= 0 && plan.trim_lower + plan.trim_upper < 1 &&
           (plan.scale == SCALE_RAW || plan.scale == SCALE_LOG);
}

/* The allowance keeps 0.29 * 100, which is 28.999999999999996, at 29. */
static size_t values_cut(double share, size_t n) {
    return (size_t)floor(share * (double)n + 1e-9);
}

/* log(value / reference) without the rounding of the two logs where they are close. */
static double log_ratio(double value, double reference) {
    double ratio = value / reference;
    if (ratio > 0.5 && ratio < 2)
        return log1p((value - reference) / reference);
    if (ratio >= DBL_MIN && ratio <= DBL_MAX)
        return log(ratio);
    return log(value) - log(reference);
}

static enum outcome log_ratios(const double *values, size_t n, double reference, double *ratios) {
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            return OUTCOME_OUT_OF_RANGE;
        if (!(values[i] > 0))
            return OUTCOME_NOT_POSITIVE;
        ratios[i] = log_ratio(values[i], reference);
    }
    return OUTCOME_OK;
}

/* The side of the values kept[0 … kept_n), of which `lower` and `upper` more were cut below and
 * above. */
static struct t_side side_of_kept(const double *kept, size_t kept_n, size_t lower, size_t upper) {
    size_t n = kept_n + lower + upper;
    struct moments m = moments_of(kept, kept_n);
    if (!isfinite(m.min) || !isfinite(m.max))
        return side_without(OUTCOME_OUT_OF_RANGE, n);
    double h = (double)kept_n, squares = m.variance * (h - 1);
    if (lower + upper > 0) {
        double below = m.min - m.origin - m.offset, above = m.max - m.origin - m.offset;
        double l = (double)lower, u = (double)upper, rest = l * below + u * above;
        squares += l * below * below + u * above * above - rest * rest / (double)n;
    }
    double variance = squares / (h * (h - 1));
    if (!isfinite(variance) || (m.min != m.max && !(variance >= DBL_MIN)))
        return side_without(OUTCOME_OUT_OF_RANGE, n);
    return (struct t_side){OUTCOME_OK, n, kept_n, m.origin, m.offset, variance, h - 1};
}

/* work may be values itself when it is scratch; it holds n doubles. */
static struct t_side side_trimmed(const double *values, size_t n, struct t_plan plan,
                                  double *work) {
    size_t lower = values_cut(plan.trim_lower, n), upper = values_cut(plan.trim_upper, n);
    if (lower + upper + 2 > n)
        return side_without(OUTCOME_TOO_FEW, n);
    if (lower + upper == 0)
        return side_of_kept(values, n, 0, 0);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            return side_without(OUTCOME_OUT_OF_RANGE, n);
        work[i] = values[i];
    }
    if (!sort_values(work, n))
        return side_without(OUTCOME_NO_MEMORY, n);
    return side_of_kept(work + lower, n - lower - upper, lower, upper);
}

static struct t_side side_in(const double *values, size_t n, struct t_plan plan, double reference,
                             double *work) {
    if (plan.scale == SCALE_RAW)
        return side_trimmed(values, n, plan, work);
    enum outcome outcome = log_ratios(values, n, reference, work);
    if (outcome != OUTCOME_OK)
        return side_without(outcome, n);
    struct t_side side = side_trimmed(work, n, plan, work);
    side.offset += side.origin;
    side.origin = log(reference);
    return side;
}

/* reference: of the log scale; any finite number above zero. */
static struct t_side side_about(const double *values, size_t n, struct t_plan plan,
                                double reference) {
    if (!plan_is_sound(plan))
        return side_without(OUTCOME_BAD_ARGUMENT, n);
    if (n < 2)
        return side_without(OUTCOME_TOO_FEW, n);
    double few[STACK_VALUES], *work = n <= STACK_VALUES ? few : malloc(n * sizeof *work);
    if (!work)
        return side_without(OUTCOME_NO_MEMORY, n);
    struct t_side side = side_in(values, n, plan, reference, work);
    if (work != few)
        free(work);
    return side;
}

static double reference_of(const double *values, size_t n) {
    return n > 0 && isfinite(values[0]) && values[0] > 0 ? values[0] : 1;
}

struct t_side t_side_of(const double *values, size_t n, struct t_plan plan) {
    return side_about(values, n, plan, reference_of(values, n));
}

struct t_side t_side_of_summary(double mean, double sd, size_t n, enum scale scale) {
    if (n < 2)
        return side_without(OUTCOME_TOO_FEW, n);
    if (!isfinite(mean) || !isfinite(sd))
        return side_without(OUTCOME_OUT_OF_RANGE, n);
    if (sd < 0)
        return side_without(OUTCOME_BAD_ARGUMENT, n);
    if (scale == SCALE_LOG && !(mean > 0))
        return side_without(OUTCOME_NOT_POSITIVE, n);
    double spread = scale == SCALE_LOG ? sd / mean : sd;
    double variance = spread * spread / (double)n;
    if (!isfinite(variance) || (sd > 0 && !(variance >= DBL_MIN)))
        return side_without(OUTCOME_OUT_OF_RANGE, n);
    double center = scale == SCALE_LOG ? log(mean) : mean;
    return (struct t_side){OUTCOME_OK, n, n, center, 0, variance, (double)n - 1};
}

/* Satterthwaite's degrees of freedom of a sum, from shares of the total so that nothing overflows.
 */
static double degrees_of_sum(double a, double a_df, double b, double b_df) {
    double share = a / (a + b), rest = b / (a + b);
    return 1 / (share * share / a_df + rest * rest / b_df);
}

struct t_side t_side_widened(struct t_side side, double variance, double df) {
    if (side.outcome != OUTCOME_OK || variance == 0)
        return side;
    if (!(variance > 0 && df > 0))
        return side_without(OUTCOME_BAD_ARGUMENT, side.n);
    if (!isfinite(side.variance + variance))
        return side_without(OUTCOME_OUT_OF_RANGE, side.n);
    side.df = side.variance > 0 ? degrees_of_sum(side.variance, side.df, variance, df) : df;
    side.variance += variance;
    return side;
}

/* Fills in everything that follows from difference, variance of it, and df. */
static void decide(struct t_test *test, double variance, double df, double confidence) {
    test->se = sqrt(variance);
    if (variance == 0) {
        test->outcome = test->difference == 0 ? OUTCOME_CONSTANT_EQUAL : OUTCOME_CONSTANT_DIFFERENT;
        return;
    }
    test->outcome = OUTCOME_OK;
    test->t = test->difference / test->se;
    test->df = df;
    test->p = t_two_sided(test->t, df);
    double tail = test->p / 2;
    test->p_greater = test->t > 0 ? tail : 1 - tail;
    test->p_less = test->t > 0 ? 1 - tail : tail;
    double reach = t_two_sided_quantile(1 - confidence, df) * test->se;
    test->low = test->difference - reach;
    test->high = test->difference + reach;
}

struct t_test t_compare(struct t_side base, struct t_side head, double confidence) {
    enum outcome outcome = base.outcome != OUTCOME_OK ? base.outcome : head.outcome;
    struct t_test test = t_without(outcome);
    test.base_n = base.n;
    test.head_n = head.n;
    test.base_kept = base.kept;
    test.head_kept = head.kept;
    if (outcome != OUTCOME_OK)
        return test;
    bool sound = confidence > 0 && confidence < 1 && base.variance >= 0 && head.variance >= 0 &&
                 (base.variance == 0 || base.df > 0) && (head.variance == 0 || head.df > 0);
    double difference = head.origin - base.origin + (head.offset - base.offset);
    double variance = base.variance + head.variance;
    if (!sound || !isfinite(difference) || !isfinite(variance)) {
        test.outcome = sound ? OUTCOME_OUT_OF_RANGE : OUTCOME_BAD_ARGUMENT;
        return test;
    }
    test.base_center = base.origin + base.offset;
    test.head_center = head.origin + head.offset;
    test.difference = difference;
    double df = base.variance == 0 ? head.df
                : head.variance == 0
                    ? base.df
                    : degrees_of_sum(base.variance, base.df, head.variance, head.df);
    decide(&test, variance, df, confidence);
    return test;
}

struct t_test welch_test(const double *base, size_t base_n, const double *head, size_t head_n,
                         struct t_plan plan) {
    double reference = reference_of(base, base_n);
    return t_compare(side_about(base, base_n, plan, reference),
                     side_about(head, head_n, plan, reference), plan.confidence);
}

/* head[i] - base[i], or the log of their ratio. */
static enum outcome pair_differences(const double *base, const double *head, size_t n,
                                     enum scale scale, double *differences) {
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(base[i]) || !isfinite(head[i]))
            return OUTCOME_OUT_OF_RANGE;
        if (scale == SCALE_LOG && !(base[i] > 0 && head[i] > 0))
            return OUTCOME_NOT_POSITIVE;
        differences[i] = scale == SCALE_LOG ? log_ratio(head[i], base[i]) : head[i] - base[i];
    }
    return OUTCOME_OK;
}

static double center_of(const double *values, size_t n, enum scale scale) {
    if (scale == SCALE_RAW)
        return mean_of(values, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += log(values[i]);
    return sum / (double)n;
}

static struct t_test paired_in(const double *base, const double *head, size_t n, struct t_plan plan,
                               double *work) {
    enum outcome outcome = pair_differences(base, head, n, plan.scale, work);
    if (outcome != OUTCOME_OK)
        return t_without(outcome);
    struct t_side side = side_trimmed(work, n, plan, work);
    if (side.outcome != OUTCOME_OK)
        return t_without(side.outcome);
    struct t_test test = t_without(OUTCOME_OK);
    test.base_kept = test.head_kept = side.kept;
    test.base_center = center_of(base, n, plan.scale);
    test.head_center = center_of(head, n, plan.scale);
    test.difference = side.origin + side.offset;
    decide(&test, side.variance, side.df, plan.confidence);
    return test;
}

struct t_test paired_test(const double *base, const double *head, size_t n, struct t_plan plan) {
    bool sound = plan_is_sound(plan) && plan.confidence > 0 && plan.confidence < 1;
    double few[STACK_VALUES], *work = n <= STACK_VALUES ? few : malloc(n * sizeof *work);
    struct t_test test;
    if (!sound || n < 2)
        test = t_without(sound ? OUTCOME_TOO_FEW : OUTCOME_BAD_ARGUMENT);
    else if (!work)
        test = t_without(OUTCOME_NO_MEMORY);
    else
        test = paired_in(base, head, n, plan, work);
    if (work != few)
        free(work);
    test.base_n = test.head_n = n;
    return test;
}
