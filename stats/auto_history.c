#include <math.h>
#include <stdlib.h>

#include "stats/auto_parts.h"
#include "stats/tdist.h"

#define KEPT_SHARE 0.1 /* of a session's values, from its undisturbed end */
#define KEPT_LEAST 2

static struct t_plan session_plan(size_t n, struct auto_plan plan) {
    struct t_plan out = {.scale = SCALE_RAW, .confidence = plan.confidence};
    if (!plan.time_like) {
        out.trim_lower = out.trim_upper = 0.2;
    } else if (n > KEPT_LEAST) {
        double kept = fmax(KEPT_LEAST, floor(KEPT_SHARE * (double)n + 0.5));
        out.trim_upper = ((double)n - kept) / (double)n;
    }
    return out;
}

/* Values on the scale of the comparison. */
static enum outcome scaled_session(const double *values, size_t n, struct auto_scale scale,
                                   struct auto_plan plan, double *scratch,
                                   struct session_center *out) {
    for (size_t i = 0; i < n; i++)
        scratch[i] = scale.sign * (scale.log ? log(values[i]) : values[i]);
    return session_center_of(scratch, n, session_plan(n, plan), out);
}

static void compare(struct auto_result *r, const struct session_sums *stored,
                    struct session_center head, struct auto_scale scale, struct auto_plan plan) {
    struct session_shift s = session_shift(stored, head);
    r->outcome = s.outcome;
    if (s.outcome == OUTCOME_OUT_OF_RANGE)
        return;
    if (s.outcome == OUTCOME_OK) {
        r->name = scale.log ? "stored sessions t, log scale" : "stored sessions t";
        r->t = scale.sign * s.shift / s.se;
        r->df = s.df;
        r->p = t_two_sided(r->t, s.df);
    }
    double k = stored->count;
    struct t_side base = {OUTCOME_OK, r->base.n, r->base.n, s.mean, 0, s.variance / k, s.df};
    struct t_side new = {OUTCOME_OK, r->head.n, r->head.n, head.center, 0, s.variance, s.df};
    auto_report(r, scale, s.mean, (struct auto_shift){s.shift, s.se, s.df, 1}, base, new, plan);
}

static bool usable(const double *values, size_t n, bool *positive) {
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            return false;
        *positive = *positive && values[i] > 0;
    }
    return true;
}

struct auto_result auto_test_history(const struct auto_session *sessions, size_t count,
                                     const double *head, size_t head_n, struct auto_plan plan) {
    size_t base_n = 0, most = head_n, last = 0, filled = 0;
    struct auto_scale scale = {true, plan.time_like && plan.larger_is_better ? -1 : 1};
    bool finite = usable(head, head_n, &scale.log);
    for (size_t i = 0; i < count; i++) {
        base_n += sessions[i].n;
        most = sessions[i].n > most ? sessions[i].n : most;
        filled += sessions[i].n > 0;
        last = sessions[i].n > 0 ? i : last;
        finite = usable(sessions[i].values, sessions[i].n, &scale.log) && finite;
    }
    plan.paired = false;
    if (!(plan.confidence > 0 && plan.confidence < 1))
        return auto_without(OUTCOME_BAD_ARGUMENT, base_n, head_n);
    if (!finite)
        return auto_without(OUTCOME_OUT_OF_RANGE, base_n, head_n);
    if (filled == 0 || head_n == 0)
        return auto_without(OUTCOME_TOO_FEW, base_n, head_n);
    if (filled == 1)
        return auto_test(sessions[last].values, sessions[last].n, head, head_n, plan);
    double *scratch = malloc(most * sizeof *scratch);
    if (scratch == NULL)
        return auto_without(OUTCOME_NO_MEMORY, base_n, head_n);
    struct auto_result out = auto_without(OUTCOME_OUT_OF_RANGE, base_n, head_n);
    struct session_sums stored = {0, 0, 0, 0};
    struct session_center one = {NAN, NAN};
    bool sound = true;
    for (size_t i = 0; i < count && sound; i++) {
        if (sessions[i].n == 0)
            continue;
        sound = scaled_session(sessions[i].values, sessions[i].n, scale, plan, scratch, &one) ==
                OUTCOME_OK;
        if (sound)
            session_add(&stored, one);
    }
    if (sound && scaled_session(head, head_n, scale, plan, scratch, &one) == OUTCOME_OK)
        compare(&out, &stored, one, scale, plan);
    free(scratch);
    return out;
}

enum outcome auto_session_center(const double *values, size_t n, struct session_center *out) {
    const struct auto_plan plan = {.confidence = 0.95, .time_like = true};
    double *scratch = malloc(n * sizeof *scratch);
    bool positive = n > 0;
    enum outcome outcome =
        !scratch                        ? OUTCOME_NO_MEMORY
        : !usable(values, n, &positive) ? OUTCOME_OUT_OF_RANGE
        : !positive                     ? OUTCOME_NOT_POSITIVE
                    : scaled_session(values, n, (struct auto_scale){true, 1}, plan, scratch, out);
    free(scratch);
    return outcome;
}
