#ifndef STATS_MARGIN_H
#define STATS_MARGIN_H

#include "stats/welch.h"

/* Tests against a margin other than zero, from any t_test. Margins are on the test's scale: on the
 * log scale pass log1p(0.05) for 5 %. All return the outcome of the t_test; with a constant one
 * there is no p (NaN), and the difference itself is to be held against the margin. */

struct margin_test {
    enum outcome outcome;
    double t; /* (difference - margin) / se */
    double p;
};

/* Null hypothesis difference <= margin, small p when the difference is beyond it. */
struct margin_test margin_greater(const struct t_test *test, double margin);

/* Null hypothesis difference >= margin, small p when the difference is below it. */
struct margin_test margin_less(const struct t_test *test, double margin);

/* Equivalence by two one-sided tests: Schuirmann (1987), J. Pharmacokinetics and Biopharmaceutics
 * 15:657-680. p is the larger of the two; p <= alpha if and only if the interval at confidence 1 -
 * 2 alpha lies inside (lower, upper). lower < upper, else OUTCOME_BAD_ARGUMENT. */
struct equivalence {
    enum outcome outcome;
    double p_lower; /* of difference > lower */
    double p_upper; /* of difference < upper */
    double p;
};
struct equivalence equivalence_test(const struct t_test *test, double lower, double upper);

#endif
