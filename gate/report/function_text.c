#include "gate/report/function_text.h"

#include "gate/report/amount.h"

#include <math.h>

enum { MOST_NAMED = 3 };

const char *function_slice_name(const struct function_slice *slice) {
    return *slice->name ? slice->name : "profiles";
}

bool function_stands_out(const struct function_row *row) {
    return row->verdict == ROW_REGRESSED || row->verdict == ROW_IMPROVED ||
           row->verdict == ROW_WAIVED || row->class == FUNCTION_MOVED || row->note_count > 0;
}

const char *function_verdict(const struct function_row *row, struct arena *arena) {
    const char *verdict = row_verdict_name(row->verdict), *class = function_class_name(row->class);
    return class ? arena_printf(arena, "%s, %s", verdict, class) : verdict;
}

const char *function_amount(const struct function_findings *findings,
                            const struct function_slice *slice, double flat, double share,
                            struct arena *arena) {
    char text[AMOUNT_TEXT];
    return arena_strdup(arena, findings->by_share ? percent_text(text, share, false)
                                                  : amount_text(text, flat, slice->unit));
}

/* Percent of the base's whole cost. */
static double points(const struct function_findings *f, const struct function_slice *slice,
                     const struct function_row *row) {
    if (f->by_share)
        return 100 * row->share.difference;
    return 100 * (row->head.flat - row->base.flat) / slice->base;
}

static const char *named(const struct function_findings *f, const struct function_slice *slice,
                         const struct function_row *row, bool first, struct arena *arena) {
    bool whole = !isnan(row->share_of_regression);
    const char *of = whole ? arena_printf(arena, "%s (%.0f%%)", first ? " of it" : "",
                                          100 * row->share_of_regression)
                           : "";
    return arena_printf(arena, "%s%s%s%s %+.2f points%s", first ? "" : ", ",
                        row->verdict == ROW_WAIVED ? "waived " : "",
                        row->class == FUNCTION_APPEARED ? "new callee " : "", row->name,
                        points(f, slice, row), of);
}

/* The functions of one verdict, the first few by name. */
static const char *list(const struct function_findings *f, const struct function_slice *slice,
                        enum row_verdict verdict, struct arena *arena) {
    const char *text = "";
    size_t count = 0;
    double left = 0;
    for (size_t i = slice->first; i < slice->first + slice->count; i++) {
        const struct function_row *row = &f->rows[i];
        if (row->unwaived != verdict)
            continue;
        if (count++ < MOST_NAMED)
            text = arena_printf(arena, "%s%s", text, named(f, slice, row, count == 1, arena));
        else
            left += points(f, slice, row);
    }
    if (count > MOST_NAMED)
        text = arena_printf(arena, "%s, %zu more %+.2f points", text, count - MOST_NAMED, left);
    return text;
}

/* Functions that only the head has, too small to be red, yet there beyond chance. */
static const char *newcomers(const struct function_findings *f, const struct function_slice *slice,
                             struct arena *arena) {
    const char *text = "";
    size_t count = 0;
    for (size_t i = slice->first; i < slice->first + slice->count && slice->regressed; i++) {
        const struct function_row *row = &f->rows[i];
        if (row->verdict == ROW_NEW && row->p_adjusted <= row->policy.alpha && count++ < MOST_NAMED)
            text = arena_printf(arena, "%s, new callee %s", text, row->name);
    }
    return text;
}

static const char *moves(const struct function_findings *f, const struct function_slice *slice,
                         struct arena *arena) {
    size_t count = 0;
    const char *first = NULL;
    for (size_t i = slice->first; i < slice->first + slice->count; i++) {
        const struct function_row *row = &f->rows[i];
        if (row->class != FUNCTION_MOVED || row->cost.difference < 0)
            continue;
        if (count++ == 0)
            first = arena_printf(arena, "%s from %s", row->name, row->domain[0]);
    }
    if (count == 0)
        return NULL;
    return count == 1 ? arena_printf(arena, "only moved: %s", first)
                      : arena_printf(arena, "only moved: %s and %zu more", first, count - 1);
}

const char *function_headline(const struct function_findings *f, const struct function_slice *slice,
                              struct arena *arena) {
    char change[AMOUNT_TEXT], p[AMOUNT_TEXT];
    const char *text = function_slice_name(slice);
    const char *regressed = list(f, slice, ROW_REGRESSED, arena);
    const char *improved = list(f, slice, ROW_IMPROVED, arena), *moved = moves(f, slice, arena);
    bool other_unit = slice->time && strcmp(slice->unit, "sec/op") != 0;
    if (!f->by_share)
        text =
            arena_printf(arena, "%s%s%s %s", text, other_unit ? " " : "",
                         other_unit ? slice->unit : "", percent_text(change, slice->change, true));
    if (!f->by_share && !isnan(slice->p))
        text = arena_printf(arena, "%s (p = %s)", text, p_text(p, slice->p));
    if (slice->base_rounds < FUNCTION_LEAST_ROUNDS || slice->head_rounds < FUNCTION_LEAST_ROUNDS)
        return arena_printf(arena, "%s: too few profiled rounds to test %zu functions", text,
                            slice->tested);
    if (!*regressed && !*improved && !moved)
        return arena_printf(arena, "%s: no function changed among %zu that were tested", text,
                            slice->tested);
    text = arena_printf(arena, "%s: %s%s", text, regressed,
                        *regressed ? newcomers(f, slice, arena) : "");
    if (!isnan(slice->rest))
        text = arena_printf(arena, "%s, rest %.0f%%", text, round(100 * slice->rest) + 0.0);
    if (*improved)
        text = arena_printf(arena, "%s%s%s", text, *regressed ? "; " : "", improved);
    if (moved)
        text = arena_printf(arena, "%s%s%s", text, *regressed || *improved ? "; " : "", moved);
    return text;
}

/* By share in points, what all functions usually became taken off. */
static const char *cum_change(const struct function_findings *f, const struct function_row *row,
                              struct arena *arena) {
    char change[AMOUNT_TEXT];
    if (f->by_share)
        return arena_printf(arena, "%+.2f points", 100 * row->cum.difference);
    return isfinite(row->cum.change)
               ? arena_strdup(arena, percent_text(change, row->cum.change, true))
               : function_class_name(row->class);
}

/* Does what it costs with its callees differ beyond chance and margin, and nothing else of it? */
static bool only_cum_changed(const struct function_findings *f, const struct function_row *row) {
    double floor = row->policy.floor * (f->by_share ? 1 : f->slices[row->slice].base);
    double threshold = f->by_share ? 0 : row->policy.threshold * row->base.cum;
    double least = threshold > floor ? threshold : floor;
    return !function_stands_out(row) && row->verdict != ROW_NEW && row->verdict != ROW_MISSING &&
           row->cum_p_adjusted <= row->policy.alpha && fabs(row->cum.difference) > least;
}

const char *function_callers(const struct function_findings *f, const struct function_slice *slice,
                             struct arena *arena) {
    const char *text = "";
    char p[AMOUNT_TEXT];
    size_t count = 0;
    for (size_t i = slice->first; i < slice->first + slice->count; i++) {
        const struct function_row *row = &f->rows[i];
        if (only_cum_changed(f, row) && count++ < MOST_NAMED)
            text = arena_printf(arena, "%s%s%s %s (p = %s)", text, *text ? ", " : "", row->name,
                                cum_change(f, row, arena), p_text(p, row->cum_p_adjusted));
    }
    return count > MOST_NAMED ? arena_printf(arena, "%s and %zu more", text, count - MOST_NAMED)
                              : text;
}

static const char *partners(const struct function_row *row, struct arena *arena) {
    const char *text = "";
    size_t i = 0;
    for (; i < row->domain_count && i < MOST_NAMED; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", row->domain[i]);
    return i < row->domain_count
               ? arena_printf(arena, "%s and %zu more", text, row->domain_count - i)
               : text;
}

const char *function_words(const struct function_findings *f, const struct function_row *row,
                           struct arena *arena) {
    const struct function_slice *slice = &f->slices[row->slice];
    char change[AMOUNT_TEXT], p[AMOUNT_TEXT];
    const char *base = function_amount(f, slice, row->base.flat, row->base.flat_fraction, arena);
    const char *head = function_amount(f, slice, row->head.flat, row->head.flat_fraction, arena);
    const char *text = f->by_share ? arena_printf(arena, "%+.2f points (%s to %s)",
                                                  points(f, slice, row), base, head)
                       : isfinite(row->cost.change)
                           ? arena_printf(arena, "%s (%s to %s)",
                                          percent_text(change, row->cost.change, true), base, head)
                           : arena_printf(arena, "%s to %s", base, head);
    text = arena_printf(arena, "%s, p = %s", text,
                        p_text(p, f->by_share ? row->share_p_adjusted : row->p_adjusted));
    if (row->class == FUNCTION_APPEARED || row->class == FUNCTION_VANISHED)
        text = arena_printf(arena, "%s, %s", text, function_class_name(row->class));
    if (isfinite(row->cum.change) && row->base.cum > row->base.flat)
        text = arena_printf(arena, "%s (with callees %s, p = %s)", text, cum_change(f, row, arena),
                            p_text(p, row->cum_p_adjusted));
    if (row->class == FUNCTION_MOVED)
        text = arena_printf(arena, "%s, %s %s", text, row->cost.difference > 0 ? "from" : "to",
                            partners(row, arena));
    return text;
}
