#ifndef PERFGATE_STATS_AUTO_TEST_H
#define PERFGATE_STATS_AUTO_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/outcome.h"

/* `--test auto`: the comparison of two samples, or of one sample with several stored sessions, that
 * stands up to the noise of shared machines. Values are finite, in one unit, in any order (pairs:
 * base[i] and head[i] are of one round); they are only read. Results are values and own nothing. */

/* confidence: of every interval, in (0, 1).
 * paired: base[i] and head[i] were measured in one round; needs equal counts.
 * time_like: disturbances can only make a value larger (times, cycles, faults), or only smaller
 * when larger_is_better (rates). Without it nothing is trimmed that does not lie far out on both
 * ends. */
struct auto_plan {
    double confidence;
    bool paired;
    bool time_like;
    bool larger_is_better;
};

/* The centre of one side and its own interval, in the unit of the values. */
struct auto_side {
    size_t n;
    double center, low, high;
};

/* The same question asked of the plain means (Welch, raw values), which see what lies in the
 * trimmed end: a pause every third round, say. */
struct auto_tail {
    double change; /* ratio of the means - 1 */
    double p;      /* two-sided */
};

/* outcome       what the rest is worth; numbers that could not be computed are NaN
 * name          static text for reports, e.g. "paired trimmed t, log scale"
 * change        head / base - 1 of the centres; low and high by the interval of the test
 * t, df, p      two-sided p; p <= 1 - confidence exactly when the interval excludes 0
 * smallest_detectable_change   the change (> 0) that is found with p <= 1 - confidence four times
 *               in five, given this scatter
 * trim_lower, trim_upper       the share of each side that was trimmed
 * log_scale     false when a value was zero or negative, so that raw values had to be compared
 *
 * Outcomes: OK; TOO_FEW (fewer than two values a side; the sides are given); CONSTANT_EQUAL and
 * CONSTANT_DIFFERENT (no variance on either side: change is given and exact, p is NaN);
 * OUT_OF_RANGE; BAD_ARGUMENT; NO_MEMORY. */
struct auto_result {
    enum outcome outcome;
    const char *name;
    struct auto_side base, head;
    double change, change_low, change_high;
    double t, df, p;
    double smallest_detectable_change;
    double trim_lower, trim_upper;
    bool log_scale;
    struct auto_tail tail;
};

struct auto_result auto_test(const double *base, size_t base_n, const double *head, size_t head_n,
                             struct auto_plan plan);

/* One stored session of the base build; sessions are passed oldest first. */
struct auto_session {
    const double *values;
    size_t n;
};

/* Head against `count` stored sessions, each of another moment. The variance between sessions
 * enters the standard error. plan.paired is ignored. One session is allowed. */
struct auto_result auto_test_history(const struct auto_session *sessions, size_t count,
                                     const double *head, size_t head_n, struct auto_plan plan);

#endif
