#include "gate/flame/stack_sort.h"

/* As many frames as fit, of `bits` each, are packed into a number. Stacks are sorted by it with a
 * radix sort, then each run of equal numbers by the frames that follow. */
struct keyed {
    uint64_t key;
    uint32_t stack;
};

struct run {
    size_t begin, end;
    uint32_t depth; /* frames that all of them share */
};

struct sorter {
    const struct flame_stack *stacks;
    struct keyed *items, *spare;
    unsigned bits, packed; /* of a frame; frames a key */
    struct run *runs;      /* still to be sorted */
    size_t run_count, run_capacity;
    struct arena *arena;
};

enum { SMALL = 48, BYTES = 8 };

/* 0 stands for the end of a stack, so that it comes before what goes on. */
static uint64_t key_at(const struct sorter *s, const struct flame_stack *stack, uint32_t depth) {
    uint64_t key = 0;
    for (unsigned i = 0; i < s->packed; i++, depth++)
        key = key << s->bits | (depth < stack->depth ? stack->frames[depth] + 1ULL : 0);
    return key;
}

static bool before(const struct flame_stack *a, const struct flame_stack *b, uint32_t depth) {
    for (; depth < a->depth && depth < b->depth; depth++) {
        if (a->frames[depth] != b->frames[depth])
            return a->frames[depth] < b->frames[depth];
    }
    return a->depth < b->depth;
}

static void sort_small(struct sorter *s, const struct run *run) {
    for (size_t i = run->begin + 1; i < run->end; i++) {
        struct keyed item = s->items[i];
        size_t to = i;
        for (; to > run->begin &&
               before(&s->stacks[item.stack], &s->stacks[s->items[to - 1].stack], run->depth);
             to--)
            s->items[to] = s->items[to - 1];
        s->items[to] = item;
    }
}

static void sort_keys(struct sorter *s, const struct run *run) {
    size_t counts[BYTES][256] = {{0}}, count = run->end - run->begin;
    struct keyed *from = s->items + run->begin, *to = s->spare;
    for (size_t i = 0; i < count; i++) {
        for (unsigned b = 0; b < BYTES; b++)
            counts[b][from[i].key >> 8 * b & 255]++;
    }
    for (unsigned b = 0; b < BYTES; b++) {
        if (counts[b][from[0].key >> 8 * b & 255] == count)
            continue; /* all have the same byte here */
        for (size_t value = 0, start = 0; value < 256; value++) {
            size_t those = counts[b][value];
            counts[b][value] = start;
            start += those;
        }
        for (size_t i = 0; i < count; i++)
            to[counts[b][from[i].key >> 8 * b & 255]++] = from[i];
        struct keyed *other = from;
        from = to;
        to = other;
    }
    if (from == s->spare)
        memcpy(s->items + run->begin, from, count * sizeof *from);
}

/* Stacks of one key are equal when one of its frames is the end. */
static void push_equal_runs(struct sorter *s, const struct run *run) {
    uint64_t last_frame = ((uint64_t)1 << s->bits) - 1;
    for (size_t begin = run->begin, end; begin < run->end; begin = end) {
        uint64_t key = s->items[begin].key;
        for (end = begin + 1; end < run->end && s->items[end].key == key; end++)
            ;
        struct run rest = {begin, end, run->depth + s->packed};
        if (end - begin > 1 && (key & last_frame) != 0)
            ARENA_PUSH(s->arena, s->runs, s->run_count, s->run_capacity, rest);
    }
}

void stack_sort(struct flame_stack *stacks, size_t count, uint32_t names, struct arena *arena) {
    struct sorter s = {.stacks = stacks, .bits = 1, .arena = arena};
    while (names >> s.bits)
        s.bits++;
    s.packed = 64 / s.bits;
    s.items = ARENA_NEW(arena, struct keyed, count);
    s.spare = ARENA_NEW(arena, struct keyed, count);
    for (size_t i = 0; i < count; i++)
        s.items[i].stack = (uint32_t)i;
    ARENA_PUSH(arena, s.runs, s.run_count, s.run_capacity, ((struct run){0, count, 0}));
    while (s.run_count) {
        struct run run = s.runs[--s.run_count];
        if (run.end - run.begin <= SMALL) {
            sort_small(&s, &run);
            continue;
        }
        for (size_t i = run.begin; i < run.end; i++)
            s.items[i].key = key_at(&s, &stacks[s.items[i].stack], run.depth);
        sort_keys(&s, &run);
        push_equal_runs(&s, &run);
    }
    struct flame_stack *sorted = ARENA_NEW(arena, struct flame_stack, count);
    for (size_t i = 0; i < count; i++)
        sorted[i] = stacks[s.items[i].stack];
    memcpy(stacks, sorted, count * sizeof *stacks);
}
