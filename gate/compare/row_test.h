/* One row's numbers: the exact rule or the policy's test, and what the verdict follows from. */
#ifndef GATE_COMPARE_ROW_TEST_H
#define GATE_COMPARE_ROW_TEST_H

#include "gate/compare/comparison.h"
#include "gate/compare/samples.h"
#include "stats/auto_test.h"
#include "stats/rank.h"

enum { ROW_QUANTILES = 8 };
struct row_quantile {
    double p, df, value;
};

struct row_tester {
    const struct policy *policy;
    struct sample_scratch scratch;
    struct rank_workspace *ranks; /* owned; NULL works too */
    struct auto_session *sessions;
    size_t session_capacity;
    struct row_quantile quantiles[ROW_QUANTILES]; /* of t, met before */
    size_t next_quantile;
    size_t merged_rows, unpaired_rows; /* rows with several values a round; with rounds left out */
    uint32_t merged_most, unpaired_most;
    struct arena *arena;
};

/* What is known of a row's unit. */
struct unit_traits {
    bool exact;     /* deterministic by nature or by `assume=exact` */
    bool time_like; /* noise has one direction */
};

/* A row of which nothing is known yet: no unit, every figure NaN. */
extern const struct row unknown_row;

/* Fills a row's sides, change, test, p and, where no p is needed for it, its verdict. Otherwise the
 * verdict is left at ROW_INCONCLUSIVE, to be decided by row_decide once p_adjusted is known. `tail`
 * is what `--test auto` saw in the trimmed end (p NaN: nothing). With `paired`, rounds are paired
 * where they can be. */
void row_test(struct row_tester *tester, struct row *row, const struct cell *base,
              const struct cell *head, struct unit_traits traits, bool paired,
              struct auto_tail *tail);

/* The side of a row that has nothing to be compared with: median and its interval. */
struct side side_alone(struct row_tester *tester, const struct cell *cell);

/* The verdict from change, interval and p_adjusted; notes say what stood in the way. */
void row_decide(struct row *row, struct arena *arena);

/* Is that change (a ratio) larger, either way, than threshold and floor of the row allow? */
bool row_beyond(const struct row *row, double change);

/* For the worse, by the row's direction? */
bool row_worse(const struct row *row, double change);

void row_note(struct row *row, struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
