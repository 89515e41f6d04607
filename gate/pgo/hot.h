/* The functions that a profile is mostly of: what the sidecar keeps of it, and what is looked for
 * in a later build. */
#ifndef GATE_PGO_HOT_H
#define GATE_PGO_HOT_H

#include "runners/pgo/source_profile.h"

struct hot_line {
    uint32_t offset; /* line − line of the declaration */
    double share;    /* of all samples told by line */
};

/* A function of the source, wherever it was inlined. */
struct hot_function {
    const char *name;  /* as linked */
    const char *file;  /* of its declaration, without folders; "": not known */
    uint32_t declared; /* line; 0: not known */
    double share;
    struct hot_line *lines; /* the most sampled, by offset */
    size_t line_count;
};

enum { HOT_FUNCTIONS_MOST = 200, HOT_LINES_MOST = 20 };

struct hot_functions {
    struct hot_function *items; /* the hottest first, then by name */
    size_t count;
};

/* Those that have 95 % of the samples together, at most HOT_FUNCTIONS_MOST; texts live as long as
 * the profile's. */
struct hot_functions hot_functions_of(const struct source_profile *profile, struct arena *arena);

#endif
