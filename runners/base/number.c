#include "runners/base/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* A child library may have called setlocale: strtod must not hear of it. The object is made once,
 * by whichever thread comes first, and lives as long as the program. */
static locale_t c_locale_object;

static void make_c_locale(void) {
    c_locale_object = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t c_locale(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_c_locale);
    return c_locale_object;
}

static bool fast_double(struct text text, double *out) {
    const char *end = text.at + text.length;
    bool negative = text.length && *text.at == '-';
    double value;
    if (number_scan(text.at + negative, end, &value) != end)
        return false;
    *out = negative ? -value : value;
    return true;
}

/* strtod takes `0x10`; Go and this program want the exponent, without which it is more likely an
 * address or a count that went astray. */
static bool is_hexadecimal(const char *unsigned_text) {
    return unsigned_text[0] == '0' && (unsigned_text[1] | 0x20) == 'x';
}

bool number_double(struct text text, double *out) {
    if (fast_double(text, out))
        return true;
    char copy[512];
    if (text.length == 0 || text.length >= sizeof copy)
        return false;
    size_t sign = text.at[0] == '-' || text.at[0] == '+';
    char first = sign < text.length ? text.at[sign] : '\0';
    if (!(text.length > 1 || is_digit(first)) || !(is_digit(first) || first == '.'))
        return false;
    memcpy(copy, text.at, text.length);
    copy[text.length] = '\0';
    char *end;
    double value = strtod_l(copy, &end, c_locale());
    if (end != copy + text.length || !isfinite(value) ||
        (is_hexadecimal(copy + !is_digit(copy[0])) && !strpbrk(copy, "pP")))
        return false;
    *out = value;
    return true;
}

static bool is_group_digit(char c, bool hexadecimal) {
    return is_digit(c) || (hexadecimal && (c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

bool number_grouped(struct text text, double *out) {
    char copy[512];
    size_t length = 0;
    if (!memchr(text.at, '_', text.length) || text.length >= sizeof copy)
        return number_double(text, out);
    size_t sign = text.at[0] == '-' || text.at[0] == '+';
    bool hex = text.length > sign + 2 && is_hexadecimal(text.at + sign);
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] != '_') {
            copy[length++] = text.at[i];
            continue;
        }
        bool after = i > 0 && (is_group_digit(text.at[i - 1], hex) || (hex && i == sign + 2));
        if (!after || i + 1 == text.length || !is_group_digit(text.at[i + 1], hex))
            return false;
    }
    return number_double((struct text){copy, length}, out);
}

const char *number_fault(struct text text) {
    bool sign = text.length && (text.at[0] == '-' || text.at[0] == '+');
    struct text bare = {text.at + sign, text.length - sign};
    char copy[512];
    if (bare.length == 0 || bare.length >= sizeof copy)
        return "invalid syntax";
    memcpy(copy, bare.at, bare.length);
    copy[bare.length] = '\0';
    char *end;
    double value = strtod_l(copy, &end, c_locale());
    if (end != copy + bare.length || copy[0] == '-' || copy[0] == '+' || copy[0] <= ' ')
        return "invalid syntax";
    if (is_digit(copy[0]) || copy[0] == '.')
        return isfinite(value) ? "invalid syntax" : "value out of range";
    return "not a finite number";
}

bool number_u64(struct text text, uint64_t *out) {
    uint64_t value = 0;
    if (text.length == 0)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_digit(text.at[i]) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.at[i] - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

bool number_i64(struct text text, int64_t *out) {
    bool negative = text.length && text.at[0] == '-';
    uint64_t magnitude;
    if (!number_u64((struct text){text.at + negative, text.length - negative}, &magnitude) ||
        magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

bool number_ratio(struct text text, double *out) {
    bool percent = text.length && text.at[text.length - 1] == '%';
    double value;
    if (!number_double((struct text){text.at, text.length - percent}, &value))
        return false;
    *out = percent ? value / 100 : value;
    return percent || value <= 1;
}

bool number_duration(struct text text, double *seconds) {
    static const struct {
        const char *name;
        double factor;
    } units[] = {{"ns", 1e-9},        {"us", 1e-6}, {"\xC2\xB5s", 1e-6},
                 {"\xCE\xBCs", 1e-6}, {"ms", 1e-3}, {"s", 1},
                 {"m", 60},           {"h", 3600},  {"", 1}};
    size_t split = text.length;
    while (split > 0 && !is_digit(text.at[split - 1]) && text.at[split - 1] != '.')
        split--;
    struct text unit = {text.at + split, text.length - split};
    double value;
    if (!number_double((struct text){text.at, split}, &value) || value < 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (text_equal(unit, units[i].name)) {
            *seconds = value * units[i].factor;
            return true;
        }
    }
    return false;
}

size_t number_text(char *buffer, double value) {
    if (isnan(value))
        return (size_t)snprintf(buffer, NUMBER_TEXT, "nan");
    if (isinf(value))
        return (size_t)snprintf(buffer, NUMBER_TEXT, value > 0 ? "inf" : "-inf");
    for (int precision = 15; precision < 17; precision++) {
        int length = snprintf(buffer, NUMBER_TEXT, "%.*g", precision, value);
        if (strtod_l(buffer, NULL, c_locale()) == value)
            return (size_t)length;
    }
    return (size_t)snprintf(buffer, NUMBER_TEXT, "%.17g", value);
}
