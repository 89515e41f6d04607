/* The gate's judgement of a grid: every row with its test and verdict, and the whole. Built by one
 * constructor, comparison_build; reports only read it. */
#ifndef GATE_COMPARE_COMPARISON_H
#define GATE_COMPARE_COMPARISON_H

#include "gate/compare/grid.h"
#include "gate/compare/policy.h"
#include "gate/compare/verdict.h"

/* One side of a row, in the base unit. NaN where unknown. */
struct side {
    uint32_t n;
    double center, low, high;
};

/* One (benchmark, unit) of one head column against the base column. */
struct row {
    const struct grid_table *table;
    const struct grid_row *grid_row;
    size_t column;    /* index of the head column; the base column is 0 */
    const char *name; /* full benchmark name */
    const char *unit;
    struct row_policy policy;
    enum row_verdict verdict;
    enum row_verdict unwaived; /* what it would be without a waiver */
    const char *test;          /* "paired trimmed t (log)" …, "exact", or NULL when not tested */
    struct side base, head;
    double change, change_low,
        change_high; /* ratios; NaN unknown. Sign as the values move, not by direction */
    double t, df, p, p_adjusted;
    double smallest_detectable_change;
    const char **notes;
    size_t note_count, note_capacity;
};

struct comparison {
    const struct grid *grid;
    const struct policy *policy;
    const struct recording *const
        *base; /* what the base column was made of (several with a history) */
    size_t base_count;
    const struct recording *const *head;
    size_t head_count;
    struct row *rows; /* in grid order */
    size_t row_count, row_capacity;
    size_t counts[ROW_VERDICT_COUNT];
    size_t family; /* rows whose p-values were corrected together */
    enum verdict verdict;
    enum reason reason; /* the first that applies */
    unsigned reasons;   /* bit set of all that apply: 1u << enum reason */
    struct note *notes;
    size_t note_count, note_capacity;
    struct arena *arena;
};

/* Judges recordings: joins, tests, corrects, applies policy and waivers. `recordings[0]` (or the
 * first `base_count`, which are then pooled sessions of a stored baseline) is the base. Facts about
 * data never fail it; err is for bad projections only. */
struct comparison_input {
    const struct recording *const *recordings;
    size_t count, base_count;
    struct grid_spec spec;
    const struct policy *policy;
};
bool comparison_build(struct comparison *out, const struct comparison_input *input,
                      struct arena *arena, struct pg_error *err);

/* +1 the row got worse by its direction, -1 better, 0 unknown or equal. */
int row_badness(const struct row *row);

/* Row indices, worst first: regressed by size of change, failed, missing, incomparable,
 * inconclusive, waived, improved, new, same. `order` holds row_count entries. */
void comparison_worst_first(const struct comparison *comparison, size_t *order);

void comparison_note(struct comparison *comparison, enum note_level level, const char *where,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
