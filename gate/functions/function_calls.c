#include "gate/functions/function_side.h"

#include <stdlib.h>

static int by_pair(const void *left, const void *right) {
    const struct function_call *a = left, *b = right;
    if (a->caller != b->caller)
        return a->caller < b->caller ? -1 : 1;
    return a->callee < b->callee ? -1 : a->callee > b->callee;
}

struct call_list {
    struct function_call *items;
    size_t count, capacity, sorted;
};

static void sort_calls(struct call_list *list) {
    size_t kept = 0;
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_pair);
    for (size_t i = 0; i < list->count; i++) {
        if (kept == 0 || by_pair(&list->items[kept - 1], &list->items[i]) != 0)
            list->items[kept++] = list->items[i];
    }
    list->count = list->sorted = kept;
}

/* The list is thinned out whenever it has doubled, so that a pair that stands in every sample takes
 * no more room than one. */
static void add_call(struct call_list *list, struct function_call call, struct arena *arena) {
    if (list->count > 0 && by_pair(&list->items[list->count - 1], &call) == 0)
        return;
    if (list->count >= 4096 && list->count >= 2 * list->sorted)
        sort_calls(list);
    ARENA_PUSH(arena, list->items, list->count, list->capacity, call);
}

static void add_calls(struct call_list *list, const struct function_side *side,
                      const struct profile *p, const bool *flagged, struct arena *arena) {
    struct frame_names frames = function_names_frames(side->names, p);
    for (size_t i = 0; i < p->sample_count; i++) {
        uint32_t callee = UINT32_MAX;
        for (uint32_t f = p->stack_start[i]; f < p->stack_start[i + 1]; f++) {
            uint32_t place = p->frames[f];
            for (uint32_t n = frames.start[place]; n < frames.start[place + 1]; n++) {
                uint32_t caller = frames.names[n];
                if (callee != UINT32_MAX && callee != caller &&
                    (flagged[callee] || flagged[caller]))
                    add_call(list, (struct function_call){caller, callee}, arena);
                callee = caller;
            }
        }
    }
}

size_t function_side_calls(const struct function_side *side, const bool *flagged,
                           struct function_call **out, struct arena *arena) {
    struct call_list list = {0};
    for (size_t i = 0; i < side->profile_count; i++)
        add_calls(&list, side, side->profiles[i], flagged, arena);
    sort_calls(&list);
    *out = list.items;
    return list.count;
}
