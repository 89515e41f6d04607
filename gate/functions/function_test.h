/* One function's rounds on two sides: the test, its name, its interval. */
#ifndef GATE_FUNCTIONS_FUNCTION_TEST_H
#define GATE_FUNCTIONS_FUNCTION_TEST_H

#include "gate/compare/policy.h"
#include "stats/rank.h"

/* Values of one side, one a round; rounds without a sample of the function are zeros. `samples` is
 * the mean number of samples a round that they come from, NaN (taken for few) if not known. The
 * values hold a common factor (the time of an operation) whose relative standard error is factor_se
 * with factor_df degrees of freedom; 0 when it is exact. Values of several sessions stand one
 * session after the other. */
struct function_values {
    const double *values;
    size_t n;
    double samples;
    double factor_se, factor_df;
    const size_t *sessions; /* how many are of each; NULL (0): all are of one */
    size_t session_count;
};

/* test  "Welch, log scale": all values above zero, from 10 samples a round or more on both sides
 *       "Welch": otherwise
 *       "Mann-Whitney": fewer than 10 samples a round and zeros among the values, or a side (or
 *       both) without variance; exact up to 25 rounds a side. No interval (but 0 to 0 for sides
 *       that are equal throughout), and a factor's error is not in it.
 *       "stored sessions t", also "…, log scale": the base is of several sessions, so the variance
 *       between them enters, by stats/sessions.h. A session's centre is the mean of its rounds.
 *       NULL: fewer than FUNCTION_LEAST_ROUNDS a side, or not tested
 * base, head, difference: of the arithmetic means; change, with its interval, is a ratio and on the
 * log scale that of the geometric means. smallest_detectable: with power 0.8 at alpha /
 * FUNCTION_CAUTION, a ratio. What is not known is NaN. */
struct function_test {
    const char *test;
    double base, head, difference;
    double difference_low, difference_high;
    double change, change_low, change_high;
    double p, smallest_detectable;
};

enum { FUNCTION_LEAST_ROUNDS = 5 };

/* What p is multiplied by before it is corrected, as `--test auto` does with benchmarks, so that
 * one comparison of equals in a hundred may be red and not one in forty. */
#define FUNCTION_CAUTION 2.5

struct function_test function_test(const struct function_values *base,
                                   const struct function_values *head, const struct policy *policy,
                                   struct rank_workspace *ranks);

/* Without a test: the means, the difference, the change. */
struct function_test function_untested(const struct function_values *base,
                                       const struct function_values *head);

/* p-values, times FUNCTION_CAUTION, corrected as the policy says; NaN stays and counts for nothing.
 * Without memory for that all become NaN. */
void function_adjust(double *p, size_t count, const struct policy *policy);

#endif
