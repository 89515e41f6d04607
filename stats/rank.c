#include "stats/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/rank_null.h"
#include "stats/summary.h"
#include "stats/tdist.h"

#define STACK_VALUES 256
#define SIGNED_EXACT 50

static struct mann_whitney mann_whitney_without(enum outcome outcome) {
    return (struct mann_whitney){outcome, NAN, NAN, NAN, NAN, NAN, false, false};
}

static bool all_finite(const double *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

/* What the pooled order of two samples says. group holds the runs of equal values while the sizes
 * allow the exact test with ties. */
struct pooled {
    double twice_u;    /* of head */
    double correction; /* sum of t^3 - t over runs of t equal values */
    bool ties;
    size_t groups;
    int group[2 * RANK_EXACT_TIED];
};

static void pool(const double *base, size_t base_n, const double *head, size_t head_n,
                 struct pooled *pooled) {
    size_t b = 0, h = 0;
    bool keep = base_n <= RANK_EXACT_TIED && head_n <= RANK_EXACT_TIED;
    *pooled = (struct pooled){0};
    while (b < base_n || h < head_n) {
        double value = h == head_n || (b < base_n && base[b] < head[h]) ? base[b] : head[h];
        size_t b_start = b, h_start = h;
        while (b < base_n && base[b] == value)
            b++;
        while (h < head_n && head[h] == value)
            h++;
        double in_base = (double)(b - b_start), in_head = (double)(h - h_start);
        double run = in_base + in_head;
        pooled->twice_u += in_head * (2 * (double)b_start + in_base);
        pooled->correction += run * run * run - run;
        if (keep)
            pooled->group[pooled->groups] = (int)run;
        pooled->groups++;
    }
    pooled->ties = pooled->groups < base_n + head_n;
}

static void two_sided(struct mann_whitney *test) {
    double smaller = test->p_greater < test->p_less ? test->p_greater : test->p_less;
    test->p = smaller < 0.5 ? 2 * smaller : 1;
}

static void approximate(struct mann_whitney *test, const struct pooled *pooled, double m,
                        double n) {
    double pairs = m * n, size = m + n;
    double deviation = sqrt(pairs / 12 * (size + 1 - pooled->correction / (size * (size - 1))));
    double above = test->u - pairs / 2;
    test->p_greater = normal_upper_tail((above - 0.5) / deviation);
    test->p_less = normal_upper_tail((-above - 0.5) / deviation);
    two_sided(test);
    /* benchstat takes the upper tail as one less the lower: where base is far above head, it is
     * exactly 0, and is then shown without a p. */
    test->p_benchstat = above < 0 && test->p < 1 ? 2 * (1 - (1 - test->p / 2)) : test->p;
}

/* Both exact forms return false when there is no memory. */
static bool exact_untied(struct mann_whitney *test, size_t base_n, size_t head_n,
                         struct rank_workspace *workspace) {
    const double *at_most = rank_untied(workspace, head_n, base_n);
    if (!at_most)
        return false;
    size_t u = (size_t)test->u;
    test->p_less = at_most[u];
    test->p_greater = at_most[base_n * head_n - u];
    two_sided(test);
    test->p_benchstat = test->p;
    return true;
}

static bool exact_tied(struct mann_whitney *test, const struct pooled *pooled, size_t base_n,
                       size_t head_n, struct rank_workspace *workspace) {
    const double *below = rank_tied(workspace, head_n, base_n, pooled->group, pooled->groups);
    if (!below)
        return false;
    size_t top = 2 * base_n * head_n, s = (size_t)pooled->twice_u;
    double total = below[top + 1];
    test->p_less = below[s + 1] / total;
    test->p_greater = (total - below[s]) / total;
    two_sided(test);
    /* P(U of base <= smaller) is P(U of head >= its mirror image). */
    size_t smaller = s < top - s ? s : top - s;
    test->p_benchstat = 2 * s == top ? 1 : 2 * ((total - below[top - smaller]) / total);
    return true;
}

static struct mann_whitney mann_whitney_sorted(const double *base, size_t base_n,
                                               const double *head, size_t head_n,
                                               struct rank_workspace *workspace) {
    struct pooled pooled;
    pool(base, base_n, head, head_n, &pooled);
    size_t limit = pooled.ties ? RANK_EXACT_TIED : RANK_EXACT_UNTIED;
    struct mann_whitney test = {OUTCOME_OK, pooled.twice_u / 2, 1, 1, 1, 1, false, pooled.ties};
    test.exact = base_n <= limit && head_n <= limit;
    if (pooled.groups == 1) {
        test.outcome = OUTCOME_CONSTANT_EQUAL;
        return test;
    }
    bool done = true;
    if (!test.exact)
        approximate(&test, &pooled, (double)base_n, (double)head_n);
    else if (pooled.ties)
        done = exact_tied(&test, &pooled, base_n, head_n, workspace);
    else
        done = exact_untied(&test, base_n, head_n, workspace);
    return done ? test : mann_whitney_without(OUTCOME_NO_MEMORY);
}

struct mann_whitney mann_whitney_test(const double *base, size_t base_n, const double *head,
                                      size_t head_n, struct rank_workspace *workspace) {
    if (base_n == 0 || head_n == 0)
        return mann_whitney_without(OUTCOME_TOO_FEW);
    if (!all_finite(base, base_n) || !all_finite(head, head_n))
        return mann_whitney_without(OUTCOME_OUT_OF_RANGE);
    struct rank_workspace *own = workspace ? NULL : rank_workspace_new();
    double few[STACK_VALUES];
    size_t n = base_n + head_n;
    double *work = n <= STACK_VALUES ? few : malloc(n * sizeof *work);
    struct mann_whitney test = mann_whitney_without(OUTCOME_NO_MEMORY);
    if (work && (workspace || own)) {
        memcpy(work, base, base_n * sizeof *work);
        memcpy(work + base_n, head, head_n * sizeof *work);
        if (sort_values(work, base_n) && sort_values(work + base_n, head_n))
            test = mann_whitney_sorted(work, base_n, work + base_n, head_n,
                                       workspace ? workspace : own);
    }
    if (work != few)
        free(work);
    rank_workspace_free(own);
    return test;
}

double mann_whitney_smallest_p(size_t n) {
    double p = 2;
    for (size_t i = 1; i <= n && p > 0; i++)
        p *= (double)i / (double)(n + i);
    return n > 0 ? p : 1;
}

/* Absolute differences ascending, with the sign in the parallel array; both hold n. */
struct signed_difference {
    double size;
    bool positive;
};

static int by_size(const void *a, const void *b) {
    const struct signed_difference *x = a, *y = b;
    return (x->size > y->size) - (x->size < y->size);
}

/* Doubled midranks of the ordered differences to rank[]; returns the sum over positive ones. */
static double doubled_ranks(const struct signed_difference *of, size_t n, double *rank,
                            double *correction) {
    double positive = 0;
    *correction = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && of[end].size == of[i].size; end++)
            continue;
        double run = (double)(end - i);
        *correction += run * run * run - run;
        for (size_t j = i; j < end; j++) {
            rank[j] = (double)(i + 1 + end);
            positive += of[j].positive ? rank[j] : 0;
        }
    }
    return positive;
}

/* Each rank counts or does not, with equal chance: counts of subsets by doubled sum, at most 2^50,
 * exact. */
static void signed_exact(struct signed_rank *test, const double *rank, double doubled) {
    size_t n = test->used, top = n * (n + 1), reached = 0, s = (size_t)doubled;
    double counts[SIGNED_EXACT * (SIGNED_EXACT + 1) + 1] = {1};
    for (size_t i = 0; i < n; i++) {
        size_t step = (size_t)rank[i];
        reached += step;
        for (size_t j = reached; j >= step; j--)
            counts[j] += counts[j - step];
    }
    double less = 0, greater = 0;
    for (size_t j = 0; j <= s; j++)
        less += counts[j];
    for (size_t j = s; j <= top; j++)
        greater += counts[j];
    test->p_less = ldexp(less, -(int)n);
    test->p_greater = ldexp(greater, -(int)n);
}

static void signed_approximate(struct signed_rank *test, double correction) {
    double n = (double)test->used, above = test->v - n * (n + 1) / 4;
    double deviation = sqrt(n * (n + 1) * (2 * n + 1) / 24 - correction / 48);
    test->p_greater = normal_upper_tail((above - 0.5) / deviation);
    test->p_less = normal_upper_tail((-above - 0.5) / deviation);
}

static void signed_rank_in(const double *base, const double *head, size_t n,
                           struct signed_difference *work, double *rank, struct signed_rank *test) {
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        if (head[i] != base[i])
            work[used++] = (struct signed_difference){fabs(head[i] - base[i]), head[i] > base[i]};
    test->used = used;
    if (used == 0) {
        test->outcome = OUTCOME_TOO_FEW;
        return;
    }
    qsort(work, used, sizeof *work, by_size);
    double correction, doubled = doubled_ranks(work, used, rank, &correction);
    test->outcome = OUTCOME_OK;
    test->v = doubled / 2;
    test->ties = correction > 0;
    test->exact = used <= SIGNED_EXACT;
    if (test->exact)
        signed_exact(test, rank, doubled);
    else
        signed_approximate(test, correction);
    double smaller = test->p_greater < test->p_less ? test->p_greater : test->p_less;
    test->p = smaller < 0.5 ? 2 * smaller : 1;
}

struct signed_rank signed_rank_test(const double *base, const double *head, size_t n) {
    struct signed_rank test = {OUTCOME_TOO_FEW, 0, NAN, NAN, NAN, NAN, false, false};
    if (n == 0)
        return test;
    if (!all_finite(base, n) || !all_finite(head, n)) {
        test.outcome = OUTCOME_OUT_OF_RANGE;
        return test;
    }
    struct signed_difference *work = malloc(n * sizeof *work);
    double *rank = malloc(n * sizeof *rank);
    if (work && rank)
        signed_rank_in(base, head, n, work, rank, &test);
    else
        test.outcome = OUTCOME_NO_MEMORY;
    free(rank);
    free(work);
    return test;
}
