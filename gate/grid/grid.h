/* Recordings laid out as benchstat lays them out: tables (one a unit and table key) of rows and
 * columns, by projections over name, configuration and file. Works on series, not on lines:
 * millions of values are only carried. */
#ifndef GATE_GRID_GRID_H
#define GATE_GRID_GRID_H

#include "gate/grid/filter.h"
#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/recording/recording.h"

/* Options in benchstat's languages; NULL is benchstat's default (table `.config`, row `.fullname`,
 * col `.file`, filter
 * `*`, ignore none). */
struct grid_spec {
    const char *table, *row, *col, *ignore, *filter;
};

/* A tuple of projected key values. `values[i]` belongs to `keys[i]` of the axis. */
struct grid_key {
    const char *const *values;
    const char *text; /* as benchstat prints it, e.g. "note:first" pieces joined by blanks or the
                         bare name */
};

struct grid_axis {
    const char *const *fields; /* names of the projected keys, flattened (.config expanded) */
    size_t field_count;
};

/* A run of a cell's values that came from one recording, in the order of the recordings. */
struct cell_part {
    const struct recording *recording;
    uint32_t first, count;
    const uint32_t *rounds; /* of these values, as in series; NULL when not numbered */
};

/* Where the values of a cell come from: one for all cells of a recording, but one of its own for a
 * cell in which several series met. */
struct cell_source {
    const struct recording *recording; /* NULL when from several */
    uint32_t part_count;
    const struct cell_part *parts; /* cover the values in order; NULL (0) when `recording` is all */
    const char *vary; /* "benchmarks vary in KEY, KEY" when its series differ in keys that no
                         projection has; or NULL */
};

/* One column of one row: the pooled values of all series that project onto it. */
struct cell {
    const struct series *series; /* the recording's own, or where several met one of all values
                                    without round numbers; NULL: there is no cell */
    const struct cell_source *source;
};

struct grid_row {
    struct grid_key key;
    struct cell *cells; /* one a column */
};

/* The cell in a column, NULL where there is none. */
static inline const struct cell *grid_cell(const struct grid_row *row, size_t column) {
    return row->cells[column].series ? &row->cells[column] : NULL;
}

struct grid_table {
    struct grid_key key;
    const char *unit;                     /* tidied */
    const struct unit_metadata *metadata; /* never NULL */
    struct grid_key *columns;
    const uint32_t *column_numbers; /* of each, among all columns of the grid: a table that lacks
                                       the base column starts with another number than 0 */
    size_t column_count;
    struct grid_row *rows;
    size_t row_count;
};

struct grid {
    struct grid_axis table_axis, row_axis, column_axis;
    struct grid_key *columns; /* all columns of all tables, in benchstat's order; 0 is the base */
    size_t column_count;
    struct grid_table *tables; /* order: table key, then unit, by first observation */
    size_t table_count;
    bool varies; /* some cell has a `vary` */
};

/* Builds the grid of `count` recordings. Errors: PG_USAGE with benchstat's caret message for a bad
 * filter or projection. */
bool grid_build(struct grid *out, const struct recording *const *recordings, size_t count,
                const struct grid_spec *spec, struct arena *arena, struct pg_error *err);

#endif
