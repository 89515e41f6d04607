/* Numbers for people, as benchstat prints them: at least three significant digits and an SI or IEC
 * prefix, one scale for all values of a row. */
#ifndef GATE_REPORT_SCALE_H
#define GATE_REPORT_SCALE_H

#include <stdbool.h>
#include <stddef.h>

struct scale {
    int decimals;
    double factor;      /* what one of the prefix is worth */
    const char *prefix; /* "k", "Mi", "" … */
};

/* The scale for values that are printed together: set by the nonzero one nearest to zero. `binary`:
 * by 1024, and no fractions of one, as for bytes (unit_is_binary). NaN values are passed over. */
struct scale scale_of(const double *values, size_t count, bool binary);

/* Room for any double with up to SCALE_DECIMALS decimals, a sign, a prefix and a NUL. */
enum { SCALE_DECIMALS = 10, FIXED_TEXT = 352 };

/* Writes value / factor with the scale's decimals and prefix. Returns the length. */
size_t scale_print(char out[FIXED_TEXT], struct scale scale, double value);

/* printf's %.*f (with `sign` %+.*f), in the C locale and several times faster for ordinary numbers.
 */
size_t fixed_print(char out[FIXED_TEXT], double value, int decimals, bool sign);

/* The shortest decimal that reads back equal, in Go's layout: 0.5, 1.718e-06, +Inf. */
size_t shortest_print(char out[FIXED_TEXT], double value);

#endif
