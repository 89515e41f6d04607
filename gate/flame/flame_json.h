/* A flame graph as data: what the page draws from, and a report for programs. */
#ifndef GATE_FLAME_FLAME_JSON_H
#define GATE_FLAME_FLAME_JSON_H

#include "gate/flame/flame.h"

#include <stdio.h>

/* One object by flame.schema.json. Equal graphs give equal bytes, which can stand inside HTML.
 * Write errors stay in the stream. */
void flame_write_json(FILE *out, const struct flame *flame, struct arena *arena);

#endif
