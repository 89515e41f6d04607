/* Numbers as text, in the C locale whatever the environment says. */
#ifndef RUNNERS_BASE_NUMBER_H
#define RUNNERS_BASE_NUMBER_H

#include "runners/base/text.h"

#include <stdint.h>

/* A decimal or hexadecimal floating-point number that uses the whole text: no blanks, correctly
 * rounded. False for anything else, for NaN and infinities, and for values that overflow (1e999);
 * *out is then untouched. Fast for up to 19 digits and small exponents. */
bool number_double(struct text text, double *out);

/* A decimal integer that uses the whole text. False for signs (but `-` for the signed one), blanks,
 * overflow. */
bool number_u64(struct text text, uint64_t *out);
bool number_i64(struct text text, int64_t *out);

/* A share: `5%` is 0.05, `0.05` is 0.05. Finite only. */
bool number_ratio(struct text text, double *out);

/* A duration in seconds with a unit `ns us µs ms s m h` (`1.5s`, `100ms`); a bare number is
 * seconds. Not negative. */
bool number_duration(struct text text, double *seconds);

/* Writes the shortest decimal text that reads back as the same double, and its length. `nan`, `inf`
 * as words. `buffer` holds at least NUMBER_TEXT bytes. */
enum { NUMBER_TEXT = 40 };
size_t number_text(char *buffer, double value);

#endif
