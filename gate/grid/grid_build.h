/* What grid.c gathers and grid_layout.c lays out. */
#ifndef GATE_GRID_GRID_BUILD_H
#define GATE_GRID_GRID_BUILD_H

#include "gate/grid/axis.h"
#include "gate/grid/grid.h"

/* Most places (rows times columns) of all tables together. */
enum { GRID_PLACES = 16 * 1024 * 1024 };

/* A further series of a cell. */
struct piece {
    const struct recording *recording;
    const struct series *series;
    struct piece *next;
};

/* What a cell of several series needs besides. */
struct cell_extra {
    struct piece *pieces, *last_piece; /* after the first */
    bool *varying;                     /* fields of the residue in which the series differ */
    size_t varying_count;
    uint32_t residue, last_residue; /* keys of the first series, and of the one compared last */
};

/* Numbers of the table and of the keys of a cell, and of its first series. */
struct built_cell {
    uint32_t table, row, column;
    uint32_t recording, series; /* among the recordings, in that recording */
    uint32_t extra;             /* + 1; 0 as long as one series is all */
};

struct built_table {
    uint32_t key, unit;
    uint32_t cell_count;
};

struct grid_builder {
    struct strings *strings;
    struct arena *arena;
    struct axis_set axes;
    struct axis *table_axis, *row_axis, *column_axis, *residue;
    struct filter *filter;
    struct extractor *filter_extractors; /* one a filter key */
    struct built_table *tables;
    size_t table_count, table_capacity;
    uint32_t *table_slots; /* table + 1 by hash of (key, unit) */
    size_t table_slot_count;
    struct built_cell *cells;
    size_t cell_count;
    struct cell_extra *extras;
    size_t extra_count, extra_capacity;
    uint32_t *cell_slots; /* cell + 1 by hash of (table, row, column) */
    size_t cell_slot_count;
    const struct recording *const *recordings;
    size_t recording_count;
};

/* Tables in order, their rows and columns, cells with more than one series put together. PG_LIMIT
 * beyond GRID_PLACES. */
bool grid_lay_out(struct grid *out, struct grid_builder *builder, struct pg_error *err);

#endif
