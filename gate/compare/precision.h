/* Is there enough data? Looks at the widths of intervals only, never at whether something differs,
 * so that measuring on does not favour any verdict. */
#ifndef GATE_COMPARE_PRECISION_H
#define GATE_COMPARE_PRECISION_H

#include "gate/compare/policy.h"

/* The gated row that is widest in relation to what it needs. Half the width of an interval may be
 * up to half the row's threshold: then a build that did not change can be shown to be the same, and
 * one that changed by one and a half thresholds to have regressed. With one side the interval is
 * that of the centre, with several that of the change against the first (paired by round). Exact
 * rows (deterministic units, equal values) need nothing. */
struct precision {
    bool enough;       /* every gated row is narrow enough; false when a row has too few values */
    double half_width; /* of the widest row, as a ratio; NaN when there is none */
    const char *name, *unit;
};
struct precision precision_of(const struct recording *const *sides, size_t count,
                              const struct policy *policy);

#endif
