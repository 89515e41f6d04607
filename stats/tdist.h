#ifndef STATS_TDIST_H
#define STATS_TDIST_H

/* Student's t and the normal distribution, quick and with relative accuracy far into the tail (to
 * 1e-300, where a difference of two probabilities or a library's normal approximation would have
 * none). df > 0 need not be whole; NaN for df <= 0 and for NaN arguments; df = INFINITY is the
 * normal distribution. */

/* P(|T| >= |t|) = I_x(df/2, 1/2) with x = df / (df + t^2): the continued fraction of Didonato &
 * Morris (1992), ACM TOMS 18:360-373, eq. 9, with its power taken in the log domain; the
 * complement's series near the centre. */
double t_two_sided(double t, double df);

/* P(T >= t). */
double t_upper_tail(double t, double df);

/* The t > 0 with P(|T| >= t) = p, 0 < p < 1: Hill's (1970) expansion, ACM algorithm 396, then
 * Halley steps on t_two_sided to full precision. NaN outside. */
double t_two_sided_quantile(double p, double df);

/* P(Z >= z), and the z with P(Z >= z) = q for 0 < q < 1 (NaN outside). */
double normal_upper_tail(double z);
double normal_upper_quantile(double q);

#endif
