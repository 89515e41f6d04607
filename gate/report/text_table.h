/* Layout of a table in a fixed-width font: columns as wide as they must be, cells that span several
 * of them, margins that line up. The rules are those of benchstat's tables, so that the same cells
 * give the same bytes. */
#ifndef GATE_REPORT_TEXT_TABLE_H
#define GATE_REPORT_TEXT_TABLE_H

#include "runners/base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum cell_align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };

/* What stands to the left of a cell. A column's margin is as wide as the widest of its cells'. */
enum cell_margin {
    MARGIN_NONE,
    MARGIN_BLANK,
    MARGIN_BLANKS,
    MARGIN_EDGE,
    MARGIN_BAR,
    MARGIN_RANGE
};

enum cell_colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_BAD, COLOUR_DIM };

struct table_cell {
    const char *text; /* not copied: must live as long as the table */
    uint32_t bytes, width;
    uint32_t column, span;
    uint8_t align, margin, colour;
    bool first; /* of its row */
};

struct table_column {
    uint32_t widest, margin;
    bool used, shrink; /* has a cell of its own; takes no part in growing for a spanning cell */
};

struct text_table {
    struct arena *arena;
    struct table_cell *cells;
    size_t cell_count, cell_capacity;
    struct table_column *columns;
    size_t column_count, column_capacity;
    uint32_t column; /* where the next cell goes */
    bool new_row;
};

void text_table_init(struct text_table *table, struct arena *arena);

/* Ends the row; the next cell goes to the first column of the next. A row without cells is none. */
void text_table_row(struct text_table *table);

/* Skips to a column further right. */
void text_table_column(struct text_table *table, uint32_t column);

/* Adds a cell and goes on behind it. Text must be fit for a terminal (escape.h). */
struct table_cell *text_table_cell(struct text_table *table, const char *text,
                                   enum cell_align align);
struct table_cell *text_table_span(struct text_table *table, uint32_t columns, const char *text,
                                   enum cell_align align, enum cell_margin margin);

/* Sets the margin of the cell added last. */
void text_table_margin(struct text_table *table, enum cell_margin margin);

void text_table_shrink(struct text_table *table, uint32_t column);

/* Characters of the widest line, when all columns are filled. */
size_t text_table_width(const struct text_table *table);

/* Writes the lines; with `colour`, escape sequences around cells that have one. The caller looks at
 * ferror. */
void text_table_print(const struct text_table *table, FILE *out, bool colour);

#endif
