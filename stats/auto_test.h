#ifndef STATS_AUTO_TEST_H
#define STATS_AUTO_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/outcome.h"
#include "stats/sessions.h"

/* `--test auto`: the comparison of two samples, or of one sample with several stored sessions, that
 * stands up to the noise of shared machines. Values are finite, in one unit, in any order (pairs:
 * base[i] and head[i] are of one round); they are only read. Results are values and own nothing. */

/* confidence: of every interval, in (0, 1).
 * paired: base[i] and head[i] were measured in one round; needs equal counts.
 * time_like: disturbances only make a value larger (times, cycles, faults), or only smaller when
 * larger_is_better (rates); what lies at that end is trimmed. Without it both ends are, by 20 %.
 * threshold: the smallest change (a ratio, 0.05 for 5 %) that counts; 0 where any may. */
struct auto_plan {
    double confidence;
    bool paired;
    bool time_like;
    bool larger_is_better;
    double threshold;
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
 * name          static text for reports, e.g. "combined paired, log scale"
 * change        head / base - 1 of the centres, with its interval; infinite where base is 0
 * p             two-sided; p <= 1 - confidence exactly when the interval leaves out 0
 * t, df         of the strongest of the combined tests
 * smallest_detectable_change   the change (> 0) that is found with p <= 1 - confidence four times
 *               in five, given this scatter (by the central t distribution)
 * trim_lower, trim_upper       the largest share trimmed from a side by one of the tests
 * log_scale     false when a value was zero or negative, so that raw values had to be compared
 * tail          NaN p when there is nothing to say
 *
 * Outcomes: OK; TOO_FEW (fewer than two values a side); CONSTANT_EQUAL and CONSTANT_DIFFERENT (no
 * variance on either side: sides and change are given and exact, p is NaN); OUT_OF_RANGE;
 * BAD_ARGUMENT; NO_MEMORY. */
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

/* Tests whose strengths lie in different noise, joined by the Cauchy combination (Liu & Xie 2020,
 * JASA 115:393-402), which hardly minds that they are dependent. On logs of the values, of weight 1
 *
 *   - the four score tests of stats/scores.h: several modes, disturbances at either end, a sharp
 *     undisturbed end, whatever the shape is;
 *
 * and of weight 1/2
 *
 *   - Welch's t of what is left when the disturbed end is trimmed by 75 % (stats/welch.h; four
 *     values stay in any case), with the smaller side's degrees of freedom: a tight core with a
 *     long slow tail;
 *   - t of the plain means (paired: pairs_t of stats/scores.h): noise that is plainly log-normal;
 *   - paired: the 20 % trimmed t of the differences of rounds: disturbances that a round's two
 *     sides share, and drift.
 *
 * Tests that cannot be computed are left out: scores need 5 to 256 values a side. The combined p is
 * multiplied by a caution, 2.5 (auto_parts.h says why). With a threshold, pairs are narrow as far
 * as the standard error that the middle halves of the sides suggest falls from 0.6 to 0.4 of it:
 * then chance hardly ever passes for a change that counts, the caution goes down to 1.1, and the
 * weight of the plain means up to 2 1/2. Unpaired sides are of different moments, of whose
 * difference their scatter says nothing, so they are never narrow.
 *
 * The change is where the samples overlay best, looked for from the more precise of the trimmed
 * differences; where p is above 0.5 it is that difference itself. Its interval is by its own
 * standard error, except that the end towards 0 is moved to the side of 0 where p says it belongs.
 * How all this compares with single tests on recorded noise: `make bench-verdict`. */
struct auto_result auto_test(const double *base, size_t base_n, const double *head, size_t head_n,
                             struct auto_plan plan);

/* One stored session of the base build; sessions are passed oldest first. Empty ones are passed
 * over; one of a single value counts as a session whose own scatter is not known. */
struct auto_session {
    const double *values;
    size_t n;
};

/* Head against `count` stored sessions, each of another moment; plan.paired is ignored. What
 * sessions share best is their undisturbed end, so the centre of a session is the mean of the
 * fastest tenth of it (of its logs; of two values at least), its variance the squared standard
 * error that its own rounds leave in that (winsorized, as in stats/welch.h), and the test is
 * session_shift of stats/sessions.h. With one session nothing is known of the variance between
 * them: auto_test, not paired. No tail. */
struct auto_result auto_test_history(const struct auto_session *sessions, size_t count,
                                     const double *head, size_t head_n, struct auto_plan plan);

/* That centre of one session of n times, a logarithm. Outcomes: OK; NOT_POSITIVE, OUT_OF_RANGE,
 * NO_MEMORY. */
enum outcome auto_session_center(const double *values, size_t n, struct session_center *out);

#endif
