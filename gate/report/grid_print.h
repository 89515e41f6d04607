/* The walk over a comparison's tables that the text and the CSV report share: figures of one table
 * after another, the key lines between them, memory given back after each. */
#ifndef GATE_REPORT_GRID_PRINT_H
#define GATE_REPORT_GRID_PRINT_H

#include "gate/report/figures.h"
#include "gate/report/report.h"

struct grid_print {
    const struct comparison *comparison;
    bool classic_style; /* benchstat's figures instead of the gate's */
    struct classic *classic;
    struct arena *scratch; /* of the present table */
    struct arena_mark mark;
    size_t table, row;                 /* next table; next of comparison->rows */
    const struct grid_table *previous; /* whose key lines were printed last */
};

/* Prints nothing but, in benchstat's style, what could not be read to style->warnings. */
void grid_print_start(struct grid_print *print, const struct comparison *comparison,
                      const struct report_style *style);

/* Figures of the next table, false after the last. */
bool grid_print_next(struct grid_print *print, struct figures *out);

/* The lines before the present table: a blank one after another table, then `key: value` for each
 * that changed. Returns how many. */
size_t grid_print_keys(struct grid_print *print, FILE *out, bool csv);

void grid_print_end(struct grid_print *print);

#endif
