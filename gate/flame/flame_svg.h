/* A flame graph as one plain SVG: no script, tooltips in <title>, light and dark by the viewer's
 * preference. */
#ifndef GATE_FLAME_FLAME_SVG_H
#define GATE_FLAME_FLAME_SVG_H

#include "gate/flame/flame.h"

#include <stdio.h>

/* Equal graphs give equal bytes. Frames under a third of a pixel are left out, and counted in a
 * note. Write errors stay in the stream. */
void flame_write_svg(FILE *out, const struct flame *flame, struct arena *arena);

/* The same as an element of an HTML page that has palette.css in its style and hatches.svg in its
 * body. */
void flame_write_inline_svg(FILE *out, const struct flame *flame, struct arena *arena);

#endif
