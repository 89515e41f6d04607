#include "gate/report/grid_print.h"

#include "runners/base/escape.h"

/* benchstat tells of lines that it cannot read before anything else. */
static void put_damage(const struct comparison *comparison, FILE *out, struct arena *scratch) {
    const struct recording *const *sides[] = {comparison->base, comparison->head};
    const size_t counts[] = {comparison->base_count, comparison->head_count};
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < counts[side]; i++) {
            const struct recording *recording = sides[side][i];
            for (uint32_t n = 0; n < recording->note_count; n++) {
                const struct note *note = &recording->notes[n];
                if (note->syntax)
                    fprintf(out, "%s: %s\n",
                            escape_text(scratch, note->where ? note->where : recording->path),
                            escape_text(scratch, note->text));
            }
        }
    }
}

void grid_print_start(struct grid_print *print, const struct comparison *comparison,
                      const struct report_style *style) {
    struct arena *scratch = arena_new();
    *print = (struct grid_print){.comparison = comparison,
                                 .classic_style = style->benchstat,
                                 .classic = ARENA_NEW(scratch, struct classic, 1),
                                 .scratch = scratch};
    classic_init(print->classic, comparison->policy->alpha, comparison->policy->confidence);
    if (style->benchstat && style->warnings)
        put_damage(comparison, style->warnings, scratch);
    print->mark = arena_mark(scratch);
}

bool grid_print_next(struct grid_print *print, struct figures *out) {
    const struct grid *grid = print->comparison->grid;
    arena_reset(print->scratch, print->mark);
    if (!grid || print->table == grid->table_count)
        return false;
    const struct grid_table *table = &grid->tables[print->table++];
    if (print->classic_style) {
        figures_classic(out, print->classic, grid, table, print->scratch);
    } else {
        const struct comparison *c = print->comparison;
        while (print->row < c->row_count && print->table > 1 &&
               c->rows[print->row].table == table - 1)
            print->row++;
        figures_of_gate(out, print->classic, c, table, print->row, print->scratch);
    }
    return true;
}

size_t grid_print_keys(struct grid_print *print, FILE *out, bool csv) {
    const struct grid *grid = print->comparison->grid;
    const struct grid_table *table = &grid->tables[print->table - 1];
    const struct grid_table *previous = print->previous;
    print->previous = table;
    size_t lines = 0;
    if (previous) {
        putc('\n', out);
        lines++;
    }
    for (size_t i = 0; i < grid->table_axis.field_count; i++) {
        if (previous && strcmp(previous->key.values[i], table->key.values[i]) == 0)
            continue;
        const char *text = arena_printf(print->scratch, "%s: %s", grid->table_axis.fields[i],
                                        table->key.values[i]);
        fprintf(out, "%s\n",
                csv ? escape_csv(print->scratch, text) : escape_text(print->scratch, text));
        lines++;
    }
    return lines;
}

void grid_print_end(struct grid_print *print) {
    classic_release(print->classic);
    arena_free(print->scratch);
}
