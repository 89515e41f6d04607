/* Numbers as text, in the C locale whatever the environment says. */
#ifndef RUNNERS_BASE_NUMBER_H
#define RUNNERS_BASE_NUMBER_H

#include "runners/base/text.h"

#include <stdint.h>

/* A decimal or hexadecimal (`0x1p4`: with its exponent) floating-point number that uses the whole
 * text: no blanks, correctly rounded. False for anything else, for NaN and infinities, and for
 * values that overflow (1e999); *out is then untouched. Fast for up to 19 digits and small
 * exponents. */
bool number_double(struct text text, double *out);

/* The same, of digits that may stand in groups as in Go: `1_000`, `0x_1p4`; an underscore has a
 * digit (or the prefix 0x) before it and a digit behind it. */
bool number_grouped(struct text text, double *out);

/* Why number_double refuses a text: "value out of range" (it overflows), "not a finite number"
 * (nan, inf) or "invalid syntax". */
const char *number_fault(struct text text);

/* The plain decimals that benchmark output is full of, read in one pass off the front of [at, end):
 * digits with at most one point, no sign, no exponent, exact in 53 bits. The byte behind the
 * number, or NULL when the number is not of that kind (number_double may still read it). Correctly
 * rounded: Clinger's fast path, a significand below 2^53 and a power of ten up to 22 are exact
 * doubles, so one division rounds once. */
static inline const char *number_scan(const char *at, const char *end, double *out) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    uint64_t digits = 0;
    const char *start = at, *point;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        digits = digits * 10 + (uint64_t)(*at - '0');
    if (at == end || *at != '.') {
        *out = (double)digits;
        return at - start <= 18 && at > start && digits < (1ULL << 53) ? at : NULL;
    }
    for (point = ++at; at < end && *at >= '0' && *at <= '9'; at++)
        digits = digits * 10 + (uint64_t)(*at - '0');
    if (at - start > 19 || at - start < 2 || digits >= (1ULL << 53))
        return NULL;
    *out = (double)digits / powers[at - point];
    return at;
}

/* A decimal integer that uses the whole text. False for signs (but `-` for the signed one), blanks,
 * overflow. */
bool number_u64(struct text text, uint64_t *out);
bool number_i64(struct text text, int64_t *out);

/* A share: `5%` is 0.05, `0.05` is 0.05. Finite only. A bare number above 1 is refused: `5` may be
 * meant as 5% or as 500%. */
bool number_ratio(struct text text, double *out);

/* A duration in seconds with a unit `ns us µs ms s m h` (`1.5s`, `100ms`); a bare number is
 * seconds. Not negative. */
bool number_duration(struct text text, double *seconds);

/* Writes the shortest decimal text that reads back as the same double, and its length. `nan`, `inf`
 * as words. `buffer` holds at least NUMBER_TEXT bytes. */
enum { NUMBER_TEXT = 40 };
size_t number_text(char *buffer, double value);

#endif
