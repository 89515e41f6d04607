#include "stats/scores.h"

#include <math.h>

#include "stats/overlay.h"

#define LOW_END_OFFSET 0.1
#define CANCELLED 1e-20 /* of the squares: what rounding leaves of no variance */

enum { MOST = 2 * SCORES_MOST_VALUES };

/* Both samples in one ascending array. */
struct pool {
    size_t n;
    double value[MOST];
    double of_head[MOST]; /* 1, or 0 */
};

static void merge(const struct score_sides *s, struct pool *pool) {
    size_t i = 0, j = 0;
    pool->n = s->base_n + s->head_n;
    for (size_t k = 0; k < pool->n; k++) {
        bool head = i == s->base_n || (j < s->head_n && s->head_sorted[j] < s->base_sorted[i]);
        pool->of_head[k] = head;
        pool->value[k] = head ? s->head_sorted[j++] : s->base_sorted[i++];
    }
}

static void kernel(const struct pool *pool, double width, double *slope, double *density) {
    double scale = 1 / width;
    for (size_t i = 0; i < pool->n; i++) {
        slope[i] = 0;
        density[i] = 1; /* the value itself */
    }
    for (size_t i = 1; i < pool->n; i++) {
        double slopes = 0, densities = 0;
        for (size_t j = i; j-- > 0;) {
            double u = (pool->value[i] - pool->value[j]) * scale, v = 1 - u * u;
            if (v <= 0)
                break;
            double psi = u * v * v, phi = v * v * v;
            slopes += psi;
            slope[j] -= psi;
            densities += phi;
            density[j] += phi;
        }
        slope[i] += slopes;
        density[i] += densities;
    }
}

static void places(const struct pool *pool, bool low_end, double *scores) {
    for (size_t first = 0, end; first < pool->n; first = end) {
        for (end = first + 1; end < pool->n && pool->value[end] == pool->value[first];)
            end++;
        double place = (double)(first + end) / 2 / (double)pool->n;
        for (size_t i = first; i < end; i++)
            scores[i] = low_end ? -1 / (place + LOW_END_OFFSET) : place;
    }
}

static struct score_test t_of(double difference, double variance, double df, double squares) {
    if (!(variance > CANCELLED * squares))
        return (struct score_test){false, NAN, NAN};
    return (struct score_test){true, difference / sqrt(variance), df};
}

/* Sums are of all values and of head's: multiplying by 0 or 1 is quicker than choosing. */
static struct score_test unpaired_t(const struct pool *pool, const double *scores,
                                    const struct score_sides *s) {
    double b = (double)s->base_n, h = (double)s->head_n, sum = 0, head = 0, all = 0;
    for (size_t i = 0; i < pool->n; i++) {
        sum += scores[i];
        head += scores[i] * pool->of_head[i];
        all += scores[i] * scores[i];
    }
    double mean = (sum - head) / b, difference = head / h - mean;
    double squares = 0, head_squares = 0;
    for (size_t i = 0; i < pool->n; i++) {
        double from = scores[i] - mean - difference * pool->of_head[i];
        squares += from * from;
        head_squares += from * from * pool->of_head[i];
    }
    double variance = (squares - head_squares) / (b * (b - 1)) + head_squares / (h * (h - 1));
    return t_of(difference, variance, b + h - 2, all);
}

struct score_test pairs_t(const double *base, const double *head, size_t n) {
    double count = (double)n, b = 0, h = 0, squares = 0, products = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        b += base[i] / count;
        h += head[i] / count;
    }
    for (size_t i = 0; i < n; i++) {
        double from_b = base[i] - b, from_h = head[i] - h;
        squares += from_b * from_b + from_h * from_h;
        products += from_b * from_h;
        all += base[i] * base[i] + head[i] * head[i];
    }
    double r = squares > 0 ? 2 * products / squares : 0;
    double share = count * r * r / (count * r * r + 1);
    return t_of(h - b, squares / (count * (count - 1)) * (1 - share * r), (count - 1) * (2 - share),
                all);
}

/* Equal values have equal scores, so any place of a value will do. */
static void scores_of(const struct pool *pool, const double *scores, const double *values, size_t n,
                      double *out) {
    for (size_t i = 0; i < n; i++) {
        size_t low = 0, high = pool->n - 1;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (pool->value[middle] < values[i])
                low = middle + 1;
            else
                high = middle;
        }
        out[i] = scores[low];
    }
}

static struct score_test test_of(const struct pool *pool, const double *scores,
                                 const struct score_sides *s) {
    if (!s->paired)
        return unpaired_t(pool, scores, s);
    double base[SCORES_MOST_VALUES], head[SCORES_MOST_VALUES];
    scores_of(pool, scores, s->base, s->base_n, base);
    scores_of(pool, scores, s->head, s->head_n, head);
    return pairs_t(base, head, s->base_n);
}

void score_tests(const struct score_sides *s, struct score_test tests[SCORES]) {
    for (int i = 0; i < SCORES; i++)
        tests[i] = (struct score_test){false, NAN, NAN};
    if (s->base_n < SCORES_LEAST_VALUES || s->head_n < SCORES_LEAST_VALUES ||
        s->base_n > SCORES_MOST_VALUES || s->head_n > SCORES_MOST_VALUES)
        return;
    struct pool pool;
    double slope[MOST], density[MOST];
    merge(s, &pool);
    double range = pool.value[pool.n - 1] - pool.value[0];
    if (!(range > 0))
        return;
    /* More than half of the values may be equal. */
    double unit =
        shortest_half(pool.value, pool.n) * pow(20.0 / (double)pool.n, 0.2) + 1e-6 * range;
    kernel(&pool, SCORES_SHARP * unit, slope, density);
    tests[SCORE_CORE] = test_of(&pool, slope, s);
    for (size_t i = 0; i < pool.n; i++)
        slope[i] /= density[i];
    tests[SCORE_MODES_SHARP] = test_of(&pool, slope, s);
    kernel(&pool, SCORES_WIDE * unit, slope, density);
    for (size_t i = 0; i < pool.n; i++)
        slope[i] /= density[i];
    tests[SCORE_MODES_WIDE] = test_of(&pool, slope, s);
    places(&pool, s->low_end, slope);
    tests[SCORE_LOW_END] = test_of(&pool, slope, s);
}
