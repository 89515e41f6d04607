#include "gate/functions/function_test.h"

#include "stats/adjust.h"
#include "stats/power.h"
#include "stats/sessions.h"
#include "stats/summary.h"
#include "stats/tdist.h"
#include "stats/welch.h"

enum { MANY_SAMPLES = 10 };

static bool any_zero(const struct function_values *side) {
    for (size_t i = 0; i < side->n; i++) {
        if (!(side->values[i] > 0))
            return true;
    }
    return false;
}

static struct t_side side_of(const struct function_values *side, struct t_plan plan) {
    struct t_side t = t_side_of(side->values, side->n, plan);
    if (t.outcome != OUTCOME_OK || !(side->factor_se > 0))
        return t;
    double center = plan.scale == SCALE_LOG ? 1 : t.origin + t.offset;
    double spread = center * side->factor_se;
    return t_side_widened(t, spread * spread, side->factor_df);
}

static struct t_test welch(const struct function_values *base, const struct function_values *head,
                           enum scale scale, const struct policy *policy) {
    struct t_plan plan = {.scale = scale, .confidence = policy->confidence};
    return t_compare(side_of(base, plan), side_of(head, plan), policy->confidence);
}

static bool is_history(const struct function_values *base) {
    return base->session_count > 1;
}

/* The arithmetic mean, every session counting alike. */
static double mean_value(const struct function_values *side) {
    double sum = 0;
    const double *at = side->values;
    if (!is_history(side))
        return mean_of(side->values, side->n);
    for (size_t i = 0; i < side->session_count; at += side->sessions[i++])
        sum += mean_of(at, side->sessions[i]);
    return sum / (double)side->session_count;
}

static enum outcome session_of(const struct function_values *side, const double *values, size_t n,
                               struct t_plan plan, struct session_center *out) {
    enum outcome outcome = session_center_of(values, n, plan, out);
    double factor = side->factor_se * (plan.scale == SCALE_LOG ? 1 : out->center);
    out->variance += factor * factor;
    return outcome;
}

static struct t_test history(const struct function_values *base, const struct function_values *head,
                             enum scale scale, const struct policy *policy) {
    struct t_plan plan = {.scale = scale, .confidence = policy->confidence};
    struct session_sums stored = {0, 0, 0, 0};
    struct session_center one;
    struct t_test t = {.outcome = OUTCOME_OK};
    const double *at = base->values;
    for (size_t i = 0; i < base->session_count && t.outcome == OUTCOME_OK; i++) {
        t.outcome = session_of(base, at, base->sessions[i], plan, &one);
        session_add(&stored, one);
        at += base->sessions[i];
    }
    if (t.outcome == OUTCOME_OK)
        t.outcome = session_of(head, head->values, head->n, plan, &one);
    if (t.outcome != OUTCOME_OK)
        return t;
    struct session_shift shift = session_shift(&stored, one);
    double reach = t_two_sided_quantile(1 - policy->confidence, shift.df) * shift.se;
    return (struct t_test){.outcome = shift.outcome,
                           .difference = shift.shift,
                           .se = shift.se,
                           .df = shift.df,
                           .p = t_two_sided(shift.shift / shift.se, shift.df),
                           .low = shift.shift - reach,
                           .high = shift.shift + reach};
}

static void take(struct function_test *out, const struct t_test *t, enum scale scale, bool stored) {
    bool log = scale == SCALE_LOG;
    out->test = stored ? log ? "stored sessions t, log scale" : "stored sessions t"
                : log  ? "Welch, log scale"
                       : "Welch";
    if (log)
        out->change = expm1(t->difference);
    out->change_low = log ? expm1(t->low) : t->low / out->base;
    out->change_high = log ? expm1(t->high) : t->high / out->base;
    out->difference_low = log ? out->base * out->change_low : t->low;
    out->difference_high = log ? out->base * out->change_high : t->high;
}

struct function_test function_untested(const struct function_values *base,
                                       const struct function_values *head) {
    struct function_test out = {
        NULL, mean_value(base), mean_value(head), NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    out.difference = out.head - out.base;
    out.change = out.base > 0 ? out.difference / out.base : out.head > 0 ? INFINITY : NAN;
    return out;
}

struct function_test function_test(const struct function_values *base,
                                   const struct function_values *head, const struct policy *policy,
                                   struct rank_workspace *ranks) {
    struct function_test out = function_untested(base, head);
    bool zeros = any_zero(base) || any_zero(head);
    bool few = !(base->samples >= MANY_SAMPLES && head->samples >= MANY_SAMPLES);
    enum scale scale = zeros || few ? SCALE_RAW : SCALE_LOG;
    if (base->n < FUNCTION_LEAST_ROUNDS || head->n < FUNCTION_LEAST_ROUNDS)
        return out;
    bool stored = is_history(base);
    struct t_test t = (stored ? history : welch)(base, head, scale, policy);
    if (t.outcome == OUTCOME_OK) {
        double seen = smallest_detectable(t.se, t.df, policy->alpha / FUNCTION_CAUTION, 0.8, 2);
        out.smallest_detectable = scale == SCALE_LOG ? expm1(seen) : seen / out.base;
    }
    bool constant =
        variance_of(base->values, base->n) == 0 || variance_of(head->values, head->n) == 0;
    if (!stored && (t.outcome != OUTCOME_OK || constant || (zeros && few))) {
        out.test = "Mann-Whitney";
        out.p = mann_whitney_test(base->values, base->n, head->values, head->n, ranks).p;
    } else if (t.outcome == OUTCOME_OK) {
        out.p = t.p;
        take(&out, &t, scale, stored);
    }
    if (t.outcome == OUTCOME_CONSTANT_EQUAL)
        out.difference_low = out.difference_high = 0;
    return out;
}

void function_adjust(double *p, size_t count, const struct policy *policy) {
    bool good = true;
    for (size_t i = 0; i < count; i++)
        p[i] = FUNCTION_CAUTION * p[i] > 1 ? 1 : FUNCTION_CAUTION * p[i];
    if (policy->correction == CORRECTION_BH)
        good = adjust_benjamini_hochberg(p, count, p);
    else if (policy->correction == CORRECTION_HOLM)
        good = adjust_holm(p, count, p);
    for (size_t i = 0; i < count && !good; i++)
        p[i] = NAN;
}
