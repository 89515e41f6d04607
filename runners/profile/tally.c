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
    tally->lines = join_table_new(0, arena);
    tally->calls = join_table_new(0, arena);
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

static bool same_line(const void *tally, uint32_t index, const void *wanted) {
    const struct tally_row *a = &((const struct tally *)tally)->rows[index], *b = wanted;
    return a->name == b->name && a->file == b->file && a->line == b->line;
}

static uint32_t row_of_line(struct tally *t, uint32_t name, uint32_t file, int64_t line) {
    const struct tally_row row = {.name = name, .file = file, .line = line};
    const uint64_t key[] = {(uint64_t)name << 32 | file, (uint64_t)line};
    uint32_t index = join_table_put(&t->lines, strings_hash(t->strings, key, sizeof key),
                                    t->row_count, same_line, t, &row);
    if (index == t->row_count)
        ARENA_PUSH(t->arena, t->rows, t->row_count, t->row_capacity, row);
    return index;
}

/* The rows of all locations, as frame_names has their names. */
static struct frame_names find_rows(struct tally *t, const struct profile *p) {
    struct frame_names rows = frame_names_find(p, t->arena);
    for (size_t i = 0; i < p->location_count; i++) {
        uint32_t line = p->line_start[i], end = p->line_start[i + 1];
        for (uint32_t r = rows.start[i]; r < rows.start[i + 1]; r++, line++) {
            uint32_t name = rows.names[r], file = 0;
            int64_t number = 0;
            if (t->by_line && line < end) {
                file = p->functions[p->lines[line].function].file;
                number = p->lines[line].line;
            }
            rows.names[r] = t->by_line ? row_of_line(t, name, file, number) : row_of_name(t, name);
            if (r + 1 < rows.start[i + 1])
                t->any_inlined = t->rows[rows.names[r]].may_be_inlined = true;
        }
    }
    return rows;
}

/* ---- inlined or called ---- */

/* One function that calls another, in all the samples where it does. */
struct tally_call {
    uint32_t caller, callee, seen;
    bool inlined; /* always */
};

static bool same_call(const void *tally, uint32_t index, const void *wanted) {
    const struct tally_call *a = &((const struct tally *)tally)->called[index], *b = wanted;
    return a->caller == b->caller && a->callee == b->callee;
}

/* Of a sample the first time a call is met counts, as in pprof's graph.go. */
static void note_call(struct tally *t, uint32_t caller, uint32_t callee, bool inlined) {
    const struct tally_call call = {caller, callee, t->samples, inlined};
    const uint32_t key[] = {caller, callee};
    uint32_t index = join_table_put(&t->calls, strings_hash(t->strings, key, sizeof key),
                                    t->call_count, same_call, t, &call);
    if (index == t->call_count) {
        ARENA_PUSH(t->arena, t->called, t->call_count, t->call_room, call);
    } else if (t->called[index].seen != t->samples) {
        t->called[index].seen = t->samples;
        t->called[index].inlined &= inlined;
    }
}

static void note_calls(struct tally *t, const struct profile *p, const struct frame_names *rows,
                       size_t sample) {
    uint32_t caller = UINT32_MAX;
    for (uint32_t f = p->stack_start[sample + 1]; f > p->stack_start[sample]; f--) {
        uint32_t location = p->frames[f - 1], last = rows->start[location + 1];
        for (uint32_t r = last; r > rows->start[location]; r--) {
            uint32_t callee = rows->names[r - 1];
            if (caller != UINT32_MAX && caller != callee && t->rows[callee].may_be_inlined)
                note_call(t, caller, callee, r < last);
            caller = callee;
        }
    }
}

/* ---- values ---- */

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
        if (t->marks_inlined && t->any_inlined)
            note_calls(t, p, &rows, i);
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
    int names = strcmp(strings_get(order->strings, a->name), strings_get(order->strings, b->name));
    return names ? names : a->line < b->line ? -1 : a->line > b->line;
}

void tally_finish(struct tally *t, bool by_cum) {
    struct order order = {t->strings, by_cum};
    uint32_t kept = 0;
    for (uint32_t i = 0; i < t->call_count; i++)
        t->rows[t->called[i].callee].inlining |=
            t->called[i].inlined ? TALLY_INLINED : TALLY_CALLED;
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
