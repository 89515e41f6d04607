/* What tests say of functions, for the flame graph of two profiles. */
#ifndef GATE_REPORT_FLAME_MARKS_H
#define GATE_REPORT_FLAME_MARKS_H

#include "gate/compare/policy.h"
#include "gate/flame/flame.h"

/* Lets functions go by one name on both sides whose names differ only in what compilers number
 * anew. Before flame_build. */
void flame_join_names(struct flame_input *input, struct arena *arena);

/* Marks the functions of a difference whose sides have FUNCTION_LEAST_ROUNDS labelled rounds or
 * more: by the tests of their own cost and of their cost with all they call. `where` is the label
 * (`key=value`) that the graph's samples were chosen by, NULL when none were. Does nothing to other
 * graphs, and to those of otherwise chosen samples. */
bool flame_test(struct flame *flame, const char *where, const struct policy *policy,
                struct arena *arena, struct pg_error *err);

#endif
