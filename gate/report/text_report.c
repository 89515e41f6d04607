#include "gate/report/escape.h"
#include "gate/report/figure_text.h"
#include "gate/report/grid_print.h"
#include "gate/report/report.h"
#include "gate/report/text_table.h"
#include "runners/base/strings.h"

/* What is left out to fit a narrow terminal, in the order of `steps` below. */
struct fit {
    size_t names; /* longest name of a row, 0: any */
    size_t heads; /* longest column label, 0: any */
    bool test, range;
};

/* One table being put together. */
struct painter {
    const struct grid_print *print;
    const struct figures *figures;
    struct text_table table;
    struct fit fit;
    struct arena *scratch;
    struct strings *footnotes;
    uint32_t own_columns, delta_columns;
};

/* ---- cells ---- */

/* The column in which a group of cells begins. */
static uint32_t start_of(const struct painter *p, size_t column) {
    if (column == 0)
        return 1;
    return 1 + p->own_columns + (uint32_t)(column - 1) * (p->own_columns + p->delta_columns);
}

static const char *keep(const struct painter *p, const char *text, size_t length) {
    return arena_strndup(p->scratch, text, length);
}

/* Cuts the middle out of what is longer than `most` characters. */
static const char *shorten(struct arena *arena, const char *text, size_t most) {
    struct text whole = text_of(text);
    size_t length = text_characters(whole), step;
    if (!most || length <= most)
        return text;
    size_t front = most / 2, skip = length - most + 1, at = 0, back;
    for (size_t i = 0; i < front; i++, at += step)
        text_rune((struct text){text + at, whole.length - at}, &step);
    back = at;
    for (size_t i = 0; i < skip; i++, back += step)
        text_rune((struct text){text + back, whole.length - back}, &step);
    return arena_printf(arena, "%.*s\xE2\x80\xA6%s", (int)at, text, text + back);
}

/* A footnote's mark, as superscript digits. */
static char *put_mark(char *out, uint32_t number) {
    static const char *const digits[] = {
        "\xE2\x81\xB0", "\xC2\xB9",     "\xC2\xB2",     "\xC2\xB3",     "\xE2\x81\xB4",
        "\xE2\x81\xB5", "\xE2\x81\xB6", "\xE2\x81\xB7", "\xE2\x81\xB8", "\xE2\x81\xB9"};
    if (number >= 10)
        out = put_mark(out, number / 10);
    return stpcpy(out, digits[number % 10]);
}

static void put_warnings(struct painter *p, const char *const *texts, size_t count) {
    enum { MARK = 32 };
    char marks[FIGURE_WARNINGS * MARK] = "", *end = marks;
    for (size_t i = 0; i < count; i++) {
        if (i)
            end = stpcpy(end, " ");
        end = put_mark(end, strings_add(p->footnotes, text_of(texts[i])));
    }
    text_table_cell(&p->table, count ? keep(p, marks, (size_t)(end - marks)) : "", ALIGN_LEFT);
}

static void put_center(struct painter *p, const struct figure *figure, struct scale scale) {
    char text[FIXED_TEXT];
    const char *warnings[FIGURE_WARNINGS];
    size_t length = scale_print(text, scale, figure->center);
    text_table_cell(&p->table, keep(p, text, length), ALIGN_RIGHT);
    if (p->fit.range) {
        length = range_text(text, figure);
        text_table_span(&p->table, 1, keep(p, text, length), ALIGN_RIGHT, MARGIN_RANGE);
    } else {
        text_table_cell(&p->table, "", ALIGN_LEFT);
    }
    size_t count = cell_warnings(warnings, figure, p->print->classic, p->scratch);
    put_warnings(p, warnings, count);
}

static enum cell_colour colour_of(const struct figure *figure) {
    switch (figure->verdict) {
    case ROW_REGRESSED:
    case ROW_MISSING:
    case ROW_FAILED:
    case ROW_INCOMPARABLE:
        return COLOUR_BAD;
    case ROW_IMPROVED:
        return COLOUR_GOOD;
    case ROW_VERDICT_COUNT:
        return COLOUR_NONE;
    default:
        return COLOUR_DIM;
    }
}

static void put_delta(struct painter *p, const struct figure *figure) {
    char text[FIXED_TEXT];
    const char *warnings[FIGURE_WARNINGS];
    bool gate = figure->verdict != ROW_VERDICT_COUNT;
    size_t length = delta_text(text, figure);
    struct table_cell *cell = text_table_cell(&p->table, keep(p, text, length), ALIGN_RIGHT);
    if (figure->verdict == ROW_REGRESSED || figure->verdict == ROW_IMPROVED)
        cell->colour = (uint8_t)colour_of(figure);
    if (p->fit.test && figure->delta != DELTA_NONE) {
        char words[FIXED_TEXT];
        length = test_text(words, figure);
        text_table_cell(&p->table, arena_printf(p->scratch, "(%.*s)", (int)length, words),
                        ALIGN_LEFT);
    } else {
        text_table_cell(&p->table, "", ALIGN_LEFT);
    }
    if (!p->print->classic_style) {
        const char *name = gate ? row_verdict_name((enum row_verdict)figure->verdict) : "";
        if (gate && !figure->gated)
            name = arena_printf(p->scratch, "(%s)", name);
        cell = text_table_cell(&p->table, name, ALIGN_LEFT);
        cell->colour = (uint8_t)colour_of(figure);
    }
    size_t count = test_warnings(warnings, figure, p->print->classic, p->scratch);
    put_warnings(p, warnings, count);
}

/* ---- rows ---- */

static struct scale row_scale(const struct painter *p, size_t row) {
    const struct figures *figures = p->figures;
    struct arena_mark mark = arena_mark(p->scratch);
    double *centers = ARENA_NEW(p->scratch, double, figures->column_count);
    for (size_t i = 0; i < figures->column_count; i++) {
        const struct figure *figure = figures_at(figures, row, i);
        centers[i] = figure->present ? figure->center : 0;
    }
    struct scale scale = scale_of(centers, figures->column_count, figures->binary);
    arena_reset(p->scratch, mark);
    return scale;
}

static void put_row(struct painter *p, size_t row) {
    const struct figures *figures = p->figures;
    const char *name = escape_text(p->scratch, figures->table->rows[row].key.text);
    text_table_row(&p->table);
    text_table_cell(&p->table, shorten(p->scratch, name, p->fit.names), ALIGN_LEFT);
    struct scale scale = row_scale(p, row);
    for (size_t i = 0; i < figures->column_count; i++) {
        const struct figure *figure = figures_at(figures, row, i);
        bool judged = i && figure->verdict != ROW_VERDICT_COUNT;
        if (figure->present) {
            text_table_column(&p->table, start_of(p, i));
            put_center(p, figure, scale);
        }
        if (judged || (i && figure->present && figure->delta != DELTA_NONE)) {
            text_table_column(&p->table, start_of(p, i) + p->own_columns);
            put_delta(p, figure);
        }
    }
}

static void put_totals(struct painter *p) {
    const struct figures *figures = p->figures;
    char text[FIXED_TEXT];
    const char *warnings[FIGURE_WARNINGS];
    text_table_row(&p->table);
    text_table_cell(&p->table, "geomean", ALIGN_LEFT);
    for (size_t i = 0; i < figures->column_count; i++) {
        const struct figure_total *total = &figures->totals[i];
        if (!total->summary_fails) {
            text_table_column(&p->table, start_of(p, i));
            size_t length =
                scale_print(text, scale_of(&total->summary, 1, figures->binary), total->summary);
            text_table_cell(&p->table, keep(p, text, length), ALIGN_RIGHT);
        }
        if (i > 0) {
            text_table_column(&p->table, start_of(p, i) + p->own_columns);
            size_t length = total_text(text, total);
            bool unknown = text[0] == '?';
            text_table_cell(&p->table, keep(p, text, length), unknown ? ALIGN_LEFT : ALIGN_RIGHT);
        }
        text_table_column(&p->table, start_of(p, i + 1) - 1);
        put_warnings(p, warnings, total_warnings(warnings, total));
    }
}

/* ---- header ---- */

static bool same_value(const struct figures *figures, size_t level, size_t column) {
    return strcmp(figures->column_values[column - 1][level],
                  figures->column_values[column][level]) == 0;
}

/* One level of column labels: neighbours with the same values down to this level share one.
 * `begins` says where a label of the level above begins, and is brought down to this level. */
static void put_level(struct painter *p, size_t level, bool *begins) {
    const struct figures *figures = p->figures;
    uint32_t edge = start_of(p, figures->column_count + 1);
    text_table_row(&p->table);
    for (size_t i = 1; i < figures->column_count; i++)
        begins[i] = begins[i] || !same_value(figures, level, i);
    for (size_t i = 0, end; i < figures->column_count; i = end) {
        end = i + 1;
        while (end < figures->column_count && !begins[end])
            end++;
        const char *label = escape_text(p->scratch, figures->column_values[i][level]);
        text_table_column(&p->table, start_of(p, i));
        text_table_span(&p->table, start_of(p, end) - start_of(p, i),
                        shorten(p->scratch, label, p->fit.heads), ALIGN_CENTER, MARGIN_BAR);
    }
    text_table_column(&p->table, edge);
    text_table_span(&p->table, 1, "", ALIGN_LEFT, MARGIN_EDGE);
}

static void put_units(struct painter *p) {
    const struct figures *figures = p->figures;
    text_table_row(&p->table);
    for (size_t i = 0; i < figures->column_count; i++) {
        uint32_t start = start_of(p, i);
        text_table_column(&p->table, start);
        text_table_span(&p->table, p->own_columns, escape_text(p->scratch, figures->table->unit),
                        ALIGN_CENTER, MARGIN_BAR);
        if (i > 0 && p->print->classic_style) {
            text_table_span(&p->table, p->delta_columns, "vs base", ALIGN_LEFT, MARGIN_BLANKS);
        } else if (i > 0) {
            text_table_span(&p->table, 2, "vs base", ALIGN_LEFT, MARGIN_BLANKS);
            text_table_span(&p->table, 1, "verdict", ALIGN_LEFT, MARGIN_BLANKS);
        }
        for (uint32_t k = start + 1; k < p->table.column; k++)
            text_table_shrink(&p->table, k);
    }
    text_table_column(&p->table, start_of(p, figures->column_count + 1));
    text_table_span(&p->table, 1, "", ALIGN_LEFT, MARGIN_EDGE);
}

/* ---- tables ---- */

static void paint(struct painter *p) {
    text_table_init(&p->table, p->scratch);
    p->footnotes = strings_new(p->scratch);
    bool *begins = ARENA_NEW(p->scratch, bool, p->figures->column_count);
    for (size_t level = 0; level < p->figures->level_count; level++)
        put_level(p, level, begins);
    put_units(p);
    for (size_t row = 0; row < p->figures->row_count; row++)
        put_row(p, row);
    if (p->figures->row_count > 1)
        put_totals(p);
}

static size_t widest_name(const struct figures *figures) {
    size_t widest = 0;
    for (size_t i = 0; i < figures->row_count; i++) {
        size_t width = text_characters(text_of(figures->table->rows[i].key.text));
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* Leaves out what must be to fit the width, least needed first: the middle of long names, but not
 * below 24 characters; the p and n; the ±; of column labels all but 16 characters; names down to 8
 * characters. */
static void paint_to_fit(struct painter *p, size_t width) {
    static const struct {
        size_t least_name, heads;
        bool test, range;
    } steps[] = {{24, 0, true, true},
                 {24, 0, false, true},
                 {24, 0, false, false},
                 {24, 16, false, false},
                 {8, 16, false, false}};
    size_t longest = widest_name(p->figures);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct arena_mark mark = arena_mark(p->scratch);
        p->fit = (struct fit){0, steps[i].heads, steps[i].test, steps[i].range};
        paint(p);
        size_t over = text_table_width(&p->table);
        over = over > width ? over - width : 0;
        if (!over)
            return;
        size_t least = longest < steps[i].least_name ? longest : steps[i].least_name;
        bool last = i + 1 == sizeof steps / sizeof *steps;
        size_t names = longest > over ? longest - over : 0;
        arena_reset(p->scratch, mark);
        if (names < least && !last)
            continue;
        p->fit.names = names < least ? least : names;
        paint(p);
        return;
    }
}

static bool print_table(const struct grid_print *print, const struct figures *figures, FILE *out,
                        const struct report_style *style, struct arena *scratch) {
    struct painter painter = {.print = print,
                              .figures = figures,
                              .fit = {0, 0, true, true},
                              .scratch = scratch,
                              .own_columns = 3,
                              .delta_columns = print->classic_style ? 3 : 4};
    if (style->width > 0 && !print->classic_style)
        paint_to_fit(&painter, (size_t)style->width);
    else
        paint(&painter);
    text_table_print(&painter.table, out, style->colour && !print->classic_style);
    for (uint32_t i = 1; i < strings_count(painter.footnotes); i++) {
        char mark[64];
        put_mark(mark, i);
        fprintf(out, "%s %s\n", mark, escape_text(scratch, strings_get(painter.footnotes, i)));
    }
    return true;
}

static bool write_text(FILE *out, const struct comparison *comparison,
                       const struct report_style *style, struct pg_error *err) {
    (void)err;
    struct grid_print print;
    grid_print_start(&print, comparison, style);
    for (struct figures figures; grid_print_next(&print, &figures);) {
        grid_print_keys(&print, out, false);
        print_table(&print, &figures, out, style, print.scratch);
    }
    grid_print_end(&print);
    if (!style->benchstat) {
        putc('\n', out);
        report_summary(out, comparison, style);
    }
    return true;
}

const struct report_format text_report = {"text", write_text};
