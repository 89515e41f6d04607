/* Values of a profile as people read them. */
#ifndef RUNNERS_PROFILE_VALUE_TEXT_H
#define RUNNERS_PROFILE_VALUE_TEXT_H

#include <stddef.h>

/* A value in a profile's unit as pprof writes it: 1.50s, 12kB, 3. */
enum { VALUE_TEXT = 64 };
void value_text(char out[VALUE_TEXT], double value, const char *unit);

/* The units in which values of a profile's unit are shown, the largest first; the last is for
 * all that is smaller. */
struct value_unit {
    const char *of, *suffix;
    double factor;
};
size_t value_units(const struct value_unit **out, const char *unit);

#endif
