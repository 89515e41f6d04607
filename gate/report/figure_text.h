/* Figures in benchstat's words, shared by the text and the CSV table. */
#ifndef GATE_REPORT_FIGURE_TEXT_H
#define GATE_REPORT_FIGURE_TEXT_H

#include "gate/report/figures.h"
#include "gate/report/scale.h"

/* "1%", "∞", "?": how far the interval reaches from the centre, without the ±. */
size_t range_text(char out[FIXED_TEXT], const struct figure *figure);

/* "~", "+7.12%", "0.00%", "?", "from 0"; "" with DELTA_NONE. */
size_t delta_text(char out[FIXED_TEXT], const struct figure *figure);

/* "p=0.000 n=10", "p=0.100 n=3+4", "n=1". */
size_t test_text(char out[FIXED_TEXT], const struct figure *figure);

/* "+7.12%" of a total's ratio, "?" when it has none. */
size_t total_text(char out[FIXED_TEXT], const struct figure_total *total);

/* What is doubtful, one text each; at most FIGURE_WARNINGS. `texts` are in the arena. */
enum { FIGURE_WARNINGS = 3 };
size_t cell_warnings(const char *texts[FIGURE_WARNINGS], const struct figure *figure,
                     const struct classic *classic, struct arena *arena);
size_t test_warnings(const char *texts[FIGURE_WARNINGS], const struct figure *figure,
                     const struct classic *classic, struct arena *arena);
size_t total_warnings(const char *texts[FIGURE_WARNINGS], const struct figure_total *total);

#endif
