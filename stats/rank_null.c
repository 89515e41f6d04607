#include "stats/rank_null.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TIED_SLOTS 1024 /* 20 KiB each at most */

/* Remembered by the sizes and the runs, which are at most 2 * RANK_EXACT_TIED. */
struct tied_table {
    size_t m, groups;
    unsigned char group[2 * RANK_EXACT_TIED];
    double below[];
};

struct rank_workspace {
    double *untied[RANK_EXACT_UNTIED + 1][RANK_EXACT_UNTIED + 1]; /* [smaller][larger] */
    struct tied_table *tied[TIED_SLOTS];
};

struct rank_workspace *rank_workspace_new(void) {
    return calloc(1, sizeof(struct rank_workspace));
}

void rank_workspace_free(struct rank_workspace *workspace) {
    if (!workspace)
        return;
    for (size_t m = 0; m <= RANK_EXACT_UNTIED; m++)
        for (size_t n = 0; n <= RANK_EXACT_UNTIED; n++)
            free(workspace->untied[m][n]);
    for (size_t i = 0; i < TIED_SLOTS; i++)
        free(workspace->tied[i]);
    free(workspace);
}

/* counts[k * stride + u]: arrangements of k x's among j y's with that U, j growing from 0 to n. The
 * largest value is an x (above all j y's) or a y: c(k, j, u) = c(k - 1, j, u - j) + c(k, j - 1, u).
 * Sums of positive terms only. */
static void count_untied(double *counts, size_t m, size_t n) {
    size_t stride = m * n + 1;
    for (size_t k = 0; k <= m; k++)
        counts[k * stride] = 1;
    for (size_t j = 1; j <= n; j++)
        for (size_t k = 1; k <= m; k++) {
            const double *less = counts + (k - 1) * stride;
            double *here = counts + k * stride;
            for (size_t u = j; u <= k * j; u++)
                here[u] += less[u - j];
        }
}

const double *rank_untied(struct rank_workspace *workspace, size_t m, size_t n) {
    if (m > n) {
        size_t swap = m;
        m = n;
        n = swap;
    }
    double **slot = &workspace->untied[m][n];
    if (*slot)
        return *slot;
    size_t stride = m * n + 1;
    double *counts = calloc((m + 1) * stride, sizeof *counts);
    double *at_most = malloc(stride * sizeof *at_most);
    if (counts && at_most) {
        count_untied(counts, m, n);
        double sum = 0;
        for (size_t u = 0; u < stride; u++)
            at_most[u] = sum += counts[m * stride + u];
        for (size_t u = 0; u < stride; u++)
            at_most[u] /= sum;
        *slot = at_most;
    } else {
        free(at_most);
    }
    free(counts);
    return *slot;
}

/* Adds weight * from[0 … n) to into[0 … n); the two never overlap. */
static void add_scaled(double *restrict into, const double *restrict from, size_t n,
                       double weight) {
    for (size_t i = 0; i < n; i++)
        into[i] += weight * from[i];
}

/* counts[k * stride + s]: ways to choose k x's among the values seen so far with 2 U = s. A run of
 * t equal values of which r are x adds r (2 y + t - r), y being the y's below it. Runs through k
 * downwards to work in place. */
static void count_tied(double *counts, size_t m, size_t n, const int *group, size_t groups) {
    size_t stride = 2 * m * n + 1, seen = 0;
    counts[0] = 1;
    for (size_t g = 0; g < groups; g++) {
        size_t t = (size_t)group[g];
        for (size_t k = seen + t < m ? seen + t : m; k > 0; k--) {
            double ways = 1; /* C(t, r) */
            for (size_t r = 1; r <= t && r <= k; r++) {
                ways = ways * (double)(t - r + 1) / (double)r;
                if (k - r > seen)
                    continue;
                size_t y = seen - (k - r);
                if (y + t - r > n) /* more y's than there are */
                    continue;
                size_t length = 2 * (k - r) * y + 1;
                add_scaled(counts + k * stride + r * (2 * y + t - r), counts + (k - r) * stride,
                           length, ways);
            }
        }
        seen += t;
    }
}

static struct tied_table *tied_table_new(size_t m, size_t n, const int *group, size_t groups) {
    size_t stride = 2 * m * n + 1;
    double *counts = calloc((m + 1) * stride, sizeof *counts);
    struct tied_table *table = malloc(sizeof *table + (stride + 1) * sizeof(double));
    if (counts && table) {
        table->m = m;
        table->groups = groups;
        for (size_t g = 0; g < groups; g++)
            table->group[g] = (unsigned char)group[g];
        count_tied(counts, m, n, group, groups);
        double sum = 0;
        for (size_t s = 0; s < stride; s++) {
            table->below[s] = sum;
            sum += counts[m * stride + s];
        }
        table->below[stride] = sum;
    } else {
        free(table);
        table = NULL;
    }
    free(counts);
    return table;
}

static bool tied_table_fits(const struct tied_table *table, size_t m, const int *group,
                            size_t groups) {
    if (!table || table->m != m || table->groups != groups)
        return false;
    for (size_t g = 0; g < groups; g++)
        if (table->group[g] != group[g])
            return false;
    return true;
}

const double *rank_tied(struct rank_workspace *workspace, size_t m, size_t n, const int *group,
                        size_t groups) {
    uint64_t hash = m;
    for (size_t g = 0; g < groups; g++)
        hash = (hash ^ (uint64_t)group[g]) * UINT64_C(0x9e3779b97f4a7c15);
    struct tied_table **slot = &workspace->tied[hash >> 54];
    if (!tied_table_fits(*slot, m, group, groups)) {
        struct tied_table *table = tied_table_new(m, n, group, groups);
        if (!table)
            return NULL;
        free(*slot);
        *slot = table;
    }
    return (*slot)->below;
}
