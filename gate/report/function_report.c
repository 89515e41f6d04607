#include "gate/report/function_report.h"

#include "gate/report/amount.h"
#include "gate/report/function_text.h"
#include "runners/base/escape.h"

#include <math.h>

enum { MOST_SLICES = 20, MOST_ROWS = 10, MOST_NAME = 120, INDENT = 16 };

/* ---- text ---- */

static size_t standing_out(const struct function_findings *f, const struct function_slice *slice) {
    size_t count = 0;
    for (size_t i = slice->first; i < slice->first + slice->count; i++)
        count += function_stands_out(&f->rows[i]);
    return count;
}

/* "regressed", "moved": what a line begins with. */
static const char *mark_of(const struct function_row *row, struct arena *arena) {
    return arena_printf(arena, "  %s",
                        row->class == FUNCTION_MOVED ? function_class_name(row->class)
                                                     : row_verdict_name(row->verdict));
}

static void put_rows(FILE *out, const struct function_findings *f,
                     const struct function_slice *slice, const struct report_style *style,
                     struct arena *arena) {
    size_t left = standing_out(f, slice), shown = 0;
    for (size_t i = slice->first; i < slice->first + slice->count && shown < MOST_ROWS; i++) {
        const struct function_row *row = &f->rows[i];
        if (!function_stands_out(row))
            continue;
        const char *name = cut_middle(arena, escape_text(arena, row->name), MOST_NAME);
        report_line_at(out, style, arena, INDENT, mark_of(row, arena),
                       arena_printf(arena, "%s: %s", name, function_words(f, row, arena)));
        for (size_t k = 0; k < row->note_count; k++)
            report_line_at(out, style, arena, INDENT, "", escape_text(arena, row->notes[k]));
        shown++;
    }
    if (left > shown)
        fprintf(out, "%-*sand %zu more functions\n", INDENT, "", left - shown);
}

/* Of the functions that are left open, what the largest could have shown. */
static void put_open(FILE *out, const struct function_findings *f,
                     const struct function_slice *slice, const struct report_style *style,
                     struct arena *arena) {
    const struct function_row *largest = NULL;
    char seen[AMOUNT_TEXT];
    size_t count = 0;
    for (size_t i = slice->first; i < slice->first + slice->count; i++) {
        const struct function_row *row = &f->rows[i];
        if (row->verdict != ROW_INCONCLUSIVE || !row->flat_tested)
            continue;
        count++;
        if (!largest || row->head.flat > largest->head.flat)
            largest = row;
    }
    const struct function_test *test = !largest      ? NULL
                                       : f->by_share ? &largest->share
                                                     : &largest->cost;
    if (test && isfinite(test->smallest_detectable))
        report_line_at(
            out, style, arena, INDENT, "  inconclusive",
            arena_printf(
                arena, "%zu of %zu; of the largest, %s, a change of %s could have been seen", count,
                slice->tested, cut_middle(arena, escape_text(arena, largest->name), MOST_NAME),
                percent_text(seen, test->smallest_detectable, false)));
}

static void put_callers(FILE *out, const struct function_findings *f,
                        const struct function_slice *slice, const struct report_style *style,
                        struct arena *arena) {
    const char *callers = function_callers(f, slice, arena);
    if (*callers)
        report_line_at(out, style, arena, INDENT, "  with callees", callers);
}

void function_report_text(FILE *out, const struct function_findings *f,
                          const struct report_style *style, struct arena *arena) {
    size_t shown = 0, quiet = 0;
    for (size_t i = 0; i < f->slice_count; i++) {
        const struct function_slice *slice = &f->slices[i];
        if ((standing_out(f, slice) == 0 && !slice->regressed && f->slice_count > 1) ||
            shown == MOST_SLICES) {
            quiet++;
            continue;
        }
        shown++;
        report_line(out, style, arena, "functions", function_headline(f, slice, arena));
        put_rows(out, f, slice, style, arena);
        put_callers(out, f, slice, style, arena);
        put_open(out, f, slice, style, arena);
    }
    if (quiet && shown == MOST_SLICES)
        fprintf(out, "%-*sand %zu more benchmarks\n", REPORT_INDENT, "", quiet);
    else if (quiet)
        fprintf(out, "%-*sno function changed in %zu%s benchmarks\n", REPORT_INDENT,
                shown ? "" : "functions", quiet, shown ? " other" : "");
}

/* ---- markdown ---- */

/* The notes of the functions that are shown, and what changed by its callees, as a list. */
static const char *markdown_notes(const struct function_findings *f,
                                  const struct function_slice *slice, struct arena *arena) {
    const char *text = "";
    size_t shown = 0;
    for (size_t i = slice->first; i < slice->first + slice->count && shown < MOST_ROWS; i++) {
        const struct function_row *row = &f->rows[i];
        shown += function_stands_out(row);
        for (size_t k = 0; k < row->note_count; k++)
            text = arena_printf(arena, "%s\n- %s: %s", text,
                                escape_markdown(arena, row->name, MOST_NAME),
                                escape_markdown(arena, row->notes[k], 4 * MOST_NAME));
    }
    const char *callers = function_callers(f, slice, arena);
    if (*callers)
        text = arena_printf(arena, "%s\n- with callees: %s", text,
                            escape_markdown(arena, callers, 4 * MOST_NAME));
    return *text ? arena_printf(arena, "%s\n", text) : "";
}

/* The name, and the place of the declaration where that is known. */
static const char *markdown_name(const struct function_row *row, struct arena *arena) {
    const char *name = escape_markdown(arena, row->name, MOST_NAME);
    return row->line ? arena_printf(arena, "%s, %s:%u", name,
                                    escape_markdown(arena, row->file, MOST_NAME), row->line)
                     : name;
}

const char *function_report_markdown(const struct function_findings *f,
                                     const struct function_slice *slice, struct arena *arena) {
    size_t left = standing_out(f, slice), shown = 0;
    char p[AMOUNT_TEXT], change[AMOUNT_TEXT];
    if (left == 0 && !slice->regressed)
        return "";
    const char *text = arena_printf(
        arena, "%s\n\n", escape_markdown(arena, function_headline(f, slice, arena), 4 * MOST_NAME));
    if (left == 0)
        return arena_printf(arena, "%s%s", text, markdown_notes(f, slice, arena));
    text = arena_printf(arena,
                        "%s| function | verdict | base | head | change | p |\n"
                        "|---|---|--:|--:|--:|--:|\n",
                        text);
    for (size_t i = slice->first; i < slice->first + slice->count && shown < MOST_ROWS; i++) {
        const struct function_row *row = &f->rows[i];
        if (!function_stands_out(row))
            continue;
        bool red = row->verdict == ROW_REGRESSED;
        const struct function_test *test = f->by_share ? &row->share : &row->cost;
        text = arena_printf(
            arena, "%s| %s | %s%s%s | %s | %s | %s | %s |\n", text, markdown_name(row, arena),
            red ? "**" : "", function_verdict(row, arena), red ? "**" : "",
            function_amount(f, slice, row->base.flat, row->base.flat_fraction, arena),
            function_amount(f, slice, row->head.flat, row->head.flat_fraction, arena),
            f->by_share ? arena_printf(arena, "%+.2f points", 100 * test->difference)
                        : change_text(change, test->change),
            p_text(p, f->by_share ? row->share_p_adjusted : row->p_adjusted));
        shown++;
    }
    text = arena_printf(arena, "%s%s", text, markdown_notes(f, slice, arena));
    if (left > shown)
        text = arena_printf(arena, "%s\n_%zu more functions: the JSON report has all._\n", text,
                            left - shown);
    return arena_printf(arena, "%s\n", text);
}

/* ---- JSON ---- */

static void put_amount(struct json_writer *w, const char *key,
                       const struct function_amount *amount) {
    json_key(w, key);
    json_open_object(w);
    json_number_member(w, "flat_fraction", amount->flat_fraction);
    json_number_member(w, "cum_fraction", amount->cum_fraction);
    json_number_member(w, "flat", amount->flat);
    json_number_member(w, "cum", amount->cum);
    json_number_member(w, "samples", amount->samples);
    json_number_member(w, "cum_samples", amount->cum_samples);
    json_close_object(w);
}

static void put_row(struct json_writer *w, const struct function_findings *f,
                    const struct function_row *row) {
    const struct function_slice *slice = &f->slices[row->slice];
    const struct function_test *test = f->by_share ? &row->share : &row->cost;
    json_open_object(w);
    json_string_member(w, "benchmark", slice->name);
    json_string_member(w, "function", row->name);
    json_string_member(w, "file", row->file);
    if (row->line)
        json_count_member(w, "line", row->line);
    json_string_member(w, "verdict", row_verdict_name(row->verdict));
    if (row->verdict == ROW_WAIVED)
        json_string_member(w, "unwaived", row_verdict_name(row->unwaived));
    json_string_member(w, "class", function_class_name(row->class));
    json_bool_member(w, "gated", row->policy.gated && slice->gated);
    json_string_member(w, "test", test->test);
    put_amount(w, "base", &row->base);
    put_amount(w, "head", &row->head);
    json_string_member(w, "unit", slice->unit);
    json_number_member(w, "change", test->change);
    json_number_member(w, "change_low", test->change_low);
    json_number_member(w, "change_high", test->change_high);
    json_number_member(w, "p", test->p);
    json_number_member(w, "p_adjusted", f->by_share ? row->share_p_adjusted : row->p_adjusted);
    json_number_member(w, "smallest_detectable_change", test->smallest_detectable);
    json_number_member(w, "cum_change", row->cum.change);
    json_number_member(w, "cum_difference", row->cum.difference);
    json_number_member(w, "cum_p", row->cum.p);
    json_number_member(w, "cum_p_adjusted", row->cum_p_adjusted);
    json_number_member(w, "fraction_p_adjusted", row->share_p_adjusted);
    json_number_member(w, "share_of_regression", row->share_of_regression);
    json_key(w, "domain");
    json_open_array(w);
    for (size_t i = 0; i < row->domain_count; i++)
        json_put_string(w, row->domain[i]);
    json_close_array(w);
    json_key(w, "notes");
    json_open_array(w);
    for (size_t i = 0; i < row->note_count; i++)
        json_put_string(w, row->notes[i]);
    json_close_array(w);
    json_close_object(w);
}

static void put_slice(struct json_writer *w, const struct function_slice *slice) {
    json_open_object(w);
    json_string_member(w, "benchmark", slice->name);
    json_string_member(w, "unit", slice->unit);
    json_count_member(w, "base_rounds", slice->base_rounds);
    json_count_member(w, "head_rounds", slice->head_rounds);
    json_number_member(w, "base", slice->base);
    json_number_member(w, "head", slice->head);
    json_number_member(w, "change", slice->change);
    json_number_member(w, "p", slice->p);
    json_bool_member(w, "gated", slice->gated);
    json_bool_member(w, "regressed", slice->regressed);
    json_number_member(w, "rest_of_regression", slice->rest);
    json_count_member(w, "functions", slice->count);
    json_count_member(w, "functions_tested", slice->tested);
    json_count_member(w, "functions_too_small", slice->small);
    json_number_member(w, "fraction_too_small", slice->small_fraction);
    json_close_object(w);
}

void function_report_json(struct json_writer *w, const struct function_findings *f) {
    json_key(w, "functions");
    json_open_array(w);
    for (size_t i = 0; f && i < f->row_count; i++)
        put_row(w, f, &f->rows[i]);
    json_close_array(w);
    json_key(w, "profiles");
    json_open_array(w);
    for (size_t i = 0; f && i < f->slice_count; i++)
        put_slice(w, &f->slices[i]);
    json_close_array(w);
}
