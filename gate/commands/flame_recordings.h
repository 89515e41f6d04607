/* The recordings beside the profiles of `perfgate flame`, which tell the time of an operation. */
#ifndef GATE_COMMANDS_FLAME_RECORDINGS_H
#define GATE_COMMANDS_FLAME_RECORDINGS_H

#include "gate/compare/comparison.h"

/* An operand is a profile, or the recording that it lies beside. */
struct flame_operand {
    const char *profile;   /* path, as profile_read takes it */
    const char *recording; /* the NAME.txt of NAME.txt and NAME.pb.gz; NULL: they are not a pair */
};
struct flame_operand flame_operand(const char *path, struct arena *arena);

/* Compares the recordings of OLD and NEW. NULL where one is missing or cannot be read; *why says
 * so, and that costs are those of a round then. */
const struct comparison *flame_recordings(const struct flame_operand operands[2],
                                          const struct policy *policy, const char **why,
                                          struct strings *strings, struct arena *arena);

#endif
