/* The perf-PID.map files of processes that make code while they run. Such a process may live in a
 * container: its number and its /tmp are then not ours, so its /tmp is held open from the first
 * sample on, until the file is read after its end. */
#ifndef RUNNERS_SAMPLER_JIT_MAPS_H
#define RUNNERS_SAMPLER_JIT_MAPS_H

#include "runners/base/arena.h"
#include "runners/base/text.h"

#include <stdint.h>

enum { JIT_PROCESSES = 64 }; /* of one command; code of more has no names */

struct jit_process {
    uint32_t pid, inner;  /* its number here, and in its own namespace */
    uint32_t owner;       /* user */
    int folder;           /* its /tmp; ours when it was gone before it was looked at; -1: none */
    struct perf_map *map; /* read when first needed; of no parts when there is none */
};

/* Begins zeroed. */
struct jit_maps {
    struct jit_process processes[JIT_PROCESSES];
    uint32_t count;
};

/* Remembers a process, the sooner the better. */
void jit_maps_see(struct jit_maps *maps, uint32_t pid);

/* The name of the function at an address of a process; at is NULL when there is none. The file is
 * read in the arena, as it is now; only one that belongs to root, to us or to the process's user.
 */
struct text jit_maps_find(struct jit_maps *maps, uint32_t pid, uint64_t address,
                          struct arena *arena);

void jit_maps_close(struct jit_maps *maps);

#endif
