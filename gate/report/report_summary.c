#include "gate/report/escape.h"
#include "gate/report/report.h"
#include "gate/report/row_text.h"

/* On a terminal the verdict must not scroll away; files have the rest. */
enum { MOST_ROWS = 20, MOST_NOTES = 20 };

static const char *colour_of(enum verdict verdict) {
    return verdict == VERDICT_PASS           ? "\033[32m"
           : verdict == VERDICT_INCONCLUSIVE ? "\033[33m"
                                             : "\033[31m";
}

static void put_line(FILE *out, struct arena *arena, const char *what, const char *text) {
    fprintf(out, "%-12s  %s\n", what, escape_text(arena, text));
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

static void put_rows(FILE *out, const struct comparison *c) {
    size_t *order = ARENA_NEW(c->arena, size_t, c->row_count), shown = 0, left = 0;
    comparison_worst_first(c, order);
    for (size_t i = 0; i < c->row_count; i++) {
        const struct row *row = &c->rows[order[i]];
        if (!worth_a_line(c, row))
            continue;
        if (shown++ < MOST_ROWS)
            put_line(out, c->arena, row_verdict_name(row->verdict), row_line(c, row));
        else
            left++;
    }
    if (left)
        fprintf(out, "%-12s  and %zu more rows with something to say\n", "", left);
}

static void put_notes(FILE *out, const struct comparison *c) {
    for (size_t i = 0; i < c->note_count && i < MOST_NOTES; i++) {
        const struct note *note = &c->notes[i];
        put_line(out, c->arena, note->level == NOTE_INFO ? "note" : note_level_name(note->level),
                 note->where ? arena_printf(c->arena, "%s: %s", note->where, note->text)
                             : note->text);
    }
    if (c->note_count > MOST_NOTES)
        fprintf(out, "%-12s  and %zu more notes\n", "", c->note_count - MOST_NOTES);
}

void report_summary(FILE *out, const struct comparison *c, const struct report_style *style) {
    put_rows(out, c);
    put_notes(out, c);
    if (*tests_words(c))
        put_line(out, c->arena, "tests", tests_words(c));
    put_line(out, c->arena, "rows", counts_words(c->counts, c->arena));
    size_t gated = 0;
    for (int i = 0; i < ROW_VERDICT_COUNT; i++)
        gated += c->gated_counts[i];
    if (gated < c->row_count)
        put_line(out, c->arena, "gated",
                 arena_printf(c->arena, "%s; verdicts (in parentheses) do not count",
                              counts_words(c->gated_counts, c->arena)));
    fprintf(out, "%-12s  %s%s%s (exit %d)\n", "verdict", style->colour ? colour_of(c->verdict) : "",
            verdict_words(c), style->colour ? "\033[0m" : "", verdict_exit_code(c->verdict));
}
