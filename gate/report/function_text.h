/* Function verdicts in words, unescaped. */
#ifndef GATE_REPORT_FUNCTION_TEXT_H
#define GATE_REPORT_FUNCTION_TEXT_H

#include "gate/functions/function_findings.h"

/* One slice: how its whole cost changed, and which functions explain it: "Parse/1k +7.12% (p =
 * 2.0e-05): skip_ws +6.60 points of it (93%), new callee utf8_check +0.40 points (6%), rest 1%".
 * Points are percent of the base's whole cost. */
const char *function_headline(const struct function_findings *findings,
                              const struct function_slice *slice, struct arena *arena);

/* What the verdict of a function rests on: "+20.1% (1.20 ms to 1.44 ms), p = 3e-06", "what moved
 * comes from skip_ws". */
const char *function_words(const struct function_findings *findings, const struct function_row *row,
                           struct arena *arena);

/* "regressed, appeared", "same, moved", … */
const char *function_verdict(const struct function_row *row, struct arena *arena);

/* Is it worth a line of a report: did it change, or move, or is there a note on it? */
bool function_stands_out(const struct function_row *row);

/* Functions of a slice that did not change themselves, but with what they call, the first few:
 * "parse +7.1% (p = 2e-05), main +5.5% (p = 3e-05)"; "" when there are none. */
const char *function_callers(const struct function_findings *findings,
                             const struct function_slice *slice, struct arena *arena);

/* Name of a slice for people: its own, or "profiles". */
const char *function_slice_name(const struct function_slice *slice);

/* A cost in the slice's unit, or by share "12.34%". */
const char *function_amount(const struct function_findings *findings,
                            const struct function_slice *slice, double flat, double share,
                            struct arena *arena);

#endif
