/* The flame graphs of a comparison's profiles: one for each benchmark that was sampled on both
 * sides. */
#ifndef GATE_REPORT_SLICE_FLAME_H
#define GATE_REPORT_SLICE_FLAME_H

#include "gate/compare/comparison.h"
#include "gate/flame/flame.h"
#include "gate/functions/function_findings.h"

/* Are there any? */
bool slice_flames_exist(const struct comparison *comparison);

/* Places in the findings' slices: those that regressed, or whose functions did, first, otherwise by
 * name. `order` holds slice_count entries; returns how many regressed. */
size_t slice_flames_order(const struct function_findings *findings, size_t *order);

/* The difference of all profiles of the base and of the head, of the samples of one slice, with the
 * slice's tests; costs are those of an operation where the slice has a time. */
bool slice_flame_build(struct flame *out, const struct comparison *comparison,
                       const struct function_slice *slice, double min_share, struct pg_error *err);

#endif
