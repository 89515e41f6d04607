/* The time of an operation, from the rows of a comparison, for the slices of profiles. */
#ifndef GATE_FUNCTIONS_FUNCTION_TIMES_H
#define GATE_FUNCTIONS_FUNCTION_TIMES_H

#include "gate/compare/comparison.h"
#include "gate/functions/function_findings.h"

/* One for each slice that has a row in cpu-sec/op or sec/op, gated ones first, or of its process;
 * in their order, in the comparison's arena. With several base recordings the side's sessions are
 * numbered as they are, and times are the centres of sessions (auto_session_center). */
size_t function_times(struct function_time **out, const struct comparison *comparison,
                      const struct function_side *side);

#endif
