/* Overflow-checked size arithmetic (C23's <stdckdint.h> is not in gcc 12). True means it did fit.
 */
#ifndef RUNNERS_BASE_CHECKED_H
#define RUNNERS_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>

static inline bool checked_mul(size_t a, size_t b, size_t *out) {
    return !__builtin_mul_overflow(a, b, out);
}

static inline bool checked_add(size_t a, size_t b, size_t *out) {
    return !__builtin_add_overflow(a, b, out);
}

#endif
