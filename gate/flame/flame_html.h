/* A flame graph as one page: everything it needs is in it, nothing is fetched, and its content
 * policy lets no script run but its own. */
#ifndef GATE_FLAME_FLAME_HTML_H
#define GATE_FLAME_FLAME_HTML_H

#include "gate/flame/flame.h"

#include <stdio.h>

/* One graph, or several (at least one) to choose from, by their benchmarks; `left_out` is how many
 * more there were. Equal graphs give equal bytes. Write errors stay in the stream. */
void flame_write_html(FILE *out, const struct flame *graphs, size_t count, size_t left_out,
                      struct arena *arena);

/* A page that says why there is no graph. */
void flame_write_empty_html(FILE *out, const char *why, struct arena *arena);

#endif
