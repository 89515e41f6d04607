#include "gate/functions/function_totals.h"

#include "gate/functions/function_findings.h"

#include <math.h>

/* The cells of a function on one side, as values a round. */
struct taken {
    const struct function_side *side;
    const struct function_cell *at, *end;
    double *rounds;
    uint32_t count;
    double samples; /* a round, of the function taken last */
};

static struct taken start(const struct function_side *side, struct arena *arena) {
    uint32_t count = side->slices[0].count;
    return (struct taken){
        side, side->cells, side->cells + side->cell_count, ARENA_NEW(arena, double, count), count,
        0};
}

static void take(struct taken *t, uint32_t function) {
    memset(t->rounds, 0, t->count * sizeof *t->rounds);
    t->samples = 0;
    for (; t->at < t->end && t->at->function == function; t->at++) {
        t->rounds[t->at->round] = t->at->cum;
        t->samples += t->at->cum_samples / t->count;
    }
}

static bool enough(double base, double head) {
    return fmax(base, head) >= (base > 0 && head > 0 ? FUNCTION_LEAST_SAMPLES : 1);
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
                       const struct function_side *head, const struct policy *policy,
                       struct arena *arena) {
    *out = NULL;
    if (!base->slice_count || !head->slice_count)
        return 0;
    struct taken old = start(base, arena), new = start(head, arena);
    struct rank_workspace *ranks = rank_workspace_new();
    size_t count = 0, capacity = 0;
    while (old.at < old.end || new.at < new.end) {
        uint32_t function = old.at == old.end                     ? new.at->function
                            : new.at == new.end                   ? old.at->function
                            : old.at->function < new.at->function ? old.at->function
                                                                  : new.at->function;
        take(&old, function);
        take(&new, function);
        if (!enough(old.samples, new.samples))
            continue;
        struct function_values values[2] = {{old.rounds, old.count, old.samples, 0, 0},
                                            {new.rounds, new.count, new.samples, 0, 0}};
        struct function_total total = {function,
                                       function_test(&values[0], &values[1], policy, ranks), NAN};
        ARENA_PUSH(arena, *out, count, capacity, total);
    }
    rank_workspace_free(ranks);
    adjust(*out, count, policy, arena);
    return count;
}
