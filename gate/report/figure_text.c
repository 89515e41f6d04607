#include "gate/report/figure_text.h"

#include <math.h>
#include <stdio.h>

static int sign_of(double value) {
    return (value > 0) - (value < 0);
}

static size_t copy(char out[FIXED_TEXT], const char *text) {
    return (size_t)(stpcpy(out, text) - out);
}

size_t range_text(char out[FIXED_TEXT], const struct figure *figure) {
    if (isinf(figure->low) || isinf(figure->high))
        return copy(out, "\xE2\x88\x9E"); /* ∞ */
    int sign = sign_of(figure->center);
    if (isnan(figure->low) || isnan(figure->high) || sign != sign_of(figure->low) ||
        sign != sign_of(figure->high))
        return copy(out, "?");
    if (sign == 0)
        return copy(out, "0%");
    double above = figure->high / figure->center - 1, below = 1 - figure->low / figure->center;
    size_t length = fixed_print(out, 100 * fmax(above, below), 0, false);
    return length + copy(out + length, "%");
}

static size_t percent(char out[FIXED_TEXT], double value) {
    size_t length = fixed_print(out, value, 2, true);
    return length + copy(out + length, "%");
}

size_t delta_text(char out[FIXED_TEXT], const struct figure *figure) {
    static const char *const words[] = {"", "~", "0.00%", "?", "from 0"};
    if (figure->delta == DELTA_CHANGE)
        return percent(out, figure->change * 100);
    return copy(out, words[figure->delta]);
}

static size_t put_count(char *out, uint32_t count) {
    char reversed[16];
    size_t length = 0;
    do {
        reversed[length++] = (char)('0' + count % 10);
        count /= 10;
    } while (count);
    for (size_t i = 0; i < length; i++)
        out[i] = reversed[length - 1 - i];
    out[length] = '\0';
    return length;
}

size_t test_text(char out[FIXED_TEXT], const struct figure *figure) {
    size_t length = 0;
    if (figure->p != 0 && !isnan(figure->p)) {
        length += copy(out, "p=");
        length += fixed_print(out + length, figure->p, 3, false);
        length += copy(out + length, " ");
    }
    length += copy(out + length, "n=");
    length += put_count(out + length, figure->base_count);
    if (figure->base_count != figure->count) {
        length += copy(out + length, "+");
        length += put_count(out + length, figure->count);
    }
    return length;
}

size_t total_text(char out[FIXED_TEXT], const struct figure_total *total) {
    return isnan(total->ratio) ? copy(out, "?") : percent(out, (total->ratio - 1) * 100);
}

static const char *few_text(struct arena *arena, size_t need, int limit, const char *what,
                            double level) {
    char number[FIXED_TEXT];
    shortest_print(number, level);
    return arena_printf(arena, "need %s %d samples %s level %s", need ? ">=" : ">",
                        need ? (int)need : limit, what, number);
}

size_t cell_warnings(const char *texts[FIGURE_WARNINGS], const struct figure *figure,
                     const struct classic *classic, struct arena *arena) {
    size_t count = 0;
    if (figure->vary)
        texts[count++] = figure->vary;
    if (figure->doubt == CLASSIC_FEW)
        texts[count++] = few_text(arena, classic->need_summary, 50, "for confidence interval at",
                                  classic->confidence);
    if (figure->doubt == CLASSIC_INEXACT) {
        char low[FIXED_TEXT], high[FIXED_TEXT];
        shortest_print(low, figure->low);
        shortest_print(high, figure->high);
        texts[count++] = arena_printf(
            arena, "exact distribution expected, but values range from %s to %s", low, high);
    }
    return count;
}

size_t test_warnings(const char *texts[FIGURE_WARNINGS], const struct figure *figure,
                     const struct classic *classic, struct arena *arena) {
    size_t count = 0;
    if (figure->test_doubt == CLASSIC_EQUAL)
        texts[count++] = "all samples are equal";
    if (figure->test_doubt == CLASSIC_FEW)
        texts[count++] = few_text(arena, classic->need_test, 10, "to detect a difference at alpha",
                                  classic->alpha);
    return count;
}

size_t total_warnings(const char *texts[FIGURE_WARNINGS], const struct figure_total *total) {
    size_t count = 0;
    if (total->set_differs)
        texts[count++] = "benchmark set differs from baseline; geomeans may not be comparable";
    if (total->summary_fails)
        texts[count++] = "summaries must be >0 to compute geomean";
    if (total->ratio_fails)
        texts[count++] = "ratios must be >0 to compute geomean";
    return count;
}
