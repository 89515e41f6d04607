/* `perfgate history`: which recordings take part, and in which order. */
#ifndef GATE_COMMANDS_HISTORY_RECORDINGS_H
#define GATE_COMMANDS_HISTORY_RECORDINGS_H

#include "gate/baseline/store.h"
#include "gate/commands/options.h"
#include "gate/history/timeline.h"

struct history_choice {
    const char *store, *branch, *since; /* branch: a glob, or NULL; since: as given, or NULL */
    const char *fingerprint;            /* an id, "this", "none", or NULL for any */
    size_t limit;                       /* newest of each branch and machine */
};

/* An entry of the store, which is read when its turn comes, or a recording that was given. */
struct history_recording {
    struct timeline_source source; /* an entry's verdict is in the file */
    struct store_entry *entry;
    struct recording *recording;
    int64_t seconds; /* since 1970 */
    size_t place;    /* among those of the same second */
};

struct history_recordings {
    struct history_recording *items; /* oldest first */
    size_t count, capacity;
    size_t left_out; /* by the limit */
    bool untimed;    /* some do not say when they were measured: all stand in the order given */
};

/* Those of the store, or of `files` where there are any. None left is an error too (PG_FORMAT);
 * PG_USAGE for a time that is none. */
bool history_recordings_find(struct history_recordings *out, const struct history_choice *choice,
                             const char *const *files, size_t file_count, struct arena *arena,
                             struct pg_error *err);

/* Adds one to a timeline, reading an entry of `store` only now, so that one at a time is in memory.
 * NULL, or why it cannot be used, and then nothing was added. */
const char *history_recording_add(struct timeline *timeline, struct history_recording *recording,
                                  const char *store, struct arena *arena);

/* All benchmarks on a branch of a store, by the gated time of each, of the machine with that
 * fingerprint-id (NULL: of recordings without one), and where their levels changed. NULL where the
 * store has nothing of it; damaged entries are passed over. */
const struct timeline *history_of_store(const char *store, const char *branch, const char *machine,
                                        double alpha, struct arena *arena);
enum { HISTORY_LIMIT_OF_EACH = 100, HISTORY_SEED = 1 };

#endif
