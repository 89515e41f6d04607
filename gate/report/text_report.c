#include "gate/report/figure_text.h"
#include "gate/report/grid_print.h"
#include "gate/report/report.h"
#include "gate/report/text_table.h"
#include "runners/base/escape.h"
#include "runners/base/parallel.h"
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
    struct figures *figures;
    struct text_table table;
    struct fit fit;
    struct arena *scratch;
    struct strings *footnotes;
    double *centers; /* of a row */
    uint32_t own_columns, delta_columns;
    size_t shown;       /* rows that are not left out */
    struct part *parts; /* of the table, when it was painted in several */
    size_t part_count;
};

/* Some rows of a table, painted by one thread in memory of its own. */
struct part {
    struct painter painter;
    struct figures figures;
    size_t first, rows;
};
enum { PART_ROWS = 4096 };

/* ---- cells ---- */

/* The column in which a group of cells begins. */
static uint32_t start_of(const struct painter *p, size_t column) {
    if (column == 0)
        return 1;
    return 1 + p->own_columns + (uint32_t)(column - 1) * (p->own_columns + p->delta_columns);
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

static void put(struct painter *p, const char *text, size_t length, enum cell_align align) {
    text_table_add(&p->table, &(struct table_cell){.text = text, .bytes = length, .align = align});
}

static void put_warnings(struct painter *p, const char *const *texts, size_t count) {
    enum { MARK = 32 };
    char marks[FIGURE_WARNINGS * MARK] = "", *end = marks;
    for (size_t i = 0; i < count; i++) {
        if (i)
            end = stpcpy(end, " ");
        end = put_mark(end, strings_add(p->footnotes, text_of(texts[i])));
    }
    put(p, marks, (size_t)(end - marks), ALIGN_LEFT);
}

static void put_center(struct painter *p, const struct figure *figure, struct scale scale) {
    char text[FIXED_TEXT];
    const char *warnings[FIGURE_WARNINGS];
    put(p, text, scale_print(text, scale, figure->center), ALIGN_RIGHT);
    size_t length = p->fit.range ? range_text(text, figure) : 0;
    text_table_add(&p->table, &(struct table_cell){.text = text,
                                                   .bytes = length,
                                                   .align = ALIGN_RIGHT,
                                                   .margin = length ? MARGIN_RANGE : MARGIN_NONE});
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

static void put_test(struct painter *p, const struct figure *figure) {
    char text[FIXED_TEXT + 2] = "(";
    size_t length = 0;
    if (p->fit.test && figure->delta != DELTA_NONE) {
        length = 1 + test_text(text + 1, figure);
        text[length++] = ')';
    }
    put(p, text, length, ALIGN_LEFT);
}

/* In parentheses where it does not count. */
static void put_verdict(struct painter *p, const struct figure *figure) {
    char text[32], *end = text;
    if (figure->verdict != ROW_VERDICT_COUNT) {
        end = stpcpy(end, figure->gated ? "" : "(");
        end = stpcpy(end, row_verdict_name((enum row_verdict)figure->verdict));
        end = stpcpy(end, figure->gated ? "" : ")");
    }
    text_table_add(&p->table, &(struct table_cell){.text = text,
                                                   .bytes = (size_t)(end - text),
                                                   .colour = colour_of(figure)});
}

static void put_delta(struct painter *p, const struct figure *figure) {
    char text[FIXED_TEXT];
    const char *warnings[FIGURE_WARNINGS];
    bool changed = figure->verdict == ROW_REGRESSED || figure->verdict == ROW_IMPROVED;
    size_t length = delta_text(text, figure);
    text_table_add(&p->table,
                   &(struct table_cell){.text = text,
                                        .bytes = length,
                                        .align = ALIGN_RIGHT,
                                        .colour = changed ? colour_of(figure) : COLOUR_NONE});
    put_test(p, figure);
    if (!p->print->classic_style)
        put_verdict(p, figure);
    size_t count = test_warnings(warnings, figure, p->print->classic, p->scratch);
    put_warnings(p, warnings, count);
}

/* ---- rows ---- */

static struct scale row_scale(const struct painter *p) {
    const struct figures *figures = p->figures;
    for (size_t i = 0; i < figures->column_count; i++)
        p->centers[i] = figures->row[i].present ? figures->row[i].center : 0;
    return scale_of(p->centers, figures->column_count, figures->binary);
}

static void put_row(struct painter *p, size_t row) {
    struct figures *figures = p->figures;
    const char *name = escape_text(p->scratch, figures->table->rows[row].key.text);
    if (!figures_row(figures, row))
        return;
    text_table_row(&p->table);
    text_table_text(&p->table, cut_middle(p->scratch, name, p->fit.names), ALIGN_LEFT);
    struct scale scale = row_scale(p);
    for (size_t i = 0; i < figures->column_count; i++) {
        const struct figure *figure = &figures->row[i];
        if (figure->present) {
            text_table_column(&p->table, start_of(p, i));
            put_center(p, figure, scale);
        }
        if (i && (figure->verdict != ROW_VERDICT_COUNT || figure->delta != DELTA_NONE)) {
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
    text_table_text(&p->table, "geomean", ALIGN_LEFT);
    for (size_t i = 0; i < figures->column_count; i++) {
        const struct figure_total *total = &figures->totals[i];
        if (!total->summary_fails) {
            text_table_column(&p->table, start_of(p, i));
            struct scale scale = scale_of(&total->summary, 1, figures->binary);
            put(p, text, scale_print(text, scale, total->summary), ALIGN_RIGHT);
        }
        if (i > 0) {
            text_table_column(&p->table, start_of(p, i) + p->own_columns);
            size_t length = total_text(text, total);
            put(p, text, length, text[0] == '?' ? ALIGN_LEFT : ALIGN_RIGHT);
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

static void put_span(struct painter *p, uint32_t from, uint32_t to, const char *text,
                     enum cell_align align, enum cell_margin margin) {
    text_table_column(&p->table, from);
    text_table_add(&p->table, &(struct table_cell){.text = text,
                                                   .bytes = strlen(text),
                                                   .align = align,
                                                   .margin = margin,
                                                   .span = to - from});
}

/* The bar at the right end of a line of the header. */
static void put_edge(struct painter *p) {
    uint32_t edge = start_of(p, p->figures->column_count + 1);
    put_span(p, edge, edge + 1, "", ALIGN_LEFT, MARGIN_EDGE);
}

/* One level of column labels: neighbours with the same values down to this level share one.
 * `begins` says where a label of the level above begins, and is brought down to this level. */
static void put_level(struct painter *p, size_t level, bool *begins) {
    const struct figures *figures = p->figures;
    text_table_row(&p->table);
    for (size_t i = 1; i < figures->column_count; i++)
        begins[i] = begins[i] || !same_value(figures, level, i);
    for (size_t i = 0, end; i < figures->column_count; i = end) {
        end = i + 1;
        while (end < figures->column_count && !begins[end])
            end++;
        const char *label = escape_text(p->scratch, figures->column_values[i][level]);
        put_span(p, start_of(p, i), start_of(p, end), cut_middle(p->scratch, label, p->fit.heads),
                 ALIGN_CENTER, MARGIN_BAR);
    }
    put_edge(p);
}

static void put_units(struct painter *p) {
    const struct figures *figures = p->figures;
    const char *unit = escape_text(p->scratch, figures->table->unit);
    text_table_row(&p->table);
    for (size_t i = 0; i < figures->column_count; i++) {
        uint32_t start = start_of(p, i), delta = start + p->own_columns;
        put_span(p, start, delta, unit, ALIGN_CENTER, MARGIN_BAR);
        if (i > 0 && p->print->classic_style) {
            put_span(p, delta, delta + p->delta_columns, "vs base", ALIGN_LEFT, MARGIN_BLANKS);
        } else if (i > 0) {
            put_span(p, delta, delta + 2, "vs base", ALIGN_LEFT, MARGIN_BLANKS);
            put_span(p, delta + 2, delta + 3, "verdict", ALIGN_LEFT, MARGIN_BLANKS);
        }
        /* benchstat lets only the first column of a group grow; then "vs base" may run over. */
        for (uint32_t k = start + 1; k < start_of(p, i + 1); k++) {
            if (k != delta || p->print->classic_style)
                text_table_shrink(&p->table, k);
        }
    }
    put_edge(p);
}

/* ---- tables ---- */

static void paint_part(void *context, size_t number) {
    struct part *part = &((struct part *)context)[number];
    struct painter *p = &part->painter;
    const struct classic *known = p->print->classic;
    struct classic *classic = ARENA_NEW(p->scratch, struct classic, 1);
    classic_init(classic, known->alpha, known->confidence);
    figures_part(&part->figures, p->figures, part->first, classic, p->scratch);
    p->figures = &part->figures;
    p->footnotes = strings_new(p->scratch);
    p->centers = ARENA_NEW(p->scratch, double, part->figures.column_count);
    text_table_init(&p->table, p->scratch);
    for (size_t i = 0; i < part->rows; i++)
        put_row(p, part->first + i);
    classic_release(classic);
}

/* Footnotes are numbered as they appear. Has the part numbered its own as the whole table does? */
static bool same_footnotes(struct painter *p, const struct painter *part) {
    for (uint32_t i = 1; i < strings_count(part->footnotes); i++) {
        if (strings_add(p->footnotes, text_of(strings_get(part->footnotes, i))) != i)
            return false;
    }
    return true;
}

static void release_parts(struct painter *p) {
    for (size_t i = 0; i < p->part_count; i++)
        arena_free(p->parts[i].painter.scratch);
    p->part_count = 0;
}

/* Paints rows on several processors. False, with nothing painted, when that would not give what
 * painting one after the other gives. */
static bool paint_in_parts(struct painter *p) {
    size_t rows = p->figures->table->row_count;
    p->part_count = rows / PART_ROWS + 1;
    p->parts = ARENA_NEW(p->scratch, struct part, p->part_count);
    for (size_t i = 0; i < p->part_count; i++) {
        size_t first = i * PART_ROWS;
        p->parts[i] =
            (struct part){*p, {0}, first, rows - first < PART_ROWS ? rows - first : PART_ROWS};
        p->parts[i].painter.scratch = arena_new();
    }
    parallel_for(p->part_count, paint_part, p->parts);
    bool same = true;
    for (size_t i = 0; same && i < p->part_count; i++)
        same = same_footnotes(p, &p->parts[i].painter);
    for (size_t i = 0; same && i < p->part_count; i++) {
        text_table_append(&p->table, &p->parts[i].painter.table);
        figures_take(p->figures, &p->parts[i].figures);
    }
    if (!same) {
        release_parts(p);
        p->footnotes = strings_new(p->scratch);
    }
    return same;
}

static void paint_rows(struct painter *p) {
    size_t rows = p->figures->table->row_count;
    if (rows > PART_ROWS && parallel_threads() > 1 && paint_in_parts(p))
        return;
    for (size_t row = 0; row < rows; row++)
        put_row(p, row);
}

static void paint(struct painter *p) {
    text_table_init(&p->table, p->scratch);
    figures_rewind(p->figures);
    p->footnotes = strings_new(p->scratch);
    p->centers = ARENA_NEW(p->scratch, double, p->figures->column_count);
    bool *begins = ARENA_NEW(p->scratch, bool, p->figures->column_count);
    for (size_t level = 0; level < p->figures->level_count; level++)
        put_level(p, level, begins);
    put_units(p);
    paint_rows(p);
    figures_sum_up(p->figures);
    if (p->shown > 1)
        put_totals(p);
}

static size_t widest_name(const struct figures *figures) {
    size_t widest = 0;
    for (size_t i = 0; i < figures->table->row_count; i++) {
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
        release_parts(p);
        arena_reset(p->scratch, mark);
        if (names < least && !last)
            continue;
        p->fit.names = names < least ? least : names;
        paint(p);
        return;
    }
}

/* Even where lines have no end: beyond this, a name only pushes the figures out of sight. */
enum { LONGEST_NAME = 128 };

static void print_table(const struct grid_print *print, struct figures *figures, size_t shown,
                        FILE *out, const struct report_style *style) {
    struct arena *scratch = print->scratch;
    struct painter painter = {.print = print,
                              .figures = figures,
                              .shown = shown,
                              .fit = {0, 0, true, true},
                              .scratch = scratch,
                              .own_columns = 3,
                              .delta_columns = print->classic_style ? 3 : 4};
    if (!print->classic_style)
        painter.fit.names = painter.fit.heads = LONGEST_NAME;
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
    release_parts(&painter);
}

static bool write_text(FILE *out, const struct comparison *comparison,
                       const struct report_style *style, struct pg_error *err) {
    (void)err;
    struct grid_print print;
    grid_print_start(&print, comparison, style);
    size_t left_out = 0;
    for (struct figures figures; grid_print_next(&print, &figures);) {
        figures.brief = !style->all && !style->benchstat;
        size_t shown = figures_shown(&figures);
        left_out += figures.table->row_count - shown;
        if (shown == 0)
            continue;
        grid_print_keys(&print, out, false);
        print_table(&print, &figures, shown, out, style);
    }
    grid_print_end(&print);
    if (left_out)
        fprintf(out, "\n%zu row%s of whole processes, not gated: --all shows %s\n", left_out,
                left_out == 1 ? "" : "s", left_out == 1 ? "it" : "them");
    if (!style->benchstat) {
        if (!comparison->functions || comparison->row_count > 0)
            putc('\n', out);
        report_summary(out, comparison, style);
    }
    return true;
}

const struct report_format text_report = {"text", write_text};
