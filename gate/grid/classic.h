/* benchstat's own statistics of a cell and of two: median with an interval of order statistics,
 * Mann-Whitney; or, for units with `assume=exact`, the mode and no test
 * (golang.org/x/perf/benchmath). They are what `--style benchstat` prints; the gate decides by
 * others. */
#ifndef GATE_GRID_CLASSIC_H
#define GATE_GRID_CLASSIC_H

#include "gate/grid/grid.h"
#include "stats/rank.h"
#include "stats/summary.h"

enum { CLASSIC_ORDERS = 64 };

/* What stays the same from cell to cell. */
struct classic {
    double alpha, confidence;
    struct rank_workspace *ranks;
    struct order_interval
        orders[CLASSIC_ORDERS]; /* by sample size; confidence 0 when not computed */
    size_t need_summary; /* sizes below it have no finite interval; 0: it would be more than 50 */
    size_t need_test;    /* sizes below it cannot differ significantly; 0: it would be 10 or more */
};

void classic_init(struct classic *classic, double alpha, double confidence);
void classic_release(struct classic *classic);

enum classic_doubt {
    CLASSIC_SURE,
    CLASSIC_FEW,     /* too few values for an interval or a difference */
    CLASSIC_INEXACT, /* `assume=exact`, but the values differ */
    CLASSIC_EQUAL    /* all values of both sides are equal */
};

struct classic_summary {
    uint32_t count;
    double center, low, high; /* low and high may be infinite */
    enum classic_doubt doubt;
};

/* Of ascending values; count is at least 1. */
struct classic_summary classic_summarise(struct classic *classic, const double *sorted,
                                         uint32_t count, bool exact);

struct classic_test {
    double p;         /* 0: no test was needed */
    bool significant; /* p <= alpha */
    enum classic_doubt doubt;
};

/* Both sides ascending. */
struct classic_test classic_compare(struct classic *classic, const double *base, size_t base_count,
                                    const double *head, size_t head_count, bool exact);

#endif
