#include "gate/history/timeline.h"

#include "gate/compare/estimate.h"
#include "gate/history/timeline_changes.h"
#include "runners/recording/unit.h"

#include <inttypes.h>
#include <stdlib.h>

void timeline_init(struct timeline *timeline, const char *benchmark, const char *unit,
                   struct arena *arena) {
    *timeline = (struct timeline){.benchmark = benchmark,
                                  .unit = unit,
                                  .arena = arena,
                                  .keys = strings_new(arena),
                                  .benchmarks = strings_new(arena),
                                  .groups = strings_new(arena)};
    policy_init(&timeline->policy);
}

/* ---- what is wanted ---- */

static bool matches(const char *pattern, const char *name) {
    return strcmp(pattern, name) == 0 || text_glob(pattern, name);
}

static bool is_wanted(const struct timeline *t, const char *name, struct arena *scratch) {
    return matches(t->benchmark, name) ||
           matches(t->benchmark, arena_strndup(scratch, name, name_without_suffix(name)));
}

/* Of a unit among those of its benchmark: the gate's first. */
static int rank_of(const char *unit, bool gated) {
    int kind = strcmp(unit, "sec/op") == 0 ? 0 : unit_is_time(unit) ? 1 : 2;
    return gated ? kind : 3 + kind;
}
enum { FIRST_UNGATED = 3 };

static void suggest(struct timeline *t, const char *name) {
    for (size_t i = 0; i < t->other_count; i++) {
        if (strcmp(t->others[i], name) == 0)
            return;
    }
    if (t->other_count < TIMELINE_SUGGESTIONS)
        t->others[t->other_count++] = arena_strdup(t->arena, name);
}

/* ---- gathering ---- */

/* What is being added. */
struct adding {
    struct timeline *timeline;
    struct recording *recording;
    const struct timeline_source *source;
    struct arena *scratch;
    struct classic classic;
    uint32_t group;
};

/* A series of the recording that may be one of the timeline. */
struct candidate {
    const struct series *series;
    const char *package, *name, *unit;
    enum better better;
    bool exact;
    uint32_t benchmark;
    int rank;
};

static const char *package_of(const struct recording *r, uint32_t config) {
    for (uint32_t i = 0; i < r->configs[config].count; i++) {
        if (strcmp(strings_get(r->strings, r->configs[config].pairs[i].key), "pkg") == 0)
            return strings_get(r->strings, r->configs[config].pairs[i].value);
    }
    return "";
}

static bool take(const struct adding *a, const struct series *series, struct candidate *out) {
    struct timeline *t = a->timeline;
    struct recording *r = a->recording;
    const char *name = strings_get(r->strings, series->name);
    const char *unit = strings_get(r->strings, series->unit);
    if (!series->count)
        return false;
    if (!is_wanted(t, name, a->scratch)) {
        suggest(t, name);
        return false;
    }
    if (t->unit && !matches(t->unit, unit) &&
        !matches(t->unit, strings_get(r->strings, series->unit_written)))
        return false;
    const struct unit_metadata *metadata = recording_unit(r, series->unit);
    struct row_policy of_unit = policy_for_unit(&t->policy, unit, metadata);
    bool gated = policy_for(&t->policy, &of_unit, name, unit, NULL).gated;
    const char *package = package_of(r, series->config);
    const char *key = arena_printf(a->scratch, "%s\n%s", package, name);
    *out = (struct candidate){.series = series,
                              .package = package,
                              .name = name,
                              .unit = unit,
                              .better = of_unit.better,
                              .exact = metadata->assume == ASSUME_EXACT,
                              .rank = rank_of(unit, gated),
                              .benchmark = strings_add(t->benchmarks, text_of(key))};
    return true;
}

const char *timeline_group(const struct timeline_source *source, struct arena *arena) {
    const char *machine = source->machine ? source->machine : "";
    return arena_printf(arena, "%zu %s %s", strlen(machine), machine,
                        source->branch ? source->branch : "");
}

/* Counts the recording among those of its branch and machine; the number of these. */
static uint32_t group_of(struct timeline *t, const struct timeline_source *source,
                         struct arena *scratch) {
    uint32_t number = strings_add(t->groups, text_of(timeline_group(source, scratch)));
    if (number > t->group_count)
        ARENA_PUSH(t->arena, t->group_sizes, t->group_count, t->group_capacity, 0);
    t->group_sizes[number - 1]++;
    return number;
}

static struct timeline_series *series_for(const struct adding *a, const struct candidate *c) {
    struct timeline *t = a->timeline;
    const char *key =
        arena_printf(a->scratch, "%" PRIu32 " %" PRIu32 " %s", c->benchmark, a->group, c->unit);
    uint32_t number = strings_add(t->keys, text_of(key));
    if (number > t->count) {
        struct timeline_series new = {.package = arena_strdup(t->arena, c->package),
                                      .name = arena_strdup(t->arena, c->name),
                                      .unit = arena_strdup(t->arena, c->unit),
                                      .branch = a->source->branch,
                                      .machine = a->source->machine,
                                      .better = c->better,
                                      .benchmark = c->benchmark,
                                      .rank = c->rank,
                                      .group = a->group,
                                      .before = t->group_sizes[a->group - 1] - 1};
        ARENA_PUSH(t->arena, t->series, t->count, t->capacity, new);
    }
    return &t->series[number - 1];
}

static bool has_point_of(const struct timeline_series *s, const struct timeline_source *source) {
    return s->count && s->points[s->count - 1].source == source;
}

/* Values of one benchmark and unit under several configurations are pooled. */
static void gather(const struct adding *a, const struct candidate *c) {
    struct timeline_series *s = series_for(a, c);
    const double *values = c->series->values;
    uint32_t n = c->series->count;
    s->exact = c->exact;
    if (!has_point_of(s, a->source)) {
        struct timeline_point point = {.source = a->source, .n = n};
        ARENA_PUSH(a->timeline->arena, s->points, s->count, s->capacity, point);
        s->values = values;
        return;
    }
    struct timeline_point *point = &s->points[s->count - 1];
    double *all = ARENA_NEW(a->scratch, double, point->n + n);
    memcpy(all, s->values, point->n * sizeof *all);
    memcpy(all + point->n, values, n * sizeof *all);
    s->values = all;
    point->n += n;
    a->timeline->pooled++;
}

double timeline_ratio(double before, double after) {
    if (before == 0)
        return after == 0 ? 0 : after > 0 ? INFINITY : -INFINITY;
    return (after - before) / fabs(before);
}

static void estimate_last(struct adding *a, struct timeline_series *s) {
    struct timeline_point *point = &s->points[s->count - 1];
    struct classic_summary of = estimate_of(s->values, point->n, s->exact, &a->classic, a->scratch);
    point->center = of.center;
    point->low = of.low;
    point->high = of.high;
    point->change = s->count > 1 ? timeline_ratio(point[-1].center, of.center) : NAN;
    s->values = NULL;
}

void timeline_add(struct timeline *t, struct recording *recording,
                  const struct timeline_source *source) {
    struct arena *scratch = arena_new();
    struct adding a = {.timeline = t, .recording = recording, .source = source, .scratch = scratch};
    struct candidate *all = ARENA_NEW(scratch, struct candidate, recording->series_count);
    size_t count = 0;
    a.group = group_of(t, source, scratch);
    for (uint32_t i = 0; i < recording->series_count; i++) {
        struct candidate *c = &all[count];
        if (!take(&a, &recording->series[i], c))
            continue;
        count++;
        if (c->benchmark > t->rank_count)
            ARENA_PUSH(t->arena, t->ranks, t->rank_count, t->rank_capacity, c->rank);
        int *least = &t->ranks[c->benchmark - 1];
        *least = c->rank < *least ? c->rank : *least;
    }
    for (size_t i = 0; i < count; i++) {
        if (t->unit || all[i].rank == t->ranks[all[i].benchmark - 1])
            gather(&a, &all[i]);
    }
    classic_init(&a.classic, t->policy.alpha, t->policy.confidence);
    for (size_t i = 0; i < t->count; i++) {
        if (has_point_of(&t->series[i], source))
            estimate_last(&a, &t->series[i]);
    }
    classic_release(&a.classic);
    arena_free(scratch);
}

/* ---- choosing and ordering ---- */

static int by_benchmark(const void *a, const void *b) {
    const struct timeline_series *left = a, *right = b;
    if (left->benchmark != right->benchmark)
        return left->benchmark < right->benchmark ? -1 : 1;
    return (left->seen > right->seen) - (left->seen < right->seen);
}

/* A recording may have lacked the unit that others show first. */
static void choose(struct timeline *t) {
    bool gated = false;
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        t->series[i].seen = i;
        gated |= t->series[i].rank < FIRST_UNGATED;
    }
    for (size_t i = 0; i < t->count; i++) {
        const struct timeline_series *s = &t->series[i];
        bool first = s->rank == t->ranks[s->benchmark - 1];
        if (t->unit || (first && (s->rank < FIRST_UNGATED || !gated)))
            t->series[kept++] = *s;
    }
    for (size_t i = 0; i < kept; i++) {
        struct timeline_series *s = &t->series[i];
        s->missing = t->group_sizes[s->group - 1] - s->before - s->count;
    }
    t->count = kept;
    if (kept)
        qsort(t->series, kept, sizeof *t->series, by_benchmark);
}

bool timeline_finish(struct timeline *t, double alpha, uint32_t seed, struct pg_error *err) {
    choose(t);
    return timeline_find_changes(t, alpha, seed, err);
}
