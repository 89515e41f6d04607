/* Amounts and shares for people: "12.3 ms", "+7.12%". */
#ifndef GATE_REPORT_AMOUNT_H
#define GATE_REPORT_AMOUNT_H

#include <stdbool.h>

enum { AMOUNT_TEXT = 48 };

/* A value of a tidied unit with four significant digits, a prefix (SI, or IEC for bytes) and the
 * unit's numerator where it is seconds or bytes: "12.34 ms" for sec/op, "4.000 KiB" for B/op,
 * "1.2e+30 s", "17" for allocs/op. NaN: "-", infinities: "∞". Returns buffer. */
const char *amount_text(char buffer[AMOUNT_TEXT], double value, const char *unit);

/* A ratio as a percentage: "+7.12%", "-0.03%", "+∞%"; NaN: "-". With `sign` false, without the
 * plus. */
const char *percent_text(char buffer[AMOUNT_TEXT], double ratio, bool sign);

/* A change as a percentage, or "from 0" where the base is 0 and it has none. */
const char *change_text(char buffer[AMOUNT_TEXT], double change);

/* A p-value: "0.043", "3.1e-07", "0.000"; NaN: "-". */
const char *p_text(char buffer[AMOUNT_TEXT], double p);

#endif
