#include "runners/profile/value_text.h"
#include "runners/profile/value_unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* By quantity, the largest unit first. */
static const struct value_unit units[] = {
    {"nanoseconds", "hrs", 3600e9},
    {"nanoseconds", "mins", 60e9},
    {"nanoseconds", "s", 1e9},
    {"nanoseconds", "ms", 1e6},
    {"nanoseconds", "us", 1e3},
    {"nanoseconds", "ns", 1},
    {"bytes", "TB", 0x1p40},
    {"bytes", "GB", 0x1p30},
    {"bytes", "MB", 0x1p20},
    {"bytes", "kB", 0x1p10},
    {"bytes", "B", 1},
    {"count", "", 1},
};

size_t value_units(const struct value_unit **out, const char *unit) {
    size_t count = 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].of) == 0 && count++ == 0)
            *out = &units[i];
    }
    return count;
}

void value_text(char out[VALUE_TEXT], double value, const char *unit) {
    static const char *const scaled[] = {"nanoseconds", "bytes"};
    double ratio;
    for (size_t i = 0; i < sizeof scaled / sizeof *scaled; i++) {
        if (value_unit_ratio(unit, scaled[i], &ratio)) {
            value *= ratio;
            unit = scaled[i];
        }
    }
    const struct value_unit other = {unit, unit, 1}, *all = &other, *in;
    size_t count = value_units(&all, unit);
    for (in = all; in + 1 < all + count && fabs(value) < in->factor; in++)
        ;
    value /= in->factor;
    bool whole = fabs(value - round(value)) < 0.005;
    snprintf(out, VALUE_TEXT, "%.*f%.20s", whole ? 0 : 2, value, value == 0 ? "" : in->suffix);
}
