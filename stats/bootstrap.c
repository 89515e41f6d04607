#include "stats/bootstrap.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats/random.h"
#include "stats/summary.h"
#include "stats/tdist.h"

struct resampling {
    const double *base, *head;
    size_t base_n, head_n;
    bootstrap_statistic *statistic;
    void *context;
    double *base_copy, *head_copy; /* what the statistic may reorder */
};

static double evaluate(const struct resampling *r, size_t base_n, size_t head_n) {
    return r->statistic(r->base_copy, base_n, r->head_n ? r->head_copy : NULL, head_n, r->context);
}

/* The statistic without the value at `left_out` of one sample; SIZE_MAX leaves none out. */
static double evaluate_without(const struct resampling *r, size_t base_out, size_t head_out) {
    size_t b = 0, h = 0;
    for (size_t i = 0; i < r->base_n; i++)
        if (i != base_out)
            r->base_copy[b++] = r->base[i];
    for (size_t i = 0; i < r->head_n; i++)
        if (i != head_out)
            r->head_copy[h++] = r->head[i];
    return evaluate(r, b, h);
}

/* Adds one sample's jackknife influences, (n - 1) / n (mean - value), to the sums of squares and
 * cubes. */
static void add_influences(const struct resampling *r, bool of_head, double *values,
                           double *squares, double *cubes) {
    size_t n = of_head ? r->head_n : r->base_n;
    for (size_t i = 0; i < n; i++)
        values[i] = of_head ? evaluate_without(r, SIZE_MAX, i) : evaluate_without(r, i, SIZE_MAX);
    double mean = mean_of(values, n), scale = (double)(n - 1) / (double)n;
    for (size_t i = 0; i < n; i++) {
        double influence = scale * (mean - values[i]);
        *squares += influence * influence;
        *cubes += influence * influence * influence;
    }
}

static double acceleration_of(const struct resampling *r, double *work) {
    double squares = 0, cubes = 0;
    add_influences(r, false, work, &squares, &cubes);
    if (r->head_n)
        add_influences(r, true, work, &squares, &cubes);
    double acceleration = cubes / (6 * squares * sqrt(squares));
    return isfinite(acceleration) ? acceleration : 0;
}

static void draw(gsl_rng *random, const double *from, double *to, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] = from[random_below(random, n)];
}

/* Writes the finite replicates to values and returns how many. */
static size_t replicate(const struct resampling *r, gsl_rng *random, size_t replicates,
                        double *values) {
    size_t kept = 0;
    for (size_t i = 0; i < replicates; i++) {
        draw(random, r->base, r->base_copy, r->base_n);
        draw(random, r->head, r->head_copy, r->head_n);
        double value = evaluate(r, r->base_n, r->head_n);
        if (isfinite(value))
            values[kept++] = value;
    }
    return kept;
}

/* The normal quantile of the share of replicates below the estimate, equal ones counted half. */
static double bias_of(const double *sorted, size_t n, double estimate) {
    double below = 0;
    for (size_t i = 0; i < n && sorted[i] <= estimate; i++)
        below += sorted[i] < estimate ? 1 : 0.5;
    double share = below / (double)n, least = 0.5 / (double)n;
    share = share < least ? least : share > 1 - least ? 1 - least : share;
    return -normal_upper_quantile(share);
}

static double corrected_share(double z, double bias, double acceleration) {
    double moved = bias + z;
    return normal_upper_tail(-(bias + moved / (1 - acceleration * moved)));
}

static void bca(const struct resampling *r, gsl_rng *random, struct bootstrap_plan plan,
                double *values, struct bootstrap_interval *result) {
    result->estimate = evaluate_without(r, SIZE_MAX, SIZE_MAX);
    size_t n = replicate(r, random, plan.replicates, values);
    result->outcome = OUTCOME_OUT_OF_RANGE;
    if (!isfinite(result->estimate) || 2 * n < plan.replicates)
        return;
    result->outcome = OUTCOME_NO_MEMORY;
    if (!sort_values(values, n))
        return;
    if (values[0] == values[n - 1]) {
        result->outcome = OUTCOME_CONSTANT_EQUAL;
        result->low = result->high = result->estimate;
        return;
    }
    double z = normal_upper_quantile((1 - plan.confidence) / 2);
    double bias = bias_of(values, n, result->estimate);
    double *work = values + plan.replicates;
    double acceleration = acceleration_of(r, work);
    result->outcome = OUTCOME_OK;
    result->bias_correction = bias;
    result->acceleration = acceleration;
    result->low = quantile_sorted(values, n, corrected_share(-z, bias, acceleration));
    result->high = quantile_sorted(values, n, corrected_share(z, bias, acceleration));
}

static bool finite_values(const double *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

struct bootstrap_interval bootstrap_bca(const double *base, size_t base_n, const double *head,
                                        size_t head_n, bootstrap_statistic *statistic,
                                        void *context, struct bootstrap_plan plan) {
    struct bootstrap_interval result = {OUTCOME_BAD_ARGUMENT, NAN, NAN, NAN, NAN, NAN};
    bool one = head == NULL && head_n == 0;
    if (plan.replicates < 100 || plan.replicates > 1000000 ||
        !(plan.confidence > 0 && plan.confidence < 1) || base_n > UINT32_MAX || head_n > UINT32_MAX)
        return result;
    result.outcome = OUTCOME_TOO_FEW;
    if (base_n < 2 || (!one && head_n < 2))
        return result;
    result.outcome = OUTCOME_OUT_OF_RANGE;
    if (!finite_values(base, base_n) || !finite_values(head, head_n))
        return result;
    /* Two copies, the replicates, and the longer sample's jackknife values. */
    size_t longer = base_n > head_n ? base_n : head_n;
    double *work = malloc((base_n + head_n + plan.replicates + longer) * sizeof *work);
    gsl_rng *random = random_new(plan.seed);
    result.outcome = OUTCOME_NO_MEMORY;
    if (work && random) {
        struct resampling r = {base, head, base_n, head_n, statistic, context, work, work + base_n};
        bca(&r, random, plan, work + base_n + head_n, &result);
    }
    random_free(random);
    free(work);
    return result;
}
