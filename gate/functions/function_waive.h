/* Functions that regressed and are accepted for a while (compare/waiver.h, `function:NAME`). */
#ifndef GATE_FUNCTIONS_FUNCTION_WAIVE_H
#define GATE_FUNCTIONS_FUNCTION_WAIVE_H

#include "gate/compare/comparison.h"
#include "gate/functions/function_findings.h"

/* Applies the policy's waivers of functions, by the names that are joined across builds; those that
 * are unknown, expired or not needed are notes of the comparison. findings NULL: nothing was
 * compared, which is said. */
void functions_waive(struct comparison *comparison, struct function_findings *findings);

#endif
