/* What tests say of functions, for the flame graph of two profiles. */
#ifndef GATE_REPORT_FLAME_MARKS_H
#define GATE_REPORT_FLAME_MARKS_H

#include "gate/compare/comparison.h"
#include "gate/flame/flame.h"
#include "gate/functions/function_findings.h"

/* Lets functions go by one name on both sides whose names differ only in what compilers number
 * anew. Before flame_build. */
void flame_join_names(struct flame_input *input, struct arena *arena);

/* Marks the functions of a difference whose samples are those of a slice of the findings: by the
 * tests of their own cost and share, and of both with all they call. Rounds, and the cost of an
 * operation where its time is known, become those of the slice. Sides with fewer than
 * FUNCTION_LEAST_ROUNDS stay untested; findings by share have no tests of costs. */
void flame_mark_slice(struct flame *flame, const struct function_findings *findings,
                      const struct function_slice *slice, const struct policy *policy,
                      struct arena *arena);

/* The same for two profiles that nothing was found in yet, all samples as one slice. Chosen samples
 * and sides without enough labelled rounds stay untested. Costs are those of an operation where all
 * samples are of one benchmark, which `recordings` (compared; NULL: there are none) have a time of;
 * else flame->per_round, which the caller set for the case that there are none, says why not. Does
 * nothing to the graph of one profile. */
bool flame_mark_all(struct flame *flame, const struct policy *policy,
                    const struct comparison *recordings, struct arena *arena, struct pg_error *err);

#endif
