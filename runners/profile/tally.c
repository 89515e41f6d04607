#include "runners/profile/tally.h"
#include "runners/profile/frame_names.h"
#include "runners/profile/merge.h"

#include <stdlib.h>

static int64_t sum(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static uint64_t size_of(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

struct tally *tally_new(struct strings *strings, struct arena *arena) {
    struct tally *tally = ARENA_NEW(arena, struct tally, 1);
    tally->strings = strings;
    tally->arena = arena;
    return tally;
}

static uint32_t row_of_name(struct tally *t, uint32_t name) {
    if (name >= t->texts) {
        size_t texts = 2 * (size_t)strings_count(t->strings);
        t->row_of = arena_grow(t->arena, t->row_of, t->texts, texts, sizeof *t->row_of);
        t->texts = texts;
    }
    if (!t->row_of[name]) {
        struct tally_row row = {.name = name};
        ARENA_PUSH(t->arena, t->rows, t->row_count, t->row_capacity, row);
        t->row_of[name] = t->row_count;
    }
    return t->row_of[name] - 1;
}

/* The rows of all locations, as frame_names has their names. */
static struct frame_names find_rows(struct tally *t, const struct profile *p) {
    struct frame_names rows = frame_names_find(p, t->arena);
    for (uint32_t i = 0; i < rows.start[p->location_count]; i++)
        rows.names[i] = row_of_name(t, rows.names[i]);
    return rows;
}

void tally_add(struct tally *t, const struct tally_part *part) {
    const struct profile *p = part->profile;
    struct frame_names rows = find_rows(t, p);
    for (size_t i = 0; i < p->sample_count; i++) {
        int64_t value = profile_scaled(p->values[i * p->type_count + part->type], part->factor);
        uint32_t first = p->stack_start[i], last = p->stack_start[i + 1];
        if (value == 0 || first == last || (part->skip && part->skip[i]))
            continue;
        uint32_t serial = ++t->samples;
        struct tally_row *leaf = &t->rows[rows.names[rows.start[p->frames[first]]]];
        leaf->flat = sum(leaf->flat, value);
        for (uint32_t f = first; f < last; f++) {
            uint32_t place = p->frames[f];
            for (uint32_t r = rows.start[place]; r < rows.start[place + 1]; r++) {
                struct tally_row *row = &t->rows[rows.names[r]];
                if (row->seen != serial) {
                    row->seen = serial;
                    row->cum = sum(row->cum, value);
                }
            }
        }
    }
}

struct order {
    const struct strings *strings;
    bool by_cum;
};

static int compare(const void *left, const void *right, void *how) {
    const struct tally_row *a = left, *b = right;
    const struct order *order = how;
    uint64_t x = size_of(order->by_cum ? a->cum : a->flat);
    uint64_t y = size_of(order->by_cum ? b->cum : b->flat);
    if (x != y)
        return x > y ? -1 : 1;
    return strcmp(strings_get(order->strings, a->name), strings_get(order->strings, b->name));
}

void tally_finish(struct tally *t, bool by_cum) {
    struct order order = {t->strings, by_cum};
    uint32_t kept = 0;
    for (uint32_t i = 0; i < t->row_count; i++) {
        if (t->rows[i].flat || t->rows[i].cum)
            t->rows[kept++] = t->rows[i];
    }
    t->row_count = kept;
    if (kept)
        qsort_r(t->rows, kept, sizeof *t->rows, compare, &order);
}

int64_t tally_total(const struct profile *p, uint32_t type) {
    uint64_t total = 0;
    for (size_t i = 0; i < p->sample_count; i++)
        total += size_of(p->values[i * p->type_count + type]);
    return (int64_t)total;
}
