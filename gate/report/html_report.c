/* One page of HTML for people: the verdict first, then worst rows first, each with its rounds as
 * dots, the functions, and flame graphs. Nothing is fetched and no script runs: its content policy
 * allows its own style and nothing else. */
#include "gate/report/amount.h"
#include "gate/report/assets.h"
#include "gate/report/environment.h"
#include "gate/report/function_text.h"
#include "gate/report/html_flame.h"
#include "gate/report/html_plot.h"
#include "gate/report/report.h"
#include "gate/report/row_text.h"
#include "runners/base/escape.h"

enum { MOST_ROWS = 2000, MOST_PLOTS = 500, MOST_NOTES = 500, MOST_FUNCTIONS = 30 };

struct page {
    FILE *out;
    struct arena *arena;
    const struct comparison *comparison;
    const size_t *order;
    const struct report_style *style;
    size_t plots; /* drawn until now */
};

static const char *safe(const struct page *page, const char *text) {
    return escape_xml(page->arena, text);
}

static void put_head(const struct page *page) {
    const struct comparison *c = page->comparison;
    const char *words = safe(page, verdict_words(c)), *why = verdict_why(c);
    fprintf(page->out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
            "'%s'; base-uri 'none'; form-action 'none'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n"
            "<title>perfgate: %s</title>\n<style>%s</style>\n</head>\n<body>\n"
            "<svg class=\"hatches\" aria-hidden=\"true\">\n%s</svg>\n",
            report_css_hash, words, report_css, report_hatches);
    fprintf(page->out, "<header class=\"%s\">\n<h1>perfgate: %s</h1>\n", verdict_name(c->verdict),
            words);
    if (*why)
        fprintf(page->out, "<p class=\"why\">%s</p>\n", safe(page, why));
    fprintf(page->out, "<p>%s · exit code %d</p>\n</header>\n", safe(page, gated_words(c)),
            verdict_exit_code(c->verdict));
}

static void put_build(const struct page *page, const char *what, const struct recording *r,
                      size_t count) {
    const char *machine = environment_machine(r, page->arena);
    fprintf(page->out, "<dt>%s</dt><dd>%s%s%s%s</dd>\n", what,
            safe(page, environment_build(r, page->arena)),
            count > 1 ? arena_printf(page->arena, " and %zu more", count - 1) : "",
            machine ? ", on " : "", machine ? safe(page, machine) : "");
}

static void put_builds(const struct page *page) {
    const struct comparison *c = page->comparison;
    fputs("<dl>\n", page->out);
    if (c->base_count > 0)
        put_build(page, "base", c->base[c->base_count - 1], c->base_count);
    for (size_t i = 0; i < c->head_count; i++)
        put_build(page, "head", c->head[i], 1);
    fprintf(page->out, "</dl>\n<p class=\"policy\">%s</p>\n", safe(page, policy_words(c)));
}

/* ---- rows ---- */

static void put_row(struct page *page, const struct report_section *section,
                    const struct row *row) {
    const struct comparison *c = page->comparison;
    char base[AMOUNT_TEXT], head[AMOUNT_TEXT], p[AMOUNT_TEXT], seen[AMOUNT_TEXT];
    const char *verdict = row_verdict_name(row->verdict);
    bool exact = row->test && strcmp(row->test, "exact") == 0;
    fprintf(page->out,
            "<tr><td class=\"name\">%s</td><td class=\"words\"><span class=\"%s\">%s</span>%s</td>"
            "<td data-head=\"base\">%s</td><td data-head=\"head\">%s</td>"
            "<td data-head=\"change\">%s</td><td data-head=\"p\">%s</td>"
            "<td data-head=\"n\">%u+%u</td>",
            safe(page, row_title(c, row)), verdict, verdict,
            row->policy.gated ? "" : " <small>not gated</small>",
            safe(page, amount_text(base, row->base.center, row->unit)),
            safe(page, amount_text(head, row->head.center, row->unit)),
            interval_words(row, page->arena), exact ? "exact" : p_text(p, row->p_adjusted),
            row->base.n, row->head.n);
    if (section->seen)
        fprintf(page->out, "<td data-head=\"could have seen\">%s</td>",
                percent_text(seen, row->smallest_detectable_change, false));
    fputs("<td class=\"plot\">", page->out);
    if (page->plots++ < MOST_PLOTS)
        html_plot(page->out, c, row, page->style->history);
    fputs("</td></tr>\n", page->out);
}

static void put_section(struct page *page, const struct report_section *section) {
    const struct comparison *c = page->comparison;
    size_t count = section_count(section, c), written = 0;
    if (count == 0)
        return;
    if (section->folded)
        fprintf(page->out, "<details><summary>%zu %s</summary>\n", count, section->title);
    else
        fprintf(page->out, "<h2>%s</h2>\n", section->title);
    fprintf(
        page->out,
        "<div class=\"rows wide\"><table>\n<thead><tr><th class=\"words\">benchmark</th>"
        "<th class=\"words\">verdict</th><th>base</th><th>head</th><th>change</th><th>p</th>"
        "<th>n</th>%s<th class=\"words\">rounds: base above head%s</th></tr></thead>\n<tbody>\n",
        section->seen ? "<th>could have seen</th>" : "",
        page->style->history ? ", the stored ones below" : "");
    for (size_t i = 0; i < c->row_count && written < MOST_ROWS; i++) {
        const struct row *row = &c->rows[page->order[i]];
        struct arena_mark mark = arena_mark(page->arena);
        if (!section_has(section, row))
            continue;
        put_row(page, section, row);
        written++;
        arena_reset(page->arena, mark);
    }
    fputs("</tbody></table></div>\n", page->out);
    if (written < count)
        fprintf(page->out, "<p class=\"note\">%zu further rows: the JSON report has all.</p>\n",
                count - written);
    if (section->folded)
        fputs("</details>\n", page->out);
}

/* ---- functions ---- */

static void put_function(const struct page *page, const struct function_findings *f,
                         const struct function_slice *slice, const struct function_row *row) {
    const char *verdict = row_verdict_name(row->verdict);
    const char *notes = "";
    for (size_t i = 0; i < row->note_count; i++)
        notes = arena_printf(page->arena, "%s<br>%s", notes, safe(page, row->notes[i]));
    fprintf(
        page->out,
        "<tr><td class=\"name\">%s</td><td class=\"words\"><span class=\"%s\">%s</span></td>"
        "<td data-head=\"base\">%s</td><td data-head=\"head\">%s</td>"
        "<td class=\"words\">%s%s</td></tr>\n",
        safe(page, row->name), verdict, safe(page, function_verdict(row, page->arena)),
        safe(page, function_amount(f, slice, row->base.flat, row->base.flat_fraction, page->arena)),
        safe(page, function_amount(f, slice, row->head.flat, row->head.flat_fraction, page->arena)),
        safe(page, function_words(f, row, page->arena)), notes);
}

static void put_slice(const struct page *page, const struct function_findings *f,
                      const struct function_slice *slice) {
    size_t shown = 0, count = 0;
    for (size_t i = slice->first; i < slice->first + slice->count; i++)
        count += function_stands_out(&f->rows[i]);
    if (!count && !slice->regressed && f->slice_count > 1)
        return;
    fprintf(page->out, "<p>%s</p>\n", safe(page, function_headline(f, slice, page->arena)));
    const char *callers = function_callers(f, slice, page->arena);
    if (*callers)
        fprintf(page->out, "<p class=\"note\">with callees: %s</p>\n", safe(page, callers));
    if (!count)
        return;
    fputs("<div class=\"rows wide\"><table>\n<thead><tr><th class=\"words\">function</th><th "
          "class=\"words\">verdict</th><th>base</th><th>head</th><th class=\"words\">change</th>"
          "</tr></thead>\n<tbody>\n",
          page->out);
    for (size_t i = slice->first; i < slice->first + slice->count && shown < MOST_FUNCTIONS; i++) {
        if (!function_stands_out(&f->rows[i]))
            continue;
        put_function(page, f, slice, &f->rows[i]);
        shown++;
    }
    fputs("</tbody></table></div>\n", page->out);
    if (shown < count)
        fprintf(page->out, "<p class=\"note\">%zu more functions: the JSON report has all.</p>\n",
                count - shown);
}

static void put_functions(const struct page *page) {
    const struct function_findings *f = page->comparison->functions;
    if (!f || !f->slice_count)
        return;
    fputs("<h2>Functions</h2>\n", page->out);
    for (size_t i = 0; i < f->slice_count; i++)
        put_slice(page, f, &f->slices[i]);
    html_flames(page->out, page->comparison, page->style->flame_link);
}

/* ---- notes ---- */

static void put_note(const struct page *page, size_t number, const char *where, const char *text) {
    if (number == 0)
        fputs("<h2>Notes</h2>\n<ul>\n", page->out);
    if (number < MOST_NOTES)
        fprintf(page->out, "<li>%s%s%s</li>\n", where ? safe(page, where) : "", where ? ": " : "",
                safe(page, text));
}

/* Notes of rows, worst first, then those of the whole. */
static void put_notes(const struct page *page) {
    const struct comparison *c = page->comparison;
    size_t count = 0;
    for (size_t i = 0; i < c->row_count; i++) {
        const struct row *row = &c->rows[page->order[i]];
        for (uint32_t k = 0; k < row->note_count; k++)
            put_note(page, count++, row_title(c, row), row->notes[k]);
    }
    for (size_t i = 0; i < c->note_count; i++)
        put_note(page, count++, c->notes[i].where, c->notes[i].text);
    if (count > MOST_NOTES)
        fprintf(page->out, "<li>%zu more: the JSON report has all.</li>\n", count - MOST_NOTES);
    if (count)
        fputs("</ul>\n", page->out);
}

static bool html_write(FILE *out, const struct comparison *c, const struct report_style *style,
                       struct pg_error *err) {
    (void)err;
    size_t *order = ARENA_NEW(c->arena, size_t, c->row_count);
    comparison_worst_first(c, NULL, order);
    struct page page = {out, c->arena, c, order, style, 0};
    put_head(&page);
    put_builds(&page);
    for (size_t i = 0; i < REPORT_SECTIONS - 1; i++)
        put_section(&page, &report_sections[i]);
    put_functions(&page);
    put_section(&page, &report_sections[REPORT_SECTIONS - 1]);
    put_notes(&page);
    fputs("</body>\n</html>\n", out);
    return true;
}

const struct report_format html_report = {"html", html_write};
