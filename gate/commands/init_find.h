/* What `init` finds to measure in a folder. */
#ifndef GATE_COMMANDS_INIT_FIND_H
#define GATE_COMMANDS_INIT_FIND_H

#include "gate/commands/options.h"

/* One entry of a configuration to be written. Texts may hold any byte of a file name. */
struct found {
    const char *name;
    const char *const *argv;                /* NULL-terminated */
    const char *build, *directory, *format; /* NULL: none */
    const char *because;                    /* where it was found, for people */
};

struct finds {
    struct found *items;
    size_t count, capacity;
    struct arena *arena;
};

/* Packages of a Go module that have benchmarks; programs of a CMake or make project that use Google
 * Benchmark; programs already built that do. Looks at 20000 files at most. */
void init_find(struct finds *out, const char *folder, struct arena *arena);

#endif
