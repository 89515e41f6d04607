#ifndef STATS_POWER_H
#define STATS_POWER_H

#include <stddef.h>

/* Power of t tests, by the noncentral t distribution. sides is 1 or 2; a two-sided test counts only
 * rejections on the true difference's side, as R's power.t.test(strict = FALSE) does. alpha and
 * power are in (0, 1). NaN for arguments out of range. */

/* P(T >= t) of the noncentral t distribution, T = (Z + ncp) / sqrt(chi^2_df / df): the mean of the
 * normal tail over the logarithm of the denominator, by the trapezoidal rule, which converges
 * exponentially on it. About 1e-12 relative for df >= 1 and |t| <= 1000. slope, unless NULL,
 * receives the derivative by ncp. */
double t_noncentral_upper_tail(double t, double df, double ncp, double *slope);

/* The probability that a test with that standard error and degrees of freedom sees a true
 * difference. */
double t_power(double difference, double se, double df, double alpha, int sides);

/* The smallest true difference that is seen with that power; on the scale of se. Pass se and df of
 * a struct t_test. alpha <= power is needed. */
double smallest_detectable(double se, double df, double alpha, double power, int sides);

/* The same for many rows of one alpha and power: smallest_detectable over df >= 1 as a Chebyshev
 * series in 1 / df, within 1e-9 relative for alpha >= 0.001, in a hundredth of the time. A value;
 * owns nothing. */
#define DETECTABLE_NODES 32
struct detectable_curve {
    double alpha, power;
    int sides;
    double coefficient[DETECTABLE_NODES];
};
struct detectable_curve detectable_curve_of(double alpha, double power, int sides);
double detectable_on(const struct detectable_curve *curve, double se, double df);

/* The smallest n a side with which two samples of that standard deviation show that difference with
 * that power (df = 2 (n - 1)). 0 when more than 1e9 would be needed or an argument is out of range.
 */
size_t sample_size_needed(double difference, double sd, double alpha, double power, int sides);

#endif
