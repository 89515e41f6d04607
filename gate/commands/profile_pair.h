/* A recording and the profile beside it, NAME.txt and NAME.pb.gz. */
#ifndef GATE_COMMANDS_PROFILE_PAIR_H
#define GATE_COMMANDS_PROFILE_PAIR_H

#include "runners/base/arena.h"

struct profile_pair {
    const char *profile;   /* path, as profile_read takes it */
    const char *recording; /* NULL: they are not a pair */
};

/* Both, found from either; any other path is a profile alone. */
struct profile_pair profile_pair_of(const char *path, struct arena *arena);

#endif
