/* From rows to the whole: counts, reasons, the overall verdict, and the order in which people want
 * to read. */
#include "gate/compare/judge.h"

#include <stdlib.h>
#include <string.h>

int row_badness(const struct row *row) {
    if (isnan(row->change) || row->change == 0 || row->policy.better == BETTER_UNKNOWN)
        return 0;
    return row_worse(row, row->change) ? 1 : -1;
}

bool row_breaks(const struct comparison *comparison, const struct row *row) {
    switch (row->verdict) {
    case ROW_REGRESSED:
        return row->policy.gated;
    case ROW_FAILED:
    case ROW_MISSING:
    case ROW_INCOMPARABLE:
        return row->policy.expected && !policy_allows_missing(comparison->policy, row->name);
    default:
        return false;
    }
}

static void set_verdict(struct comparison *c, enum verdict verdict) {
    c->verdict = verdict;
    c->reason = REASON_NONE;
    for (int i = REASON_NONE + 1; verdict == VERDICT_BROKEN && i <= REASON_MISSING_ROWS; i++) {
        if (c->reasons & 1U << i) {
            c->reason = (enum reason)i;
            return;
        }
    }
}

/* Nearly always the first: names come from one literal each. */
static void count_test(struct comparison *c, const char *test) {
    size_t k = 0;
    while (k < c->test_count && c->tests[k].name != test && strcmp(c->tests[k].name, test) != 0)
        k++;
    if (k == MOST_TESTS)
        return;
    c->tests[k].name = test;
    c->tests[k].rows++;
    c->test_count += k == c->test_count;
}

static void count_rows(struct comparison *c) {
    memset(c->counts, 0, sizeof c->counts);
    memset(c->gated_counts, 0, sizeof c->gated_counts);
    memset(c->tests, 0, sizeof c->tests);
    c->test_count = 0;
    c->reasons &= ~(1U << REASON_FAILED_ROWS | 1U << REASON_MISSING_ROWS);
    for (size_t i = 0; i < c->row_count; i++) {
        const struct row *row = &c->rows[i];
        c->counts[row->verdict]++;
        c->gated_counts[row->verdict] += row->policy.gated;
        if (row->test)
            count_test(c, row->test);
        if (row->verdict != ROW_REGRESSED && row_breaks(c, row))
            c->reasons |=
                1U << (row->verdict == ROW_FAILED ? REASON_FAILED_ROWS : REASON_MISSING_ROWS);
    }
}

static size_t decided(const size_t *counts) {
    return counts[ROW_REGRESSED] + counts[ROW_IMPROVED] + counts[ROW_SAME] + counts[ROW_WAIVED];
}

void comparison_settle(struct comparison *c) {
    bool undecided = decided(c->gated_counts) == 0 ||
                     (c->policy->strict && c->gated_counts[ROW_INCONCLUSIVE] > 0);
    bool regressed = c->gated_counts[ROW_REGRESSED] > 0 || c->functions_regressed > 0;
    set_verdict(c, regressed    ? VERDICT_REGRESSION
                   : c->reasons ? VERDICT_BROKEN
                   : undecided  ? VERDICT_INCONCLUSIVE
                                : VERDICT_PASS);
}

void comparison_recount(struct comparison *c) {
    count_rows(c);
    comparison_settle(c);
}

/* A table whose times nobody could judge must not hide behind the allocations that are the same. */
static void note_undecided_units(struct judge *judge) {
    struct comparison *c = judge->comparison;
    size_t counts[ROW_VERDICT_COUNT] = {0};
    for (size_t i = 0; i < c->row_count; i++) {
        const struct row *row = &c->rows[i];
        counts[row->verdict] += row->policy.gated;
        if (i + 1 < c->row_count && c->rows[i + 1].table == row->table)
            continue;
        if (decided(counts) == 0 && counts[ROW_INCONCLUSIVE] > 0)
            comparison_note(c, NOTE_WARNING, row->unit,
                            "0 of %zu rows could be decided: more rounds are needed",
                            counts[ROW_INCONCLUSIVE]);
        memset(counts, 0, sizeof counts);
    }
}

void judge_total(struct judge *judge) {
    struct comparison *c = judge->comparison;
    count_rows(c);
    note_undecided_units(judge);
    if (decided(c->counts) + c->counts[ROW_INCONCLUSIVE] == 0) {
        c->reasons |= 1U << REASON_NOTHING_COMPARABLE;
        comparison_note(c, NOTE_WARNING, NULL,
                        "no row could be compared: %zu in the base only, %zu in the head only",
                        c->counts[ROW_MISSING], c->counts[ROW_NEW]);
    }
    comparison_settle(c);
}

void comparison_broken(struct comparison *out, const struct policy *policy, enum reason reason,
                       const char *message, struct arena *arena) {
    *out = (struct comparison){
        .grid = arena_alloc(arena, sizeof *out->grid),
        .policy = policy,
        .reasons = 1U << reason,
        .arena = arena,
    };
    comparison_note(out, reason == REASON_DAMAGED_INPUT ? NOTE_DAMAGE : NOTE_WARNING, NULL, "%s",
                    message);
    set_verdict(out, VERDICT_BROKEN);
}

static int rank(const struct row *row) {
    static const int ranks[ROW_VERDICT_COUNT] = {
        [ROW_REGRESSED] = 0,    [ROW_FAILED] = 1,       [ROW_MISSING] = 2,
        [ROW_INCOMPARABLE] = 3, [ROW_INCONCLUSIVE] = 4, [ROW_WAIVED] = 5,
        [ROW_IMPROVED] = 6,     [ROW_NEW] = 7,          [ROW_SAME] = 8};
    bool counts = row->policy.gated || row->policy.expected;
    return ranks[row->verdict] + (counts ? 0 : ROW_VERDICT_COUNT);
}
enum { RANKS = 2 * ROW_VERDICT_COUNT };

static int by_change(const void *left, const void *right, void *context) {
    const struct row *rows = context;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    double x = fabs(rows[a].change), y = fabs(rows[b].change);
    x = isnan(x) ? -1 : x;
    y = isnan(y) ? -1 : y;
    if (x != y)
        return x > y ? -1 : 1;
    return a < b ? -1 : a > b;
}

size_t comparison_worst_first(const struct comparison *comparison, row_filter *keep,
                              size_t *order) {
    size_t start[RANKS + 1] = {0}, filled[RANKS] = {0}, kept = 0;
    size_t *rows = ARENA_NEW(comparison->arena, size_t, comparison->row_count);
    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct row *row = &comparison->rows[i];
        if (keep && !keep(comparison, row))
            continue;
        rows[kept++] = i;
        start[rank(row) + 1]++;
    }
    for (int r = 0; r < RANKS; r++)
        start[r + 1] += start[r];
    for (size_t i = 0; i < kept; i++) {
        int r = rank(&comparison->rows[rows[i]]);
        order[start[r] + filled[r]++] = rows[i];
    }
    for (int r = 0; r < RANKS; r++) {
        size_t n = start[r + 1] - start[r];
        enum row_verdict verdict = n ? comparison->rows[order[start[r]]].verdict : ROW_SAME;
        if (verdict == ROW_REGRESSED || verdict == ROW_IMPROVED || verdict == ROW_WAIVED)
            qsort_r(order + start[r], n, sizeof *order, by_change, comparison->rows);
    }
    return kept;
}
