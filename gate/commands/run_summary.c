#include "gate/commands/run_summary.h"

#include "gate/commands/figure_cells.h"
#include "gate/compare/estimate.h"
#include "runners/base/escape.h"
#include "runners/recording/unit.h"

enum { LINES_MOST = 40, NAME_MOST = 80 /* characters */ };

static const struct series *find(const struct recording *r, const struct series *like) {
    for (uint32_t i = 0; i < r->series_count; i++) {
        if (r->series[i].name == like->name && r->series[i].unit == like->unit)
            return &r->series[i];
    }
    return NULL;
}

static struct figure figure_of(const struct series *series, bool exact, struct classic *classic,
                               struct arena *arena) {
    struct classic_summary of = estimate_of(series ? series->values : NULL,
                                            series ? series->count : 0, exact, classic, arena);
    return (struct figure){.center = of.center, .low = of.low, .high = of.high, .count = of.count};
}

/* What stays the same from line to line. */
struct run_summary {
    struct recording *const *sides;
    size_t count;
    const struct policy *policy;
    bool gated_only;
    struct text_table table;
    struct classic classic;
    struct arena *arena;
};

/* One line; false when the unit is left out. */
static bool put_line(struct run_summary *summary, const struct series *series, const char *name,
                     bool repeated) {
    struct arena *arena = summary->arena;
    struct text_table *table = &summary->table;
    struct recording *first = summary->sides[0];
    const char *unit = strings_get(first->strings, series->unit);
    struct unit_metadata *metadata = recording_unit(first, series->unit);
    struct row_policy of_unit = policy_for_unit(summary->policy, unit, metadata);
    size_t count = summary->count;
    if (summary->gated_only && !policy_for(summary->policy, &of_unit, name, unit, NULL).gated)
        return false;
    struct figure *figures = ARENA_NEW(arena, struct figure, count);
    double *centers = ARENA_NEW(arena, double, count);
    for (size_t i = 0; i < count; i++) {
        const struct series *of = i ? find(summary->sides[i], series) : series;
        figures[i] = figure_of(of, metadata->assume == ASSUME_EXACT, &summary->classic, arena);
        centers[i] = figures[i].center;
    }
    struct scale scale = scale_of(centers, count, unit_is_binary(unit));
    text_table_row(table);
    const char *head = repeated ? "" : cut_middle(arena, escape_text(arena, name), NAME_MOST);
    text_table_text(table, head, ALIGN_LEFT);
    const char *shown = cut_middle(arena, escape_text(arena, unit), NAME_MOST);
    cell_put(table, shown, ALIGN_LEFT, COLOUR_NONE);
    for (size_t i = 0; i < count; i++)
        cell_put_figure(table, &figures[i], scale);
    return true;
}

static bool one_benchmark(const struct recording *r) {
    for (uint32_t i = 1; i < r->series_count; i++) {
        if (r->series[i].name != r->series[0].name)
            return false;
    }
    return true;
}

static void put_labels(struct run_summary *summary) {
    text_table_row(&summary->table);
    text_table_column(&summary->table, 2);
    for (size_t i = 0; i < summary->count; i++)
        cell_put_heading(&summary->table, escape_text(summary->arena, summary->sides[i]->label));
}

void run_summary_print(FILE *out, struct recording *const *sides, size_t count,
                       const struct policy *policy, struct arena *arena) {
    const struct recording *first = sides[0];
    struct run_summary summary = {.sides = sides,
                                  .count = count,
                                  .policy = policy,
                                  .gated_only = !one_benchmark(first),
                                  .arena = arena};
    size_t lines = 0, left_out = 0;
    uint32_t last = UINT32_MAX;
    text_table_init(&summary.table, arena);
    classic_init(&summary.classic, policy->alpha, policy->confidence);
    put_labels(&summary);
    for (uint32_t i = 0; i < first->series_count; i++) {
        const struct series *series = &first->series[i];
        const char *name = strings_get(first->strings, series->name);
        if (lines == LINES_MOST) {
            left_out++;
        } else if (put_line(&summary, series, name, series->name == last)) {
            lines++;
            last = series->name;
        }
    }
    classic_release(&summary.classic);
    if (lines == 0)
        return;
    text_table_print(&summary.table, out, false);
    if (left_out)
        fprintf(out, "and %zu more\n", left_out);
}
