#include "gate/pgo/hot.h"

#include <math.h>
#include <stdlib.h>

static const double enough = 0.95;

struct own_line {
    uint32_t offset;
    double count;
};

/* Of one function, from everywhere. */
struct own {
    uint32_t name, file;
    int declared;
    double samples;
    struct own_line *lines;
    size_t line_count, line_capacity;
};

struct gathering {
    uint32_t *place; /* by text: index into `items` + 1 */
    struct own *items;
    size_t count, capacity;
    double samples;
    struct arena *arena;
};

static void gather(struct gathering *g, const struct source_instance *in) {
    double samples = in->samples, counts = 0;
    for (uint32_t i = 0; i < in->call_count; i++) {
        samples -= in->calls[i]->samples;
        gather(g, in->calls[i]);
    }
    for (uint32_t i = 0; i < in->line_count; i++)
        counts += in->lines[i]->count;
    if (!(samples > 0) || !(counts > 0))
        return;
    if (!g->place[in->name]) {
        ARENA_PUSH(g->arena, g->items, g->count, g->capacity,
                   ((struct own){in->name, in->file, in->declared, 0, NULL, 0, 0}));
        g->place[in->name] = (uint32_t)g->count;
    }
    struct own *own = &g->items[g->place[in->name] - 1];
    own->samples += samples;
    g->samples += samples;
    for (uint32_t i = 0; i < in->line_count; i++)
        ARENA_PUSH(
            g->arena, own->lines, own->line_count, own->line_capacity,
            ((struct own_line){in->lines[i]->site.offset, samples * in->lines[i]->count / counts}));
}

static int by_offset(const void *a, const void *b) {
    const struct own_line *x = a, *y = b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static int by_count(const void *a, const void *b) {
    const struct own_line *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : by_offset(a, b);
}

/* Discriminators apart, a line stands there once; the most sampled are kept. */
static void settle(struct own *own) {
    size_t kept = 0;
    qsort(own->lines, own->line_count, sizeof *own->lines, by_offset);
    for (size_t i = 0; i < own->line_count; i++) {
        if (kept && own->lines[kept - 1].offset == own->lines[i].offset)
            own->lines[kept - 1].count += own->lines[i].count;
        else
            own->lines[kept++] = own->lines[i];
    }
    qsort(own->lines, kept, sizeof *own->lines, by_count);
    own->line_count = kept < HOT_LINES_MOST ? kept : HOT_LINES_MOST;
    qsort(own->lines, own->line_count, sizeof *own->lines, by_offset);
}

static int hotter(const void *a, const void *b, void *strings) {
    const struct own *x = a, *y = b;
    return x->samples != y->samples
               ? (x->samples < y->samples) - (x->samples > y->samples)
               : strcmp(strings_get(strings, x->name), strings_get(strings, y->name));
}

static struct hot_function shown(const struct gathering *g, const struct own *own,
                                 const struct strings *strings) {
    struct hot_function hot = {.name = strings_get(strings, own->name),
                               .file = text_file_name(strings_get(strings, own->file)),
                               .declared = own->declared > 0 ? (uint32_t)own->declared : 0,
                               .share = own->samples / g->samples,
                               .lines = ARENA_NEW(g->arena, struct hot_line, own->line_count),
                               .line_count = own->line_count};
    for (size_t i = 0; i < own->line_count; i++)
        hot.lines[i] = (struct hot_line){own->lines[i].offset, own->lines[i].count / g->samples};
    return hot;
}

struct hot_functions hot_functions_of(const struct source_profile *profile, struct arena *arena) {
    struct gathering g = {.place = ARENA_NEW(arena, uint32_t, strings_count(profile->strings)),
                          .arena = arena};
    struct hot_functions hot = {0};
    double told = 0;
    for (uint32_t i = 0; i < profile->function_count; i++)
        gather(&g, profile->functions[i]);
    if (g.count)
        qsort_r(g.items, g.count, sizeof *g.items, hotter, profile->strings);
    hot.items = ARENA_NEW(arena, struct hot_function, HOT_FUNCTIONS_MOST);
    for (size_t i = 0; i < g.count && hot.count < HOT_FUNCTIONS_MOST && told < enough; i++) {
        settle(&g.items[i]);
        hot.items[hot.count] = shown(&g, &g.items[i], profile->strings);
        told += hot.items[hot.count++].share;
    }
    return hot;
}
