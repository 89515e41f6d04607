#include "stats/tdist.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>

/* Beyond this many degrees of freedom t and normal agree to a rounding error wherever p > 1e-308.
 */
#define DF_NORMAL 1e20

/* Gamma(a + 1/2) / Gamma(a), a > 0. Stirling's series of the two logarithms, subtracted term by
 * term about w = a - 1/4, where the even powers cancel; small a are lifted by the recurrence.
 * Coefficients 2 B_{n+1}(1/4) / (n (n + 1)). A difference of two lgamma would lose four digits at a
 * = 5000. */
static double gamma_half_ratio(double a) {
    double up = 1, down = 1;
    for (; a < 10; a += 1) {
        up *= a;
        down *= a + 0.5;
    }
    double w = a - 0.25, v = 1 / (w * w);
    double series = -2702765.0 / 402653184.0;
    series = series * v + 50521.0 / 20971520.0;
    series = series * v - 1385.0 / 1048576.0;
    series = series * v + 61.0 / 49152.0;
    series = series * v - 5.0 / 2048.0;
    series = series * v + 1.0 / 64.0;
    return up / down * sqrt(w) * exp(series * v);
}

/* df / (df + t^2), its complement, and the common factor x^(df/2) sqrt(y) / B(df/2, 1/2), which is
 * also t times the density of t. */
struct beta_point {
    double x, y, factor;
};

static struct beta_point beta_point(double t, double df) {
    double r = t / sqrt(df), square = r * r; /* may be infinite: then x is 0 */
    double log_x = r < 1e8 ? -log1p(square) : -2 * log(r);
    double x = 1 / (1 + square), root_y = r < 1e8 ? r / sqrt(1 + square) : 1;
    double half = df / 2;
    return (struct beta_point){x, root_y * root_y,
                               exp(half * log_x) * root_y * gamma_half_ratio(half) / sqrt(M_PI)};
}

/* I_x(a, b) B(a, b) / (x^a y^b) for x below the mean a / (a + b): Didonato & Morris's continued
 * fraction, evaluated forwards (modified Lentz). */
static double tail_fraction(double a, double b, double x, double y) {
    double lambda = a * y - b * x;
    double value = a * (lambda + 1) / (a + 1), c = value, d = 0;
    for (int n = 1; n < 2000; n++) {
        double m = a + 2 * n, before = m - 1;
        double numerator = (a + n - 1) * (a + b + n - 1) * n * (b - n) * x * x / (before * before);
        double term = n + n * (b - n) * x / before + (a + n) * (lambda + 1 + n * (1 + y)) / (m + 1);
        d = 1 / (term + numerator * d);
        c = term + numerator / c;
        double step = c * d;
        value *= step;
        if (fabs(step - 1) <= 2 * DBL_EPSILON)
            break;
    }
    return 1 / value;
}

/* I_y(1/2, a) B(1/2, a) / (sqrt(y) x^a): a series of positive terms, quick where t is small. */
static double central_series(double a, double y) {
    double term = 2, sum = 2;
    for (int n = 0; n < 2000 && term > sum * DBL_EPSILON / 4; n++) {
        term *= (a + 0.5 + n) / (1.5 + n) * y;
        sum += term;
    }
    return sum;
}

/* P(|T| >= t) and its logarithmic slope -d log p / d log t, for finite t > 0, 0 < df < DF_NORMAL.
 */
struct tail {
    double p, slope;
};

static struct tail t_tail(double t, double df) {
    struct beta_point at = beta_point(t, df);
    bool central = t < 1 || (t < 1.6 && df > 10);
    if (central) {
        double p = 1 - at.factor * central_series(df / 2, at.y);
        return (struct tail){p, 2 * at.factor / p};
    }
    double fraction = tail_fraction(df / 2, 0.5, at.x, at.y);
    return (struct tail){at.factor * fraction, 2 / fraction};
}

static struct tail normal_tail(double z) {
    double p = erfc(z * M_SQRT1_2);
    return (struct tail){p, z * exp(-z * z / 2) * M_2_SQRTPI * M_SQRT1_2 / p};
}

static struct tail tail_at(double t, double df) {
    return df >= DF_NORMAL ? normal_tail(t) : t_tail(t, df);
}

double t_two_sided(double t, double df) {
    t = fabs(t);
    if (isnan(t) || !(df > 0))
        return NAN;
    if (t == 0)
        return 1;
    if (isinf(t))
        return 0;
    return tail_at(t, df).p;
}

double t_upper_tail(double t, double df) {
    double half = t_two_sided(t, df) / 2;
    return t < 0 ? 1 - half : half;
}

double normal_upper_tail(double z) {
    return erfc(z * M_SQRT1_2) / 2;
}

double normal_upper_quantile(double q) {
    return q > 0 && q < 1 ? gsl_cdf_ugaussian_Qinv(q) : NAN;
}

/* Hill's expansion for the t with P(|T| >= t) = p. */
static double hill_start(double p, double n) {
    double a = 1 / (n - 0.5), b = 48 / (a * a);
    double c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
    double d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * M_PI_2) * n;
    double y = pow(d * p, 2 / n);
    if (y > 0.05 + a) {
        double x = -normal_upper_quantile(p / 2);
        y = x * x;
        if (n < 5)
            c += 0.3 * (n - 4.5) * (x + 0.6);
        c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b;
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
        y = expm1(a * y * y);
    } else {
        y = ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y -
             1) *
                (n + 1) / (n + 2) +
            1 / y;
    }
    return sqrt(n * y);
}

double t_two_sided_quantile(double p, double df) {
    if (!(p > 0 && p < 1 && df > 0))
        return NAN;
    if (df >= DF_NORMAL)
        return normal_upper_quantile(p / 2);
    double t = df > 1 ? hill_start(p, df) : NAN;
    if (!(t > 0 && t < DBL_MAX))
        t = 1;
    /* Halley in log p against log t, where the tail is concave, so that a poor start does no harm.
     */
    for (int i = 0; i < 60; i++) {
        struct tail tail = tail_at(t, df);
        double high = log(tail.p / p), slope = -tail.slope;
        double bend = slope * (1 - (df + 1) / (1 + df / t / t) + tail.slope);
        double step = -2 * high * slope / (2 * slope * slope - high * bend);
        t *= exp(step);
        if (fabs(step) <= 1e-6)
            break;
    }
    return t;
}
