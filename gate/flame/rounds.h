/* How many rounds a profile was sampled in. */
#ifndef GATE_FLAME_ROUNDS_H
#define GATE_FLAME_ROUNDS_H

#include "gate/flame/stacks.h"

/* Counts the distinct values of the label `round` of the samples that are not skipped. Both are 0
 * unless every side that is there has labelled rounds: what was not counted cannot be divided. */
void count_rounds(uint32_t out[FLAME_SIDES], const struct tally_part *const parts[FLAME_SIDES],
                  struct arena *arena);

#endif
