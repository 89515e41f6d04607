/* GitHub's workflow commands, one a line, for a step that prints them. GitHub shows ten of a level
 * for the whole action and drops the rest without a word, so that at most nine are written, worst
 * first, with a tenth that says how many more there are. What a benchmark is called says nothing of
 * the line it stands in; functions that regressed are annotated where they are declared, when that
 * is in a file of the checkout. */
#include "gate/report/environment.h"
#include "gate/report/function_text.h"
#include "gate/report/report.h"
#include "gate/report/row_text.h"
#include "runners/base/escape.h"

#include <stdlib.h>
#include <sys/stat.h>

enum {
    MOST_OF_A_LEVEL = 10,
    MOST_TITLE = 150, /* characters; escaped at most three times as many */
    MOST_PATH = 500,
    MOST_MESSAGE = 1000 /* GitHub cuts at 4096 */
};

enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTICE, LEVEL_COUNT };

struct annotations {
    FILE *out;
    struct arena *arena;
    const struct comparison *comparison;
    const struct publication *publication;
    size_t count[LEVEL_COUNT]; /* to be told */
    size_t told[LEVEL_COUNT];
    bool counting;
};

/* `place`: the properties of a place, escaped, or "". */
static void put_command_at(const struct annotations *a, enum level level, const char *place,
                           const char *title, const char *message) {
    static const char *const names[LEVEL_COUNT] = {"error", "warning", "notice"};
    fprintf(a->out, "::%s %stitle=%s::%s\n", names[level], place,
            escape_command_property(a->arena, title, MOST_TITLE),
            escape_command_data(a->arena, message, MOST_MESSAGE));
}

static void put_command(const struct annotations *a, enum level level, const char *title,
                        const char *message) {
    put_command_at(a, level, "", title, message);
}

/* Is there room for another of this level? What is beyond it is told as a number. */
static bool take(struct annotations *a, enum level level) {
    if (a->counting) {
        a->count[level]++;
        return false;
    }
    size_t most = a->count[level] > MOST_OF_A_LEVEL ? MOST_OF_A_LEVEL - 1 : MOST_OF_A_LEVEL;
    if (a->told[level] == most)
        return false;
    a->told[level]++;
    return true;
}

/* What was measured, and where. */
static const char *measured(const struct annotations *a) {
    const struct comparison *c = a->comparison;
    const struct recording *base = c->base_count ? c->base[c->base_count - 1] : NULL;
    const struct recording *head = c->head_count ? c->head[0] : NULL;
    const char *machine = head ? environment_machine(head, a->arena) : NULL;
    if (!head)
        return "";
    return arena_printf(a->arena, "; %s%s%s%s%s", environment_build(head, a->arena),
                        base ? " against " : "", base ? environment_build(base, a->arena) : "",
                        machine ? ", on " : "", machine ? machine : "");
}

static void put_verdict(struct annotations *a) {
    const struct comparison *c = a->comparison;
    bool accepted = publication_accepts(a->publication, c);
    enum level level = c->verdict == VERDICT_PASS                ? LEVEL_NOTICE
                       : accepted || publication_not_enforced(c) ? LEVEL_WARNING
                                                                 : LEVEL_ERROR;
    if (!take(a, level))
        return;
    bool alone = c->functions && c->row_count == 0;
    const char *counts = alone ? counts_words(c->functions->counts, a->arena) : gated_words(c);
    const char *about = alone || c->row_count || !c->note_count
                            ? arena_printf(a->arena, "%s%s", counts, measured(a))
                            : c->notes[0].text;
    put_command(a, level,
                arena_printf(a->arena, "perfgate %s", publication_title(a->publication, c)), about);
}

/* Of rows that stand in the way of a pass; of those that have something to say without. */
static enum level level_of(const struct annotations *a, const struct row *row) {
    if (row_breaks(a->comparison, row))
        return publication_accepts(a->publication, a->comparison) ? LEVEL_WARNING : LEVEL_ERROR;
    return row->verdict == ROW_WAIVED || (row->verdict == ROW_IMPROVED && row->policy.gated)
               ? LEVEL_NOTICE
               : LEVEL_COUNT;
}

static void put_row(struct annotations *a, const struct row *row) {
    const struct comparison *c = a->comparison;
    enum level level = level_of(a, row);
    if (level == LEVEL_COUNT || !take(a, level))
        return;
    const char *title = arena_printf(a->arena, "%s%s: %s", row_verdict_name(row->verdict),
                                     level == LEVEL_WARNING ? ", accepted" : "", row_title(c, row));
    const char *text = row_words(c, row);
    for (uint32_t i = 0; i < row->note_count; i++)
        text = arena_printf(a->arena, "%s%s%s", text, *text ? "; " : "", row->notes[i]);
    put_command(a, level, title, *text ? text : row_verdict_name(row->verdict));
}

/* Where a function is declared, as properties; "" unless that is a file of the checkout, also
 * behind links. */
static const char *place_of(const struct annotations *a, const struct function_row *row) {
    const char *checkout = a->publication->checkout, *place = "";
    if (!checkout || !row->line || !row->file || row->file[0] == '/')
        return place;
    char *folder = realpath(checkout, NULL);
    char *file = realpath(arena_printf(a->arena, "%s/%s", checkout, row->file), NULL);
    size_t length = folder ? strlen(folder) : 0;
    struct stat is;
    if (folder && file && strncmp(file, folder, length) == 0 && file[length] == '/' &&
        text_characters(text_of(file + length)) <= MOST_PATH && stat(file, &is) == 0 &&
        S_ISREG(is.st_mode))
        place = arena_printf(a->arena, "file=%s,line=%u,",
                             escape_command_property(a->arena, file + length + 1, MOST_PATH),
                             row->line);
    free(folder);
    free(file);
    return place;
}

/* Functions that decide stand in the way of a pass. Others are told only where there is a place to
 * show: beside what is red, or as a hint. */
static enum level level_of_function(const struct annotations *a, const struct function_row *row,
                                    bool placed) {
    const struct comparison *c = a->comparison;
    if (c->functions_regressed && function_decides(c->functions, row))
        return publication_accepts(a->publication, c) ? LEVEL_WARNING : LEVEL_ERROR;
    bool red = c->verdict == VERDICT_REGRESSION && c->functions->slices[row->slice].regressed;
    return !placed ? LEVEL_COUNT : red ? LEVEL_WARNING : LEVEL_NOTICE;
}

static void put_function(struct annotations *a, const struct function_row *row) {
    const struct function_findings *f = a->comparison->functions;
    if (row->verdict != ROW_REGRESSED)
        return;
    const char *place = place_of(a, row);
    enum level level = level_of_function(a, row, *place);
    bool accepted = publication_accepts(a->publication, a->comparison);
    if (level == LEVEL_COUNT || !take(a, level))
        return;
    put_command_at(a, level, place,
                   arena_printf(a->arena, "regressed%s: %s in %s", accepted ? ", accepted" : "",
                                row->name, function_slice_name(&f->slices[row->slice])),
                   function_words(f, row, a->arena));
}

static void put_all(struct annotations *a, const size_t *order, bool counting) {
    const struct comparison *c = a->comparison;
    a->counting = counting;
    put_verdict(a);
    for (size_t i = 0; i < c->row_count; i++) {
        struct arena_mark mark = arena_mark(a->arena);
        put_row(a, &c->rows[order[i]]);
        arena_reset(a->arena, mark);
    }
    for (size_t i = 0; c->functions && i < c->functions->row_count; i++) {
        struct arena_mark mark = arena_mark(a->arena);
        put_function(a, &c->functions->rows[i]);
        arena_reset(a->arena, mark);
    }
}

static bool annotations_write(FILE *out, const struct comparison *c,
                              const struct report_style *style, struct pg_error *err) {
    (void)err;
    size_t *order = ARENA_NEW(c->arena, size_t, c->row_count);
    comparison_worst_first(c, NULL, order);
    struct annotations a = {.out = out,
                            .arena = c->arena,
                            .comparison = c,
                            .publication = publication_of(style->publication)};
    put_all(&a, order, true);
    put_all(&a, order, false);
    for (int level = 0; level < LEVEL_COUNT; level++) {
        if (a.count[level] <= a.told[level])
            continue;
        const char *url = a.publication->artifact_url;
        put_command(&a, (enum level)level, "perfgate",
                    arena_printf(a.arena, "and %zu more: %s", a.count[level] - a.told[level],
                                 url ? url : "the report has all"));
    }
    return true;
}

const struct report_format github_annotations_report = {"github-annotations", annotations_write};
