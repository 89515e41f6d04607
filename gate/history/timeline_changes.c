#include "gate/history/timeline_changes.h"

#include "runners/base/parallel.h"
#include "stats/adjust.h"
#include "stats/changepoint.h"
#include "stats/summary.h"

enum { LEAST_PERMUTATIONS = 999, MOST_PERMUTATIONS = 10000 };

/* One series being searched, in memory of its own, so that several can be at a time. */
struct search {
    struct timeline_series *series;
    struct changepoint_plan plan;
    double *values;
    struct changepoint *points;
    size_t most;
    struct changepoints found;
};

/* Most series have no change, which a few permutations show; only where there may be one is it
 * worth the small p that stands out among many series. */
static void search(void *context, size_t piece) {
    struct search *s = (struct search *)context + piece;
    struct changepoint_plan quick = s->plan;
    quick.permutations = LEAST_PERMUTATIONS;
    s->found = changepoints_find(s->values, s->series->count, quick, s->points, s->most);
    if (s->found.count && s->plan.permutations > LEAST_PERMUTATIONS)
        s->found = changepoints_find(s->values, s->series->count, s->plan, s->points, s->most);
}

static struct search search_of(struct timeline_series *series, const struct timeline_method *m,
                               struct arena *arena) {
    size_t n = series->count, most = n / m->least;
    struct search s = {.series = series,
                       .plan = {m->least, m->permutations, m->alpha, m->seed},
                       .values = ARENA_NEW(arena, double, n),
                       .points = ARENA_NEW(arena, struct changepoint, most),
                       .most = most};
    for (size_t i = 0; i < n; i++)
        s.values[i] = series->points[i].center;
    if (!log_values(s.values, n, s.values)) {
        for (size_t i = 0; i < n; i++)
            s.values[i] = series->points[i].center;
    }
    return s;
}

/* Of the split that was tried first; 1 stands for all that is above alpha. */
static double first_p(const struct search *s) {
    for (size_t i = 0; i < s->found.count; i++) {
        if (s->points[i].order == 0)
            return s->points[i].p;
    }
    return s->found.outcome == OUTCOME_OK ? 1 : NAN;
}

static double level(const struct timeline_series *s, size_t from, size_t to, double *scratch) {
    for (size_t i = from; i < to; i++)
        scratch[i - from] = s->points[i].center;
    return median_of(scratch, to - from);
}

static void keep_changes(const struct search *from, struct arena *arena) {
    struct timeline_series *s = from->series;
    s->change_count = from->found.count;
    s->changes = ARENA_NEW(arena, struct timeline_change, s->change_count);
    double before = level(s, 0, from->points[0].index, from->values);
    for (size_t i = 0; i < s->change_count; i++) {
        size_t start = from->points[i].index;
        size_t end = i + 1 < s->change_count ? from->points[i + 1].index : s->count;
        double after = level(s, start, end, from->values);
        s->changes[i] = (struct timeline_change){start, before, after,
                                                 timeline_ratio(before, after), from->points[i].p};
        before = after;
    }
}

static void judge(struct search *searches, size_t count, double alpha, struct arena *arena) {
    double *p = ARENA_NEW(arena, double, count);
    for (size_t i = 0; i < count; i++)
        p[i] = first_p(&searches[i]);
    bool adjusted = adjust_benjamini_hochberg(p, count, p);
    for (size_t i = 0; i < count; i++) {
        struct timeline_series *s = searches[i].series;
        s->outcome = adjusted ? searches[i].found.outcome : OUTCOME_NO_MEMORY;
        s->p_adjusted = s->outcome == OUTCOME_OK ? p[i] : NAN;
        if (s->outcome == OUTCOME_OK && p[i] <= alpha)
            keep_changes(&searches[i], arena);
    }
}

static size_t permutations_for(const struct timeline_method *m) {
    double wanted = 20 * (double)m->family / m->alpha;
    return wanted < LEAST_PERMUTATIONS  ? LEAST_PERMUTATIONS
           : wanted > MOST_PERMUTATIONS ? MOST_PERMUTATIONS
                                        : (size_t)wanted;
}

bool timeline_find_changes(struct timeline *t, double alpha, uint32_t seed, struct pg_error *err) {
    struct timeline_method *m = &t->method;
    struct search *searches = ARENA_NEW(t->arena, struct search, t->count);
    *m = (struct timeline_method){.alpha = alpha,
                                  .seed = seed,
                                  .least = TIMELINE_LEAST,
                                  .needed = changepoints_need(TIMELINE_LEAST, alpha)};
    for (size_t i = 0; i < t->count; i++) {
        if (t->series[i].count > CHANGEPOINT_MOST_VALUES)
            return pg_error_set(err, PG_LIMIT, "%.200s: more than %d recordings in one history",
                                t->series[i].name, CHANGEPOINT_MOST_VALUES);
        m->family += t->series[i].count >= m->needed;
    }
    m->permutations = permutations_for(m);
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++) {
        struct timeline_series *s = &t->series[i];
        s->outcome = OUTCOME_TOO_FEW;
        s->p_adjusted = NAN;
        if (s->count >= m->needed)
            searches[count++] = search_of(s, m, t->arena);
    }
    parallel_for(count, search, searches);
    judge(searches, count, alpha, t->arena);
    return true;
}
