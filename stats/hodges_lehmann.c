#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stats/double_key.h"
#include "stats/rank.h"
#include "stats/rank_null.h"
#include "stats/summary.h"
#include "stats/tdist.h"

#define STACK_VALUES 256

/* Both samples ascending. The differences head[j] - base[i] are never stored: the k-th smallest is
 * found by halving the range of doubles and counting how many lie at or below. */
struct differences {
    const double *base, *head;
    size_t base_n, head_n;
};

static double count_at_most(const struct differences *d, double limit) {
    double count = 0;
    size_t first = 0; /* base[first …] are large enough for head[j] */
    for (size_t j = 0; j < d->head_n; j++) {
        while (first < d->base_n && d->head[j] - d->base[first] > limit)
            first++;
        count += (double)(d->base_n - first);
    }
    return count;
}

/* The k-th smallest difference, 1 <= k <= base_n head_n. */
static double order_statistic(const struct differences *d, double k) {
    uint64_t low = double_key(d->head[0] - d->base[d->base_n - 1]);
    uint64_t high = double_key(d->head[d->head_n - 1] - d->base[0]);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (count_at_most(d, double_of_key(middle)) >= k)
            high = middle;
        else
            low = middle + 1;
    }
    return double_of_key(low) + 0.0; /* no -0.0 */
}

static double median_difference(const struct differences *d) {
    double pairs = (double)d->base_n * (double)d->head_n, half = floor((pairs + 1) / 2);
    double lower = order_statistic(d, half);
    if (fmod(pairs, 2) != 0 || count_at_most(d, lower) >= half + 1)
        return lower;
    return (lower + order_statistic(d, half + 1)) / 2;
}

/* Sum of t^3 - t over runs of t equal values of the pooled sample. */
static double tie_correction(const struct differences *d) {
    double correction = 0;
    size_t b = 0, h = 0;
    while (b < d->base_n || h < d->head_n) {
        double value =
            h == d->head_n || (b < d->base_n && d->base[b] < d->head[h]) ? d->base[b] : d->head[h];
        double run = 0;
        for (; b < d->base_n && d->base[b] == value; b++)
            run++;
        for (; h < d->head_n && d->head[h] == value; h++)
            run++;
        correction += run * run * run - run;
    }
    return correction;
}

/* Which order statistics bound the interval: the rank'th from either end, and what that covers. */
static double exact_rank(const double *at_most, double half_alpha, double *confidence) {
    size_t u = 0;
    while (at_most[u] < half_alpha * (1 - 1e-14)) /* a tail of just alpha / 2 is enough */
        u++;
    u = u > 0 ? u : 1;
    *confidence = 1 - 2 * at_most[u - 1];
    return (double)u;
}

static double normal_rank(const struct differences *d, double half_alpha, double *confidence) {
    double m = (double)d->base_n, n = (double)d->head_n, size = m + n, mean = m * n / 2;
    double deviation = sqrt(m * n / 12 * (size + 1 - tie_correction(d) / (size * (size - 1))));
    double rank = floor(mean - normal_upper_quantile(half_alpha) * deviation);
    rank = rank > 1 ? rank : 1;
    *confidence = 1 - 2 * normal_upper_tail((mean - (rank - 0.5)) / deviation);
    return rank;
}

static struct shift_estimate shift_without(enum outcome outcome) {
    return (struct shift_estimate){outcome, NAN, NAN, NAN, NAN};
}

static struct shift_estimate shift_sorted(const struct differences *d, double confidence,
                                          struct rank_workspace *workspace) {
    double lowest = d->head[0] - d->base[d->base_n - 1];
    double highest = d->head[d->head_n - 1] - d->base[0];
    if (!isfinite(lowest) || !isfinite(highest))
        return shift_without(OUTCOME_OUT_OF_RANGE);
    struct shift_estimate result = {OUTCOME_OK, lowest, lowest, lowest, 1};
    if (lowest == highest) {
        result.outcome = lowest == 0 ? OUTCOME_CONSTANT_EQUAL : OUTCOME_CONSTANT_DIFFERENT;
        return result;
    }
    double half_alpha = (1 - confidence) / 2, rank;
    if (d->base_n <= RANK_EXACT_UNTIED && d->head_n <= RANK_EXACT_UNTIED) {
        const double *at_most = rank_untied(workspace, d->base_n, d->head_n);
        if (!at_most)
            return shift_without(OUTCOME_NO_MEMORY);
        rank = exact_rank(at_most, half_alpha, &result.confidence);
    } else {
        rank = normal_rank(d, half_alpha, &result.confidence);
    }
    result.shift = median_difference(d);
    result.low = order_statistic(d, rank);
    result.high = order_statistic(d, (double)d->base_n * (double)d->head_n + 1 - rank);
    return result;
}

struct shift_estimate hodges_lehmann(const double *base, size_t base_n, const double *head,
                                     size_t head_n, double confidence,
                                     struct rank_workspace *workspace) {
    if (!(confidence > 0 && confidence < 1))
        return shift_without(OUTCOME_BAD_ARGUMENT);
    if (base_n == 0 || head_n == 0)
        return shift_without(OUTCOME_TOO_FEW);
    struct rank_workspace *own = workspace ? NULL : rank_workspace_new();
    double few[STACK_VALUES];
    size_t n = base_n + head_n;
    double *work = n <= STACK_VALUES ? few : malloc(n * sizeof *work);
    struct shift_estimate result = shift_without(OUTCOME_NO_MEMORY);
    if (work && (workspace || own)) {
        memcpy(work, base, base_n * sizeof *work);
        memcpy(work + base_n, head, head_n * sizeof *work);
        struct moments pooled = moments_of(work, n);
        struct differences d = {work, work + base_n, base_n, head_n};
        if (!isfinite(pooled.min) || !isfinite(pooled.max))
            result = shift_without(OUTCOME_OUT_OF_RANGE);
        else if (sort_values(work, base_n) && sort_values(work + base_n, head_n))
            result = shift_sorted(&d, confidence, workspace ? workspace : own);
    }
    if (work != few)
        free(work);
    rank_workspace_free(own);
    return result;
}
