/* A flame graph as one page: everything it needs is in it, nothing is fetched, and its content
 * policy lets no script run but its own. */
#ifndef GATE_FLAME_FLAME_HTML_H
#define GATE_FLAME_FLAME_HTML_H

#include "gate/flame/flame.h"

#include <stdio.h>

/* Equal graphs give equal bytes. Write errors stay in the stream. */
void flame_write_html(FILE *out, const struct flame *flame, struct arena *arena);

#endif
