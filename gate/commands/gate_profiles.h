/* The profiles of what `gate` sampled, one a side: beside the recordings in the folder of --output,
 * and for the store. */
#ifndef GATE_COMMANDS_GATE_PROFILES_H
#define GATE_COMMANDS_GATE_PROFILES_H

#include "gate/commands/gate_measure.h"
#include "runners/profile/profile.h"

struct gate_profiles {
    struct profile *of[GATE_SIDES];    /* NULL: not sampled */
    const char *paths[GATE_SIDES];     /* of files, or NULL */
    const char *temporary[GATE_SIDES]; /* those of them that are only for the store */
    bool again;                        /* of fresh rounds: files are LABEL-again.pb.gz */
};

/* Makes the profiles of all sides and says in the recordings that they have one; writes them as
 * FOLDER/LABEL.pb.gz, or, without a folder, that of side `stored` (none: -1) to a temporary file.
 * Errors: PG_IO. */
bool gate_profiles_make(struct gate_profiles *out, const struct gate_measuring *measuring,
                        struct recording *const *recordings, const char *folder, int stored,
                        struct pg_error *err);

/* What the store gets of the head: of the chosen entries the samples of fresh rounds instead of the
 * first, where both were written. The files in a folder stay as they are. Errors: PG_IO,
 * PG_FORMAT. */
bool gate_profiles_replace(struct gate_profiles *first, const struct gate_profiles *fresh,
                           const struct gate_measuring *measuring, const bool *chosen,
                           struct pg_error *err);

/* Removes what is temporary. Harmless on a zeroed struct. */
void gate_profiles_end(struct gate_profiles *profiles);

#endif
