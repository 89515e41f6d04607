#include "gate/report/figures.h"

#include "runners/recording/unit.h"

#include <math.h>
#include <stdlib.h>

static const struct figure blank_figure = {
    .verdict = ROW_VERDICT_COUNT, .badness = 1, .ratio = NAN};

/* ---- benchstat's statistics ---- */

/* An ascending copy of a cell's values. */
struct sorted {
    double *values;
    size_t capacity;
    uint32_t count;
};

static void sort_cell(struct sorted *sorted, const struct cell *cell, struct arena *scratch) {
    if (cell->count > sorted->capacity) {
        sorted->capacity = 2 * (size_t)cell->count;
        sorted->values = ARENA_NEW(scratch, double, sorted->capacity);
    }
    memcpy(sorted->values, cell->values, cell->count * sizeof(double));
    sorted->count = cell->count;
    if (!sort_values(sorted->values, cell->count))
        sorted->count = 0;
}

static void summarise(struct figure *figure, struct classic *classic, const struct sorted *sorted,
                      const struct cell *cell, bool exact) {
    if (!sorted->count)
        return;
    struct classic_summary summary =
        classic_summarise(classic, sorted->values, sorted->count, exact);
    figure->present = true;
    figure->center = summary.center;
    figure->low = summary.low;
    figure->high = summary.high;
    figure->doubt = (uint8_t)summary.doubt;
    figure->count = summary.count;
    figure->vary = cell->vary;
}

static void compare(struct figure *head, const struct figure *base, struct classic *classic,
                    const struct sorted *base_values, const struct sorted *head_values,
                    bool exact) {
    struct classic_test test = classic_compare(classic, base_values->values, base_values->count,
                                               head_values->values, head_values->count, exact);
    head->p = test.p;
    head->test_doubt = (uint8_t)test.doubt;
    head->base_count = base->count;
    if (head->center == base->center)
        head->ratio = 1;
    else if (base->center != 0)
        head->ratio = head->center / base->center;
    head->change = head->center / base->center - 1;
    head->delta = !test.significant              ? DELTA_NOISE
                  : head->center == base->center ? DELTA_ZERO
                  : base->center == 0            ? DELTA_UNKNOWN
                                                 : DELTA_CHANGE;
}

/* Geometric means, and whether the sets of benchmarks are the same. */
static void sum_up(struct figures *figures, struct arena *scratch) {
    double *centers = ARENA_NEW(scratch, double, figures->row_count);
    double *ratios = ARENA_NEW(scratch, double, figures->row_count);
    size_t base_count = 0;
    figures->totals = ARENA_NEW(scratch, struct figure_total, figures->column_count);
    for (size_t column = 0; column < figures->column_count; column++) {
        struct figure_total *total = &figures->totals[column];
        size_t count = 0, ratio_count = 0, compared = 0;
        for (size_t row = 0; row < figures->row_count; row++) {
            const struct figure *figure = figures_at(figures, row, column);
            if (!figure->present)
                continue;
            centers[count++] = figure->center;
            compared += figure->delta != DELTA_NONE;
            if (figure->delta != DELTA_NONE && !isnan(figure->ratio))
                ratios[ratio_count++] = figure->ratio;
        }
        if (column == 0)
            base_count = count;
        total->set_differs = column > 0 && compared != base_count;
        total->summary = geometric_mean(centers, count);
        total->summary_fails = isnan(total->summary);
        total->ratio = NAN;
        if (column > 0 && compared == ratio_count) {
            total->ratio = geometric_mean(ratios, ratio_count);
            total->ratio_fails = isnan(total->ratio);
        }
    }
}

static void start(struct figures *out, const struct grid *grid, const struct grid_table *table,
                  size_t columns, struct arena *scratch) {
    *out = (struct figures){.table = table,
                            .binary = unit_is_binary(table->unit),
                            .row_count = table->row_count,
                            .column_count = columns,
                            .level_count = grid->column_axis.field_count};
    out->cells = ARENA_NEW(scratch, struct figure, table->row_count * columns);
    for (size_t i = 0; i < table->row_count * columns; i++)
        out->cells[i] = blank_figure;
}

void figures_classic(struct figures *out, struct classic *classic, const struct grid *grid,
                     const struct grid_table *table, struct arena *scratch) {
    bool exact = table->metadata->assume == ASSUME_EXACT;
    struct sorted base = {0}, head = {0};
    start(out, grid, table, table->column_count, scratch);
    const char *const **values = ARENA_NEW(scratch, const char *const *, table->column_count);
    for (size_t i = 0; i < table->column_count; i++)
        values[i] = table->columns[i].values;
    out->column_values = values;
    for (size_t row = 0; row < table->row_count; row++) {
        struct figure *figures = figures_at(out, row, 0);
        for (size_t column = 0; column < table->column_count; column++) {
            const struct cell *cell = table->rows[row].cells[column];
            if (!cell)
                continue;
            struct sorted *sorted = column ? &head : &base;
            sort_cell(sorted, cell, scratch);
            summarise(&figures[column], classic, sorted, cell, exact);
            if (column && figures[0].present && figures[column].present)
                compare(&figures[column], &figures[0], classic, &base, &head, exact);
        }
    }
    sum_up(out, scratch);
}

/* ---- the gate's ---- */

/* The columns to show, as numbers of the grid's, and each one's place among the table's own
 * (SIZE_MAX: none). */
struct view {
    uint32_t *numbers;
    size_t count, capacity;
};

static int by_number(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Of the table's own columns, the base, and those that a row of the table misses. `seen` is zero by
 * number and left so. */
static struct view view_of(const struct comparison *comparison, const struct grid_table *table,
                           size_t first, size_t end, struct arena *scratch) {
    const struct grid *grid = comparison->grid;
    struct view view = {0};
    bool *seen = ARENA_NEW(scratch, bool, grid->column_count + 1);
    seen[grid->column_count] = true;
    for (size_t i = 0; i < table->column_count; i++) {
        seen[table->column_numbers[i]] = true;
        ARENA_PUSH(scratch, view.numbers, view.count, view.capacity, table->column_numbers[i]);
    }
    if (!seen[0] && end > first)
        ARENA_PUSH(scratch, view.numbers, view.count, view.capacity, 0);
    seen[0] = true;
    for (size_t i = first; i < end; i++) {
        size_t number = comparison->rows[i].column;
        if (seen[number])
            continue;
        seen[number] = true;
        ARENA_PUSH(scratch, view.numbers, view.count, view.capacity, (uint32_t)number);
    }
    qsort(view.numbers, view.count, sizeof *view.numbers, by_number);
    return view;
}

static size_t place_of(const struct view *view, size_t number) {
    size_t low = 0, high = view->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (view->numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < view->count && view->numbers[low] == number ? low : SIZE_MAX;
}

static void set_side(struct figure *figure, const struct side *side) {
    if (!side->n || isnan(side->center))
        return;
    figure->present = true;
    figure->center = side->center;
    figure->low = side->low;
    figure->high = side->high;
    figure->count = side->n;
}

static void set_verdict(struct figure *figure, const struct row *row, double alpha) {
    int badness = row_badness(row);
    bool tested = !isnan(row->p_adjusted);
    figure->verdict = (uint8_t)row->verdict;
    figure->gated = row->policy.gated;
    figure->badness = (uint8_t)(badness + 1);
    figure->base_count = row->base.n;
    figure->p = row->p_adjusted;
    figure->change = row->change;
    if (!figure->present || !row->base.n || isnan(row->base.center))
        return;
    figure->ratio = isfinite(row->change) ? 1 + row->change : NAN;
    figure->delta = row->verdict == ROW_INCOMPARABLE || row->verdict == ROW_FAILED ? DELTA_UNKNOWN
                    : !row->test || (tested && row->p_adjusted > alpha)            ? DELTA_NOISE
                    : row->change == 0                                             ? DELTA_ZERO
                    : isfinite(row->change)                                        ? DELTA_CHANGE
                                                                                   : DELTA_UNKNOWN;
}

/* Cells of a column that was compared with nothing have no row. */
static void fill_alone(struct figures *out, const struct view *view, struct classic *classic,
                       struct arena *scratch) {
    const struct grid_table *table = out->table;
    bool exact = table->metadata->assume == ASSUME_EXACT;
    struct sorted sorted = {0};
    for (size_t column = 0; column < table->column_count; column++) {
        size_t place = place_of(view, table->column_numbers[column]);
        for (size_t row = 0; row < table->row_count; row++) {
            struct figure *figure = figures_at(out, row, place);
            const struct cell *cell = table->rows[row].cells[column];
            if (!cell)
                continue;
            if (!figure->present && figure->verdict == ROW_VERDICT_COUNT) {
                sort_cell(&sorted, cell, scratch);
                summarise(figure, classic, &sorted, cell, exact);
            }
            figure->vary = cell->vary;
        }
    }
}

size_t figures_of_gate(struct figures *out, struct classic *classic,
                       const struct comparison *comparison, const struct grid_table *table,
                       size_t first, struct arena *scratch) {
    size_t end = first;
    while (end < comparison->row_count && comparison->rows[end].table == table)
        end++;
    struct view view = view_of(comparison, table, first, end, scratch);
    start(out, comparison->grid, table, view.count, scratch);
    const char *const **values = ARENA_NEW(scratch, const char *const *, view.count);
    for (size_t i = 0; i < view.count; i++)
        values[i] = comparison->grid->columns[view.numbers[i]].values;
    out->column_values = values;
    for (size_t i = first; i < end; i++) {
        const struct row *row = &comparison->rows[i];
        size_t at = (size_t)(row->grid_row - table->rows), column = place_of(&view, row->column);
        set_side(figures_at(out, at, 0), &row->base);
        if (column == SIZE_MAX)
            continue;
        set_side(figures_at(out, at, column), &row->head);
        set_verdict(figures_at(out, at, column), row, row->policy.alpha);
    }
    fill_alone(out, &view, classic, scratch);
    sum_up(out, scratch);
    return end;
}
