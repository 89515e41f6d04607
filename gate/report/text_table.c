#include "gate/report/text_table.h"

#include "runners/base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    uint32_t width;
} margins[] = {[MARGIN_NONE] = {"", 0},
               [MARGIN_BLANK] = {" ", 1},
               [MARGIN_BLANKS] = {"  ", 2},
               [MARGIN_EDGE] = {" \xE2\x94\x82", 2}, /* │ */
               [MARGIN_BAR] = {" \xE2\x94\x82 ", 3},
               [MARGIN_RANGE] = {" \xC2\xB1 ", 3}}; /* ± */

void text_table_init(struct text_table *table, struct arena *arena) {
    *table = (struct text_table){.arena = arena, .new_row = true};
}

void text_table_row(struct text_table *table) {
    table->column = 0;
    table->new_row = true;
}

void text_table_column(struct text_table *table, uint32_t column) {
    table->column = column;
}

static void need_columns(struct text_table *table, size_t count) {
    while (table->column_count < count)
        ARENA_PUSH(table->arena, table->columns, table->column_count, table->column_capacity,
                   ((struct table_column){0}));
}

void text_table_margin(struct text_table *table, enum cell_margin margin) {
    struct table_cell *cell = &table->cells[table->cell_count - 1];
    struct table_column *column = &table->columns[cell->column];
    cell->margin = (uint8_t)margin;
    if (margins[margin].width > column->margin)
        column->margin = margins[margin].width;
}

struct table_cell *text_table_span(struct text_table *table, uint32_t columns, const char *text,
                                   enum cell_align align, enum cell_margin margin) {
    struct text whole = text_of(text);
    struct table_cell cell = {.text = text,
                              .bytes = (uint32_t)whole.length,
                              .width = (uint32_t)text_characters(whole),
                              .column = table->column,
                              .span = columns,
                              .align = (uint8_t)align,
                              .first = table->new_row};
    need_columns(table, cell.column + columns);
    ARENA_PUSH(table->arena, table->cells, table->cell_count, table->cell_capacity, cell);
    text_table_margin(table, margin);
    struct table_column *column = &table->columns[cell.column];
    if (columns == 1) {
        column->used = true;
        if (cell.width > column->widest)
            column->widest = cell.width;
    }
    table->column += columns;
    table->new_row = false;
    return &table->cells[table->cell_count - 1];
}

struct table_cell *text_table_cell(struct text_table *table, const char *text,
                                   enum cell_align align) {
    enum cell_margin margin = table->column == 0 || !*text ? MARGIN_NONE : MARGIN_BLANK;
    return text_table_span(table, 1, text, align, margin);
}

void text_table_shrink(struct text_table *table, uint32_t column) {
    need_columns(table, (size_t)column + 1);
    table->columns[column].shrink = true;
}

/* ---- widths ---- */

/* Columns by width, widest first; the left one of two equals first. */
static void sort_columns(uint32_t *columns, size_t count, const long *widths) {
    for (size_t i = 1; i < count; i++) {
        uint32_t column = columns[i];
        size_t at = i;
        for (; at > 0 && widths[columns[at - 1]] < widths[column]; at--)
            columns[at] = columns[at - 1];
        columns[at] = column;
    }
}

/* Makes room for a spanning cell: every column that may grow gets an equal share, and what the
 * wider ones already have beyond it is taken off the others'. */
static void grow(const struct text_table *table, const struct table_cell *cell, long *widths,
                 uint32_t *growing) {
    long need = (long)cell->width + (long)table->columns[cell->column].margin, have = 0;
    size_t count = 0;
    for (uint32_t i = cell->column; i < cell->column + cell->span; i++)
        have += widths[i];
    if (have >= need)
        return;
    for (uint32_t i = cell->column; i < cell->column + cell->span; i++) {
        if (table->columns[i].shrink)
            need -= widths[i];
        else
            growing[count++] = i;
    }
    sort_columns(growing, count, widths);
    for (size_t i = 0; i < count; i++) {
        long left = (long)(count - i), share = (need + left - 1) / left;
        if (widths[growing[i]] < share)
            widths[growing[i]] = share;
        need -= widths[growing[i]];
    }
}

static int by_span(const void *left, const void *right) {
    const struct table_cell *a = *(const struct table_cell *const *)left;
    const struct table_cell *b = *(const struct table_cell *const *)right;
    if (a->span != b->span)
        return a->span < b->span ? -1 : 1;
    return (a > b) - (a < b);
}

/* Spanning cells, narrow spans first. */
static const struct table_cell **spanning(const struct text_table *table, size_t *count) {
    const struct table_cell **cells = NULL;
    size_t found = 0, capacity = 0;
    for (size_t i = 0; i < table->cell_count; i++) {
        if (table->cells[i].span > 1)
            ARENA_PUSH(table->arena, cells, found, capacity, &table->cells[i]);
    }
    if (found)
        qsort(cells, found, sizeof *cells, by_span);
    *count = found;
    return cells;
}

/* Where each column begins, its margin included; the last entry is the end of the table. */
static long *column_starts(const struct text_table *table) {
    size_t columns = table->column_count, count;
    long *starts = ARENA_NEW(table->arena, long, columns + 1);
    long *widths = starts + 1; /* turned into starts below */
    uint32_t *growing = ARENA_NEW(table->arena, uint32_t, columns);
    for (size_t i = 0; i < columns; i++) {
        const struct table_column *column = &table->columns[i];
        widths[i] = column->used ? (long)column->widest + (long)column->margin : 0;
    }
    const struct table_cell **cells = spanning(table, &count);
    for (size_t i = 0; i < count; i++)
        grow(table, cells[i], widths, growing);
    for (size_t i = 0; i < columns; i++)
        starts[i + 1] += starts[i];
    return starts;
}

size_t text_table_width(const struct text_table *table) {
    return (size_t)column_starts(table)[table->column_count];
}

/* ---- printing ---- */

/* A line is put together here and goes out in large pieces. */
struct writer {
    FILE *out;
    size_t used;
    char bytes[32 * 1024];
};

static void flush(struct writer *writer) {
    fwrite(writer->bytes, 1, writer->used, writer->out);
    writer->used = 0;
}

static void put(struct writer *writer, const char *bytes, size_t length) {
    if (length > sizeof writer->bytes - writer->used)
        flush(writer);
    if (length > sizeof writer->bytes) {
        fwrite(bytes, 1, length, writer->out);
        return;
    }
    memcpy(writer->bytes + writer->used, bytes, length);
    writer->used += length;
}

static void put_blanks(struct writer *writer, long count) {
    static const char blanks[] = "                                                                ";
    for (; count > 0; count -= (long)sizeof blanks - 1)
        put(writer, blanks, (size_t)count < sizeof blanks - 1 ? (size_t)count : sizeof blanks - 1);
}

static void put_text(struct writer *writer, const struct table_cell *cell, bool colour) {
    static const char *const on[] = {"", "\x1B[32m", "\x1B[31m", "\x1B[2m"};
    bool coloured = colour && cell->colour != COLOUR_NONE && cell->bytes;
    if (coloured)
        put(writer, on[cell->colour], strlen(on[cell->colour]));
    put(writer, cell->text, cell->bytes);
    if (coloured)
        put(writer, "\x1B[0m", 4);
}

/* Writes a cell when `at` characters of its line are there; returns how many are then. A cell to
 * its left may have run over: as benchstat does, it is then set off by as many blanks. */
static long put_cell(struct writer *writer, const struct text_table *table,
                     const struct table_cell *cell, const long *starts, long at, bool colour) {
    long margin = (long)table->columns[cell->column].margin;
    long before = starts[cell->column] - at;
    long room = starts[cell->column + cell->span] - starts[cell->column] - margin;
    long left = cell->align == ALIGN_CENTER  ? (room - (long)cell->width) / 2
                : cell->align == ALIGN_RIGHT ? room - (long)cell->width
                                             : 0;
    put_blanks(writer, labs(before) + margin - (long)margins[cell->margin].width);
    put(writer, margins[cell->margin].text, strlen(margins[cell->margin].text));
    if (left < 0)
        left = 0;
    put_blanks(writer, left);
    put_text(writer, cell, colour);
    return at + before + margin + left + (long)cell->width;
}

static bool is_blank(const struct table_cell *cell) {
    return cell->margin < MARGIN_EDGE && strspn(cell->text, " ") == cell->bytes;
}

void text_table_print(const struct text_table *table, FILE *out, bool colour) {
    const long *starts = column_starts(table);
    struct writer *writer = arena_alloc(table->arena, sizeof *writer);
    writer->out = out;
    long at = 0;
    size_t lines = 0; /* not yet begun: a blank cell begins none, and ends none */
    for (size_t i = 0; i < table->cell_count; i++) {
        const struct table_cell *cell = &table->cells[i];
        lines += cell->first && i > 0;
        if (is_blank(cell))
            continue;
        for (; lines > 0; lines--, at = 0)
            put(writer, "\n", 1);
        at = put_cell(writer, table, cell, starts, at, colour);
    }
    if (table->cell_count)
        put(writer, "\n", 1);
    flush(writer);
}
