#include "gate/commands/figure_cells.h"

#include <string.h>

void cell_put(struct text_table *table, const char *text, enum cell_align align,
              enum cell_colour colour) {
    text_table_add(table, &(struct table_cell){.text = text,
                                               .bytes = strlen(text),
                                               .align = align,
                                               .margin = MARGIN_BLANKS,
                                               .colour = colour});
}

void cell_put_figure(struct text_table *table, const struct figure *figure, struct scale scale) {
    char text[FIXED_TEXT] = "none";
    if (figure->count)
        scale_print(text, scale, figure->center);
    cell_put(table, text, ALIGN_RIGHT, COLOUR_NONE);
    size_t length = figure->count < 2 ? 0 : range_text(text, figure);
    text_table_add(table, &(struct table_cell){.text = text,
                                               .bytes = length,
                                               .align = ALIGN_RIGHT,
                                               .margin = length ? MARGIN_RANGE : MARGIN_NONE});
}

void cell_put_heading(struct text_table *table, const char *text) {
    text_table_add(table, &(struct table_cell){.text = text,
                                               .bytes = strlen(text),
                                               .align = ALIGN_RIGHT,
                                               .margin = MARGIN_BLANKS,
                                               .span = 2});
}
