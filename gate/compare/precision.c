#include "gate/compare/precision.h"

#include "runners/recording/unit.h"
#include "stats/auto_test.h"

#include <math.h>

static const struct unit_metadata *metadata_of(const struct recording *r, uint32_t unit) {
    for (uint32_t i = 0; i < r->unit_count; i++) {
        if (r->units[i].unit == unit)
            return &r->units[i];
    }
    return NULL;
}

/* The same benchmark and unit; both sides list them in one order, mostly. */
static const struct series *partner(const struct recording *r, const struct series *series,
                                    uint32_t place) {
    for (uint32_t i = 0; i < r->series_count; i++) {
        const struct series *other = &r->series[(place + i) % r->series_count];
        if (other->name == series->name && other->unit == series->unit)
            return other;
    }
    return NULL;
}

static bool same_rounds(const struct series *a, const struct series *b) {
    return a->rounds && b->rounds && a->count == b->count &&
           memcmp(a->rounds, b->rounds, a->count * sizeof *a->rounds) == 0;
}

static double half_width(const struct series *base, const struct series *head,
                         struct auto_plan plan) {
    plan.paired = head && same_rounds(base, head);
    struct auto_result result =
        auto_test(base->values, base->count, head ? head->values : base->values,
                  head ? head->count : base->count, plan);
    if (result.outcome == OUTCOME_CONSTANT_EQUAL || result.outcome == OUTCOME_CONSTANT_DIFFERENT)
        return 0;
    if (result.outcome != OUTCOME_OK)
        return INFINITY;
    double width = head ? (result.change_high - result.change_low) / 2
                        : (result.base.high - result.base.low) / 2 / fabs(result.base.center);
    return isnan(width) ? INFINITY : width;
}

/* Takes one row into account. */
static void consider(struct precision *out, double *worst, double width, double threshold,
                     const struct recording *r, const struct series *series) {
    double need = width / (threshold / 2);
    if (need > 1)
        out->enough = false;
    if (!(need > *worst))
        return;
    *worst = need;
    out->half_width = width;
    out->name = strings_get(r->strings, series->name);
    out->unit = strings_get(r->strings, series->unit_written);
}

struct precision precision_of(const struct recording *const *sides, size_t count,
                              const struct policy *policy) {
    struct precision out = {true, NAN, NULL, NULL};
    double worst = -1;
    const struct recording *base = sides[0];
    for (uint32_t i = 0; i < base->series_count; i++) {
        const struct series *series = &base->series[i];
        const char *unit = strings_get(base->strings, series->unit);
        const struct unit_metadata *metadata = metadata_of(base, series->unit);
        struct row_policy of_unit = policy_for_unit(policy, unit, metadata);
        struct row_policy row =
            policy_for(policy, &of_unit, strings_get(base->strings, series->name), unit, NULL);
        bool exact = unit_is_deterministic(unit) || (metadata && metadata->assume == ASSUME_EXACT);
        if (!row.gated || exact || !(row.threshold > 0))
            continue;
        struct auto_plan plan = {.confidence = policy->confidence,
                                 .time_like = unit_is_time(unit),
                                 .larger_is_better = row.better == BETTER_HIGHER,
                                 .threshold = row.threshold};
        if (count == 1)
            consider(&out, &worst, half_width(series, NULL, plan), row.threshold, base, series);
        for (size_t j = 1; j < count; j++) {
            const struct series *head = partner(sides[j], series, i);
            if (head)
                consider(&out, &worst, half_width(series, head, plan), row.threshold, base, series);
        }
    }
    return out;
}
