#include "gate/functions/function_judge.h"

#include <stdlib.h>

const char *function_class_name(enum function_class class) {
    static const char *const names[] = {NULL, "appeared", "vanished", "mix-shift", "moved"};
    return names[class];
}

bool function_decides(const struct function_findings *f, const struct function_row *row) {
    return row->verdict == ROW_REGRESSED && row->policy.gated && f->slices[row->slice].gated;
}

struct function_values function_share_values(const struct function_slice *slice,
                                             const double *rounds, double samples, int side) {
    return (struct function_values){.values = rounds,
                                    .n = side ? slice->head_rounds : slice->base_rounds,
                                    .samples = samples,
                                    .sessions = side ? NULL : slice->sessions,
                                    .session_count = side ? 0 : slice->session_count};
}

struct function_values function_cost_values(const struct function_judge *judge,
                                            const struct function_slice *slice,
                                            const double *rounds, double samples, int side) {
    const struct function_time *time = slice->time;
    struct function_values values = function_share_values(slice, rounds, samples, side);
    if (time) {
        values.factor_se = side ? time->head_se : time->base_se;
        values.factor_df = side ? time->head_df : time->base_df;
    } else if (judge->usual && side) {
        const struct usual *usual = &judge->usual[slice - judge->findings->slices];
        values.factor_se = usual->se;
        values.factor_df = usual->df;
    }
    return values;
}

double function_floor(const struct function_judge *judge, const struct function_slice *slice,
                      double floor) {
    return floor * (judge->request->by_share ? 1 : slice->base);
}

static struct function_test test_flat(const struct function_judge *judge,
                                      const struct function_row *row) {
    const struct function_slice *slice = &judge->findings->slices[row->slice];
    struct function_values base =
        function_cost_values(judge, slice, row->flat_rounds[0], row->base.samples, 0);
    struct function_values head =
        function_cost_values(judge, slice, row->flat_rounds[1], row->head.samples, 1);
    return row->flat_tested ? function_test(&base, &head, judge->request->policy, judge->ranks)
                            : function_untested(&base, &head);
}

static struct function_test test_cum(const struct function_judge *judge,
                                     const struct function_row *row) {
    const struct function_slice *slice = &judge->findings->slices[row->slice];
    struct function_values base =
        function_cost_values(judge, slice, row->cum_rounds[0], row->base.cum_samples, 0);
    struct function_values head =
        function_cost_values(judge, slice, row->cum_rounds[1], row->head.cum_samples, 1);
    return function_test(&base, &head, judge->request->policy, judge->ranks);
}

static struct function_test test_shares(const struct function_judge *judge,
                                        const struct function_row *row) {
    const struct function_slice *slice = &judge->findings->slices[row->slice];
    struct function_values base =
        function_share_values(slice, row->share_rounds[0], row->base.samples, 0);
    struct function_values head =
        function_share_values(slice, row->share_rounds[1], row->head.samples, 1);
    return row->flat_tested ? function_test(&base, &head, judge->request->policy, judge->ranks)
                            : function_untested(&base, &head);
}

/* ---- by share: what costs are, up to one factor ---- */

struct ratio {
    double ratio, weight;
};

static int by_ratio(const void *left, const void *right) {
    const struct ratio *a = left, *b = right;
    return a->ratio < b->ratio ? -1 : a->ratio > b->ratio;
}

static double weighted_median(struct ratio *ratios, size_t count) {
    double all = 0, sum = 0;
    size_t i = 0;
    qsort(ratios, count, sizeof *ratios, by_ratio);
    for (size_t k = 0; k < count; k++)
        all += ratios[k].weight;
    while (i + 1 < count && (sum += ratios[i].weight) < all / 2)
        i++;
    return ratios[i].ratio;
}

/* The median of what shares became, by share; but no function weighs more than a twentieth, lest a
 * large one that changed passes for all of them. Its error is that of a median, by the median
 * deviation. Too few functions tell nothing. */
static struct usual usual_of(const struct function_judge *judge,
                             const struct function_slice *slice) {
    enum { FEW = 5 };
    const double most = 0.05, deviation_to_sd = 1.4826, median_to_mean = 1.2533;
    struct ratio *ratios = ARENA_NEW(judge->arena, struct ratio, slice->count);
    struct usual usual = {1, 0, INFINITY};
    size_t count = 0;
    for (size_t k = slice->first; k < slice->first + slice->count; k++) {
        double base = judge->findings->rows[k].base.flat_fraction;
        double head = judge->findings->rows[k].head.flat_fraction;
        if (judge->findings->rows[k].flat_tested && base > 0 && head > 0)
            ratios[count++] = (struct ratio){head / base, base < most ? base : most};
    }
    if (count < FEW)
        return usual;
    usual.ratio = weighted_median(ratios, count);
    for (size_t k = 0; k < count; k++)
        ratios[k].ratio = fabs(ratios[k].ratio / usual.ratio - 1);
    usual.se =
        weighted_median(ratios, count) * deviation_to_sd * median_to_mean / sqrt((double)count);
    usual.df = (double)count - 1;
    return usual;
}

/* From shares to costs, the base being the measure. */
static void scale_shares(struct function_judge *judge, size_t number) {
    const struct function_slice *slice = &judge->findings->slices[number];
    struct usual usual = judge->usual[number] = usual_of(judge, slice);
    for (size_t i = slice->first; i < slice->first + slice->count; i++) {
        struct function_row *row = &judge->findings->rows[i];
        for (uint32_t r = 0; r < slice->head_rounds; r++) {
            row->flat_rounds[1][r] /= usual.ratio;
            row->cum_rounds[1][r] /= usual.ratio;
        }
        row->head.flat /= usual.ratio;
        row->head.cum /= usual.ratio;
    }
}

/* ---- p-values ---- */

static void test_rows(struct function_judge *judge) {
    struct function_findings *f = judge->findings;
    double *cost = ARENA_NEW(judge->arena, double, f->row_count);
    double *share = ARENA_NEW(judge->arena, double, f->row_count);
    double *cum = ARENA_NEW(judge->arena, double, f->row_count);
    for (size_t i = 0; i < f->row_count; i++) {
        struct function_row *row = &f->rows[i];
        row->cost = test_flat(judge, row);
        row->cum = test_cum(judge, row);
        row->share = test_shares(judge, row);
        cost[i] = row->cost.p;
        share[i] = row->share.p;
        cum[i] = row->cum.p;
        f->family += isnan(row->cost.p) ? 0 : 1;
    }
    function_adjust(cost, f->row_count, judge->request->policy);
    function_adjust(share, f->row_count, judge->request->policy);
    function_adjust(cum, f->row_count, judge->request->policy);
    for (size_t i = 0; i < f->row_count; i++) {
        f->rows[i].p_adjusted = cost[i];
        f->rows[i].share_p_adjusted = share[i];
        f->rows[i].cum_p_adjusted = cum[i];
    }
}

/* ---- verdicts ---- */

/* What decides a row: its cost, or by share its share. */
static const struct function_test *deciding(const struct function_judge *judge,
                                            const struct function_row *row) {
    return judge->request->by_share ? &row->share : &row->cost;
}

static double margin_of(const struct function_judge *judge, const struct function_row *row) {
    double floor = function_floor(judge, &judge->findings->slices[row->slice], row->policy.floor);
    double threshold = row->policy.threshold * deciding(judge, row)->base;
    return judge->request->by_share || threshold < floor ? floor : threshold;
}

static bool changed(double p, double alpha, double difference, double margin) {
    return p <= alpha && fabs(difference) > margin;
}

/* Did the share change, and the cost not? By share at least half of the change must be seen to be
 * the function's own, else it is that of the others. */
static bool is_mix_shift(const struct function_judge *judge, const struct function_row *row) {
    const struct function_request *request = judge->request;
    double alpha = row->policy.alpha, share = row->share.difference;
    bool own = row->p_adjusted <= alpha;
    if (request->by_share)
        own &= copysign(row->cost.difference, row->cost.difference * share) >= fabs(share) / 2;
    return row->class == FUNCTION_PLAIN && !own &&
           changed(row->share_p_adjusted, alpha, share, row->policy.floor);
}

static void decide(struct function_judge *judge, struct function_row *row) {
    const struct function_test *test = deciding(judge, row);
    double p = judge->request->by_share ? row->share_p_adjusted : row->p_adjusted;
    double margin = margin_of(judge, row);
    if (is_mix_shift(judge, row)) {
        row->class = FUNCTION_MIX_SHIFT;
        row->verdict = ROW_SAME;
    } else if (changed(p, row->policy.alpha, test->difference, margin)) {
        row->verdict = test->difference > 0 ? ROW_REGRESSED : ROW_IMPROVED;
    } else if (row->class == FUNCTION_APPEARED) {
        row->verdict = ROW_NEW;
    } else if (row->class == FUNCTION_VANISHED) {
        row->verdict = ROW_MISSING;
    } else if (test->difference_low > -margin && test->difference_high < margin) {
        row->verdict = ROW_SAME;
    }
}

/* ---- shares of the slow-down ---- */

static void explain(struct function_findings *f, struct function_slice *slice) {
    double slower = slice->head - slice->base, explained = 0;
    slice->rest = NAN;
    if (!slice->regressed || !(slower > 0))
        return;
    for (size_t i = slice->first; i < slice->first + slice->count; i++) {
        struct function_row *row = &f->rows[i];
        if (row->unwaived != ROW_REGRESSED)
            continue;
        row->share_of_regression = (row->head.flat - row->base.flat) / slower;
        explained += row->share_of_regression;
    }
    slice->rest = 1 - explained;
}

void function_conclude(struct function_findings *f) {
    function_rows_order(f);
    memset(f->counts, 0, sizeof f->counts);
    for (size_t i = 0; i < f->slice_count; i++)
        explain(f, &f->slices[i]);
    for (size_t i = 0; i < f->row_count; i++)
        f->counts[f->rows[i].verdict] += f->rows[i].flat_tested;
}

/* ---- notes ---- */

static void put_note(struct function_judge *judge, const char *text) {
    struct function_findings *f = judge->findings;
    ARENA_PUSH(judge->arena, f->notes, f->note_count, f->note_capacity, text);
}

static void note_few_rounds(struct function_judge *judge) {
    const struct function_slice *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < judge->findings->slice_count; i++) {
        const struct function_slice *slice = &judge->findings->slices[i];
        if (slice->base_rounds >= FUNCTION_LEAST_ROUNDS &&
            slice->head_rounds >= FUNCTION_LEAST_ROUNDS)
            continue;
        first = first ? first : slice;
        count++;
    }
    if (count)
        put_note(
            judge,
            arena_printf(
                judge->arena, "%s%s%u and %u profiled rounds, but a test needs %d a side%s",
                first->name, *first->name ? ": " : "", first->base_rounds, first->head_rounds,
                FUNCTION_LEAST_ROUNDS,
                count > 1 ? arena_printf(judge->arena, "; %zu more are like it", count - 1) : ""));
}

static void note_alone(struct function_judge *judge, const struct function_side *side,
                       const char *name) {
    if (side->alone)
        put_note(judge, side->window_sec > 0
                            ? arena_printf(judge->arena,
                                           "%s is one profile: its time is divided into rounds of "
                                           "%.3g s",
                                           name, side->window_sec)
                            : arena_printf(judge->arena,
                                           "%s is one profile, and its samples have neither "
                                           "several rounds nor times to divide it by",
                                           name));
}

static void note_unused(struct function_judge *judge) {
    const struct policy *policy = judge->request->policy;
    for (size_t i = 0; i < policy->demand_count; i++) {
        const struct function_demand *demand = &policy->demands[i];
        if (!judge->used[i])
            put_note(judge,
                     arena_printf(judge->arena, "the rule at %s matches no function: '%s' in '%s'",
                                  demand->where, demand->function ? demand->function : "*",
                                  demand->benchmark ? demand->benchmark : "*"));
    }
}

static void put_notes(struct function_judge *judge) {
    const struct function_request *request = judge->request;
    note_unused(judge);
    size_t unnumbered = request->base->unnumbered + request->head->unnumbered;
    note_alone(judge, request->base, "base");
    note_alone(judge, request->head, "head");
    note_few_rounds(judge);
    if (judge->full)
        put_note(judge, "there are too many functions and rounds: not all are tested");
    if (unnumbered)
        put_note(judge, arena_printf(judge->arena,
                                     "%zu samples without the label '%s', which others have, are "
                                     "left out",
                                     unnumbered, request->base->cut.round_label));
    if (request->base->uncounted || request->head->uncounted)
        put_note(judge, arena_printf(judge->arena,
                                     "profiles do not say how many samples they hold: functions of "
                                     "%.2g%% of the whole or more are tested",
                                     100 * request->floor));
    if (request->base->names->joined)
        put_note(judge, arena_printf(judge->arena,
                                     "%u name%s joined by leaving out what compilers number "
                                     "(perfgate help functions)",
                                     request->base->names->joined,
                                     request->base->names->joined == 1 ? " was" : "s were"));
}

struct function_findings *functions_judge(const struct function_request *request,
                                          struct arena *arena) {
    struct function_findings *f = ARENA_NEW(arena, struct function_findings, 1);
    struct function_judge judge = {
        .request = request, .findings = f, .ranks = rank_workspace_new(), .arena = arena};
    judge.used = ARENA_NEW(arena, bool, request->policy->demand_count);
    f->names = request->base->names;
    f->base = request->base;
    f->head = request->head;
    f->by_share = request->by_share;
    f->floor = request->floor;
    f->threshold = request->policy->threshold;
    function_rows_make(&judge);
    if (request->by_share)
        judge.usual = ARENA_NEW(arena, struct usual, f->slice_count);
    for (size_t i = 0; i < f->slice_count && request->by_share; i++)
        scale_shares(&judge, i);
    test_rows(&judge);
    for (size_t i = 0; i < f->row_count; i++)
        decide(&judge, &f->rows[i]);
    function_shift_find(&judge);
    for (size_t i = 0; i < f->row_count; i++)
        f->rows[i].unwaived = f->rows[i].verdict;
    function_conclude(f);
    put_notes(&judge);
    rank_workspace_free(judge.ranks);
    return f;
}
