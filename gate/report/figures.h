/* The numbers that tables show, for one grid table: by benchstat's statistics, or as the gate
 * judged. */
#ifndef GATE_REPORT_FIGURES_H
#define GATE_REPORT_FIGURES_H

#include "gate/compare/comparison.h"
#include "gate/grid/classic.h"
#include "runners/base/arena.h"

enum delta {
    DELTA_NONE,      /* nothing to compare with */
    DELTA_NOISE,     /* `~` */
    DELTA_ZERO,      /* equal centres */
    DELTA_UNKNOWN,   /* `?`: the two cannot be compared; in benchstat's style also: the base is 0 */
    DELTA_FROM_ZERO, /* the base is 0 */
    DELTA_CHANGE
};

/* One column of a row. */
struct figure {
    double center, low, high; /* in the base unit */
    double change;            /* ratio, with DELTA_CHANGE */
    double ratio;             /* head by base, for the geometric mean; NaN when there is none */
    double p;                 /* 0 or NaN: not shown */
    const char *vary;         /* keys in which pooled results differ, or NULL */
    uint32_t count, base_count;
    uint8_t delta, doubt, test_doubt; /* enum delta, enum classic_doubt */
    uint8_t verdict;                  /* enum row_verdict; ROW_VERDICT_COUNT: none */
    bool present;
    bool gated; /* the verdict counts */
};

/* The last line of a column. */
struct figure_total {
    double summary,
        ratio;        /* geometric means of centres, of ratios to the base; NaN: there is none */
    bool set_differs; /* other benchmarks than the base column */
    bool summary_fails, ratio_fails; /* something is not above zero */
};

/* Centres and ratios of a column, gathered row by row. */
struct figure_column {
    double *centers, *ratios;
    size_t count, ratio_count, compared;
};

/* A table's figures, row after row: only the present row is there, and totals once all rows were.
 */
struct figures {
    const struct grid_table *table;
    bool binary;        /* the unit scales by 1024 */
    bool informational; /* the unit is only reported */
    bool brief; /* rows of processes that are not gated are left out; may be set after the start */
    bool all_shown; /* figures_shown found no row that is left out */
    size_t column_count;
    const char *const *const *column_values; /* a column's values by field of the column axis */
    size_t level_count;                      /* fields of the column axis */
    struct figure *row;                      /* by column */
    struct figure_total *totals;             /* by column */

    struct classic *classic;
    struct arena *scratch;
    struct figure_column *columns;
    struct figure_buffer *buffers;       /* two, for sorted values */
    const struct comparison *comparison; /* NULL: benchstat's figures */
    uint32_t *numbers;                   /* the columns' among the grid's */
    const size_t *own;  /* each shown column's place in the table, SIZE_MAX: none */
    size_t first, next; /* of comparison->rows: of the table, of the coming row */
};

/* By benchstat's statistics. Memory comes from `scratch` and lasts as long. */
void figures_classic(struct figures *out, struct classic *classic, const struct grid *grid,
                     const struct grid_table *table, struct arena *scratch);

/* As the gate judged; `first_row` is the first of comparison->rows that may belong to the table.
 * Columns are those that have values, with the base before them. */
void figures_of_gate(struct figures *out, struct classic *classic,
                     const struct comparison *comparison, const struct grid_table *table,
                     size_t first_row, struct arena *scratch);

/* Fills figures->row; rows are asked for in order, each once. False for a row that is left out. */
bool figures_row(struct figures *figures, size_t row);

/* The same figures for rows from `first` on, with memory and statistics of their own, to be asked
 * beside `whole` and parts of other rows; and what figures_sum_up needs of a part, put behind what
 * `whole` has. */
void figures_part(struct figures *part, const struct figures *whole, size_t first,
                  struct classic *classic, struct arena *scratch);
void figures_take(struct figures *whole, const struct figures *part);

/* How many rows figures_row would fill; back to before the first row. */
size_t figures_shown(struct figures *figures);

/* Fills figures->totals after the last row. */
void figures_sum_up(struct figures *figures);

/* Back to before the first row. */
void figures_rewind(struct figures *figures);

#endif
