/* Tests of what functions cost with all that they call: every function that is on enough stacks,
 * also those that do nothing but call. */
#ifndef GATE_FUNCTIONS_FUNCTION_TOTALS_H
#define GATE_FUNCTIONS_FUNCTION_TOTALS_H

#include "gate/functions/function_side.h"
#include "gate/functions/function_test.h"

struct function_total {
    uint32_t function;
    struct function_test test; /* of cumulative costs, one a round */
    double p_adjusted;         /* caution and policy->correction over all of them; or NaN */
};

/* Of finished sides that are not cut into slices and share their names, the functions with
 * FUNCTION_LEAST_SAMPLES a round on either side, by number. Samples that only one side has need
 * one a round. Never fails: without enough rounds there is no p. */
size_t function_totals(struct function_total **out, const struct function_side *base,
                       const struct function_side *head, const struct policy *policy,
                       struct arena *arena);

#endif
