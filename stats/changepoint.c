#include "stats/changepoint.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats/random.h"

/* The best split of one segment; statistic is negative when the segment is too short to split. */
struct split {
    size_t at; /* values before it in the segment */
    double statistic;
};

struct scratch {
    double *distance; /* distance[k]: sum of |x_i - x_k| over i < tau, for k >= tau */
    double *diagonal; /* diagonal[k]: sum of |x_i - x_j| over i, j < k */
    double *inverse;  /* inverse[k] = 1 / k */
};

static void add_distances(const double *x, size_t n, size_t i, double *distance) {
    for (size_t k = i + 1; k < n; k++)
        distance[k] += fabs(x[i] - x[k]);
}

static void fill_diagonal(const double *x, size_t n, const struct scratch *s) {
    memset(s->distance, 0, n * sizeof *s->distance);
    s->diagonal[0] = 0;
    for (size_t k = 0; k < n; k++) {
        s->diagonal[k + 1] = s->diagonal[k] + 2 * s->distance[k];
        add_distances(x, n, k, s->distance);
    }
}

/* Largest q over the ends kappa of the right stretch, for a left stretch of tau values:
 * q = a b / (a + b) (2 between / (a b) - within_left / (a (a - 1)) - within_right / (b (b - 1))),
 * each within counting ordered pairs. Multiplied out, with reciprocals for the divisions. */
static double best_for(const struct scratch *s, size_t n, size_t tau, size_t least) {
    double a = (double)tau, between = 0, best = -1;
    double within_left = s->diagonal[tau], left = within_left / (a - 1);
    size_t kappa = tau;
    while (kappa < tau + least - 1)
        between += s->distance[kappa++];
    while (kappa < n) {
        between += s->distance[kappa++];
        size_t b = kappa - tau;
        double within_right = s->diagonal[kappa] - 2 * between - within_left;
        double q = 2 * between - (double)b * left - a * within_right * s->inverse[b - 1];
        q *= s->inverse[kappa];
        best = q > best ? q : best;
    }
    return best;
}

static struct split best_split(const double *x, size_t n, size_t least, const struct scratch *s) {
    struct split best = {0, -1};
    if (n < 2 * least)
        return best;
    fill_diagonal(x, n, s);
    memset(s->distance, 0, n * sizeof *s->distance);
    for (size_t tau = 1; tau <= n - least; tau++) {
        add_distances(x, n, tau - 1, s->distance);
        double statistic = tau >= least ? best_for(s, n, tau, least) : -1;
        if (statistic > best.statistic)
            best = (struct split){tau, statistic};
    }
    return best;
}

/* Segments are [ends[i - 1], ends[i]), ends[-1] being 0, in time order. */
struct division {
    size_t count;
    size_t *ends;
    struct split *splits;
};

static size_t start_of(const struct division *d, size_t segment) {
    return segment > 0 ? d->ends[segment - 1] : 0;
}

static size_t best_segment(const struct division *d) {
    size_t best = 0;
    for (size_t i = 1; i < d->count; i++)
        if (d->splits[i].statistic > d->splits[best].statistic)
            best = i;
    return best;
}

/* The p of the observed statistic, by permuting within segments; as soon as it cannot come down to
 * alpha, the least it can be. */
static double permutation_p(const struct division *d, double *x, double observed,
                            struct changepoint_plan plan, gsl_rng *random,
                            const struct scratch *s) {
    size_t as_large = 1;
    double rounds = (double)(plan.permutations + 1), bar = observed * (1 - 1e-12);
    for (size_t round = 0; round < plan.permutations; round++) {
        bool reached = false;
        for (size_t i = 0; i < d->count; i++) {
            size_t start = start_of(d, i), n = d->ends[i] - start;
            random_shuffle(random, x + start, n);
            if (!reached)
                reached = best_split(x + start, n, plan.min_segment, s).statistic >= bar;
        }
        as_large += reached;
        if ((double)as_large / rounds > plan.alpha)
            break;
    }
    return (double)as_large / rounds;
}

/* Cuts the segment at its split; returns the first index of the right part. */
static size_t cut(struct division *d, size_t segment, const double *values, size_t least,
                  const struct scratch *s) {
    size_t start = start_of(d, segment), at = start + d->splits[segment].at;
    size_t end = d->ends[segment], after = d->count - segment;
    memmove(d->ends + segment + 1, d->ends + segment, after * sizeof *d->ends);
    memmove(d->splits + segment + 1, d->splits + segment, after * sizeof *d->splits);
    d->ends[segment] = at;
    d->count++;
    d->splits[segment] = best_split(values + start, at - start, least, s);
    d->splits[segment + 1] = best_split(values + at, end - at, least, s);
    return at;
}

static void insert_point(struct changepoint *points, size_t count, struct changepoint point) {
    size_t i = count;
    for (; i > 0 && points[i - 1].index > point.index; i--)
        points[i] = points[i - 1];
    points[i] = point;
}

static size_t divide(const double *values, size_t n, struct changepoint_plan plan,
                     struct division *d, double *x, const struct scratch *s, gsl_rng *random,
                     struct changepoint *points, size_t most_points) {
    size_t found = 0;
    memcpy(x, values, n * sizeof *x);
    d->count = 1;
    d->ends[0] = n;
    d->splits[0] = best_split(values, n, plan.min_segment, s);
    while (found < most_points) {
        size_t segment = best_segment(d);
        double statistic = d->splits[segment].statistic;
        if (!(statistic > 0))
            break;
        double p = permutation_p(d, x, statistic, plan, random, s);
        if (p > plan.alpha)
            break;
        size_t at = cut(d, segment, values, plan.min_segment, s);
        memcpy(x, values, n * sizeof *x); /* a shuffle must not cross the new cut */
        insert_point(points, found, (struct changepoint){at, statistic, p, found});
        found++;
    }
    return found;
}

struct changepoints changepoints_find(const double *values, size_t n, struct changepoint_plan plan,
                                      struct changepoint *points, size_t most_points) {
    if (plan.min_segment < 2 || plan.permutations < 19 || plan.permutations > 10000 ||
        !(plan.alpha > 0 && plan.alpha < 1) || n > CHANGEPOINT_MOST_VALUES)
        return (struct changepoints){OUTCOME_BAD_ARGUMENT, 0};
    if (n / 2 < plan.min_segment)
        return (struct changepoints){OUTCOME_TOO_FEW, 0};
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return (struct changepoints){OUTCOME_OUT_OF_RANGE, 0};
    size_t most_segments = n / plan.min_segment + 1;
    double *work = malloc((4 * n + 2) * sizeof *work);
    struct division d = {0, malloc(most_segments * sizeof *d.ends),
                         malloc(most_segments * sizeof *d.splits)};
    gsl_rng *random = random_new(plan.seed);
    struct changepoints result = {OUTCOME_NO_MEMORY, 0};
    if (work && d.ends && d.splits && random) {
        struct scratch s = {work + n, work + 2 * n, work + 3 * n + 1};
        for (size_t k = 1; k <= n; k++)
            s.inverse[k] = 1 / (double)k;
        result.count = divide(values, n, plan, &d, work, &s, random, points, most_points);
        result.outcome = OUTCOME_OK;
    }
    random_free(random);
    free(d.splits);
    free(d.ends);
    free(work);
    return result;
}

size_t changepoints_need(size_t min_segment, double alpha) {
    double ways = 1; /* C(n, n/2) */
    if (!(alpha > 0 && alpha < 1))
        return 0;
    for (size_t n = 1; n <= CHANGEPOINT_MOST_VALUES; n++) {
        ways *= (double)n / (double)((n + 1) / 2); /* C(n, n/2) = C(n - 1, (n-1)/2) n / ceil(n/2) */
        if (n / 2 >= min_segment && 2 / ways <= alpha)
            return n;
    }
    return 0;
}
