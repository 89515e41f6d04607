/* What a just-in-time compiler says about its code: /tmp/perf-PID.map, a line a function.
 * https://github.com/torvalds/linux/blob/master/tools/perf/Documentation/jit-interface.txt */
#ifndef RUNNERS_SYMBOLS_PERF_MAP_H
#define RUNNERS_SYMBOLS_PERF_MAP_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"

/* [start, end); `line` is where it was said. */
struct perf_map_part {
    uint64_t start, end;
    struct text name;
    size_t line;
};

struct perf_map {
    struct perf_map_part *parts; /* by address; none overlap */
    size_t count;
    size_t skipped; /* lines that are no `START SIZE NAME`: a process may die while it writes one */
};

/* Reads `START SIZE NAME` lines, numbers hexadecimal with or without 0x, the name being the rest of
 * the line. Code moves and its place is used again, so where lines overlap the later one holds.
 * False only for more lines than PERF_MAP_LINES. Names are views of `bytes`, which must outlive the
 * map. */
#define PERF_MAP_LINES ((size_t)1 << 24)
bool perf_map_read(struct perf_map *out, struct text bytes, struct arena *arena,
                   struct pg_error *err);

/* The name of the function at the address; at is NULL when there is none. */
struct text perf_map_find(const struct perf_map *map, uint64_t address);

#endif
