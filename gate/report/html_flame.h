/* Flame graphs of a comparison's profiles, inside the HTML report. */
#ifndef GATE_REPORT_HTML_FLAME_H
#define GATE_REPORT_HTML_FLAME_H

#include "gate/compare/comparison.h"

#include <stdio.h>

/* The difference of the newest base's and the head's profile for every slice that regressed or
 * whose functions did, a few at most, or without such a slice for the only one; each as a picture
 * with the command that draws the page. Nothing where there are no profiles on both sides. */
void html_flames(FILE *out, const struct comparison *comparison);

#endif
