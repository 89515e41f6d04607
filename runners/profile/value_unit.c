#include "runners/profile/value_unit.h"

#include <strings.h>

struct unit {
    const char *name;
    enum { TIME, MEMORY } dimension;
    double factor; /* in ns or bytes */
};

static const struct unit units[] = {
    {"ns", TIME, 1},
    {"nanosecond", TIME, 1},
    {"us", TIME, 1e3},
    {"μs", TIME, 1e3},
    {"microsecond", TIME, 1e3},
    {"ms", TIME, 1e6},
    {"millisecond", TIME, 1e6},
    {"s", TIME, 1e9},
    {"sec", TIME, 1e9},
    {"second", TIME, 1e9},
    {"min", TIME, 60e9},
    {"minute", TIME, 60e9},
    {"hr", TIME, 3600e9},
    {"hour", TIME, 3600e9},
    {"b", MEMORY, 1},
    {"byte", MEMORY, 1},
    {"kb", MEMORY, 0x1p10},
    {"kbyte", MEMORY, 0x1p10},
    {"kilobyte", MEMORY, 0x1p10},
    {"mb", MEMORY, 0x1p20},
    {"mbyte", MEMORY, 0x1p20},
    {"megabyte", MEMORY, 0x1p20},
    {"gb", MEMORY, 0x1p30},
    {"gbyte", MEMORY, 0x1p30},
    {"gigabyte", MEMORY, 0x1p30},
    {"tb", MEMORY, 0x1p40},
    {"tbyte", MEMORY, 0x1p40},
    {"terabyte", MEMORY, 0x1p40},
};

static const struct unit *find(const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t known = strlen(units[i].name);
        bool plural = known > 1 && length == known + 1 && (name[known] | 0x20) == 's';
        if (strncasecmp(name, units[i].name, known) == 0 && (length == known || plural))
            return &units[i];
    }
    return NULL;
}

bool value_unit_ratio(const char *from, const char *to, double *ratio) {
    if (strcmp(from, to) == 0) {
        *ratio = 1;
        return true;
    }
    const struct unit *a = find(from), *b = find(to);
    if (!a || !b || a->dimension != b->dimension)
        return false;
    *ratio = a->factor / b->factor;
    return true;
}

const char *value_unit_of_label(const struct profile *p, const struct profile_label *label) {
    static const char *const in_bytes[] = {"bytes", "request", "alignment"};
    const char *key = strings_get(p->strings, label->key);
    for (size_t i = 0; !label->unit && i < sizeof in_bytes / sizeof *in_bytes; i++) {
        if (strcmp(key, in_bytes[i]) == 0)
            return "bytes";
    }
    return label->unit ? strings_get(p->strings, label->unit) : NULL;
}
