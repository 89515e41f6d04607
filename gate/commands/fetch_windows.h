/* Which part of the past a server is asked for. */
#ifndef GATE_COMMANDS_FETCH_WINDOWS_H
#define GATE_COMMANDS_FETCH_WINDOWS_H

#include "runners/base/error.h"

#include <stdint.h>

/* Unix time in milliseconds. */
struct time_span {
    uint64_t start_ms, end_ms;
};

/* Reads `from` and `until`: a duration before `now_ms`, or `@` and Unix seconds. PG_USAGE for
 * anything else, and unless each of `windows` windows is a millisecond at least. */
bool time_span_read(struct time_span *out, const char *from, const char *until, uint64_t now_ms,
                    int windows, struct pg_error *err);

/* Window `index` (from 0) of `count` equal ones, which touch each other and cover the whole. */
struct time_span time_span_window(struct time_span whole, int index, int count);

#endif
