/* JUnit XML: a test case a gated row, so that CI systems list what got slower among their failed
 * tests. */
#include "gate/report/function_text.h"
#include "gate/report/report.h"
#include "gate/report/row_text.h"
#include "runners/base/escape.h"

/* The case of one row, as JUnit sees it. */
enum outcome_of_case { CASE_PASSED, CASE_FAILED, CASE_SKIPPED };

static enum outcome_of_case case_of(const struct comparison *c, const struct row *row) {
    if (row_breaks(c, row))
        return CASE_FAILED;
    return row->verdict == ROW_INCONCLUSIVE || row->verdict == ROW_MISSING ||
                   row->verdict == ROW_FAILED || row->verdict == ROW_INCOMPARABLE
               ? CASE_SKIPPED
               : CASE_PASSED;
}

static bool is_case(const struct row *row) {
    return row->policy.gated || row->policy.expected;
}

static void put_case(FILE *out, const struct comparison *c, const struct row *row) {
    struct arena *arena = c->arena;
    fprintf(out, "    <testcase classname=\"perfgate\" name=\"%s",
            escape_xml(arena, row_title(c, row)));
    enum outcome_of_case outcome = case_of(c, row);
    if (outcome == CASE_PASSED && row->note_count == 0) {
        fputs("\"/>\n", out);
        return;
    }
    fputs("\">\n", out);
    const char *words = row_words(c, row);
    const char *text =
        escape_xml(arena, arena_printf(arena, "%s%s%s", row_verdict_name(row->verdict),
                                       *words ? ": " : "", words));
    if (outcome == CASE_FAILED)
        fprintf(out, "      <failure type=\"%s\" message=\"%s\"/>\n",
                row_verdict_name(row->verdict), text);
    else if (outcome == CASE_SKIPPED)
        fprintf(out, "      <skipped message=\"%s\"/>\n", text);
    if (row->note_count > 0) {
        fputs("      <system-out>", out);
        for (uint32_t i = 0; i < row->note_count; i++)
            fprintf(out, "%s%s", i ? "\n" : "", escape_xml(arena, row->notes[i]));
        fputs("</system-out>\n", out);
    }
    fputs("    </testcase>\n", out);
}

/* Functions that decide are cases that failed. */
static void put_functions(FILE *out, const struct comparison *c) {
    const struct function_findings *f = c->functions;
    for (size_t i = 0; c->functions_regressed && i < f->row_count; i++) {
        const struct function_row *row = &f->rows[i];
        if (!function_decides(f, row))
            continue;
        const char *title = arena_printf(c->arena, "%s in %s", row->name,
                                         function_slice_name(&f->slices[row->slice]));
        fprintf(out,
                "    <testcase classname=\"perfgate\" name=\"%s\">\n"
                "      <failure type=\"regressed\" message=\"regressed: %s\"/>\n"
                "    </testcase>\n",
                escape_xml(c->arena, title),
                escape_xml(c->arena, function_words(f, row, c->arena)));
    }
}

/* What is wrong with the whole, as a case of its own: a gate that measured nothing must not show as
 * an empty, green suite. */
static void put_whole(FILE *out, const struct comparison *c) {
    fprintf(out, "    <testcase classname=\"perfgate\" name=\"verdict\">\n");
    if (c->verdict == VERDICT_BROKEN)
        fprintf(out, "      <error type=\"%s\" message=\"broken: %s\"/>\n", reason_name(c->reason),
                reason_name(c->reason));
    else if (c->verdict == VERDICT_INCONCLUSIVE)
        fprintf(out, "      <skipped message=\"inconclusive\"/>\n");
    fputs("      <system-out>", out);
    fprintf(out, "%s", verdict_name(c->verdict));
    for (size_t i = 0; i < c->note_count; i++)
        fprintf(out, "\n%s%s%s", c->notes[i].where ? escape_xml(c->arena, c->notes[i].where) : "",
                c->notes[i].where ? ": " : "", escape_xml(c->arena, c->notes[i].text));
    fputs("</system-out>\n    </testcase>\n", out);
}

static bool junit_write(FILE *out, const struct comparison *c, const struct report_style *style,
                        struct pg_error *err) {
    (void)style;
    (void)err;
    size_t cases[3] = {0}, errors = c->verdict == VERDICT_BROKEN;
    for (size_t i = 0; i < c->row_count; i++) {
        if (is_case(&c->rows[i]))
            cases[case_of(c, &c->rows[i])]++;
    }
    cases[CASE_FAILED] += c->functions_regressed;
    size_t tests = cases[CASE_PASSED] + cases[CASE_FAILED] + cases[CASE_SKIPPED] + 1;
    size_t skipped = cases[CASE_SKIPPED] + (c->verdict == VERDICT_INCONCLUSIVE);
    const char *totals =
        arena_printf(c->arena, "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
                     tests, cases[CASE_FAILED], errors, skipped);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites %s>\n"
            "  <testsuite name=\"perfgate\" %s>\n",
            totals, totals);
    for (size_t i = 0; i < c->row_count; i++) {
        if (is_case(&c->rows[i]))
            put_case(out, c, &c->rows[i]);
    }
    put_functions(out, c);
    put_whole(out, c);
    fputs("  </testsuite>\n</testsuites>\n", out);
    return true;
}

const struct report_format junit_report = {"junit", junit_write};
