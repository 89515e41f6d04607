#include "stats/auto_test.h"

#include <math.h>
#include <stdlib.h>

#include "stats/auto_parts.h"
#include "stats/overlay.h"
#include "stats/scores.h"
#include "stats/summary.h"
#include "stats/tdist.h"

#define STACK_VALUES 1024
#define MOST_PARTS (SCORES + 3)
#define HALF_WEIGHT 0.5   /* of the tests that are not of scores */
#define NARROW_WEIGHT 2.0 /* what the plain means gain where pairs are narrow */
#define NARROW 0.4        /* standard errors in thresholds: below it narrow, */
#define WIDE 0.6          /* above it not */
#define NORMAL_HALF 1.349 /* length of the middle half of a normal distribution, in sd */
#define SHIFT_WORTH_FINDING 0.5
#define ROUNDING 1e-9 /* of a difference: no measured scatter is smaller */
#define PART_LEAST_P 1e-300
#define PART_MOST_P 0.95 /* a part's p of 1 must not outvote all others */

/* The two samples on the scale of the test: logs where all are positive, turned so that
 * disturbances are upward. */
struct turned {
    double *base, *head; /* in the order given */
    double *base_sorted, *head_sorted;
    double *difference; /* paired only */
    size_t base_n, head_n;
};

/* One way to compare the samples, as a t. */
struct part {
    double t, df, p, weight;
};

struct parts {
    struct part part[MOST_PARTS];
    size_t count;
};

static void add_part(struct parts *parts, struct part part) {
    if (isfinite(part.t) && isfinite(part.p))
        parts->part[parts->count++] = part;
}

static void add_t(struct parts *parts, double t, double df, double weight) {
    add_part(parts, (struct part){t, df, t_two_sided(t, df), weight});
}

/* Cauchy combination (Liu & Xie 2020, JASA 115:393-402): the mean of cot(pi p) is close to standard
 * Cauchy in its tail under the null, whatever the dependence. */
static double combined_p(const struct parts *parts) {
    double sum = 0, weights = 0;
    for (size_t i = 0; i < parts->count; i++) {
        double p = fmin(fmax(parts->part[i].p, PART_LEAST_P), PART_MOST_P);
        sum += parts->part[i].weight * (p < 1e-8 ? 1 / (M_PI * p) : tan(M_PI * (0.5 - p)));
        weights += parts->part[i].weight;
    }
    double mean = sum / weights;
    return mean > 0 ? atan(1 / mean) / M_PI : 0.5 - atan(mean) / M_PI;
}

static const struct part *strongest(const struct parts *parts) {
    const struct part *best = parts->part;
    for (size_t i = 1; i < parts->count; i++) {
        if (parts->part[i].p < best->p)
            best = &parts->part[i];
    }
    return best;
}

static bool add_welch(struct parts *parts, struct t_side base, struct t_side head, bool one_ended,
                      double weight, struct auto_shift *shift) {
    double sum = base.variance + head.variance;
    if (base.outcome != OUTCOME_OK || head.outcome != OUTCOME_OK || !(sum > 0))
        return false;
    /* What is left of few values after one-ended trimming has a variance that is often far too
     * small: Satterthwaite's sum of both degrees of freedom then finds too much. */
    double df = one_ended ? fmin(base.df, head.df)
                          : sum * sum /
                                (base.variance * base.variance / base.df +
                                 head.variance * head.variance / head.df);
    double difference = head.origin - base.origin + (head.offset - base.offset);
    *shift = (struct auto_shift){difference, sqrt(sum), df, 1};
    add_t(parts, difference / sqrt(sum), df, weight);
    return true;
}

static struct t_side untrimmed(const double *values, size_t n, struct auto_plan plan) {
    return t_side_of(values, n, (struct t_plan){.scale = SCALE_RAW, .confidence = plan.confidence});
}

/* Leaves in shift whichever is more precise: what it holds, or the mean difference of pairs. */
static void add_pairs(struct parts *parts, const struct turned *s, struct auto_plan plan,
                      struct auto_shift *shift) {
    struct t_plan trim = {SCALE_RAW, 0.2, 0.2, plan.confidence};
    struct t_side d = t_side_of(s->difference, s->base_n, trim);
    if (d.outcome != OUTCOME_OK)
        return;
    double center = d.origin + d.offset, se = sqrt(d.variance);
    if (!(shift->se > 0 && shift->se <= se))
        *shift = (struct auto_shift){center, se, d.df, 1};
    if (se > ROUNDING * fabs(center)) {
        add_t(parts, center / se, d.df, HALF_WEIGHT);
        return;
    }
    /* Pairs that differ by the same but for rounding say no more than that all go one way. */
    size_t up = 0, down = 0;
    for (size_t i = 0; i < s->base_n; i++) {
        up += s->difference[i] > 0;
        down += s->difference[i] < 0;
    }
    if (up == s->base_n || down == s->base_n) {
        double p = pow(2, 1 - (double)s->base_n);
        double t = copysign(t_two_sided_quantile(p, d.df), center);
        add_part(parts, (struct part){t, d.df, p, HALF_WEIGHT});
    }
}

static void add_scores(struct parts *parts, const struct turned *s, struct auto_plan plan) {
    struct score_sides sides = {s->base,   s->head,   s->base_sorted, s->head_sorted,
                                s->base_n, s->head_n, plan.paired,    plan.time_like};
    struct score_test tests[SCORES];
    score_tests(&sides, tests);
    for (int i = 0; i < SCORES; i++) {
        if (tests[i].usable)
            add_t(parts, tests[i].t, tests[i].df, 1);
    }
}

/* Of few values they are what is left after trimming, too. */
static void add_means(struct parts *parts, const struct turned *s, struct auto_plan plan,
                      double weight) {
    if (s->base_n < SCORES_LEAST_VALUES || s->head_n < SCORES_LEAST_VALUES)
        return;
    struct score_test pairs = {false, NAN, NAN};
    if (plan.paired)
        pairs = pairs_t(s->base, s->head, s->base_n);
    if (pairs.usable && fabs(pairs.t) < 1 / ROUNDING)
        add_t(parts, pairs.t, pairs.df, weight);
    struct auto_shift unused;
    if (!plan.paired)
        add_welch(parts, untrimmed(s->base, s->base_n, plan), untrimmed(s->head, s->head_n, plan),
                  false, weight, &unused);
}

/* Mean length of the middle halves. */
static double half_of_sides(const struct turned *s) {
    return (shortest_half(s->base_sorted, s->base_n) + shortest_half(s->head_sorted, s->head_n)) /
           2;
}

/* Median of both samples, head moved back by the shift. */
static double aligned_center(const struct turned *s, double shift) {
    size_t n = s->base_n + s->head_n, i = 0, j = 0;
    double last = 0, before = 0;
    for (size_t k = 0; k <= n / 2; k++) {
        before = last;
        if (j == s->head_n || (i < s->base_n && s->base_sorted[i] <= s->head_sorted[j] - shift))
            last = s->base_sorted[i++];
        else
            last = s->head_sorted[j++] - shift;
    }
    return n % 2 ? last : (before + last) / 2;
}

/* From 0 to 1: is the standard error small enough for a chance change to stay below the threshold?
 */
static double narrowness(const struct turned *s, struct auto_scale scale, struct auto_plan plan) {
    if (!plan.paired)
        return 0;
    double counts = 1 / (double)s->base_n + 1 / (double)s->head_n;
    double se = half_of_sides(s) / NORMAL_HALF * sqrt(counts);
    double worth = scale.log ? log1p(plan.threshold) : plan.threshold * fabs(aligned_center(s, 0));
    /* Values that are equal for the most part hide their scatter. */
    if (!(worth > 0) || !(se > 0))
        return 0;
    return fmin(1, fmax(0, (WIDE - se / worth) / (WIDE - NARROW)));
}

/* The reported change: where the samples overlay best, from the trimmed shift as a start. */
static struct auto_shift best_shift(const struct turned *s, struct auto_shift start, bool paired) {
    size_t n = s->base_n + s->head_n;
    double width = SCORES_WIDE * half_of_sides(s) * pow(20 / (double)n, 0.2);
    struct overlay_shift near =
        overlay_shift_near(s->base, s->base_n, s->head, s->head_n, start.shift, width, paired);
    if (!near.usable)
        return start;
    double df = (double)(paired ? s->base_n - 1 : n - 2);
    return (struct auto_shift){near.shift, near.se, df, 1};
}

/* Plain means: what the trimmed end has to say. */
static struct auto_tail tail_of(const double *base, size_t base_n, const double *head,
                                size_t head_n) {
    struct moments b = moments_of(base, base_n), h = moments_of(head, head_n);
    double vb = b.variance / (double)base_n, vh = h.variance / (double)head_n, sum = vb + vh;
    struct auto_tail out = {(h.mean - b.mean) / b.mean, NAN};
    if (sum > 0 && isfinite(sum)) {
        double df = sum * sum / (vb * vb / (double)(base_n - 1) + vh * vh / (double)(head_n - 1));
        out.p = t_two_sided((h.mean - b.mean) / sqrt(sum), df);
    }
    return out;
}

static struct auto_scale scale_of(const double *base, size_t base_n, const double *head,
                                  size_t head_n, struct auto_plan plan) {
    struct auto_scale out = {true, plan.time_like && plan.larger_is_better ? -1 : 1};
    for (size_t i = 0; i < base_n && out.log; i++)
        out.log = base[i] > 0;
    for (size_t i = 0; i < head_n && out.log; i++)
        out.log = head[i] > 0;
    return out;
}

static void turn(const double *values, size_t n, struct auto_scale scale, double *out) {
    for (size_t i = 0; i < n; i++)
        out[i] = scale.sign * (scale.log ? log(values[i]) : values[i]);
}

static void turn_all(struct turned *s, const double *base, const double *head,
                     struct auto_scale scale, bool paired) {
    turn(base, s->base_n, scale, s->base);
    turn(head, s->head_n, scale, s->head);
    for (size_t i = 0; i < s->base_n; i++)
        s->base_sorted[i] = s->base[i];
    for (size_t i = 0; i < s->head_n; i++)
        s->head_sorted[i] = s->head[i];
    sort_values(s->base_sorted, s->base_n);
    sort_values(s->head_sorted, s->head_n);
    for (size_t i = 0; paired && i < s->base_n; i++)
        s->difference[i] = s->head[i] - s->base[i];
}

static const char *name_of(struct auto_scale scale, bool paired) {
    if (scale.log)
        return paired ? "combined paired, log scale" : "combined, log scale";
    return paired ? "combined paired" : "combined";
}

static void test_turned(struct auto_result *r, const struct turned *s, struct auto_scale scale,
                        struct auto_plan plan) {
    struct t_plan base_plan = auto_side_plan(s->base_n, plan);
    struct t_plan head_plan = auto_side_plan(s->head_n, plan);
    struct t_side base = t_side_of(s->base_sorted, s->base_n, base_plan);
    struct t_side head = t_side_of(s->head_sorted, s->head_n, head_plan);
    r->trim_lower = fmax(base_plan.trim_lower, head_plan.trim_lower);
    r->trim_upper = fmax(base_plan.trim_upper, head_plan.trim_upper);
    struct parts parts = {.count = 0};
    struct auto_shift start = {base.outcome == OUTCOME_OK && head.outcome == OUTCOME_OK
                                   ? head.origin - base.origin + (head.offset - base.offset)
                                   : 0,
                               0, 1, 1};
    double narrow = narrowness(s, scale, plan);
    add_welch(&parts, base, head, plan.time_like, HALF_WEIGHT, &start);
    if (plan.paired)
        add_pairs(&parts, s, plan, &start);
    add_means(&parts, s, plan, HALF_WEIGHT + NARROW_WEIGHT * narrow);
    add_scores(&parts, s, plan);
    if (parts.count == 0) {
        base = untrimmed(s->base_sorted, s->base_n, plan);
        head = untrimmed(s->head_sorted, s->head_n, plan);
        if (!add_welch(&parts, base, head, false, HALF_WEIGHT, &start)) {
            r->outcome = OUTCOME_OUT_OF_RANGE;
            return;
        }
    }
    const struct part *best = strongest(&parts);
    r->outcome = OUTCOME_OK;
    r->name = name_of(scale, plan.paired);
    double caution = AUTO_CAUTION + (AUTO_LEAST_CAUTION - AUTO_CAUTION) * narrow;
    r->p = fmin(1, caution * combined_p(&parts));
    r->t = scale.sign * best->t;
    r->df = best->df;
    /* Finding the shift costs as much as all tests together, and where there is none to find the
     * trimmed one will do. */
    struct auto_shift shift = start;
    if (r->p <= SHIFT_WORTH_FINDING)
        shift = best_shift(s, start, plan.paired);
    /* One value far out can turn the estimate round while a part that leaves it out finds a clear
     * difference: a p of one direction must never stand beside a change in the other. */
    if (shift.shift * best->t < 0)
        r->p = 1;
    shift.caution = caution;
    auto_report(r, scale, aligned_center(s, shift.shift), shift, base, head, plan);
}

static bool all_finite(const double *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            return false;
    }
    return true;
}

static bool all_equal(const double *values, size_t n) {
    for (size_t i = 1; i < n; i++) {
        if (values[i] != values[0])
            return false;
    }
    return true;
}

static struct auto_result constant(double base, size_t base_n, double head, size_t head_n) {
    struct auto_result out = auto_without(
        base == head ? OUTCOME_CONSTANT_EQUAL : OUTCOME_CONSTANT_DIFFERENT, base_n, head_n);
    out.base = (struct auto_side){base_n, base, base, base};
    out.head = (struct auto_side){head_n, head, head, head};
    out.change = base == head ? 0 : (head - base) / base;
    out.change_low = out.change_high = out.change;
    return out;
}

struct auto_result auto_test(const double *base, size_t base_n, const double *head, size_t head_n,
                             struct auto_plan plan) {
    if (!(plan.confidence > 0 && plan.confidence < 1) || (plan.paired && base_n != head_n))
        return auto_without(OUTCOME_BAD_ARGUMENT, base_n, head_n);
    if (!all_finite(base, base_n) || !all_finite(head, head_n))
        return auto_without(OUTCOME_OUT_OF_RANGE, base_n, head_n);
    if (base_n < 2 || head_n < 2)
        return auto_without(OUTCOME_TOO_FEW, base_n, head_n);
    if (all_equal(base, base_n) && all_equal(head, head_n))
        return constant(base[0], base_n, head[0], head_n);
    size_t needed = 2 * (base_n + head_n) + base_n;
    double few[STACK_VALUES], *work = needed <= STACK_VALUES ? few : malloc(needed * sizeof *work);
    if (work == NULL)
        return auto_without(OUTCOME_NO_MEMORY, base_n, head_n);
    struct turned s = {work,
                       work + base_n,
                       work + base_n + head_n,
                       work + 2 * base_n + head_n,
                       work + 2 * (base_n + head_n),
                       base_n,
                       head_n};
    struct auto_scale scale = scale_of(base, base_n, head, head_n, plan);
    turn_all(&s, base, head, scale, plan.paired);
    struct auto_result out = auto_without(OUTCOME_OK, base_n, head_n);
    test_turned(&out, &s, scale, plan);
    if (out.outcome == OUTCOME_OK)
        out.tail = tail_of(base, base_n, head, head_n);
    if (work != few)
        free(work);
    return out;
}
