#include "gate/functions/function_totals.h"

#include "gate/functions/function_cells.h"

#include <math.h>

/* The cumulative costs of a function's cells, one a round (as shares of the round times `whole`,
 * unless that is 0), and the samples of a round. */
static double sum_samples(struct function_cells cells, double *rounds,
                          const struct function_rounds *of, double whole) {
    double samples = 0;
    memset(rounds, 0, of->count * sizeof *rounds);
    for (; cells.at < cells.end; cells.at++) {
        double cost = of->cost[cells.at->round];
        rounds[cells.at->round] = whole == 0 ? cells.at->cum
                                  : cost > 0 ? cells.at->cum / cost * whole
                                             : 0;
        samples += cells.at->cum_samples / of->count;
    }
    return samples;
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
    static const struct function_time exact = {.base = 1, .head = 1}, none = {.base = 0};
    const struct function_time *time = measure->by_share ? &exact
                                       : measure->time   ? measure->time
                                                         : &none;
    const double whole[2] = {time->base, time->head}, se[2] = {time->base_se, time->head_se},
                 df[2] = {time->base_df, time->head_df};
    const struct function_rounds *of[2] = {function_side_rounds(base, measure->slice),
                                           function_side_rounds(head, measure->slice)};
    *out = NULL;
    if (!of[0] || !of[1])
        return 0;
    struct function_walk walk = function_walk(base, head, measure->slice);
    double *rounds[2] = {ARENA_NEW(arena, double, of[0]->count),
                         ARENA_NEW(arena, double, of[1]->count)};
    struct rank_workspace *ranks = rank_workspace_new();
    size_t count = 0, capacity = 0;
    while (function_walk_next(&walk)) {
        struct function_values values[2];
        for (int side = 0; side < 2; side++)
            values[side] = (struct function_values){
                .values = rounds[side],
                .n = of[side]->count,
                .samples = sum_samples(walk.taken[side], rounds[side], of[side], whole[side]),
                .factor_se = se[side],
                .factor_df = df[side]};
        if (!function_large_enough(values[0].samples, values[1].samples,
                                   !(values[0].samples > 0) || !(values[1].samples > 0), -1))
            continue;
        struct function_total total = {walk.function,
                                       function_test(&values[0], &values[1], policy, ranks), NAN};
        ARENA_PUSH(arena, *out, count, capacity, total);
    }
    rank_workspace_free(ranks);
    adjust(*out, count, policy, arena);
    return count;
}
