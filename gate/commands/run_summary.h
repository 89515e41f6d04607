/* What `run` prints of what it measured: a line a benchmark and unit, a column a side. */
#ifndef GATE_COMMANDS_RUN_SUMMARY_H
#define GATE_COMMANDS_RUN_SUMMARY_H

#include "gate/compare/policy.h"
#include "runners/recording/recording.h"

#include <stdio.h>

/* Prints medians and how far their intervals of order statistics reach, as benchstat does: ∞ below
 * six rounds whose values differ. With a single benchmark every unit, with more the gated ones; at
 * most 40 lines, then how many are left out. Nothing is judged here. */
void run_summary_print(FILE *out, struct recording *const *sides, size_t count,
                       const struct policy *policy, struct arena *arena);

#endif
