/* Address ranges that belong to numbered things, looked up by address. They may lie within each
 * other. */
#ifndef RUNNERS_SYMBOLS_RANGES_H
#define RUNNERS_SYMBOLS_RANGES_H

#include "runners/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

#define RANGES_NONE UINT32_MAX

/* [start, end) belongs to thing `of`. */
struct range {
    uint64_t start, end;
    uint64_t reach; /* the largest end of this range and all before it */
    uint32_t of;
};

struct ranges {
    struct range *items;
    size_t count, capacity;
};

void ranges_add(struct ranges *ranges, uint64_t start, uint64_t end, uint32_t of,
                struct arena *arena);

/* After the last ranges_add: sorts by start, the larger of equals first, then by thing. */
void ranges_sort(struct ranges *ranges);

/* The same when they were added in the order in which they are to stay. */
void ranges_close(struct ranges *ranges);

/* How many ranges start at or before the address. */
size_t ranges_upto(const struct ranges *ranges, uint64_t address);

/* The thing of the range around the address that starts last; RANGES_NONE without one. */
uint32_t ranges_find(const struct ranges *ranges, uint64_t address);

/* A lookup walks back over at most this many ranges: more within each other are a hostile file. */
enum { RANGES_WALK = 512 };

#endif
