/* Small text files of the kernel, below roots that tests can replace by folders of their own. */
#ifndef RUNNERS_SYSTEM_FILES_H
#define RUNNERS_SYSTEM_FILES_H

#include "runners/base/arena.h"
#include "runners/base/text.h"

#include <stdint.h>

struct system_roots {
    const char *proc, *sys; /* "/proc", "/sys" */
};
extern const struct system_roots system_real;

/* The whole file (at most 1 MiB of it) without blanks at its ends, in the arena; NULL when it
 * cannot be read. The path is made from a printf format. */
const char *system_read(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A file that holds one whole number. */
bool system_number(int64_t *out, struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The value behind `key` in a text of lines `key: value` or `key value` (blanks around the colon as
 * they come), the first one; NULL when absent. */
const char *system_value(const char *text, const char *key, struct arena *arena);

#endif
