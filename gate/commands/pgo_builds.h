/* The programs that `pgo verify` measures: built with the profile and without, kept side by side,
 * and put in place in turn. */
#ifndef GATE_COMMANDS_PGO_BUILDS_H
#define GATE_COMMANDS_PGO_BUILDS_H

#include "gate/commands/pgo_parts.h"

enum pgo_build_kind {
    PGO_PLAIN,   /* without a profile */
    PGO_CONTROL, /* with one that is of no function of the program */
    PGO_TUNED,   /* with the profile */
    PGO_BUILDS
};

struct pgo_builds {
    const char *commands[PGO_BUILDS]; /* shell lines; NULL: is not built */
    const char *program;              /* the file that they make */
    const char *folder;               /* beside it, where the programs are kept */
    const char *before;               /* there: the program as it was found; NULL: there was none */
    const char *paths[PGO_BUILDS];    /* of those that are built */
    const char *control;              /* the profile of nothing, to be removed; or NULL */
    double timeout;
    struct arena *arena;
};

/* The line with {profile} replaced by `profile`. */
const char *pgo_build_line(const char *build, const char *profile, struct arena *arena);

/* The line without the profile: what stands around {profile}, up to a blank, a quote or one of
 * ;&|()<> on either side, is left out; but -pgo={profile} becomes -pgo=off, since Go would look for
 * a profile by itself. */
const char *pgo_plain_line(const char *build, struct arena *arena);

/* Builds what has a command, the tuned program last, and keeps copies. Errors: PG_CHILD for a build
 * that fails or does not make the program, PG_IO. The control may fail: its path is then NULL. */
bool pgo_builds_make(struct pgo_builds *builds, struct pg_error *err);

/* Leaves the tuned program in place, or that of before when there is none, and removes the others.
 * Harmless on a zeroed struct. */
void pgo_builds_end(struct pgo_builds *builds);

/* Writes a profile of a function that no program has, for the control. False when the format has
 * none. */
bool pgo_write_control(const char *path, const struct pgo_format *format, unsigned version,
                       struct arena *arena, struct pg_error *err);

#endif
