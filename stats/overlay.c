#include "stats/overlay.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_VALUES 5 /* of a side: fewer scores have no t distribution to speak of */
#define STEPS 5        /* of the iterated weighted mean */

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

static double pool_width(const struct placed *pool, size_t n, double factor) {
    size_t half = (n + 1) / 2;
    double shortest = INFINITY;
    for (size_t i = 0; i + half < n; i++)
        shortest = fmin(shortest, pool[i + half].value - pool[i].value);
    /* More than half of the values may be equal. */
    return factor * shortest * pow(20.0 / (double)n, 0.2) +
           1e-6 * (pool[n - 1].value - pool[0].value);
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

static struct overlay_test t_of(double difference, double variance, double df) {
    if (!(variance > 0))
        return (struct overlay_test){false, NAN, NAN};
    return (struct overlay_test){true, difference / sqrt(variance), df};
}

static struct overlay_tests t_of_scores(double *scores, size_t base_n, size_t head_n, bool paired) {
    struct overlay_tests out = {{false, NAN, NAN}, {false, NAN, NAN}};
    double n = (double)base_n, m = (double)head_n;
    double *head_scores = scores + base_n;
    struct spread base = spread_of(scores, base_n), head = spread_of(head_scores, head_n);
    double variance = base.squares / (n * (n - 1)) + head.squares / (m * (m - 1));
    out.apart = t_of(head.mean - base.mean, variance, n + m - 2);
    if (paired) {
        for (size_t i = 0; i < head_n; i++)
            head_scores[i] -= scores[i];
        struct spread both = spread_of(head_scores, head_n);
        out.paired = t_of(both.mean, both.squares / (m * (m - 1)), m - 1);
    }
    return out;
}

struct overlay_tests overlay_compare(const double *base, size_t base_n, const double *head,
                                     size_t head_n, double factor, bool paired) {
    struct overlay_tests none = {{false, NAN, NAN}, {false, NAN, NAN}};
    if (base_n < LEAST_VALUES || head_n < LEAST_VALUES || base_n > OVERLAY_MOST_VALUES ||
        head_n > OVERLAY_MOST_VALUES)
        return none;
    struct placed pool[2 * OVERLAY_MOST_VALUES];
    double scores[2 * OVERLAY_MOST_VALUES];
    size_t n = base_n + head_n;
    for (size_t i = 0; i < n; i++)
        pool[i] = (struct placed){i < base_n ? base[i] : head[i - base_n], (unsigned)i};
    sort_placed(pool, n);
    double width = pool_width(pool, n, factor);
    if (!(width > 0))
        return none;
    score_pool(pool, n, width, scores);
    return t_of_scores(scores, base_n, head_n, paired);
}

/* One step of the weighted mean of differences. */
static double step(const double *base, size_t base_n, const double *head, size_t head_n,
                   double shift, double scale) {
    double sum = 0, weights = 0;
    for (size_t j = 0; j < head_n; j++) {
        double at = head[j] - shift;
        for (size_t i = 0; i < base_n; i++) {
            double apart = at - base[i], u = apart * scale, v = 1 - u * u;
            if (v > 0) {
                sum += v * v * apart;
                weights += v * v;
            }
        }
    }
    return weights > 0 ? shift + sum / weights : NAN;
}

struct overlay_shift overlay_shift_near(const double *base, size_t base_n, const double *head,
                                        size_t head_n, double start, double width, bool paired) {
    struct overlay_shift out = {false, start, NAN};
    if (base_n > OVERLAY_MOST_VALUES || head_n > OVERLAY_MOST_VALUES || !(width > 0))
        return out;
    double scale = 1 / width, shift = start;
    for (int i = 0; i < STEPS; i++)
        shift = step(base, base_n, head, head_n, shift, scale);
    if (!isfinite(shift))
        return out;
    double scores[2 * OVERLAY_MOST_VALUES] = {0}, slope = 0;
    for (size_t j = 0; j < head_n; j++) {
        for (size_t i = 0; i < base_n; i++) {
            double u = (head[j] - shift - base[i]) * scale, v = 1 - u * u;
            if (v > 0) {
                scores[i] -= u * v * v;
                scores[base_n + j] += u * v * v;
                slope += v * (1 - 5 * u * u);
            }
        }
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
