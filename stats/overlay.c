#include "stats/overlay.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_VALUES 5 /* of a side: fewer scores have no t distribution to speak of */
#define MOST_STEPS 20  /* of the iterated weighted mean */
#define SETTLED 0.01   /* of a width: a shorter step is the last */

struct placed {
    double value;
    unsigned at; /* base: its index; head: base_n + its index */
};

static int by_value(const void *a, const void *b) {
    double x = ((const struct placed *)a)->value, y = ((const struct placed *)b)->value;
    return (x > y) - (x < y);
}

static void sort_placed(struct placed *pool, size_t n) {
    if (n > 64) {
        qsort(pool, n, sizeof *pool, by_value);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct placed moved = pool[i];
        size_t j = i;
        for (; j > 0 && pool[j - 1].value > moved.value; j--)
            pool[j] = pool[j - 1];
        pool[j] = moved;
    }
}

double shortest_half(const double *sorted, size_t n) {
    size_t half = (n + 1) / 2;
    double shortest = INFINITY;
    for (size_t i = 0; i + half < n; i++)
        shortest = fmin(shortest, sorted[i + half] - sorted[i]);
    return n > half ? shortest : 0;
}

static void score_pool(const struct placed *pool, size_t n, double width, double *scores) {
    double scale = 1 / width;
    for (size_t i = 0; i < n; i++)
        scores[i] = 0;
    for (size_t i = 1; i < n; i++) {
        double sum = 0;
        for (size_t j = i; j-- > 0;) {
            double u = (pool[i].value - pool[j].value) * scale, v = 1 - u * u;
            if (v <= 0)
                break;
            double psi = u * v * v;
            sum += psi;
            scores[pool[j].at] -= psi;
        }
        scores[pool[i].at] += sum;
    }
}

struct spread {
    double mean, squares; /* sum of squared deviations */
};

static struct spread spread_of(const double *values, size_t n) {
    struct spread out = {0, 0};
    for (size_t i = 0; i < n; i++)
        out.mean += values[i];
    out.mean /= (double)n;
    for (size_t i = 0; i < n; i++)
        out.squares += (values[i] - out.mean) * (values[i] - out.mean);
    return out;
}

static struct overlay_test t_of_scores(const double *scores, size_t base_n, size_t head_n) {
    double n = (double)base_n, m = (double)head_n;
    struct spread base = spread_of(scores, base_n), head = spread_of(scores + base_n, head_n);
    double variance = base.squares / (n * (n - 1)) + head.squares / (m * (m - 1));
    if (!(variance > 0))
        return (struct overlay_test){false, NAN, NAN};
    return (struct overlay_test){true, (head.mean - base.mean) / sqrt(variance), n + m - 2};
}

static double pool_half(const struct placed *pool, size_t n) {
    size_t half = (n + 1) / 2;
    double shortest = INFINITY;
    for (size_t i = 0; i + half < n; i++)
        shortest = fmin(shortest, pool[i + half].value - pool[i].value);
    return shortest;
}

void overlay_tests(const double *base, size_t base_n, const double *head, size_t head_n,
                   const double *factors, size_t count, struct overlay_test *tests) {
    size_t n = base_n + head_n;
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct overlay_test){false, NAN, NAN};
    if (base_n < LEAST_VALUES || head_n < LEAST_VALUES || base_n > OVERLAY_MOST_VALUES ||
        head_n > OVERLAY_MOST_VALUES)
        return;
    struct placed pool[2 * OVERLAY_MOST_VALUES];
    double scores[2 * OVERLAY_MOST_VALUES];
    for (size_t i = 0; i < n; i++)
        pool[i] = (struct placed){i < base_n ? base[i] : head[i - base_n], (unsigned)i};
    sort_placed(pool, n);
    double half = pool_half(pool, n) * pow(20.0 / (double)n, 0.2);
    /* More than half of the values may be equal. */
    double least = 1e-6 * (pool[n - 1].value - pool[0].value);
    for (size_t i = 0; i < count; i++) {
        double width = factors[i] * half + least;
        if (!(width > 0))
            continue;
        score_pool(pool, n, width, scores);
        tests[i] = t_of_scores(scores, base_n, head_n);
    }
}

/* One step of the weighted mean of differences. */
static double step(const double *base, size_t base_n, const double *head, size_t head_n,
                   double shift, double scale) {
    double sum = 0, weights = 0;
    for (size_t j = 0; j < head_n; j++) {
        double at = head[j] - shift, near_sum = 0, near_weights = 0;
        for (size_t i = 0; i < base_n; i++) {
            double apart = at - base[i], u = apart * scale, v = 1 - u * u;
            double near = v > 0 ? v : 0; /* no branch: which way is anybody's guess */
            near_sum += near * near * apart;
            near_weights += near * near;
        }
        sum += near_sum;
        weights += near_weights;
    }
    return weights > 0 ? shift + sum / weights : NAN;
}

struct overlay_shift overlay_shift_near(const double *base, size_t base_n, const double *head,
                                        size_t head_n, double start, double width, bool paired) {
    struct overlay_shift out = {false, start, NAN};
    if (base_n > OVERLAY_MOST_VALUES || head_n > OVERLAY_MOST_VALUES || !(width > 0))
        return out;
    double scale = 1 / width, shift = start, last = INFINITY;
    for (int i = 0; i < MOST_STEPS && fabs(shift - last) > SETTLED * width; i++) {
        last = shift;
        shift = step(base, base_n, head, head_n, shift, scale);
    }
    if (!isfinite(shift))
        return out;
    double scores[2 * OVERLAY_MOST_VALUES], slope = 0;
    for (size_t i = 0; i < base_n; i++)
        scores[i] = 0;
    for (size_t j = 0; j < head_n; j++) {
        double at = head[j] - shift, sum = 0;
        for (size_t i = 0; i < base_n; i++) {
            double u = (at - base[i]) * scale, v = 1 - u * u, near = v > 0 ? v : 0;
            double psi = u * near * near;
            scores[i] -= psi;
            sum += psi;
            slope += near * (1 - 5 * u * u);
        }
        scores[base_n + j] = sum;
    }
    slope *= scale;
    double n = (double)base_n, m = (double)head_n, variance;
    if (paired) {
        for (size_t i = 0; i < head_n; i++)
            scores[i] = scores[base_n + i] - scores[i];
        variance = spread_of(scores, head_n).squares * m / (m - 1);
    } else {
        variance = spread_of(scores, base_n).squares * n / (n - 1) +
                   spread_of(scores + base_n, head_n).squares * m / (m - 1);
    }
    out.shift = shift;
    out.se = sqrt(variance) / slope;
    out.usable = slope > 0 && variance > 0;
    return out;
}
