/* The recordings beside the profiles of `perfgate flame`, which tell the time of an operation. */
#ifndef GATE_COMMANDS_FLAME_RECORDINGS_H
#define GATE_COMMANDS_FLAME_RECORDINGS_H

#include "gate/commands/profile_pair.h"
#include "gate/compare/comparison.h"

/* Compares the recordings of OLD and NEW. NULL where one is missing or cannot be read; *why says
 * so, and that costs are those of a round then. */
const struct comparison *flame_recordings(const struct profile_pair pairs[2],
                                          const struct policy *policy, const char **why,
                                          struct strings *strings, struct arena *arena);

#endif
