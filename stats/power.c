#include "stats/power.h"

#include <math.h>

#include "stats/tdist.h"

/* Weights of the denominator below exp(-38) of the largest cannot show in a double. */
#define NEGLIGIBLE (-38)
#define MOST_NODES 100000

/* Trapezoidal sums over the nodes y = first, first + step, … of the density of y =
 * log(denominator). */
struct sums {
    double weight, tail, slope;
};

static void add_nodes(struct sums *sums, double first, double step, double t, double df,
                      double ncp) {
    for (int i = 0; i < MOST_NODES; i++) {
        double y = first + i * step, log_weight = df * (y - expm1(2 * y) / 2);
        if (log_weight < NEGLIGIBLE)
            return;
        double weight = exp(log_weight), z = t * exp(y) - ncp;
        sums->weight += weight;
        sums->tail += weight * normal_upper_tail(z);
        sums->slope += weight * exp(-z * z / 2);
    }
}

double t_noncentral_upper_tail(double t, double df, double ncp, double *slope) {
    if (slope)
        *slope = NAN;
    if (!isfinite(t) || !isfinite(ncp) || !(df > 0))
        return NAN;
    /* Beyond that the denominator is 1 to a rounding error. */
    df = df < 1e15 ? df : 1e15;
    /* Part of the width of both bells' product, and of the logarithm of one small chi. */
    double step = fmin(0.4 / sqrt(2 * df + t * t), 0.15);
    double least = (1 - NEGLIGIBLE / df) / MOST_NODES;
    step = step > least ? step : least;
    struct sums sums = {0};
    add_nodes(&sums, 0, step, t, df, ncp);
    add_nodes(&sums, -step, -step, t, df, ncp);
    if (slope)
        *slope = sums.slope / sums.weight * M_2_SQRTPI * M_SQRT1_2 / 2;
    return sums.tail / sums.weight;
}

/* The t that is exceeded with probability q under the central distribution, of either sign. */
static double t_upper_quantile(double q, double df) {
    if (q == 0.5)
        return 0;
    return q < 0.5 ? t_two_sided_quantile(2 * q, df) : -t_two_sided_quantile(2 * (1 - q), df);
}

static int is_share(double share) {
    return share > 0 && share < 1;
}

double t_power(double difference, double se, double df, double alpha, int sides) {
    if (!is_share(alpha) || !(se > 0) || !(df > 0) || (sides != 1 && sides != 2))
        return NAN;
    double ncp = (sides == 2 ? fabs(difference) : difference) / se;
    return t_noncentral_upper_tail(t_upper_quantile(alpha / sides, df), df, ncp, NULL);
}

double smallest_detectable(double se, double df, double alpha, double power, int sides) {
    if (!is_share(alpha) || !is_share(power) || !(se > 0 && isfinite(se)) || !(df > 0) ||
        (sides != 1 && sides != 2) || power < alpha / sides)
        return NAN;
    double critical = t_upper_quantile(alpha / sides, df);
    double ncp = critical - t_upper_quantile(power, df);
    for (int i = 0; i < 50; i++) {
        double slope, missing = power - t_noncentral_upper_tail(critical, df, ncp, &slope);
        double step = missing / slope;
        if (!(fabs(step) < 1 + ncp / 2)) /* off the steep part of the curve */
            step = copysign(1 + ncp / 2, missing);
        ncp += step;
        if (fabs(step) <= 1e-7 * ncp)
            break;
    }
    return ncp * se;
}

struct detectable_curve detectable_curve_of(double alpha, double power, int sides) {
    struct detectable_curve curve = {.alpha = alpha, .power = power, .sides = sides};
    double logs[DETECTABLE_NODES];
    for (int i = 0; i < DETECTABLE_NODES; i++) {
        double x = cos(M_PI * (i + 0.5) / DETECTABLE_NODES); /* 1 / df = (1 + x) / 2 */
        logs[i] = log(smallest_detectable(1, 2 / (1 + x), alpha, power, sides));
    }
    for (int k = 0; k < DETECTABLE_NODES; k++) {
        double sum = 0;
        for (int i = 0; i < DETECTABLE_NODES; i++)
            sum += logs[i] * cos(M_PI * k * (i + 0.5) / DETECTABLE_NODES);
        curve.coefficient[k] = sum * (k == 0 ? 1.0 : 2.0) / DETECTABLE_NODES;
    }
    return curve;
}

double detectable_on(const struct detectable_curve *curve, double se, double df) {
    if (!(df >= 1) || !(se > 0 && isfinite(se)))
        return smallest_detectable(se, df, curve->alpha, curve->power, curve->sides);
    double x = 2 / df - 1, here = 0, next = 0; /* Clenshaw's recurrence */
    for (int k = DETECTABLE_NODES - 1; k > 0; k--) {
        double term = curve->coefficient[k] + 2 * x * here - next;
        next = here;
        here = term;
    }
    return exp(curve->coefficient[0] + x * here - next) * se;
}

static int is_enough(double n, double effect, double alpha, double power, int sides) {
    return t_power(effect, sqrt(2 / n), 2 * (n - 1), alpha, sides) >= power;
}

size_t sample_size_needed(double difference, double sd, double alpha, double power, int sides) {
    double effect = fabs(difference) / sd;
    if (!is_share(alpha) || !is_share(power) || !(sd > 0) || !(effect > 0) || !isfinite(effect) ||
        (sides != 1 && sides != 2))
        return 0;
    double low = 1, high = 2; /* low is too few, or no test at all */
    while (!is_enough(high, effect, alpha, power, sides)) {
        low = high;
        high *= 2;
        if (high > 2e9)
            return 0;
    }
    while (high - low > 1) {
        double middle = floor((low + high) / 2);
        if (is_enough(middle, effect, alpha, power, sides))
            high = middle;
        else
            low = middle;
    }
    return high <= 1e9 ? (size_t)high : 0;
}
