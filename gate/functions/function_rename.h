/* The policy's renames in the profiles of the base. */
#ifndef GATE_FUNCTIONS_FUNCTION_RENAME_H
#define GATE_FUNCTIONS_FUNCTION_RENAME_H

#include "gate/compare/comparison.h"
#include "runners/profile/profile.h"

/* The profile as the new build calls things: the label `benchmark` of benchmarks that the
 * comparison renamed (also without the `-8` of Go, and of their processes), and functions with a
 * rename `function:OLD` (by their names, or by what function_name() makes of them). What is not
 * changed is shared; the profile itself is as it was. `used` has policy->rename_count entries;
 * those of renames of functions that were found are set. */
const struct profile *function_renamed(const struct profile *profile, const struct comparison *c,
                                       bool *used);

/* Notes the renames of functions that no profile of the base had a use for. */
void function_renames_note(struct comparison *comparison, const bool *used);

#endif
