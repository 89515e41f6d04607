#include "gate/report/figure_text.h"
#include "gate/report/grid_print.h"
#include "runners/base/escape.h"

#include <math.h>

/* Fields of a record are joined as they come; `field` counts them. Lines are counted for
 * benchstat's warnings, which name the place as a spreadsheet would. */
struct csv {
    FILE *out, *warnings;
    const struct grid_print *print;
    struct figures *figures;
    size_t field, line;
    size_t own_fields, delta_fields;
};

static void put_plain(struct csv *csv, const char *text) {
    if (csv->field++)
        putc_unlocked(',', csv->out);
    fputs_unlocked(text, csv->out);
}

static void put_field(struct csv *csv, const char *text) {
    bool exact = csv->print->classic_style; /* benchstat's bytes, whatever reads them */
    put_plain(csv, (exact ? escape_csv : escape_cell)(csv->print->scratch, text));
}

static void skip_to(struct csv *csv, size_t field) {
    while (csv->field < field)
        put_plain(csv, "");
}

static void end_record(struct csv *csv) {
    putc_unlocked('\n', csv->out);
    csv->field = 0;
    csv->line++;
}

static size_t start_of(const struct csv *csv, size_t column) {
    if (column == 0)
        return 1;
    return 1 + csv->own_fields + (column - 1) * (csv->own_fields + csv->delta_fields);
}

/* benchstat's name of a field: letters as digits of base 26, A for 0, so that beyond Z it is not a
 * spreadsheet's. */
static void put_warnings(const struct csv *csv, const char *const *texts, size_t count) {
    char name[16], *at = name + sizeof name - 1;
    size_t field = csv->field;
    *at = '\0';
    do {
        *--at = (char)('A' + field % 26);
        field /= 26;
    } while (field);
    for (size_t i = 0; csv->warnings && i < count; i++)
        fprintf(csv->warnings, "%s%zu: %s\n", at, csv->line,
                escape_text(csv->print->scratch, texts[i]));
}

static void put_number(struct csv *csv, double value) {
    char text[FIXED_TEXT];
    shortest_print(text, value);
    put_plain(csv, text);
}

static void put_header(struct csv *csv) {
    const struct figures *figures = csv->figures;
    size_t end = start_of(csv, figures->column_count);
    for (size_t level = 0; level < figures->level_count; level++) {
        for (size_t i = 0; i < figures->column_count; i++) {
            skip_to(csv, start_of(csv, i));
            put_field(csv, figures->column_values[i][level]);
        }
        skip_to(csv, end);
        end_record(csv);
    }
    for (size_t i = 0; i < figures->column_count; i++) {
        skip_to(csv, start_of(csv, i));
        put_field(csv, figures->table->unit);
        put_plain(csv, "CI");
        if (i > 0) {
            put_plain(csv, "vs base");
            put_plain(csv, "P");
        }
        if (i > 0 && !csv->print->classic_style)
            put_plain(csv, "verdict");
    }
    end_record(csv);
}

static void put_delta(struct csv *csv, const struct figure *figure) {
    char text[FIXED_TEXT];
    const char *warnings[FIGURE_WARNINGS];
    if (figure->delta != DELTA_NONE) {
        put_warnings(csv, warnings,
                     test_warnings(warnings, figure, csv->print->classic, csv->print->scratch));
        delta_text(text, figure);
        put_plain(csv, text);
        test_text(text, figure);
        put_plain(csv, text);
    }
}

static void put_cell(struct csv *csv, const struct figure *figure, size_t column) {
    char text[FIXED_TEXT];
    const char *warnings[FIGURE_WARNINGS];
    if (figure->present) {
        skip_to(csv, start_of(csv, column));
        put_warnings(csv, warnings,
                     cell_warnings(warnings, figure, csv->print->classic, csv->print->scratch));
        put_number(csv, figure->center);
        range_text(text, figure);
        put_plain(csv, text);
        if (column > 0)
            put_delta(csv, figure);
    }
    if (column > 0 && figure->verdict != ROW_VERDICT_COUNT) {
        skip_to(csv, start_of(csv, column) + csv->own_fields + csv->delta_fields - 1);
        put_plain(csv, row_verdict_name((enum row_verdict)figure->verdict));
    }
}

static void put_totals(struct csv *csv) {
    const struct figures *figures = csv->figures;
    char text[FIXED_TEXT];
    const char *warnings[FIGURE_WARNINGS];
    put_plain(csv, "geomean");
    for (size_t i = 0; i < figures->column_count; i++) {
        const struct figure_total *total = &figures->totals[i];
        skip_to(csv, start_of(csv, i));
        put_warnings(csv, warnings, total_warnings(warnings, total));
        if (!total->summary_fails)
            put_number(csv, total->summary);
        if (i > 0) {
            skip_to(csv, start_of(csv, i) + csv->own_fields);
            total_text(text, total);
            put_plain(csv, text);
        }
    }
    skip_to(csv, start_of(csv, figures->column_count));
    end_record(csv);
}

static void put_table(struct csv *csv) {
    struct figures *figures = csv->figures;
    put_header(csv);
    for (size_t row = 0; row < figures->table->row_count; row++) {
        figures_row(figures, row);
        put_field(csv, figures->table->rows[row].key.text);
        for (size_t i = 0; i < figures->column_count; i++)
            put_cell(csv, &figures->row[i], i);
        end_record(csv);
    }
    figures_sum_up(figures);
    put_totals(csv);
}

static bool write_csv(FILE *out, const struct comparison *comparison,
                      const struct report_style *style, struct pg_error *err) {
    (void)err;
    struct grid_print print;
    grid_print_start(&print, comparison, style);
    struct csv csv = {.out = out,
                      .warnings = style->benchstat ? style->warnings : NULL,
                      .print = &print,
                      .line = 1,
                      .own_fields = 2,
                      .delta_fields = style->benchstat ? 2 : 3};
    for (struct figures figures; grid_print_next(&print, &figures);) {
        csv.figures = &figures;
        csv.line += grid_print_keys(&print, out, true);
        put_table(&csv);
    }
    grid_print_end(&print);
    return true;
}

const struct report_format csv_report = {"csv", write_csv};
