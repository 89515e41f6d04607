#include "gate/report/figures.h"

#include "runners/base/parallel.h"
#include "runners/recording/unit.h"

#include <math.h>
#include <stdlib.h>

enum { WORTH_A_THREAD = 10000 }; /* rows to be summed up */

static const struct figure blank_figure = {.verdict = ROW_VERDICT_COUNT, .ratio = NAN};

/* ---- benchstat's statistics ---- */

/* An ascending copy of a cell's values. */
struct figure_buffer {
    double *values;
    size_t capacity;
    uint32_t count;
};

static void sort_cell(struct figure_buffer *buffer, const struct cell *cell,
                      struct arena *scratch) {
    if (cell->series->count > buffer->capacity) {
        buffer->capacity = 2 * (size_t)cell->series->count;
        buffer->values = ARENA_NEW(scratch, double, buffer->capacity);
    }
    memcpy(buffer->values, cell->series->values, cell->series->count * sizeof(double));
    buffer->count = sort_values(buffer->values, cell->series->count) ? cell->series->count : 0;
}

static void summarise(struct figure *figure, struct classic *classic,
                      const struct figure_buffer *buffer, const struct cell *cell, bool exact) {
    if (!buffer->count)
        return;
    struct classic_summary summary =
        classic_summarise(classic, buffer->values, buffer->count, exact);
    figure->present = true;
    figure->center = summary.center;
    figure->low = summary.low;
    figure->high = summary.high;
    figure->doubt = (uint8_t)summary.doubt;
    figure->count = summary.count;
    figure->vary = cell->source->vary;
}

static void compare(struct figure *head, const struct figure *base, struct classic *classic,
                    const struct figure_buffer *base_values,
                    const struct figure_buffer *head_values, bool exact) {
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

static bool is_exact(const struct figures *figures) {
    return figures->table->metadata->assume == ASSUME_EXACT;
}

static void fill_classic(struct figures *figures, const struct grid_row *grid_row) {
    struct figure_buffer *base = &figures->buffers[0], *head = &figures->buffers[1];
    struct figure *row = figures->row;
    for (size_t column = 0; column < figures->column_count; column++) {
        const struct cell *cell = grid_cell(grid_row, column);
        struct figure_buffer *buffer = column ? head : base;
        if (!cell)
            continue;
        sort_cell(buffer, cell, figures->scratch);
        summarise(&row[column], figures->classic, buffer, cell, is_exact(figures));
        if (column && row[0].present && row[column].present)
            compare(&row[column], &row[0], figures->classic, base, head, is_exact(figures));
    }
}

/* ---- the gate's ---- */

static void set_side(struct figure *figure, const struct side *side) {
    if (!side->n || isnan(side->center))
        return;
    figure->present = true;
    figure->center = side->center;
    figure->low = side->low;
    figure->high = side->high;
    figure->count = side->n;
}

static void set_verdict(struct figure *figure, const struct row *row) {
    bool tested = !isnan(row->p_adjusted);
    figure->verdict = (uint8_t)row->verdict;
    figure->gated = row->policy.gated;
    figure->base_count = row->base.n;
    figure->p = row->p_adjusted;
    figure->change = row->change;
    if (!figure->present || !row->base.n || isnan(row->base.center))
        return;
    figure->ratio = isfinite(row->change) ? 1 + row->change : NAN;
    figure->delta = row->verdict == ROW_INCOMPARABLE || row->verdict == ROW_FAILED  ? DELTA_UNKNOWN
                    : !row->test || (tested && row->p_adjusted > row->policy.alpha) ? DELTA_NOISE
                    : row->change == 0                                              ? DELTA_ZERO
                    : isfinite(row->change)                                         ? DELTA_CHANGE
                    : isinf(row->change) ? DELTA_FROM_ZERO
                                         : DELTA_UNKNOWN;
}

/* The shown column with that number among the grid's, SIZE_MAX when there is none. */
static size_t place_of(const struct figures *figures, size_t number) {
    size_t low = 0, high = figures->column_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (figures->numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < figures->column_count && figures->numbers[low] == number ? low : SIZE_MAX;
}

static void fill_judged(struct figures *figures, const struct grid_row *grid_row) {
    const struct comparison *comparison = figures->comparison;
    for (; figures->next < comparison->row_count; figures->next++) {
        const struct row *row = &comparison->rows[figures->next];
        if (row->grid_row != grid_row)
            break;
        set_side(&figures->row[0], &row->base);
        size_t column = place_of(figures, row->column);
        if (column == SIZE_MAX)
            continue;
        set_side(&figures->row[column], &row->head);
        set_verdict(&figures->row[column], row);
    }
    /* A column that was compared with nothing has no row. */
    for (size_t i = 0; i < figures->column_count; i++) {
        struct figure *figure = &figures->row[i];
        const struct cell *cell =
            figures->own[i] == SIZE_MAX ? NULL : grid_cell(grid_row, figures->own[i]);
        if (!cell)
            continue;
        if (!figure->present && figure->verdict == ROW_VERDICT_COUNT) {
            sort_cell(&figures->buffers[0], cell, figures->scratch);
            summarise(figure, figures->classic, &figures->buffers[0], cell, is_exact(figures));
        }
        if (comparison->grid->varies)
            figure->vary = cell->source->vary;
    }
}

/* ---- both ---- */

/* Room for what all rows have to say in the totals. */
static void reserve(struct figures *figures) {
    for (size_t i = 0; i < figures->column_count; i++) {
        figures->columns[i].centers =
            ARENA_NEW(figures->scratch, double, figures->table->row_count);
        figures->columns[i].ratios = ARENA_NEW(figures->scratch, double, figures->table->row_count);
    }
}

static void start(struct figures *out, struct classic *classic, const struct grid *grid,
                  const struct grid_table *table, size_t columns, struct arena *scratch) {
    *out = (struct figures){.table = table,
                            .binary = unit_is_binary(table->unit),
                            .informational = unit_is_informational(table->unit),
                            .column_count = columns,
                            .level_count = grid->column_axis.field_count,
                            .row = ARENA_NEW(scratch, struct figure, columns),
                            .totals = ARENA_NEW(scratch, struct figure_total, columns),
                            .classic = classic,
                            .scratch = scratch,
                            .columns = ARENA_NEW(scratch, struct figure_column, columns),
                            .buffers = ARENA_NEW(scratch, struct figure_buffer, 2)};
    reserve(out);
}

void figures_classic(struct figures *out, struct classic *classic, const struct grid *grid,
                     const struct grid_table *table, struct arena *scratch) {
    start(out, classic, grid, table, table->column_count, scratch);
    const char *const **values = ARENA_NEW(scratch, const char *const *, table->column_count);
    for (size_t i = 0; i < table->column_count; i++)
        values[i] = table->columns[i].values;
    out->column_values = values;
}

static int by_number(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Numbers of the columns to show: the table's own, the base, and those that a row of the table
 * misses. */
static uint32_t *shown_columns(const struct comparison *comparison, const struct grid_table *table,
                               size_t first, size_t *count, struct arena *scratch) {
    size_t all = comparison->grid->column_count, capacity = 0;
    uint32_t *numbers = NULL;
    bool *seen = ARENA_NEW(scratch, bool, all + 1);
    seen[all] = true;
    *count = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        seen[table->column_numbers[i]] = true;
        ARENA_PUSH(scratch, numbers, *count, capacity, table->column_numbers[i]);
    }
    for (size_t i = first; *count < all && i < comparison->row_count; i++) {
        const struct row *row = &comparison->rows[i];
        if (row->table != table)
            break;
        if (!seen[0])
            ARENA_PUSH(scratch, numbers, *count, capacity, 0);
        seen[0] = true;
        if (!seen[row->column])
            ARENA_PUSH(scratch, numbers, *count, capacity, (uint32_t)row->column);
        seen[row->column] = true;
    }
    qsort(numbers, *count, sizeof *numbers, by_number);
    return numbers;
}

void figures_of_gate(struct figures *out, struct classic *classic,
                     const struct comparison *comparison, const struct grid_table *table,
                     size_t first, struct arena *scratch) {
    const struct grid *grid = comparison->grid;
    size_t count, at = 0;
    uint32_t *numbers = shown_columns(comparison, table, first, &count, scratch);
    start(out, classic, grid, table, count, scratch);
    const char *const **values = ARENA_NEW(scratch, const char *const *, count);
    size_t *own = ARENA_NEW(scratch, size_t, count);
    for (size_t i = 0; i < count; i++) {
        bool has = at < table->column_count && table->column_numbers[at] == numbers[i];
        values[i] = grid->columns[numbers[i]].values;
        own[i] = has ? at++ : SIZE_MAX;
    }
    out->column_values = values;
    out->comparison = comparison;
    out->numbers = numbers;
    out->own = own;
    out->first = out->next = first;
}

void figures_rewind(struct figures *figures) {
    figures->next = figures->first;
    for (size_t i = 0; i < figures->column_count; i++) {
        struct figure_column *column = &figures->columns[i];
        column->count = column->ratio_count = column->compared = 0;
    }
}

/* Of comparison->rows, the first of the table that is not of an earlier row. */
static size_t first_judged(const struct figures *figures, const struct grid_row *grid_row) {
    const struct comparison *comparison = figures->comparison;
    size_t low = figures->first, high = comparison->row_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct row *row = &comparison->rows[middle];
        if (row->table == figures->table && row->grid_row < grid_row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void figures_part(struct figures *part, const struct figures *whole, size_t first,
                  struct classic *classic, struct arena *scratch) {
    *part = *whole;
    part->classic = classic;
    part->scratch = scratch;
    part->row = ARENA_NEW(scratch, struct figure, whole->column_count);
    part->columns = ARENA_NEW(scratch, struct figure_column, whole->column_count);
    part->buffers = ARENA_NEW(scratch, struct figure_buffer, 2);
    /* A row has at most one centre and ratio a column: from its own number on, there is room. */
    for (size_t i = 0; i < whole->column_count; i++)
        part->columns[i] = (struct figure_column){.centers = whole->columns[i].centers + first,
                                                  .ratios = whole->columns[i].ratios + first};
    if (part->comparison)
        part->next = first_judged(whole, &whole->table->rows[first]);
}

static void move(double *to, const double *from, size_t count) {
    if (to != from)
        memmove(to, from, count * sizeof *to);
}

void figures_take(struct figures *whole, const struct figures *part) {
    for (size_t i = 0; i < whole->column_count; i++) {
        struct figure_column *column = &whole->columns[i];
        const struct figure_column *more = &part->columns[i];
        move(column->centers + column->count, more->centers, more->count);
        move(column->ratios + column->ratio_count, more->ratios, more->ratio_count);
        column->count += more->count;
        column->ratio_count += more->ratio_count;
        column->compared += more->compared;
    }
}

/* What a process did beside its benchmarks is for those who ask, unless it is gated. */
static bool may_be_left_out(const struct figures *figures, size_t row) {
    const char *name = figures->table->rows[row].key.text;
    return figures->brief &&
           (figures->informational || strncmp(name, PROCESS_PREFIX, strlen(PROCESS_PREFIX)) == 0);
}

static bool has_gated(const struct figures *figures) {
    for (size_t i = 0; i < figures->column_count; i++) {
        if (figures->row[i].gated)
            return true;
    }
    return false;
}

/* Is every row of the table gated? Quicker to ask than names, which are far apart in memory. */
static bool all_gated(const struct figures *figures) {
    const struct comparison *c = figures->comparison;
    const struct grid_row *last = NULL;
    size_t rows = 0;
    for (size_t i = figures->first; c && i < c->row_count; i++) {
        const struct row *row = &c->rows[i];
        if (row->table != figures->table)
            break;
        if (!row->policy.gated)
            return false;
        rows += row->grid_row != last;
        last = row->grid_row;
    }
    return rows == figures->table->row_count;
}

size_t figures_shown(struct figures *figures) {
    size_t count = figures->table->row_count, shown = 0;
    figures->all_shown = !figures->brief || all_gated(figures);
    if (figures->all_shown)
        return count;
    for (size_t i = 0; i < count; i++)
        shown += figures_row(figures, i);
    figures_rewind(figures);
    return shown;
}

bool figures_row(struct figures *figures, size_t row) {
    const struct grid_row *grid_row = &figures->table->rows[row];
    for (size_t i = 0; i < figures->column_count; i++)
        figures->row[i] = blank_figure;
    if (figures->comparison)
        fill_judged(figures, grid_row);
    else
        fill_classic(figures, grid_row);
    if (!figures->all_shown && may_be_left_out(figures, row) && !has_gated(figures))
        return false;
    for (size_t i = 0; i < figures->column_count; i++) {
        const struct figure *figure = &figures->row[i];
        struct figure_column *column = &figures->columns[i];
        if (!figure->present)
            continue;
        column->centers[column->count++] = figure->center;
        column->compared += figure->delta != DELTA_NONE;
        if (figure->delta != DELTA_NONE && !isnan(figure->ratio))
            column->ratios[column->ratio_count++] = figure->ratio;
    }
    return true;
}

/* Two pieces a column: the mean of its centres, that of its ratios. */
static void sum_up_piece(void *context, size_t piece) {
    struct figures *figures = context;
    const struct figure_column *column = &figures->columns[piece / 2];
    struct figure_total *total = &figures->totals[piece / 2];
    if (piece % 2 == 0) {
        total->summary = geometric_mean(column->centers, column->count);
        total->summary_fails = isnan(total->summary);
        total->set_differs = piece > 0 && column->compared != figures->columns[0].count;
        return;
    }
    total->ratio = NAN;
    if (piece > 1 && column->compared == column->ratio_count) {
        total->ratio = geometric_mean(column->ratios, column->ratio_count);
        total->ratio_fails = isnan(total->ratio);
    }
}

void figures_sum_up(struct figures *figures) {
    size_t pieces = 2 * figures->column_count;
    if (figures->table->row_count > WORTH_A_THREAD) {
        parallel_for(pieces, sum_up_piece, figures);
        return;
    }
    for (size_t i = 0; i < pieces; i++)
        sum_up_piece(figures, i);
}
