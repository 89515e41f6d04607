/* Instructions counted by valgrind's callgrind: the same for the same work, however busy the
 * machine. */
#ifndef RUNNERS_CALLGRIND_H
#define RUNNERS_CALLGRIND_H

#include "runners/base/arena.h"
#include "runners/base/error.h"

#include <stdint.h>

/* A counting run in preparation. */
struct callgrind {
    const char *folder;      /* temporary; for the files that callgrind writes, one a process */
    const char *const *argv; /* valgrind, its options, the command */
};

/* What the numbers leave out, for a note. */
extern const char callgrind_excludes[];

/* Makes the folder and the command line. Errors: PG_IO; PG_CHILD when there is no valgrind, saying
 * how to get it. */
bool callgrind_begin(struct callgrind *out, const char *const *argv, struct arena *arena,
                     struct pg_error *err);

/* After the command was run: the sum over all its processes. Errors: PG_FORMAT when no file with a
 * total is there. */
bool callgrind_total(const struct callgrind *callgrind, uint64_t *instructions, uint32_t *processes,
                     struct arena *arena, struct pg_error *err);

/* Removes folder and files. Harmless on a zeroed struct. */
void callgrind_end(struct callgrind *callgrind, struct arena *arena);

#endif
