/* Units of values, by the names that pprof knows for them: time and memory. */
#ifndef RUNNERS_PROFILE_VALUE_UNIT_H
#define RUNNERS_PROFILE_VALUE_UNIT_H

#include "runners/profile/profile.h"

/* What one `from` is in `to` ("ms" in "ns": 1e6), by their names in any case, short, long or
 * plural. False, unless the names are equal, for units that are not known or not of one dimension.
 */
bool value_unit_ratio(const char *from, const char *to, double *ratio);

/* The unit of a label's number: its own, or what pprof assumes by the key ("bytes", "request",
 * "alignment" are bytes). NULL when nothing says it. */
const char *value_unit_of_label(const struct profile *profile, const struct profile_label *label);

#endif
