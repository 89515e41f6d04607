/* Cells of the tables that commands print of figures by themselves, without a comparison. */
#ifndef GATE_COMMANDS_FIGURE_CELLS_H
#define GATE_COMMANDS_FIGURE_CELLS_H

#include "gate/report/figure_text.h"
#include "gate/report/text_table.h"

/* A text, two blanks from what stands before it. */
void cell_put(struct text_table *table, const char *text, enum cell_align align,
              enum cell_colour colour);

/* A figure takes two columns: "1.234m" and "± 1%". The second is empty with one value; "none"
 * without any. */
void cell_put_figure(struct text_table *table, const struct figure *figure, struct scale scale);

/* What stands above both. */
void cell_put_heading(struct text_table *table, const char *text);

#endif
