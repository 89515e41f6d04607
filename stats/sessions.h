#ifndef STATS_SESSIONS_H
#define STATS_SESSIONS_H

#include <stddef.h>

#include "stats/outcome.h"
#include "stats/welch.h"

/* A session: the centre of what one moment's rounds say, and the squared standard error v that
 * these rounds leave in it; 0 where a single one does not tell. */
struct session_center {
    double center, variance;
};

/* Stored sessions, added up: {0} is none. */
struct session_sums {
    double count, mean, squares, within;
};
void session_add(struct session_sums *sums, struct session_center session);

/* One more session, the head's, against K stored ones, each of another moment:
 *
 *     t = (c_h - mean c_k) / sqrt(max(s^2, v) (1 + 1/K))        df = K - 1
 *
 * where s^2 is the variance of the K centres, which holds both the variance between sessions and
 * what rounds leave in a centre: the prediction interval of one more observation (Hahn 1969, JASA
 * 64:878-888). v, the mean of the head's and the sessions' mean, is the floor for K sessions that
 * happen to agree.
 *
 * mean: of the K centres. variance: max(s^2, v), of one centre. se, df: of the shift. Outcomes: OK;
 * CONSTANT_EQUAL and CONSTANT_DIFFERENT (se is 0); TOO_FEW (K < 2), OUT_OF_RANGE, with NaNs. */
struct session_shift {
    enum outcome outcome;
    double mean, shift, variance, se, df;
};
struct session_shift session_shift(const struct session_sums *stored, struct session_center head);

/* The session of n values (at least one, positive where the plan is of logs). Outcomes are those of
 * t_side_of; of one value OK. */
enum outcome session_center_of(const double *values, size_t n, struct t_plan plan,
                               struct session_center *out);

#endif
