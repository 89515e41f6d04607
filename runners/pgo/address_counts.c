#include "runners/pgo/address_counts.h"

#include "runners/profile/branches.h"

#include <stdlib.h>

/* A place before equal ones are one. */
struct sighting {
    uint32_t path, build_id;
    size_t order;
    struct address_count at;
};

struct gathering {
    struct sighting *items;
    size_t count, capacity;
    double samples;
    struct arena *arena;
};

/* Samples that a value of the type stands for. */
static double samples_per_value(const struct profile *p, uint32_t *type) {
    *type = profile_find_type(p, text_of("samples"));
    if (*type != PROFILE_NONE)
        return 1;
    *type = profile_shown_type(p);
    if (*type == PROFILE_NONE || p->period <= 0 || p->types[*type].name != p->period_type.name ||
        p->types[*type].unit != p->period_type.unit)
        return 1;
    return 1 / (double)p->period;
}

static uint64_t place_of(const struct profile *p, uint32_t location) {
    const struct profile_location *l = &p->locations[location];
    const struct profile_mapping *m = &p->mappings[l->mapping];
    return l->address - m->start + m->offset;
}

static void gather(struct gathering *g, const struct address_part *part) {
    const struct profile *p = part->profile;
    uint32_t type;
    double each = part->weight * samples_per_value(p, &type);
    if (type == PROFILE_NONE)
        return;
    double *counts = ARENA_NEW(g->arena, double, p->location_count);
    for (size_t i = 0; i < p->sample_count; i++) {
        double value = each * (double)p->values[i * p->type_count + type];
        if (!(value > 0))
            continue;
        g->samples += value;
        if (p->stack_start[i] < p->stack_start[i + 1])
            counts[p->frames[p->stack_start[i]]] += value;
    }
    for (uint32_t i = 0; i < p->location_count; i++) {
        const struct profile_location *l = &p->locations[i];
        if (!(counts[i] > 0) || l->mapping == PROFILE_NONE)
            continue;
        const struct profile_mapping *m = &p->mappings[l->mapping];
        struct sighting sighting = {
            m->build_id ? 0 : m->file, m->build_id, g->count, {place_of(p, i), counts[i], p, i}};
        ARENA_PUSH(g->arena, g->items, g->count, g->capacity, sighting);
    }
}

/* Equal places stay in their order, so that sums are the same wherever it is sorted. */
static int by_place(const void *left, const void *right) {
    const struct sighting *a = left, *b = right;
    if (a->build_id != b->build_id)
        return a->build_id < b->build_id ? -1 : 1;
    if (a->path != b->path)
        return a->path < b->path ? -1 : 1;
    if (a->at.place != b->at.place)
        return a->at.place < b->at.place ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static bool same_build(const struct sighting *a, const struct sighting *b) {
    return a->build_id == b->build_id && a->path == b->path;
}

static const char *path_of(const struct address_count *at) {
    const struct profile *p = at->profile;
    return strings_get(p->strings, p->mappings[p->locations[at->location].mapping].file);
}

static struct address_counts build_of(const struct sighting *from, const struct sighting *end,
                                      struct arena *arena) {
    struct address_counts out = {.path = path_of(&from->at),
                                 .build_id = strings_get(from->at.profile->strings, from->build_id),
                                 .places =
                                     ARENA_NEW(arena, struct address_count, (size_t)(end - from)),
                                 .taken_ns = INT64_MIN};
    for (; from < end; from++) {
        out.samples += from->at.count;
        if (from->at.profile->time_ns > out.taken_ns) {
            out.taken_ns = from->at.profile->time_ns;
            out.path = path_of(&from->at);
        }
        if (out.count && out.places[out.count - 1].place == from->at.place)
            out.places[out.count - 1].count += from->at.count;
        else
            out.places[out.count++] = from->at;
    }
    return out;
}

static int by_samples(const void *left, const void *right) {
    const struct address_counts *a = left, *b = right;
    if (a->samples < b->samples || a->samples > b->samples)
        return a->samples > b->samples ? -1 : 1;
    int order = strcmp(a->path, b->path);
    return order ? order : strcmp(a->build_id, b->build_id);
}

/* ---- branch stacks ---- */

/* What is done with the two places of a sample. */
typedef void pair_user(struct address_counts *build, uint64_t leaf, uint64_t caller, double count,
                       struct arena *arena);

static void use_range(struct address_counts *build, uint64_t leaf, uint64_t caller, double count,
                      struct arena *arena) {
    if (caller != BRANCH_FROM_ELSEWHERE && caller >= leaf)
        ARENA_PUSH(arena, build->ranges, build->range_count, build->range_capacity,
                   ((struct address_range){leaf, caller, count}));
}

static void use_branch(struct address_counts *build, uint64_t leaf, uint64_t caller, double count,
                       struct arena *arena) {
    ARENA_PUSH(arena, build->branches, build->branch_count, build->branch_capacity,
               ((struct address_branch){caller, leaf, count}));
}

/* The build of each of a profile's mappings; NULL where no sample was. */
static struct address_counts **builds_of(const struct address_book *book, const struct profile *p,
                                         struct arena *arena) {
    struct address_counts **out = ARENA_NEW(arena, struct address_counts *, p->mapping_count);
    for (size_t m = 0; m < p->mapping_count; m++) {
        const char *id = strings_get(p->strings, p->mappings[m].build_id),
                   *path = strings_get(p->strings, p->mappings[m].file);
        for (size_t i = 0; i < book->build_count && !out[m]; i++) {
            struct address_counts *build = &book->builds[i];
            if (strcmp(build->build_id, id) == 0 && (*id || strcmp(build->path, path) == 0))
                out[m] = build;
        }
    }
    return out;
}

/* Hands on each pair of places of samples with a value of that type. */
static void use_pairs(struct address_book *book, const struct address_part *part, const char *name,
                      pair_user *use, struct arena *arena) {
    const struct profile *p = part->profile;
    uint32_t type = profile_find_type(p, text_of(name));
    if (type == PROFILE_NONE)
        return;
    struct address_counts **builds = builds_of(book, p, arena);
    for (size_t i = 0; i < p->sample_count; i++) {
        double count = part->weight * (double)p->values[i * p->type_count + type];
        const uint32_t *frames = &p->frames[p->stack_start[i]];
        if (!(count > 0) || p->stack_start[i + 1] - p->stack_start[i] != 2)
            continue;
        uint32_t leaf = p->locations[frames[0]].mapping, caller = p->locations[frames[1]].mapping;
        struct address_counts *to = leaf == PROFILE_NONE ? NULL : builds[leaf];
        bool same = caller != PROFILE_NONE && builds[caller] == to;
        if (to)
            use(to, place_of(p, frames[0]), same ? place_of(p, frames[1]) : BRANCH_FROM_ELSEWHERE,
                count, arena);
    }
}

static int by_range(const void *left, const void *right) {
    const struct address_range *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->last < b->last ? -1 : a->last > b->last;
}

static int by_branch(const void *left, const void *right) {
    const struct address_branch *a = left, *b = right;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return a->from < b->from ? -1 : a->from > b->from;
}

/* Sorts, and makes equal ones one. */
static void finish_pairs(struct address_counts *build) {
    size_t kept = 0;
    if (build->range_count)
        qsort(build->ranges, build->range_count, sizeof *build->ranges, by_range);
    for (size_t i = 0; i < build->range_count; i++) {
        if (kept && by_range(&build->ranges[kept - 1], &build->ranges[i]) == 0)
            build->ranges[kept - 1].count += build->ranges[i].count;
        else
            build->ranges[kept++] = build->ranges[i];
    }
    build->range_count = kept;
    kept = 0;
    if (build->branch_count)
        qsort(build->branches, build->branch_count, sizeof *build->branches, by_branch);
    for (size_t i = 0; i < build->branch_count; i++) {
        if (kept && by_branch(&build->branches[kept - 1], &build->branches[i]) == 0)
            build->branches[kept - 1].count += build->branches[i].count;
        else
            build->branches[kept++] = build->branches[i];
    }
    build->branch_count = kept;
}

/* ---- all of it ---- */

struct address_book address_book_new(const struct address_part *parts, size_t count,
                                     struct arena *arena) {
    struct gathering g = {.arena = arena};
    struct address_book book = {0};
    size_t capacity = 0;
    for (size_t i = 0; i < count; i++)
        gather(&g, &parts[i]);
    if (g.count)
        qsort(g.items, g.count, sizeof *g.items, by_place);
    for (size_t start = 0, end; start < g.count; start = end) {
        for (end = start + 1; end < g.count && same_build(&g.items[start], &g.items[end]);)
            end++;
        ARENA_PUSH(arena, book.builds, book.build_count, capacity,
                   build_of(g.items + start, g.items + end, arena));
    }
    if (book.build_count)
        qsort(book.builds, book.build_count, sizeof *book.builds, by_samples);
    for (size_t i = 0; i < count; i++) {
        use_pairs(&book, &parts[i], PROFILE_RANGES, use_range, arena);
        use_pairs(&book, &parts[i], PROFILE_BRANCHES, use_branch, arena);
    }
    for (size_t i = 0; i < book.build_count; i++)
        finish_pairs(&book.builds[i]);
    book.samples = g.samples;
    return book;
}
