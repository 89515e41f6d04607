#include "gate/functions/function_test.h"

#include "stats/adjust.h"
#include "stats/power.h"
#include "stats/summary.h"
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

static void take_log(struct function_test *out, const struct t_test *t) {
    out->test = "Welch, log scale";
    out->change = expm1(t->difference);
    out->change_low = expm1(t->low);
    out->change_high = expm1(t->high);
    out->difference_low = out->base * out->change_low;
    out->difference_high = out->base * out->change_high;
}

static void take_raw(struct function_test *out, const struct t_test *t) {
    out->test = "Welch";
    out->difference_low = t->low;
    out->difference_high = t->high;
    out->change_low = t->low / out->base;
    out->change_high = t->high / out->base;
}

struct function_test function_test(const struct function_values *base,
                                   const struct function_values *head, const struct policy *policy,
                                   struct rank_workspace *ranks) {
    struct function_test out = {NULL,
                                mean_of(base->values, base->n),
                                mean_of(head->values, head->n),
                                NAN,
                                NAN,
                                NAN,
                                NAN,
                                NAN,
                                NAN,
                                NAN,
                                NAN};
    bool zeros = any_zero(base) || any_zero(head);
    bool few = base->samples < MANY_SAMPLES || head->samples < MANY_SAMPLES;
    enum scale scale = zeros || few ? SCALE_RAW : SCALE_LOG;
    out.difference = out.head - out.base;
    out.change = out.base > 0 ? out.difference / out.base : out.head > 0 ? INFINITY : NAN;
    if (base->n < FUNCTION_LEAST_ROUNDS || head->n < FUNCTION_LEAST_ROUNDS)
        return out;
    struct t_test t = welch(base, head, scale, policy);
    if (t.outcome == OUTCOME_OK) {
        double seen = smallest_detectable(t.se, t.df, policy->alpha / FUNCTION_CAUTION, 0.8, 2);
        out.smallest_detectable = scale == SCALE_LOG ? expm1(seen) : seen / out.base;
    }
    bool constant =
        variance_of(base->values, base->n) == 0 || variance_of(head->values, head->n) == 0;
    if (t.outcome != OUTCOME_OK || constant || (zeros && few)) {
        out.test = "Mann-Whitney";
        out.p = mann_whitney_test(base->values, base->n, head->values, head->n, ranks).p;
        if (t.outcome == OUTCOME_CONSTANT_EQUAL)
            out.difference_low = out.difference_high = 0;
        return out;
    }
    out.p = t.p;
    if (scale == SCALE_LOG)
        take_log(&out, &t);
    else
        take_raw(&out, &t);
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
