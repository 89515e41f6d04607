#include "runners/symbols/ranges.h"

#include <stdlib.h>

void ranges_add(struct ranges *ranges, uint64_t start, uint64_t end, uint32_t of,
                struct arena *arena) {
    ARENA_PUSH(arena, ranges->items, ranges->count, ranges->capacity,
               ((struct range){start, end, 0, of}));
}

static int by_start(const void *left, const void *right) {
    const struct range *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end > b->end ? -1 : 1;
    return a->of < b->of ? -1 : a->of > b->of;
}

void ranges_sort(struct ranges *ranges) {
    if (ranges->count)
        qsort(ranges->items, ranges->count, sizeof *ranges->items, by_start);
    ranges_close(ranges);
}

void ranges_close(struct ranges *ranges) {
    uint64_t reach = 0;
    for (size_t i = 0; i < ranges->count; i++) {
        reach = ranges->items[i].end > reach ? ranges->items[i].end : reach;
        ranges->items[i].reach = reach;
    }
}

size_t ranges_upto(const struct ranges *ranges, uint64_t address) {
    size_t low = 0, high = ranges->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges->items[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t ranges_find(const struct ranges *ranges, uint64_t address) {
    size_t upto = ranges_upto(ranges, address), last = upto > RANGES_WALK ? upto - RANGES_WALK : 0;
    for (size_t i = upto; i-- > last && ranges->items[i].reach > address;) {
        if (ranges->items[i].end > address)
            return ranges->items[i].of;
    }
    return RANGES_NONE;
}
