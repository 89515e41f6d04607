#include "stats/margin.h"

#include <math.h>

#include "stats/tdist.h"

struct margin_test margin_greater(const struct t_test *test, double margin) {
    struct margin_test result = {test->outcome, NAN, NAN};
    if (isnan(margin))
        result.outcome = OUTCOME_BAD_ARGUMENT;
    if (result.outcome != OUTCOME_OK)
        return result;
    result.t = (test->difference - margin) / test->se;
    result.p = t_upper_tail(result.t, test->df);
    return result;
}

struct margin_test margin_less(const struct t_test *test, double margin) {
    struct margin_test result = margin_greater(test, margin);
    if (result.outcome == OUTCOME_OK)
        result.p = t_upper_tail(-result.t, test->df);
    return result;
}

struct equivalence equivalence_test(const struct t_test *test, double lower, double upper) {
    struct equivalence result = {OUTCOME_BAD_ARGUMENT, NAN, NAN, NAN};
    if (!(lower < upper))
        return result;
    result.outcome = test->outcome;
    result.p_lower = margin_greater(test, lower).p;
    result.p_upper = margin_less(test, upper).p;
    result.p = result.p_lower > result.p_upper ? result.p_lower : result.p_upper;
    return result;
}
