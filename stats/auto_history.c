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

/* A session's centre with the variance that its own rounds leave in it; of a single value 0. */
struct session {
    double center, variance;
};

static bool session_of(const double *values, size_t n, struct auto_scale scale,
                       struct auto_plan plan, double *scratch, struct session *out) {
    for (size_t i = 0; i < n; i++)
        scratch[i] = scale.sign * (scale.log ? log(values[i]) : values[i]);
    if (n == 1) {
        *out = (struct session){scratch[0], 0};
        return true;
    }
    struct t_side side = t_side_of(scratch, n, session_plan(n, plan));
    *out = (struct session){side.origin + side.offset, side.variance};
    return side.outcome == OUTCOME_OK;
}

struct sums {
    double n, mean, squares, within;
};

/* Running mean and squared deviations: Welford (1962), Technometrics 4:419-420. */
static void add_session(struct sums *sums, struct session s) {
    sums->n += 1;
    double from = s.center - sums->mean;
    sums->mean += from / sums->n;
    sums->squares += from * (s.center - sums->mean);
    sums->within += s.variance;
}

static void compare(struct auto_result *r, const struct sums *sums, struct session head,
                    struct auto_scale scale, struct auto_plan plan) {
    double k = sums->n, df = k - 1;
    double within = (sums->within / k + head.variance) / 2;
    double variance = fmax(sums->squares / df, within) * (1 + 1 / k);
    if (!isfinite(variance)) {
        r->outcome = OUTCOME_OUT_OF_RANGE;
        return;
    }
    double shift = head.center - sums->mean, se = sqrt(variance);
    r->outcome = se > 0       ? OUTCOME_OK
                 : shift == 0 ? OUTCOME_CONSTANT_EQUAL
                              : OUTCOME_CONSTANT_DIFFERENT;
    if (se > 0) {
        r->name = scale.log ? "stored sessions t, log scale" : "stored sessions t";
        r->t = scale.sign * shift / se;
        r->df = df;
        r->p = t_two_sided(r->t, df);
    }
    struct t_side base = {
        OUTCOME_OK, r->base.n, r->base.n, sums->mean, 0, variance / (1 + 1 / k) / k, df};
    struct t_side new = {OUTCOME_OK, r->head.n, r->head.n, head.center, 0, variance / (1 + 1 / k),
                         df};
    auto_report(r, scale, sums->mean, (struct auto_shift){shift, se, df, 1}, base, new, plan);
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
    struct sums sums = {0, 0, 0, 0};
    struct session one = {NAN, NAN};
    bool sound = true;
    for (size_t i = 0; i < count && sound; i++) {
        if (sessions[i].n == 0)
            continue;
        sound = session_of(sessions[i].values, sessions[i].n, scale, plan, scratch, &one);
        if (sound)
            add_session(&sums, one);
    }
    if (sound && session_of(head, head_n, scale, plan, scratch, &one))
        compare(&out, &sums, one, scale, plan);
    free(scratch);
    return out;
}
