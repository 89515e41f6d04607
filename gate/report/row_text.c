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

const char *tests_words(const struct comparison *comparison) {
    const char *text = "";
    for (size_t k = 0; k < comparison->test_count; k++)
        text = arena_printf(comparison->arena, "%s%s%s (%zu)", text, k ? "; " : "",
                            comparison->tests[k].name, comparison->tests[k].rows);
    return text;
}

static size_t gated_rows(const struct comparison *c) {
    size_t count = 0;
    for (int i = 0; i < ROW_VERDICT_COUNT; i++)
        count += c->gated_counts[i];
    return count;
}

static const char *function_count(const struct comparison *c) {
    return arena_printf(c->arena, "%zu function%s", c->functions_regressed,
                        c->functions_regressed == 1 ? "" : "s");
}

const char *verdict_why(const struct comparison *c) {
    switch (c->verdict) {
    case VERDICT_REGRESSION:
        if (c->functions && c->row_count == 0)
            return arena_printf(c->arena, "of %s the share grew", function_count(c));
        return arena_printf(c->arena, "%zu of %zu rows got worse%s%s",
                            c->gated_counts[ROW_REGRESSED], gated_rows(c),
                            c->functions_regressed ? ", " : "",
                            c->functions_regressed ? function_count(c) : "");
    case VERDICT_BROKEN:
        return "the comparison does not hold";
    case VERDICT_INCONCLUSIVE:
        return "the data cannot decide";
    default:
        return "";
    }
}

const char *gated_words(const struct comparison *c) {
    const char *gated = counts_words(c->gated_counts, c->arena);
    if (gated_rows(c) == c->row_count)
        return gated;
    return arena_printf(c->arena, "%s; %zu not gated", gated, c->row_count - gated_rows(c));
}

const char *policy_words(const struct comparison *c) {
    static const char *const corrections[CORRECTION_COUNT] = {"Benjamini-Hochberg", "Holm",
                                                              "no correction"};
    return arena_printf(
        c->arena, "Regressed: worse by more than %g%% with p ≤ %g (%s over %zu rows). Tests: %s.",
        100 * c->policy->threshold, c->policy->alpha, corrections[c->policy->correction], c->family,
        *tests_words(c) ? tests_words(c) : "none");
}

const char *interval_words(const struct row *row, struct arena *arena) {
    char low[AMOUNT_TEXT], high[AMOUNT_TEXT], change[AMOUNT_TEXT];
    change_text(change, row->change);
    if (isinf(row->change) || isnan(row->change_low) || isnan(row->change_high) ||
        row->change_low == row->change_high)
        return arena_strdup(arena, change);
    return arena_printf(arena, "%s (%s … %s)", change, percent_text(low, row->change_low, true),
                        percent_text(high, row->change_high, true));
}

#define BIT(verdict) (1U << (verdict))

const struct report_section report_sections[REPORT_SECTIONS] = {
    {"Needs attention",
     BIT(ROW_REGRESSED) | BIT(ROW_FAILED) | BIT(ROW_MISSING) | BIT(ROW_INCOMPARABLE), false, false},
    {"Cannot tell", BIT(ROW_INCONCLUSIVE), false, true},
    {"Waived, improved, new", BIT(ROW_WAIVED) | BIT(ROW_IMPROVED) | BIT(ROW_NEW), false, false},
    {"unchanged", BIT(ROW_SAME), true, false},
};

bool section_has(const struct report_section *section, const struct row *row) {
    return (section->verdicts & BIT(row->verdict)) != 0;
}

size_t section_count(const struct report_section *section, const struct comparison *comparison) {
    size_t count = 0;
    for (size_t i = 0; i < comparison->row_count; i++)
        count += section_has(section, &comparison->rows[i]);
    return count;
}
