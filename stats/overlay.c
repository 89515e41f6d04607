#include "stats/overlay.h"

#include <math.h>

#define LEAST_VALUES 5 /* of a side: fewer scores have no t distribution to speak of */
#define MOST_STEPS 20  /* of the iterated weighted mean */
#define SETTLED 0.01   /* of a width: a shorter step is the last */

double shortest_half(const double *sorted, size_t n) {
    size_t half = (n + 1) / 2;
    double shortest = n > half ? sorted[half] - sorted[0] : 0;
    for (size_t i = 1; i + half < n; i++) {
        double length = sorted[i + half] - sorted[i];
        shortest = length < shortest ? length : shortest;
    }
    return shortest;
}

/* Both samples in one ascending array. */
struct pool {
    size_t n;
    double value[2 * OVERLAY_MOST_VALUES];
    bool of_head[2 * OVERLAY_MOST_VALUES];
};

static void merge(const double *base, size_t base_n, const double *head, size_t head_n,
                  struct pool *pool) {
    size_t i = 0, j = 0;
    pool->n = base_n + head_n;
    for (size_t k = 0; k < pool->n; k++) {
        pool->of_head[k] = i == base_n || (j < head_n && head[j] < base[i]);
        pool->value[k] = pool->of_head[k] ? head[j++] : base[i++];
    }
}

static void score(const struct pool *pool, double width, double *scores) {
    double scale = 1 / width;
    for (size_t i = 0; i < pool->n; i++)
        scores[i] = 0;
    for (size_t i = 1; i < pool->n; i++) {
        double sum = 0;
        for (size_t j = i; j-- > 0;) {
            double u = (pool->value[i] - pool->value[j]) * scale, v = 1 - u * u;
            if (v <= 0)
                break;
            double psi = u * v * v;
            sum += psi;
            scores[j] -= psi;
        }
        scores[i] += sum;
    }
}

static struct overlay_test t_of_scores(const struct pool *pool, const double *scores, double base_n,
                                       double head_n) {
    /* All scores together sum to 0, by the kernel's symmetry. */
    double sum = 0, squares[2] = {0, 0};
    for (size_t i = 0; i < pool->n; i++) {
        sum += pool->of_head[i] ? scores[i] : 0;
        squares[pool->of_head[i]] += scores[i] * scores[i];
    }
    double base = squares[0] - sum * sum / base_n, head = squares[1] - sum * sum / head_n;
    double variance = base / (base_n * (base_n - 1)) + head / (head_n * (head_n - 1));
    /* What cancellation leaves of nothing is not a variance. */
    if (!(variance > 1e-12 * (squares[0] + squares[1])))
        return (struct overlay_test){false, NAN, NAN};
    return (struct overlay_test){true, (sum / head_n + sum / base_n) / sqrt(variance),
                                 base_n + head_n - 2};
}

void overlay_tests(const double *base, size_t base_n, const double *head, size_t head_n,
                   const double *factors, size_t count, struct overlay_test *tests) {
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct overlay_test){false, NAN, NAN};
    if (base_n < LEAST_VALUES || head_n < LEAST_VALUES || base_n > OVERLAY_MOST_VALUES ||
        head_n > OVERLAY_MOST_VALUES)
        return;
    struct pool pool;
    double scores[2 * OVERLAY_MOST_VALUES];
    merge(base, base_n, head, head_n, &pool);
    double half = shortest_half(pool.value, pool.n) * pow(20.0 / (double)pool.n, 0.2);
    /* More than half of the values may be equal. */
    double least = 1e-6 * (pool.value[pool.n - 1] - pool.value[0]);
    for (size_t i = 0; i < count; i++) {
        double width = factors[i] * half + least;
        if (width > 0) {
            score(&pool, width, scores);
            tests[i] = t_of_scores(&pool, scores, (double)base_n, (double)head_n);
        }
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
