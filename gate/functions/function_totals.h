/* Tests of what functions cost with all that they call: every function that is on enough stacks,
 * also those that do nothing but call. */
#ifndef GATE_FUNCTIONS_FUNCTION_TOTALS_H
#define GATE_FUNCTIONS_FUNCTION_TOTALS_H

#include "gate/functions/function_findings.h"

struct function_total {
    uint32_t function;
    struct function_test test; /* of cumulative values, one a round */
    double p_adjusted;         /* caution and policy->correction over all of them; or NaN */
};

/* What is tested, of which samples: costs of the rounds; with a time, shares of the rounds times
 * that time, whose error counts; or the shares themselves. */
struct function_measure {
    uint32_t slice; /* text; 0: those without the label, or all that are not cut */
    const struct function_time *time;
    bool by_share;          /* whatever the time is */
    const size_t *sessions; /* of the base: how many of its rounds are of each; or NULL (0) */
    size_t session_count;
};

/* Of finished sides that share their names, the functions with FUNCTION_LEAST_SAMPLES a round on
 * either side, by number. Samples that only one side has need one a round. Never fails: without
 * enough rounds there is no p. */
size_t function_totals(struct function_total **out, const struct function_side *base,
                       const struct function_side *head, const struct function_measure *measure,
                       const struct policy *policy, struct arena *arena);

#endif
