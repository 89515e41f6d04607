/* Layout of a table in a fixed-width font: columns as wide as they must be, cells that span several
 * of them, margins that line up. The rules are those of benchstat's tables, so that the same cells
 * give the same bytes. Cells are kept in a compact stream: a table of a hundred thousand rows takes
 * some megabytes and one pass to print. */
#ifndef GATE_REPORT_TEXT_TABLE_H
#define GATE_REPORT_TEXT_TABLE_H

#include "runners/base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum cell_align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };

/* What stands to the left of a cell. A column's margin is as wide as the widest of its cells'.
 * MARGIN_AUTO is a blank, but nothing in the first column or before an empty text. */
enum cell_margin {
    MARGIN_AUTO,
    MARGIN_NONE,
    MARGIN_BLANK,
    MARGIN_BLANKS,
    MARGIN_EDGE,
    MARGIN_BAR,
    MARGIN_RANGE
};

enum cell_colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_BAD, COLOUR_DIM };

/* Text must be fit for a terminal (escape.h); it is copied. `span` columns, 0 is 1. */
struct table_cell {
    const char *text;
    size_t bytes;
    enum cell_align align;
    enum cell_margin margin;
    enum cell_colour colour;
    uint32_t span;
};

struct table_column {
    uint32_t widest, margin;
    bool used, shrink; /* has a cell of its own; takes no part in growing for a spanning cell */
};

struct table_span {
    uint32_t column, span, width;
};

struct text_table {
    struct arena *arena;
    struct table_chunk *first_chunk, *last_chunk;
    struct table_column *columns;
    size_t column_count, column_capacity;
    struct table_span *spans;
    size_t span_count, span_capacity;
    uint32_t column; /* where the next cell goes */
};

void text_table_init(struct text_table *table, struct arena *arena);

/* Begins a row. */
void text_table_row(struct text_table *table);

/* Skips to a column further right. */
void text_table_column(struct text_table *table, uint32_t column);

/* Adds a cell and goes on behind it. */
void text_table_add(struct text_table *table, const struct table_cell *cell);

/* The same for a NUL-terminated text in one column. */
void text_table_text(struct text_table *table, const char *text, enum cell_align align);

/* Puts the rows of a part, which were painted by themselves, behind those of the table; the part's
 * memory must last as long as the table. Both count columns alike. */
void text_table_append(struct text_table *table, const struct text_table *part);

void text_table_shrink(struct text_table *table, uint32_t column);

/* Characters of the widest line, when all columns are filled. */
size_t text_table_width(const struct text_table *table);

/* Writes the lines; with `colour`, escape sequences around cells that have one. The caller looks at
 * ferror. */
void text_table_print(const struct text_table *table, FILE *out, bool colour);

#endif
