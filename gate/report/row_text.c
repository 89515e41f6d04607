#include "gate/report/row_text.h"

#include "gate/report/amount.h"

/* "+7.12% (1.000 ms to 1.071 ms)", "from 0 to 12". */
static const char *change_words(const struct row *row, struct arena *arena) {
    char change[AMOUNT_TEXT], base[AMOUNT_TEXT], head[AMOUNT_TEXT];
    amount_text(base, row->base.center, row->unit);
    amount_text(head, row->head.center, row->unit);
    if (isinf(row->change))
        return arena_printf(arena, "from %s to %s", base, head);
    return arena_printf(arena, "%s (%s to %s)", percent_text(change, row->change, true), base,
                        head);
}

const char *row_words(const struct comparison *comparison, const struct row *row) {
    struct arena *arena = comparison->arena;
    char change[AMOUNT_TEXT], p[AMOUNT_TEXT];
    change_text(change, row->change);
    switch (row->verdict) {
    case ROW_REGRESSED:
    case ROW_IMPROVED:
    case ROW_WAIVED:
        if (!isnan(row->p_adjusted))
            return arena_printf(arena, "%s, p = %s, %g%% allowed", change_words(row, arena),
                                p_text(p, row->p_adjusted), 100 * row->policy.threshold);
        return arena_printf(arena, "%s, %g%% allowed", change_words(row, arena),
                            100 * row->policy.threshold);
    case ROW_INCONCLUSIVE:
        if (!isnan(row->smallest_detectable_change))
            return arena_printf(arena, "%s, where a change of %s could have been seen", change,
                                percent_text(p, row->smallest_detectable_change, false));
        return arena_strdup(arena, change);
    default:
        return "";
    }
}

const char *row_title(const struct comparison *comparison, const struct row *row) {
    struct arena *arena = comparison->arena;
    const struct grid *grid = comparison->grid;
    const char *unit = *row->unit ? arena_printf(arena, " %s", row->unit) : "";
    if (grid->column_count > 2 && row->column < grid->column_count)
        return arena_printf(arena, "%s%s [%s]", row->name, unit, grid->columns[row->column].text);
    return arena_printf(arena, "%s%s", row->name, unit);
}

const char *counts_words(const size_t counts[ROW_VERDICT_COUNT], struct arena *arena) {
    const char *text = "";
    for (int i = 0; i < ROW_VERDICT_COUNT; i++)
        text = arena_printf(arena, "%s%s%zu %s", text, i ? ", " : "", counts[i],
                            row_verdict_name((enum row_verdict)i));
    return text;
}

static const char *reasons_words(const struct comparison *comparison) {
    const char *text = "";
    for (int i = REASON_NONE + 1; i <= REASON_MISSING_ROWS; i++) {
        if (comparison->reasons & 1U << i)
            text = arena_printf(comparison->arena, "%s%s%s", text, *text ? ", " : "",
                                reason_name((enum reason)i));
    }
    return text;
}

const char *verdict_words(const struct comparison *comparison) {
    const char *name = verdict_name(comparison->verdict), *reasons = reasons_words(comparison);
    if (!*reasons)
        return name;
    return comparison->verdict == VERDICT_BROKEN
               ? arena_printf(comparison->arena, "%s: %s", name, reasons)
               : arena_printf(comparison->arena, "%s, also %s", name, reasons);
}

/* Each name of a test comes from one literal, so that a few comparisons of text find it again. */
enum { MOST_TESTS = 12 };

const char *tests_words(const struct comparison *comparison) {
    const char *names[MOST_TESTS], *text = "";
    size_t counts[MOST_TESTS] = {0}, kinds = 0;
    for (size_t i = 0; i < comparison->row_count; i++) {
        const char *test = comparison->rows[i].test;
        size_t k = 0;
        while (test && k < kinds && names[k] != test && strcmp(names[k], test) != 0)
            k++;
        if (!test || k == MOST_TESTS)
            continue;
        names[k] = test;
        counts[k]++;
        kinds += k == kinds;
    }
    for (size_t k = 0; k < kinds; k++)
        text = arena_printf(comparison->arena, "%s%s%s (%zu)", text, k ? "; " : "", names[k],
                            counts[k]);
    return text;
}
