/* Flame graphs of a comparison's profiles, inside the HTML report. */
#ifndef GATE_REPORT_HTML_FLAME_H
#define GATE_REPORT_HTML_FLAME_H

#include "gate/compare/comparison.h"

#include <stdio.h>

/* The difference of the base's and the head's profiles for every slice that regressed or whose
 * functions did, a few at most, or without such a slice for the only one, each as a picture; and
 * where the page of all of them is (`link`, a relative URL; NULL: how to make it). Nothing where
 * there are no profiles on both sides. */
void html_flames(FILE *out, const struct comparison *comparison, const char *link);

#endif
