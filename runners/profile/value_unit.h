/* Units of values, by the names that pprof knows for them: time and memory. */
#ifndef RUNNERS_PROFILE_VALUE_UNIT_H
#define RUNNERS_PROFILE_VALUE_UNIT_H

#include <stdbool.h>

/* What one `from` is in `to` ("ms" in "ns": 1e6), by their names in any case, short, long or
 * plural. False, unless the names are equal, for units that are not known or not of one dimension.
 */
bool value_unit_ratio(const char *from, const char *to, double *ratio);

#endif
