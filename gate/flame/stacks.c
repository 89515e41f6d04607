#include "gate/flame/stacks.h"
#include "gate/flame/stack_sort.h"
#include "runners/base/checked.h"
#include "runners/profile/frame_names.h"

#include <inttypes.h>
#include <stdlib.h>

/* A profile on its way into the stacks. */
struct entrant {
    const struct tally_part *part;
    struct frame_names frames;
    size_t samples; /* that count */
    size_t depth;   /* of them all */
};

static int64_t value_of(const struct tally_part *part, size_t sample) {
    const struct profile *p = part->profile;
    return part->skip && part->skip[sample] ? 0 : p->values[sample * p->type_count + part->type];
}

/* Counts what comes, and marks the texts that name a frame of it. */
static bool survey(struct entrant *in, bool *used, int64_t *total, struct pg_error *err) {
    const struct profile *p = in->part->profile;
    for (size_t i = 0; i < p->sample_count; i++) {
        int64_t value = value_of(in->part, i);
        if (value == 0 || p->stack_start[i] == p->stack_start[i + 1])
            continue;
        if (value < 0)
            return pg_error_set(err, PG_FORMAT,
                                "sample %zu has the value %" PRId64
                                "; a flame graph needs amounts, of a difference both profiles",
                                i, value);
        if (__builtin_add_overflow(*total, value, total))
            return pg_error_set(err, PG_LIMIT, "the values add up beyond 64 bits");
        in->samples++;
        for (uint32_t f = p->stack_start[i]; f < p->stack_start[i + 1]; f++) {
            uint32_t place = p->frames[f];
            in->depth += in->frames.start[place + 1] - in->frames.start[place];
            for (uint32_t n = in->frames.start[place]; n < in->frames.start[place + 1]; n++)
                used[in->frames.names[n]] = true;
        }
    }
    return in->depth <= UINT32_MAX || pg_error_set(err, PG_LIMIT, "more than 2^32 frames");
}

static int compare_names(const void *left, const void *right, void *strings) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    size_t x = strings_length(strings, a), y = strings_length(strings, b);
    int order = memcmp(strings_get(strings, a), strings_get(strings, b), x < y ? x : y);
    return order ? order : x < y ? -1 : x > y;
}

/* Sorts the names, and returns the place of each by its text. */
static const uint32_t *rank_names(struct flame_stacks *out, const bool *used, uint32_t texts,
                                  struct strings *strings, struct arena *arena) {
    uint32_t *ranks = ARENA_NEW(arena, uint32_t, texts), count = 0;
    for (uint32_t i = 0; i < texts; i++)
        count += used[i];
    uint32_t *names = ARENA_NEW(arena, uint32_t, count);
    for (uint32_t i = 0; i < texts; i++) {
        if (used[i])
            names[out->name_count++] = i;
    }
    qsort_r(names, count, sizeof *names, compare_names, strings);
    for (uint32_t i = 0; i < count; i++)
        ranks[names[i]] = i;
    out->names = names;
    return ranks;
}

/* Appends the side's stacks, turned around so that the root comes first. */
static void enter(struct flame_stacks *out, const struct entrant *in, int side,
                  const uint32_t *ranks, struct arena *arena) {
    const struct profile *p = in->part->profile;
    uint32_t *at = ARENA_NEW(arena, uint32_t, in->depth);
    for (size_t i = 0; i < p->sample_count; i++) {
        int64_t value = value_of(in->part, i);
        uint32_t first = p->stack_start[i], last = p->stack_start[i + 1];
        if (value == 0 || first == last)
            continue;
        struct flame_stack *stack = &out->items[out->count++];
        stack->frames = at;
        stack->value[side] = value;
        while (last-- > first) {
            uint32_t place = p->frames[last], from = in->frames.start[place];
            for (uint32_t n = in->frames.start[place + 1]; n-- > from;)
                *at++ = ranks[in->frames.names[n]];
        }
        stack->depth = (uint32_t)(at - stack->frames);
    }
}

static void unite_equal(struct flame_stacks *out) {
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++) {
        const struct flame_stack *stack = &out->items[i];
        struct flame_stack *last = kept ? &out->items[kept - 1] : NULL;
        if (last && last->depth == stack->depth &&
            memcmp(last->frames, stack->frames, stack->depth * sizeof *stack->frames) == 0) {
            for (int side = 0; side < FLAME_SIDES; side++)
                last->value[side] += stack->value[side];
        } else {
            out->items[kept++] = *stack;
        }
    }
    out->count = kept;
}

static void rename_frames(struct entrant *in, const struct flame_sources *from) {
    uint32_t count = in->frames.start[in->part->profile->location_count];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *name = &in->frames.names[i];
        *name = *name < from->texts ? from->joined[*name] : *name;
    }
}

bool flame_stacks_build(struct flame_stacks *out, const struct flame_sources *from,
                        struct arena *arena, struct pg_error *err) {
    struct strings *strings = from->parts[FLAME_NEW]->profile->strings;
    struct entrant in[FLAME_SIDES] = {{.part = from->parts[FLAME_OLD]},
                                      {.part = from->parts[FLAME_NEW]}};
    *out = (struct flame_stacks){.strings = strings};
    for (int side = 0; side < FLAME_SIDES; side++) {
        if (!in[side].part)
            continue;
        in[side].frames = frame_names_find(in[side].part->profile, arena);
        if (from->joined)
            rename_frames(&in[side], from);
    }
    uint32_t texts = strings_count(strings);
    bool *used = ARENA_NEW(arena, bool, texts);
    for (int side = 0; side < FLAME_SIDES; side++) {
        if (in[side].part && !survey(&in[side], used, &out->total[side], err))
            return pg_error_in(err, from->labels[side]);
    }
    const uint32_t *ranks = rank_names(out, used, texts, strings, arena);
    out->items = ARENA_NEW(arena, struct flame_stack, in[0].samples + in[1].samples);
    for (int side = 0; side < FLAME_SIDES; side++) {
        if (in[side].part)
            enter(out, &in[side], side, ranks, arena);
    }
    stack_sort(out->items, out->count, out->name_count, arena);
    unite_equal(out);
    return true;
}
