/* The gate's judgement of a grid: every row with its test and verdict, and the whole. Built by one
 * constructor, comparison_build; reports only read it.
 *
 * How a row is judged, the first that applies:
 *   1. a recording says that the benchmark failed: failed (new when only the base failed and has no
 *      sample of it)
 *   2. one side has samples only: missing or new; but incomparable when the other side has the same
 *      benchmark and unit under another configuration (goos, cpu, pkg …), which the table
 *      projection keeps apart
 *   3. the fingerprints differ, or the sides state opposite directions of the unit: incomparable
 *   4. exact rule, no test: of a deterministic unit (unit.h, or `assume=exact`) the ranges of the
 *      two sides lie apart by more than the margin (regressed, improved) or all within it (same);
 *      of any other unit neither side varies and both have two values or more
 *   5. fewer than two samples a side: inconclusive
 *   6. the policy's test, and then
 *        regressed     p_adjusted <= alpha, and the change is worse than the margin
 *        improved      the mirror image
 *        same          the whole interval of the change lies within the margin
 *        inconclusive  otherwise; so also a change that is significant but perhaps smaller than the
 *                      margin
 *      A row whose direction is unknown can be same or inconclusive only.
 *
 * The margin is the larger of the threshold and absolute floor / |centre of the base|: both must be
 * exceeded. With a base centre of 0 every difference over the floor is beyond the margin; the ratio
 * is then infinite, which JSON gives as null. p is two-sided. p_adjusted is p corrected
 * (policy.correction) over the family: all gated rows of the comparison that had a test. Rows that
 * are not gated have p_adjusted = p and a verdict, but decide nothing.
 *
 * Samples: values with the same round number come from one process and are replaced by their
 * median. With `--test auto`, recordings with equal `session` provenance are paired by round;
 * rounds without a partner are left out with a note.
 *
 * Overall, the first of regression, broken, inconclusive, pass. Regression: a gated row, or a
 * function where policy.functions says that they decide. Broken: damaged
 * input; fingerprints; an expected row failed, missing or incomparable, unless allow_missing has
 * its name; no row with two comparable sides. Inconclusive: no gated row is regressed, improved,
 * same or waived; with strict, any gated row is inconclusive. */
#ifndef GATE_COMPARE_COMPARISON_H
#define GATE_COMPARE_COMPARISON_H

#include "gate/compare/policy.h"
#include "gate/compare/verdict.h"
#include "gate/grid/grid.h"

struct function_findings;

/* One side of a row, in the base unit. NaN where unknown. */
struct side {
    uint32_t n; /* samples that entered the test */
    double center, low, high;
};

/* One (benchmark, unit) of one head column against the base column. */
struct row {
    /* What every walk over all rows asks for stands first. */
    enum row_verdict verdict;
    enum row_verdict unwaived; /* what it would be without a waiver */
    const char *test; /* "paired trimmed t, log scale" …, "exact", or NULL when not tested */
    const struct grid_table *table; /* NULL for a failed benchmark without any sample */
    struct row_policy policy;
    uint32_t note_count, note_capacity;
    double p, p_adjusted;
    const struct grid_row *grid_row; /* NULL as table */
    size_t column;    /* number of the head column in grid->columns; column_count: it has none */
    const char *name; /* full benchmark name */
    const char *unit; /* "" for a failed benchmark without any sample */
    const char **notes;
    struct side base, head;
    double change, change_low,
        change_high; /* ratios; NaN unknown. Sign as the values move, not by direction */
    double t, df;
    double smallest_detectable_change;
};

/* A base benchmark that goes by another name: texts of the recordings' strings. */
struct renamed {
    uint32_t from, to;
};

/* Rows that had one test. There are fewer tests than this. */
enum { MOST_TESTS = 12 };
struct test_count {
    const char *name;
    size_t rows;
};

struct comparison {
    const struct grid *grid;
    const struct policy *policy;
    const struct recording *const
        *base; /* what the base column was made of (several with a history) */
    size_t base_count;
    const struct recording *const *head;
    size_t head_count;
    struct renamed *renamed; /* what the policy's renames came to */
    size_t renamed_count, renamed_capacity;
    struct row *rows; /* in the order of grid tables, their rows, columns; failed ones without a
                         sample last */
    size_t row_count, row_capacity;
    size_t counts[ROW_VERDICT_COUNT];       /* of all rows */
    size_t gated_counts[ROW_VERDICT_COUNT]; /* of the gated ones among them */
    struct test_count tests[MOST_TESTS];    /* of rows by test, in order of appearance */
    size_t test_count;
    size_t family; /* rows whose p-values were corrected together */
    enum verdict verdict;
    enum reason reason; /* of a broken verdict: the first that applies; else REASON_NONE */
    unsigned reasons;   /* bit set of all that apply, whatever the verdict: 1u << enum reason */
    struct note *notes;
    size_t note_count, note_capacity;
    const struct function_findings *functions; /* what gate/functions found in profiles; or NULL */
    size_t functions_regressed;                /* of them, those that decide */
    struct arena *arena;
};

/* Judges recordings: joins, tests, corrects, applies policy and waivers. The first `base_count` (at
 * least 1) recordings are the base; several are sessions of a stored baseline, oldest first, and
 * must share one label, so that they project onto one column. Facts about data never fail it; err
 * is for a bad filter or projection (PG_USAGE). Everything passed in must outlive the result. */
struct comparison_input {
    const struct recording *const *recordings;
    size_t count, base_count;
    struct grid_spec spec;
    const struct policy *policy;
};
bool comparison_build(struct comparison *out, const struct comparison_input *input,
                      struct arena *arena, struct pg_error *err);

/* Counts, reasons and the overall verdict again, after the verdict of a row was changed. */
void comparison_recount(struct comparison *comparison);

/* The overall verdict alone, from counts, reasons and functions that regressed. */
void comparison_settle(struct comparison *comparison);

/* A comparison without rows, for inputs that could not even be read: reports still have something
 * true to say. */
void comparison_broken(struct comparison *out, const struct policy *policy, enum reason reason,
                       const char *message, struct arena *arena);

/* +1 the row's change is for the worse by its direction, -1 for the better, 0 unknown or none. */
int row_badness(const struct row *row);

/* Is the row in the way of a pass by itself (regressed, failed, missing, incomparable; gated and
 * not allowed)? */
bool row_breaks(const struct comparison *comparison, const struct row *row);

/* Row indices, worst first: regressed by size of change, failed, missing, incomparable,
 * inconclusive, waived, improved, new, same; then the rows that decide nothing, likewise. Only rows
 * that `keep` (NULL: any) is true of; returns how many. `order` holds row_count entries. */
typedef bool row_filter(const struct comparison *comparison, const struct row *row);
size_t comparison_worst_first(const struct comparison *comparison, row_filter *keep, size_t *order);

void comparison_note(struct comparison *comparison, enum note_level level, const char *where,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
