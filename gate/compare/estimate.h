/* What a sample says by itself, before anything is compared. */
#ifndef GATE_COMPARE_ESTIMATE_H
#define GATE_COMPARE_ESTIMATE_H

#include "gate/grid/classic.h"

/* Median and interval as benchstat has them; values that are all equal (or `exact` by their unit)
 * are taken as they are. Values are in any order; none: count 0, all NaN. */
struct classic_summary estimate_of(const double *values, uint32_t count, bool exact,
                                   struct classic *classic, struct arena *scratch);

#endif
