#include "gate/compare/row_test.h"

#include "stats/summary.h"
#include "stats/tdist.h"
#include "stats/welch.h"

#define UNKNOWN_SIDE                                                                               \
    { 0, NAN, NAN, NAN }
const struct row unknown_row = {
    .unit = "",
    .base = UNKNOWN_SIDE,
    .head = UNKNOWN_SIDE,
    .change = NAN,
    .change_low = NAN,
    .change_high = NAN,
    .t = NAN,
    .df = NAN,
    .p = NAN,
    .p_adjusted = NAN,
    .smallest_detectable_change = NAN,
};

static const double NOTICED = 0.8; /* power at which a change counts as detectable */

void row_note(struct row *row, struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(arena, format, args);
    va_end(args);
    ARENA_PUSH(arena, row->notes, row->note_count, row->note_capacity, text);
}

static double ratio(double base, double head) {
    if (base == head)
        return 0;
    return base != 0 ? (head - base) / fabs(base) : copysign(INFINITY, head - base);
}

bool row_beyond(const struct row *row, double change) {
    double base = row->base.center;
    double difference = base != 0 ? change * fabs(base) : row->head.center - base;
    return fabs(change) > row->policy.threshold && fabs(difference) > row->policy.absolute_floor;
}

bool row_worse(const struct row *row, double change) {
    return row->policy.better == BETTER_LOWER ? change > 0 : change < 0;
}

static bool within_margin(const struct row *row) {
    double base = fabs(row->base.center);
    double margin = row->policy.threshold;
    if (row->policy.absolute_floor > 0 && base > 0)
        margin = fmax(margin, row->policy.absolute_floor / base);
    return row->change_low >= -margin && row->change_high <= margin;
}

struct side side_alone(struct row_tester *tester, const struct cell *cell) {
    const struct series *all = cell->series;
    struct samples samples =
        samples_of(all->values, all->rounds, all->count, &tester->scratch.base, tester->arena);
    const double *sorted = samples_sorted(&samples, &tester->scratch.base, tester->arena);
    struct median_interval m =
        median_interval_sorted(sorted, samples.n, tester->policy->confidence);
    return (struct side){samples.n, m.median, m.low, m.high};
}

struct range {
    double low, high;
};

static struct range range_of(const struct samples *samples) {
    struct range out = {samples->values[0], samples->values[0]};
    for (uint32_t i = 1; i < samples->n; i++) {
        double value = samples->values[i];
        if (value < out.low)
            out.low = value;
        if (value > out.high)
            out.high = value;
    }
    return out;
}

static double center_of(const struct samples *samples, struct range range) {
    return range.low == range.high ? range.low : median_of(samples->values, samples->n);
}

/* The exact rule. False, with nothing changed, where it does not apply or the two ranges are
 * neither apart nor together. */
static bool exact_rule(struct row *row, const struct samples *base, const struct samples *head,
                       struct unit_traits traits, struct arena *arena) {
    struct range b = range_of(base), h = range_of(head);
    bool constant = b.low == b.high && h.low == h.high;
    if (!traits.exact && (!constant || base->n < 2 || head->n < 2))
        return false;
    struct row out = *row;
    out.base = (struct side){base->n, center_of(base, b), b.low, b.high};
    out.head = (struct side){head->n, center_of(head, h), h.low, h.high};
    out.change = ratio(out.base.center, out.head.center);
    out.change_low = constant ? out.change : ratio(b.high, h.low);
    out.change_high = constant ? out.change : ratio(b.low, h.high);
    out.test = "exact";
    double nearest = out.change > 0 ? out.change_low : out.change_high;
    if (within_margin(&out))
        out.verdict = ROW_SAME;
    else if (nearest * out.change > 0 && row_beyond(&out, nearest))
        out.verdict = out.policy.better == BETTER_UNKNOWN ? ROW_INCONCLUSIVE
                      : row_worse(&out, out.change)       ? ROW_REGRESSED
                                                          : ROW_IMPROVED;
    else if (constant)
        out.verdict = ROW_SAME; /* of base 0: apart by no more than the floor */
    else
        return false;
    *row = out;
    /* Times of 0 are below the clock's resolution, which is no wonder. */
    bool timed = traits.time_like && (row->base.center > 0 || row->head.center > 0);
    if (timed && base->n < 5 && head->n < 5)
        row_note(row, arena, "%u and %u times without any variance: rounded or copied values?",
                 base->n, head->n);
    return true;
}

/* As ratios of a negative centre, changes have the wrong sign and the interval's ends the wrong
 * order. */
static void set_change(struct row *row, double change, double low, double high) {
    double sign = row->base.center < 0 ? -1 : 1;
    row->change = sign * change;
    row->change_low = fmin(sign * low, sign * high);
    row->change_high = fmax(sign * low, sign * high);
    if (isnan(low) || isnan(high))
        row->change_low = row->change_high = NAN;
}

static void refuse(struct row *row, enum outcome outcome, struct arena *arena) {
    row->verdict = ROW_INCONCLUSIVE;
    row_note(row, arena, "no test: %s", outcome_text(outcome));
}

static struct side auto_row_side(const struct auto_side *side) {
    return (struct side){(uint32_t)side->n, side->center, side->low, side->high};
}

static void take_auto(struct row *row, const struct auto_result *r, struct auto_tail *tail,
                      struct arena *arena) {
    row->base = auto_row_side(&r->base);
    row->head = auto_row_side(&r->head);
    set_change(row, r->change, r->change_low, r->change_high);
    row->smallest_detectable_change = r->smallest_detectable_change;
    if (r->outcome != OUTCOME_OK) {
        refuse(row, r->outcome, arena);
        return;
    }
    row->test = r->name;
    row->t = r->t;
    row->df = r->df;
    row->p = r->p;
    *tail = r->tail;
}

/* Thousands of rows ask for the same few quantiles, and a quantile costs more than a test. */
static double quantile(struct row_tester *tester, double p, double df) {
    for (size_t i = 0; i < ROW_QUANTILES; i++) {
        if (tester->quantiles[i].p == p && tester->quantiles[i].df == df)
            return tester->quantiles[i].value;
    }
    struct row_quantile *slot = &tester->quantiles[tester->next_quantile++ % ROW_QUANTILES];
    *slot = (struct row_quantile){p, df, t_two_sided_quantile(p, df)};
    return slot->value;
}

/* The difference that is significant four times in five, by the central t distribution: Cohen's
 * (1988) normal formula with t in place of z, as auto_test has it. */
static double smallest_difference(struct row_tester *tester, const struct t_test *test) {
    double alpha = 1 - tester->policy->confidence;
    return test->se *
           (quantile(tester, alpha, test->df) + t_two_sided_quantile(2 * (1 - NOTICED), test->df));
}

/* Side, centre and interval back on the scale of the values. */
static struct side t_row_side(struct row_tester *tester, struct t_side side, enum scale scale) {
    double half = quantile(tester, 1 - tester->policy->confidence, side.df) * sqrt(side.variance);
    double center = side.origin + side.offset;
    struct side out = {(uint32_t)side.n, center, center - half, center + half};
    if (scale == SCALE_LOG) {
        out.center = exp(out.center);
        out.low = exp(out.low);
        out.high = exp(out.high);
    }
    return out;
}

static const char *t_name(const struct t_plan *plan) {
    bool trimmed = plan->trim_lower > 0 || plan->trim_upper > 0;
    if (plan->scale == SCALE_LOG)
        return trimmed ? "trimmed welch, log scale" : "welch, log scale";
    return trimmed ? "trimmed welch" : "welch";
}

static bool all_positive(const struct samples *samples) {
    for (uint32_t i = 0; i < samples->n; i++) {
        if (!(samples->values[i] > 0))
            return false;
    }
    return true;
}

static void t_row(struct row_tester *tester, struct row *row, const struct samples *base,
                  const struct samples *head, struct t_plan plan) {
    struct arena *arena = tester->arena;
    if (plan.scale == SCALE_LOG && !(all_positive(base) && all_positive(head))) {
        plan.scale = SCALE_RAW;
        row_note(row, arena, "values of 0 or less: compared on the raw scale");
    }
    struct t_test r = welch_test(base->values, base->n, head->values, head->n, plan);
    if (r.outcome != OUTCOME_OK) {
        row->base = (struct side){base->n, median_of(base->values, base->n), NAN, NAN};
        row->head = (struct side){head->n, median_of(head->values, head->n), NAN, NAN};
        row->change = ratio(row->base.center, row->head.center);
        refuse(row, r.outcome, arena);
        return;
    }
    row->base = t_row_side(tester, t_side_of(base->values, base->n, plan), plan.scale);
    row->head = t_row_side(tester, t_side_of(head->values, head->n, plan), plan.scale);
    double smallest = smallest_difference(tester, &r);
    if (plan.scale == SCALE_LOG) {
        set_change(row, expm1(r.difference), expm1(r.low), expm1(r.high));
        row->smallest_detectable_change = expm1(smallest);
    } else {
        double unit = row->base.center;
        row->change = ratio(unit, unit + r.difference);
        if (unit != 0) {
            set_change(row, r.difference / unit, r.low / unit, r.high / unit);
            row->smallest_detectable_change = smallest / fabs(unit);
        }
    }
    row->test = t_name(&plan);
    row->t = r.t;
    row->df = r.df;
    row->p = r.p;
}

/* By ranks; what it could have seen is Welch's answer, which is close for anything but heavy tails.
 */
static void rank_row(struct row_tester *tester, struct row *row, const struct samples *base,
                     const struct samples *head) {
    double confidence = tester->policy->confidence;
    struct t_plan plan = {.scale = SCALE_RAW, .confidence = confidence};
    t_row(tester, row, base, head, plan);
    struct mann_whitney r =
        mann_whitney_test(base->values, base->n, head->values, head->n, tester->ranks);
    if (r.outcome != OUTCOME_OK) {
        row->p = NAN;
        row->test = NULL;
        if (row->note_count == 0)
            refuse(row, r.outcome, tester->arena);
        return;
    }
    struct shift_estimate shift =
        hodges_lehmann(base->values, base->n, head->values, head->n, confidence, tester->ranks);
    struct median_interval b = median_interval_sorted(
        samples_sorted(base, &tester->scratch.base, tester->arena), base->n, confidence);
    struct median_interval h = median_interval_sorted(
        samples_sorted(head, &tester->scratch.head, tester->arena), head->n, confidence);
    row->base = (struct side){base->n, b.median, b.low, b.high};
    row->head = (struct side){head->n, h.median, h.low, h.high};
    row->change = ratio(b.median, b.median + shift.shift);
    row->change_low = row->change_high = NAN;
    /* An interval that could not reach its confidence is none. */
    if (b.median != 0 && shift.confidence >= confidence - 1e-9)
        set_change(row, shift.shift / b.median, shift.low / b.median, shift.high / b.median);
    row->test = "mann-whitney";
    row->t = row->df = NAN;
    row->p = r.p;
}

static void history_row(struct row_tester *tester, struct row *row, const struct cell *base,
                        const struct samples *head, struct auto_plan plan, struct auto_tail *tail) {
    uint32_t count = base->source->part_count;
    if (count > tester->session_capacity) {
        tester->session_capacity = 2 * (size_t)count;
        tester->sessions = ARENA_NEW(tester->arena, struct auto_session, tester->session_capacity);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct cell_part *part = &base->source->parts[i];
        struct sample_buffer own = {0}; /* all sessions are needed at once */
        struct samples s = samples_of(base->series->values + part->first, part->rounds, part->count,
                                      &own, tester->arena);
        tester->sessions[i] = (struct auto_session){s.values, s.n};
    }
    plan.paired = false;
    struct auto_result r = auto_test_history(tester->sessions, count, head->values, head->n, plan);
    take_auto(row, &r, tail, tester->arena);
}

static void auto_row(struct row_tester *tester, struct row *row, const struct samples *base,
                     const struct samples *head, struct auto_plan plan, struct auto_tail *tail) {
    struct auto_result r = auto_test(base->values, base->n, head->values, head->n, plan);
    take_auto(row, &r, tail, tester->arena);
}

static void chosen_test(struct row_tester *tester, struct row *row, const struct cell *base_cell,
                        const struct samples *base, const struct samples *head,
                        struct unit_traits traits, bool paired, struct auto_tail *tail) {
    bool higher = row->policy.better == BETTER_HIGHER;
    struct t_plan t = {.scale = SCALE_RAW, .confidence = tester->policy->confidence};
    struct auto_plan plan = {tester->policy->confidence, paired, traits.time_like, higher,
                             row->policy.threshold};
    switch (tester->policy->test) {
    case TEST_AUTO:
        if (base_cell->source->part_count > 1)
            history_row(tester, row, base_cell, head, plan, tail);
        else
            auto_row(tester, row, base, head, plan, tail);
        return;
    case TEST_TRIMMED:
        t.scale = SCALE_LOG;
        /* NOISE: of the fixed shares, 65 % of the slow end does best. */
        t.trim_lower = !traits.time_like ? 0.2 : higher ? 0.65 : 0;
        t.trim_upper = !traits.time_like ? 0.2 : higher ? 0 : 0.65;
        break;
    case TEST_WELCH_LOG:
        t.scale = SCALE_LOG;
        break;
    case TEST_MANN_WHITNEY:
        rank_row(tester, row, base, head);
        return;
    case TEST_WELCH:
    case TEST_CHOICE_COUNT:
        break;
    }
    t_row(tester, row, base, head, t);
}

static void too_few(struct row_tester *tester, struct row *row, const struct samples *base,
                    const struct samples *head) {
    struct range b = range_of(base), h = range_of(head);
    row->base = (struct side){base->n, center_of(base, b), NAN, NAN};
    row->head = (struct side){head->n, center_of(head, h), NAN, NAN};
    row->change = ratio(row->base.center, row->head.center);
    row_note(row, tester->arena, "%u and %u samples: at least 2 a side are needed, 10 advised",
             base->n, head->n);
}

/* What holds for many rows alike is counted, to be said once. */
static void count_most(uint32_t number, size_t *rows, uint32_t *most) {
    *rows += number > 0;
    if (number > *most)
        *most = number;
}

void row_test(struct row_tester *tester, struct row *row, const struct cell *base_cell,
              const struct cell *head_cell, struct unit_traits traits, bool paired,
              struct auto_tail *tail) {
    struct arena *arena = tester->arena;
    const struct series *old = base_cell->series, *new = head_cell->series;
    struct samples base =
        samples_of(old->values, old->rounds, old->count, &tester->scratch.base, arena);
    struct samples head =
        samples_of(new->values, new->rounds, new->count, &tester->scratch.head, arena);
    uint32_t merged = base.per_round > head.per_round ? base.per_round : head.per_round;
    count_most(merged > 1 ? merged : 0, &tester->merged_rows, &tester->merged_most);
    if (exact_rule(row, &base, &head, traits, arena))
        return;
    row->verdict = ROW_INCONCLUSIVE;
    if (base.n < 2 || head.n < 2) {
        too_few(tester, row, &base, &head);
        return;
    }
    uint32_t left_out = paired ? samples_pair(&base, &head, &tester->scratch, arena) : UINT32_MAX;
    bool pairs = left_out != UINT32_MAX;
    count_most(pairs ? left_out : 0, &tester->unpaired_rows, &tester->unpaired_most);
    chosen_test(tester, row, base_cell, &base, &head, traits, pairs, tail);
}

static bool significant(const struct row *row) {
    return row->p_adjusted <= row->policy.alpha;
}

static void decide_by_p(struct row *row, struct arena *arena) {
    bool beyond = row_beyond(row, row->change), known = row->policy.better != BETTER_UNKNOWN;
    if (significant(row) && beyond && known) {
        row->verdict = row_worse(row, row->change) ? ROW_REGRESSED : ROW_IMPROVED;
    } else if (within_margin(row)) {
        row->verdict = ROW_SAME;
    } else if (significant(row) && !beyond) {
        row_note(row, arena, "differs, but it is not certain that by less than the %.3g%% allowed",
                 100 * row->policy.threshold);
    } else if (beyond && known && row->p <= row->policy.alpha) {
        row_note(row, arena, "p = %.2g alone, %.2g among all rows compared", row->p,
                 row->p_adjusted);
    }
}

void row_decide(struct row *row, struct arena *arena) {
    if (!isnan(row->p))
        decide_by_p(row, arena);
    if (row->verdict == ROW_INCONCLUSIVE && row->policy.better == BETTER_UNKNOWN && row->test)
        row_note(row, arena,
                 "unknown whether lower or higher is better: say so with a Unit line or --rule "
                 "'*:%s:better=…'",
                 row->unit);
    if (row->verdict == ROW_SAME && fabs(row->change) > row->policy.threshold)
        row_note(row, arena,
                 "apart by more than %.3g%%, but not by more than the floor of %.10g %s",
                 100 * row->policy.threshold, row->policy.absolute_floor, row->unit);
}
