/* A flame graph as data: what the page draws from, and a report for programs. */
#ifndef GATE_FLAME_FLAME_JSON_H
#define GATE_FLAME_FLAME_JSON_H

#include "gate/flame/flame.h"

#include <stdio.h>

/* One object, `schema` "perfgate.flame/1". Frames and functions are columns: arrays of equal
 * length, each place a frame in the order of a walk, or a function. Names are indices into `names`,
 * whose first two stand for the root and for narrow frames; `old` and `new` are a frame's own
 * values, undivided (without an old profile there is no `old`), so that a total is the sum from a
 * frame to the next of its level or less. Equal graphs give equal bytes, which can stand inside
 * HTML. */
void flame_write_json(FILE *out, const struct flame *flame, struct arena *arena);

#endif
