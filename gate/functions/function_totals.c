#include "gate/functions/function_totals.h"

#include "gate/functions/function_cells.h"
#include "gate/functions/function_compare.h"
#include "gate/functions/function_judge.h"

#include <math.h>

struct totals_side {
    const struct function_rounds *of;
    double *worth;  /* of each round, which shares are multiplied with; NULL: values are costs */
    double *rounds; /* of the function at hand */
};

static struct totals_side side_of(const struct function_side *side, int number,
                                  const struct function_measure *measure, struct arena *arena) {
    const struct function_time *time = measure->by_share ? NULL : measure->time;
    struct totals_side s = {.of = function_side_rounds(side, measure->slice)};
    if (!s.of)
        return s;
    s.rounds = ARENA_NEW(arena, double, s.of->count);
    if (time || measure->by_share)
        s.worth = ARENA_NEW(arena, double, s.of->count);
    for (uint32_t i = 0; s.worth && i < s.of->count; i++)
        s.worth[i] = function_round_worth(time, s.of, i, number);
    return s;
}

/* The cumulative values of a function's cells, one a round. */
static struct function_values take(const struct totals_side *s, struct function_cells cells) {
    struct function_values values = {.values = s->rounds, .n = s->of->count};
    memset(s->rounds, 0, s->of->count * sizeof *s->rounds);
    for (; cells.at < cells.end; cells.at++) {
        double cost = s->of->cost[cells.at->round], cum = cells.at->cum;
        s->rounds[cells.at->round] = !s->worth  ? cum
                                     : cost > 0 ? cum / cost * s->worth[cells.at->round]
                                                : 0;
        values.samples += cells.at->cum_samples / s->of->count;
    }
    return values;
}

static double share_of(const struct totals_side *s, struct function_cells cells) {
    double sum = 0;
    for (; cells.at < cells.end; cells.at++)
        sum += cells.at->cum / s->of->cost[cells.at->round];
    return sum / s->of->count;
}

static void adjust(struct function_total *totals, size_t count, const struct policy *policy,
                   struct arena *arena) {
    double *p = ARENA_NEW(arena, double, count);
    for (size_t i = 0; i < count; i++)
        p[i] = totals[i].test.p;
    function_adjust(p, count, policy);
    for (size_t i = 0; i < count; i++)
        totals[i].p_adjusted = p[i];
}

size_t function_totals(struct function_total **out, const struct function_side *base,
                       const struct function_side *head, const struct function_measure *measure,
                       const struct policy *policy, struct arena *arena) {
    static const struct function_time exact = {.slice = NULL};
    const struct function_time *time = measure->time && !measure->by_share ? measure->time : &exact;
    const struct totals_side sides[2] = {side_of(base, 0, measure, arena),
                                         side_of(head, 1, measure, arena)};
    *out = NULL;
    if (!sides[0].of || !sides[1].of)
        return 0;
    struct function_walk walk = function_walk(base, head, measure->slice);
    struct rank_workspace *ranks = rank_workspace_new();
    size_t count = 0, capacity = 0;
    while (function_walk_next(&walk)) {
        struct function_values old = take(&sides[0], walk.taken[0]),
                               new = take(&sides[1], walk.taken[1]);
        old.factor_se = time->base_se, old.factor_df = time->base_df;
        new.factor_se = time->head_se, new.factor_df = time->head_df;
        old.sessions = measure->sessions, old.session_count = measure->session_count;
        bool one_sided = old.samples == 0 || new.samples == 0;
        if (isnan(old.samples + new.samples)
                ? fmax(share_of(&sides[0], walk.taken[0]), share_of(&sides[1], walk.taken[1])) <
                      FUNCTION_FLOOR
                : !function_large_enough(old.samples, new.samples, one_sided, -1))
            continue;
        struct function_total total = {walk.function, function_test(&old, &new, policy, ranks),
                                       NAN};
        ARENA_PUSH(arena, *out, count, capacity, total);
    }
    rank_workspace_free(ranks);
    adjust(*out, count, policy, arena);
    return count;
}
