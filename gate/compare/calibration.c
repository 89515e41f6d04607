#include "gate/compare/calibration.h"

#include "runners/base/splitmix64.h"
#include "runners/recording/unit.h"
#include "stats/auto_test.h"
#include "stats/summary.h"

#include <math.h>

enum { FLIPS = 4 };

/* Values of both sides in the rounds that both have, in the order of rounds. */
struct common {
    double *base, *head;
    uint32_t count;
};

static struct common common_rounds(const struct series *base, const struct series *head,
                                   struct arena *arena) {
    struct common common = {ARENA_NEW(arena, double, base->count),
                            ARENA_NEW(arena, double, base->count), 0};
    for (uint32_t i = 0, j = 0;
         base->rounds && head->rounds && i < base->count && j < head->count;) {
        if (base->rounds[i] < head->rounds[j]) {
            i++;
        } else if (base->rounds[i] > head->rounds[j]) {
            j++;
        } else {
            common.base[common.count] = base->values[i++];
            common.head[common.count++] = head->values[j++];
        }
    }
    return common;
}

static double half_percents_up(double ratio) {
    return ceil(ratio * 200 - 1e-9) / 200;
}

struct window {
    double *base, *head;
    uint32_t rounds;
    uint64_t random;
};

static void fill_window(struct window *window, const struct common *common, uint32_t first) {
    for (uint32_t i = 0; i < window->rounds; i++) {
        bool flip = splitmix64_next(&window->random) & 1;
        double one = common->base[first + i], other = common->head[first + i];
        window->base[i] = flip ? other : one;
        window->head[i] = flip ? one : other;
    }
}

static void suggest(struct calibrated_row *row, uint32_t rounds) {
    double ratio = row->detectable / row->threshold;
    double needed = ceil(rounds * ratio * ratio);
    row->rounds_needed = needed >= 2 ? (needed < 1e6 ? (uint32_t)needed : 0) : 2;
    if (!(row->detectable < INFINITY) || row->threshold <= 0)
        row->rounds_needed = 0;
    double least = half_percents_up(row->detectable);
    row->threshold_suggested = least > row->threshold ? least : row->threshold;
}

static void calibrate_row(struct calibrated_row *row, const struct common *common,
                          struct window *window, struct auto_plan plan, double alpha,
                          struct arena *arena) {
    uint32_t starts = common->count - window->rounds + 1;
    double *detectable = ARENA_NEW(arena, double, (size_t)starts *FLIPS);
    size_t alarms = 0, reds = 0;
    for (uint32_t first = 0; first < starts; first++) {
        for (int flip = 0; flip < FLIPS; flip++) {
            fill_window(window, common, first);
            struct auto_result result =
                auto_test(window->base, window->rounds, window->head, window->rounds, plan);
            bool alarm = result.outcome == OUTCOME_OK && result.p <= alpha;
            alarms += alarm;
            reds += alarm && fabs(result.change) > row->threshold;
            double seen = result.smallest_detectable_change;
            detectable[row->windows++] =
                isnan(seen) ? (result.outcome == OUTCOME_OK ? INFINITY : 0) : seen;
        }
    }
    row->false_alarms = (double)alarms / (double)row->windows;
    row->false_reds = (double)reds / (double)row->windows;
    row->detectable = median_of(detectable, row->windows);
    suggest(row, window->rounds);
}

static const struct series *find_same(const struct recording *r, const struct series *wanted) {
    for (uint32_t i = 0; i < r->series_count; i++) {
        if (r->series[i].name == wanted->name && r->series[i].unit == wanted->unit)
            return &r->series[i];
    }
    return NULL;
}

void calibrate(struct calibration *out, struct recording *const pair[2], uint32_t rounds,
               uint64_t seed, const struct policy *policy, struct arena *arena) {
    *out = (struct calibration){ARENA_NEW(arena, struct calibrated_row, pair[0]->series_count), 0,
                                rounds};
    struct window window = {ARENA_NEW(arena, double, rounds), ARENA_NEW(arena, double, rounds),
                            rounds, seed};
    for (uint32_t i = 0; i < pair[0]->series_count; i++) {
        const struct series *base = &pair[0]->series[i], *head = find_same(pair[1], base);
        const char *benchmark = strings_get(pair[0]->strings, base->name);
        const char *unit = strings_get(pair[0]->strings, base->unit);
        struct row_policy of_unit =
            policy_for_unit(policy, unit, recording_unit(pair[0], base->unit));
        struct row_policy demands = policy_for(policy, &of_unit, benchmark, unit, NULL);
        if (!head || !demands.gated)
            continue;
        struct common common = common_rounds(base, head, arena);
        if (common.count < rounds)
            continue;
        struct calibrated_row *row = &out->rows[out->count++];
        *row = (struct calibrated_row){
            .benchmark = benchmark, .unit = unit, .threshold = demands.threshold};
        struct auto_plan plan = {.confidence = 1 - demands.alpha,
                                 .paired = true,
                                 .time_like = unit_is_time(unit),
                                 .larger_is_better = demands.better == BETTER_HIGHER,
                                 .threshold = demands.threshold};
        calibrate_row(row, &common, &window, plan, demands.alpha, arena);
    }
}
