#ifndef PERFGATE_STATS_POWER_H
#define PERFGATE_STATS_POWER_H

#include <stddef.h>

/* Power of t tests, by the noncentral t distribution. sides is 1 or 2; a two-sided test counts only
 * rejections on the true difference's side, as R's power.t.test(strict = FALSE) does. alpha and
 * power are in (0, 1). NaN for arguments out of range. */

/* The probability that a test with that standard error and degrees of freedom sees a true
 * difference. */
double t_power(double difference, double se, double df, double alpha, int sides);

/* The smallest true difference that is seen with that power; on the scale of se. Pass se and df of
 * a struct t_test. alpha <= power is needed. */
double smallest_detectable(double se, double df, double alpha, double power, int sides);

/* The smallest n a side with which two samples of that standard deviation show that difference with
 * that power (df = 2 (n - 1)). 0 when more than 1e9 would be needed or an argument is out of range.
 */
size_t sample_size_needed(double difference, double sd, double alpha, double power, int sides);

#endif
