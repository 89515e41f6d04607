#include "gate/report/function_report.h"
#include "gate/report/report.h"
#include "gate/report/row_text.h"
#include "runners/base/escape.h"
#include "runners/base/text.h"

#include <stdint.h>

/* On a terminal the verdict must not scroll away; files have the rest. */
enum { MOST_ROWS = 20, MOST_NOTES = 20, INDENT = REPORT_INDENT };

static const char *colour_of(enum verdict verdict) {
    return verdict == VERDICT_PASS           ? "\033[32m"
           : verdict == VERDICT_INCONCLUSIVE ? "\033[33m"
                                             : "\033[31m";
}

/* The next word, up to a blank; blanks are single but for those that stand in names. */
static bool text_word(struct text *rest, struct text *word) {
    if (!rest->at)
        return false;
    const char *blank = memchr(rest->at, ' ', rest->length);
    word->at = rest->at;
    word->length = blank ? (size_t)(blank - rest->at) : rest->length;
    rest->length -= word->length + (blank != NULL);
    rest->at = blank ? blank + 1 : NULL;
    return true;
}

void report_line(FILE *out, const struct report_style *style, struct arena *arena, const char *what,
                 const char *text) {
    report_line_at(out, style, arena, INDENT, what, text);
}

void report_line_at(FILE *out, const struct report_style *style, struct arena *arena, int indent,
                    const char *what, const char *text) {
    struct text rest = text_of(escape_text(arena, text)), word;
    size_t begin = (size_t)indent, at = begin;
    size_t width = style->width > 2 * indent ? (size_t)style->width : SIZE_MAX;
    fprintf(out, "%-*s", indent, what);
    while (text_word(&rest, &word)) {
        size_t length = text_characters(word);
        bool first = at == begin, breaks = !first && at + 1 + length > width;
        if (breaks)
            fprintf(out, "\n%*s", indent, "");
        else if (!first)
            putc(' ', out);
        at = (first ? at : breaks ? begin : at + 1) + length;
        fwrite(word.at, 1, word.length, out);
    }
    putc('\n', out);
}

static const char *row_line(const struct comparison *c, const struct row *row) {
    const char *words = row_words(c, row);
    const char *text = row_title(c, row);
    if (*words)
        text = arena_printf(c->arena, "%s: %s", text, words);
    for (uint32_t i = 0; i < row->note_count; i++)
        text = arena_printf(c->arena, "%s%s%s", text, i || *words ? "; " : ": ", row->notes[i]);
    if (!row->policy.gated)
        text = arena_printf(c->arena, "%s (not gated)", text);
    return text;
}

/* Rows that stand in the way of a pass, or have something to say. */
static bool worth_a_line(const struct comparison *c, const struct row *row) {
    return row_breaks(c, row) || row->note_count > 0 ||
           (row->verdict == ROW_INCONCLUSIVE && row->policy.gated);
}

static void put_rows(FILE *out, const struct comparison *c, const struct report_style *style) {
    size_t *order = ARENA_NEW(c->arena, size_t, c->row_count);
    size_t count = comparison_worst_first(c, worth_a_line, order);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const struct row *row = &c->rows[order[i]];
        report_line(out, style, c->arena, row_verdict_name(row->verdict), row_line(c, row));
    }
    if (count > MOST_ROWS)
        fprintf(out, "%-*sand %zu more rows with something to say\n", INDENT, "",
                count - MOST_ROWS);
}

static void put_notes(FILE *out, const struct comparison *c, const struct report_style *style) {
    for (size_t i = 0; i < c->note_count && i < MOST_NOTES; i++) {
        const struct note *note = &c->notes[i];
        report_line(
            out, style, c->arena, note->level == NOTE_INFO ? "note" : note_level_name(note->level),
            note->where ? arena_printf(c->arena, "%s: %s", note->where, note->text) : note->text);
    }
    if (c->note_count > MOST_NOTES)
        fprintf(out, "%-*sand %zu more notes\n", INDENT, "", c->note_count - MOST_NOTES);
}

void report_summary(FILE *out, const struct comparison *c, const struct report_style *style) {
    if (c->functions)
        function_report_text(out, c->functions, style, c->arena);
    if (style->flame_path)
        report_line(out, style, c->arena, "flame graphs", style->flame_path);
    put_rows(out, c, style);
    put_notes(out, c, style);
    if (c->functions && c->row_count == 0)
        report_line(out, style, c->arena, "tested", counts_words(c->functions->counts, c->arena));
    if (*tests_words(c))
        report_line(out, style, c->arena, "tests", tests_words(c));
    if (!c->functions || c->row_count > 0)
        report_line(out, style, c->arena, "rows", counts_words(c->counts, c->arena));
    size_t gated = 0;
    for (int i = 0; i < ROW_VERDICT_COUNT; i++)
        gated += c->gated_counts[i];
    if (gated < c->row_count)
        report_line(out, style, c->arena, "gated",
                    arena_printf(c->arena, "%s; verdicts (in parentheses) do not count",
                                 counts_words(c->gated_counts, c->arena)));
    fprintf(out, "%-*s%s%s%s (exit %d)\n", INDENT, "verdict",
            style->colour ? colour_of(c->verdict) : "", verdict_words(c),
            style->colour ? "\033[0m" : "", verdict_exit_code(c->verdict));
}
