/* A flame graph as folded stacks, for other programs that draw them. */
#ifndef GATE_FLAME_FLAME_FOLDED_H
#define GATE_FLAME_FLAME_FOLDED_H

#include "gate/flame/flame.h"

#include <stdio.h>

/* A line for each distinct stack: `root;caller;leaf NEW`, of a difference `root;caller;leaf OLD
 * NEW`, as flamegraph.pl and inferno read it. All stacks are there, in the order of their frames.
 * Where the sides have different numbers of rounds, the old values are multiplied to the rounds of
 * the new, rounded half away from zero. Write errors stay in the stream. */
void flame_write_folded(FILE *out, const struct flame *flame);

#endif
