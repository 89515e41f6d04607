#include "gate/report/amount.h"

#include "runners/recording/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Four significant digits, without an exponent where that fits. */
static void digits(char *buffer, size_t size, double value) {
    double magnitude = fabs(value);
    if (value == 0)
        snprintf(buffer, size, "0");
    else if (magnitude >= 1e5 || magnitude < 1e-4)
        snprintf(buffer, size, "%.3e", value);
    else
        snprintf(buffer, size, "%.*f",
                 magnitude < 9.9995   ? 3
                 : magnitude < 99.995 ? 2
                 : magnitude < 999.95 ? 1
                                      : 0,
                 value);
}

struct scale {
    double factor;
    const char *prefix;
};

static const struct scale decimal[] = {{1e12, "T"}, {1e9, "G"},  {1e6, "M"},  {1e3, "k"},
                                       {1, ""},     {1e-3, "m"}, {1e-6, "µ"}, {1e-9, "n"}};
static const struct scale binary[] = {
    {0x1p40, "Ti"}, {0x1p30, "Gi"}, {0x1p20, "Mi"}, {0x1p10, "Ki"}, {1, ""}};

static struct scale scale_of(double value, bool is_binary, bool fractions) {
    const struct scale *scales = is_binary ? binary : decimal;
    size_t count = is_binary ? sizeof binary / sizeof *binary : sizeof decimal / sizeof *decimal;
    for (size_t i = 0; i < count; i++) {
        if (scales[i].factor < 1 && !fractions)
            break;
        if (fabs(value) >= scales[i].factor * 0.99995)
            return scales[i];
    }
    return value == 0 || !fractions || is_binary ? (struct scale){1, ""} : scales[count - 1];
}

const char *amount_text(char buffer[AMOUNT_TEXT], double value, const char *unit) {
    if (!isfinite(value)) {
        snprintf(buffer, AMOUNT_TEXT, "%s", isnan(value) ? "-" : value > 0 ? "∞" : "-∞");
        return buffer;
    }
    bool seconds = strncmp(unit, "sec", 3) == 0 || strstr(unit, "-sec") != NULL;
    bool bytes = unit_is_binary(unit);
    struct scale scale = scale_of(value, bytes, seconds);
    char number[32];
    bool whole = scale.factor == 1 && value == floor(value) && fabs(value) < 1e5;
    if (whole)
        snprintf(number, sizeof number, "%.0f", value);
    else
        digits(number, sizeof number, value / scale.factor);
    const char *token = seconds ? "s" : bytes ? "B" : "";
    snprintf(buffer, AMOUNT_TEXT, "%s%s%s%s", number, *scale.prefix || *token ? " " : "",
             scale.prefix, token);
    return buffer;
}

const char *percent_text(char buffer[AMOUNT_TEXT], double ratio, bool sign) {
    double percent = 100 * ratio;
    const char *plus = sign && ratio > 0 ? "+" : "";
    if (isnan(ratio))
        snprintf(buffer, AMOUNT_TEXT, "-");
    else if (isinf(percent))
        snprintf(buffer, AMOUNT_TEXT, "%s∞%%", ratio > 0 ? plus : "-");
    else if (fabs(percent) >= 1e5)
        snprintf(buffer, AMOUNT_TEXT, "%s%.3g%%", plus, percent);
    else
        snprintf(buffer, AMOUNT_TEXT, "%s%.2f%%", plus, percent);
    return buffer;
}

const char *change_text(char buffer[AMOUNT_TEXT], double change) {
    if (!isinf(change))
        return percent_text(buffer, change, true);
    snprintf(buffer, AMOUNT_TEXT, "from 0");
    return buffer;
}

const char *p_text(char buffer[AMOUNT_TEXT], double p) {
    if (isnan(p))
        snprintf(buffer, AMOUNT_TEXT, "-");
    else if (p >= 0.001 || p == 0)
        snprintf(buffer, AMOUNT_TEXT, "%.3f", p);
    else
        snprintf(buffer, AMOUNT_TEXT, "%.1e", p);
    return buffer;
}
