/* Sampling from inside the program, by libperfgate-sampler.so (runners/preload), where
 * perf_event_open is refused. Programs that are linked statically, or change user, do not load it.
 */
#ifndef RUNNERS_SAMPLER_PRELOAD_H
#define RUNNERS_SAMPLER_PRELOAD_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/sampler/rings.h"

struct preload {
    const char *library;            /* path */
    const char *folder;             /* temporary; for the files that processes write */
    const char *const *environment; /* to start a program with, NULL-terminated */
};

/* Finds the library: beside this program, or in ../lib/perfgate. Errors: PG_CHILD when it is not
 * there, PG_IO when no folder can be made. `stack_bytes` are copied with each sample. */
bool preload_begin(struct preload *out, double rate, uint32_t stack_bytes, struct arena *arena,
                   struct pg_error *err);

struct preload_seen {
    uint32_t processes; /* that loaded the library */
    uint32_t aside;     /* of them, that use SIGPROF themselves */
    uint32_t damaged;   /* records */
};

/* Hands over what all processes of one command have written, and removes it. Mappings come before
 * the samples of their process. */
struct preload_seen preload_take(const struct preload *preload, rings_take *take, void *context);

/* Removes the folder. Harmless on a zeroed struct. */
void preload_end(struct preload *preload);

#endif
