#include "stats/overlay.h"

#include <math.h>

#define MOST_STEPS 20 /* of the iterated weighted mean */
#define SETTLED 0.01  /* of a width: a shorter step is the last */

double shortest_half(const double *sorted, size_t n) {
    size_t half = (n + 1) / 2;
    double shortest = n > half ? sorted[half] - sorted[0] : 0;
    for (size_t i = 1; i + half < n; i++) {
        double length = sorted[i + half] - sorted[i];
        shortest = length < shortest ? length : shortest;
    }
    return shortest;
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
