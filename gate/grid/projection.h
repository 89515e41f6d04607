/* benchstat's projection language: `key`, `key@alpha`, `key@num`, `key@(one two three)`, separated
 * by commas or blanks. */
#ifndef GATE_GRID_PROJECTION_H
#define GATE_GRID_PROJECTION_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"

/* How the values of a key are put in order: as first observed, by bytes, by number (with k, M, Ki
 * …; what is none comes last), or as listed, which also leaves out what is not listed. */
enum projection_order { ORDER_FIRST, ORDER_ALPHA, ORDER_NUM, ORDER_FIXED };

struct projection_field {
    struct text key;
    enum projection_order order;
    struct text *fixed;
    size_t fixed_count, fixed_capacity;
};

struct projection {
    struct projection_field *fields;
    size_t count, capacity;
};

/* Parses; PG_USAGE with a caret under the offending character. Lives in the arena. */
bool projection_parse(struct projection *out, const char *query, struct arena *arena,
                      struct pg_error *err);

/* A number as @num reads it: `1.5`, `2k`, `1Mi`, `64KiB`, nan and inf included. */
bool projection_number(const char *text, double *out);

#endif
