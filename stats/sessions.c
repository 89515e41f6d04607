#include "stats/sessions.h"

#include <math.h>

enum outcome session_center_of(const double *values, size_t n, struct t_plan plan,
                               struct session_center *out) {
    if (n == 1) {
        *out = (struct session_center){plan.scale == SCALE_LOG ? log(values[0]) : values[0], 0};
        return isfinite(out->center) ? OUTCOME_OK : OUTCOME_OUT_OF_RANGE;
    }
    struct t_side side = t_side_of(values, n, plan);
    *out = (struct session_center){side.origin + side.offset, side.variance};
    return side.outcome;
}

/* Running mean and squared deviations: Welford (1962), Technometrics 4:419-420. */
void session_add(struct session_sums *sums, struct session_center session) {
    sums->count += 1;
    double from = session.center - sums->mean;
    sums->mean += from / sums->count;
    sums->squares += from * (session.center - sums->mean);
    sums->within += session.variance;
}

struct session_shift session_shift(const struct session_sums *stored, struct session_center head) {
    double k = stored->count, within = (stored->within / k + head.variance) / 2;
    if (k < 2)
        return (struct session_shift){OUTCOME_TOO_FEW, NAN, NAN, NAN, NAN, NAN};
    double variance = fmax(stored->squares / (k - 1), within);
    double se = sqrt(variance * (1 + 1 / k)), shift = head.center - stored->mean;
    if (!isfinite(se))
        return (struct session_shift){OUTCOME_OUT_OF_RANGE, NAN, NAN, NAN, NAN, NAN};
    enum outcome outcome = se > 0       ? OUTCOME_OK
                           : shift == 0 ? OUTCOME_CONSTANT_EQUAL
                                        : OUTCOME_CONSTANT_DIFFERENT;
    return (struct session_shift){outcome, stored->mean, shift, variance, se, k - 1};
}
