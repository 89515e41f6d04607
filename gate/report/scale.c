#include "gate/report/scale.h"

#include "runners/base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A prefix and the least values that still show as 100.0, 10.00 and 1.000 of it after rounding to
 * four digits. */
struct step {
    double factor;
    const char *prefix;
    double hundred, ten, one;
};

static const struct step decimal_steps[] = {
    {1e12, "T", 99.995e12, 9.9995e12, .99995e12},
    {1e9, "G", 99.995e9, 9.9995e9, .99995e9},
    {1e6, "M", 99.995e6, 9.9995e6, .99995e6},
    {1e3, "k", 99.995e3, 9.9995e3, .99995e3},
    {1, "", 99.995, 9.9995, .99995},
    {1e-3, "m", 99.995e-3, 9.9995e-3, .99995e-3},
    {1e-6, "\xC2\xB5", 99.995e-6, 9.9995e-6, .99995e-6}, /* µ */
    {1e-9, "n", 99.995e-9, 9.9995e-9, .99995e-9},
};

#define BINARY_STEP(exponent, prefix)                                                              \
    {                                                                                              \
        0x1p##exponent, prefix, 99.995 * 0x1p##exponent, 9.9995 * 0x1p##exponent,                  \
            .99995 * 0x1p##exponent                                                                \
    }
static const struct step binary_steps[] = {BINARY_STEP(40, "Ti"), BINARY_STEP(30, "Gi"),
                                           BINARY_STEP(20, "Mi"), BINARY_STEP(10, "Ki"),
                                           BINARY_STEP(0, "")};

/* Below one of the smallest prefix: as many decimals as four significant digits take. */
static int small_decimals(double value) {
    static const double least[] = {9.9995e-1, 9.9995e-2, 9.9995e-3, 9.9995e-4,
                                   9.9995e-5, 9.9995e-6, 9.9995e-7};
    int decimals = 3;
    for (size_t i = 0; i < sizeof least / sizeof *least && value < least[i]; i++)
        decimals++;
    return decimals;
}

static struct scale scale_at(double least, const struct step *steps, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct step *step = &steps[i];
        if (least >= step->one) {
            int decimals = least >= step->hundred ? 1 : least >= step->ten ? 2 : 3;
            return (struct scale){decimals, step->factor, step->prefix};
        }
    }
    const struct step *last = &steps[count - 1];
    return (struct scale){small_decimals(least / last->factor), last->factor, last->prefix};
}

struct scale scale_of(const double *values, size_t count, bool binary) {
    double least = 0;
    for (size_t i = 0; i < count; i++) {
        double size = fabs(values[i]);
        if (size > 0 && (least == 0 || size < least))
            least = size;
    }
    if (least == 0)
        return (struct scale){3, 1, ""};
    if (binary)
        return scale_at(least, binary_steps, sizeof binary_steps / sizeof *binary_steps);
    return scale_at(least, decimal_steps, sizeof decimal_steps / sizeof *decimal_steps);
}

/* Writes `digits` (a number of 10^-decimals) and returns the end. */
static char *put_decimal(char *out, unsigned long digits, int decimals) {
    char reversed[32];
    int length = 0;
    do {
        reversed[length++] = (char)('0' + digits % 10);
        digits /= 10;
    } while (digits || length <= decimals);
    while (length > 0) {
        *out++ = reversed[--length];
        if (length == decimals && decimals)
            *out++ = '.';
    }
    return out;
}

size_t fixed_print(char out[FIXED_TEXT], double value, int decimals, bool sign) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
    double size = fabs(value), scaled = size * powers[decimals];
    if (scaled < 1e15) {
        /* The exact product is scaled + error; which integer is nearest is certain unless it lies
         * at a half. */
        double error = fma(size, powers[decimals], -scaled), whole = rint(scaled);
        double rest = (scaled - whole) + error;
        if (fabs(rest) < 0.4999) {
            char *end = out;
            if (signbit(value) || sign)
                *end++ = signbit(value) ? '-' : '+';
            end = put_decimal(end, (unsigned long)whole, decimals);
            *end = '\0';
            return (size_t)(end - out);
        }
    }
    if (isinf(value))
        return (size_t)snprintf(out, FIXED_TEXT, value > 0 ? "+Inf" : "-Inf");
    if (isnan(value))
        return (size_t)snprintf(out, FIXED_TEXT, sign ? "+NaN" : "NaN");
    return (size_t)snprintf(out, FIXED_TEXT, sign ? "%+.*f" : "%.*f", decimals, value);
}

size_t scale_print(char out[FIXED_TEXT], struct scale scale, double value) {
    size_t length = fixed_print(out, value / scale.factor, scale.decimals, false);
    memcpy(out + length, scale.prefix, strlen(scale.prefix) + 1);
    return length + strlen(scale.prefix);
}

/* The digits of a decimal text without point and sign, and the place of the point after the first
 * of them. */
static int split_digits(const char *text, char *digits) {
    const char *at = text + (*text == '-'), *mark = strchr(at, 'e');
    int exponent = mark ? (int)strtol(mark + 1, NULL, 10) : 0, count = 0, before = 0;
    bool point = false;
    for (; *at && *at != 'e'; at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        if (count || *at != '0')
            digits[count++] = *at;
        else if (point)
            before--;
        if (!point && count)
            before++;
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    return exponent + before - 1;
}

size_t shortest_print(char out[FIXED_TEXT], double value) {
    char text[NUMBER_TEXT], digits[NUMBER_TEXT];
    if (!isfinite(value) || value == 0)
        return (size_t)snprintf(out, FIXED_TEXT, "%s",
                                isnan(value)     ? "NaN"
                                : isinf(value)   ? (value > 0 ? "+Inf" : "-Inf")
                                : signbit(value) ? "-0"
                                                 : "0");
    number_text(text, value);
    int exponent = split_digits(text, digits), count = (int)strlen(digits);
    const char *sign = value < 0 ? "-" : "";
    int length;
    if (exponent < -4 || exponent >= 6)
        length = snprintf(out, FIXED_TEXT, "%s%c%s%se%c%02d", sign, digits[0], count > 1 ? "." : "",
                          digits + 1, exponent < 0 ? '-' : '+', abs(exponent));
    else if (exponent < 0)
        length = snprintf(out, FIXED_TEXT, "%s0.%.*s%s", sign, -exponent - 1, "000", digits);
    else if (count <= exponent + 1)
        length = snprintf(out, FIXED_TEXT, "%s%s%.*s", sign, digits, exponent + 1 - count, "00000");
    else
        length = snprintf(out, FIXED_TEXT, "%s%.*s.%s", sign, exponent + 1, digits,
                          digits + exponent + 1);
    return (size_t)length;
}
