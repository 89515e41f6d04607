#include "gate/commands/run_summary.h"

#include "gate/report/figure_text.h"
#include "gate/report/text_table.h"
#include "runners/base/escape.h"
#include "runners/recording/unit.h"
#include "stats/auto_test.h"

enum { LINES_MOST = 40, NAME_MOST = 80 /* characters */ };

static const struct series *find(const struct recording *r, const struct series *like) {
    for (uint32_t i = 0; i < r->series_count; i++) {
        if (r->series[i].name == like->name && r->series[i].unit == like->unit)
            return &r->series[i];
    }
    return NULL;
}

static struct figure estimate(const struct series *series, const struct row_policy *policy,
                              const char *unit, double confidence) {
    struct figure figure = {.center = NAN, .low = NAN, .high = NAN};
    if (!series || series->count == 0)
        return figure;
    struct auto_plan plan = {.confidence = confidence,
                             .time_like = unit_is_time(unit),
                             .larger_is_better = policy->better == BETTER_HIGHER};
    struct auto_result result =
        auto_test(series->values, series->count, series->values, series->count, plan);
    figure.center = series->count == 1 ? series->values[0] : result.base.center;
    figure.low = result.base.low;
    figure.high = result.base.high;
    figure.count = series->count;
    return figure;
}

static void put(struct text_table *table, const char *text, size_t bytes, enum cell_align align,
                enum cell_margin margin) {
    text_table_add(table, &(struct table_cell){
                              .text = text, .bytes = bytes, .align = align, .margin = margin});
}

/* A figure takes two columns: centre and range. */
static void put_figure(struct text_table *table, const struct figure *figure, struct scale scale) {
    char text[FIXED_TEXT] = "none";
    size_t length = figure->count ? scale_print(text, scale, figure->center) : strlen(text);
    put(table, text, length, ALIGN_RIGHT, MARGIN_BLANKS);
    length = figure->count < 2 ? 0 : range_text(text, figure);
    put(table, text, length, ALIGN_RIGHT, length ? MARGIN_RANGE : MARGIN_NONE);
}

/* One line; false when the unit is left out. */
static bool put_line(struct text_table *table, struct recording *const *sides, size_t count,
                     const struct series *series, const char *name, const struct policy *policy,
                     bool gated_only, struct arena *arena) {
    const char *unit = strings_get(sides[0]->strings, series->unit);
    struct unit_metadata *metadata = recording_unit(sides[0], series->unit);
    struct row_policy of_unit = policy_for_unit(policy, unit, metadata);
    struct row_policy row = policy_for(policy, &of_unit, name, unit, NULL);
    if (gated_only && !row.gated)
        return false;
    struct figure *figures = ARENA_NEW(arena, struct figure, count);
    double *centers = ARENA_NEW(arena, double, count);
    for (size_t i = 0; i < count; i++) {
        const struct series *of = i ? find(sides[i], series) : series;
        figures[i] = estimate(of, &row, unit, policy->confidence);
        centers[i] = figures[i].center;
    }
    struct scale scale = scale_of(centers, count, unit_is_binary(unit));
    text_table_row(table);
    text_table_text(table, cut_middle(arena, escape_text(arena, name), NAME_MOST), ALIGN_LEFT);
    const char *shown = cut_middle(arena, escape_text(arena, unit), NAME_MOST);
    put(table, shown, strlen(shown), ALIGN_LEFT, MARGIN_BLANKS);
    for (size_t i = 0; i < count; i++)
        put_figure(table, &figures[i], scale);
    return true;
}

static bool one_benchmark(const struct recording *r) {
    for (uint32_t i = 1; i < r->series_count; i++) {
        if (r->series[i].name != r->series[0].name)
            return false;
    }
    return true;
}

void run_summary_print(FILE *out, struct recording *const *sides, size_t count,
                       const struct policy *policy, struct arena *arena) {
    const struct recording *first = sides[0];
    bool gated_only = !one_benchmark(first);
    size_t lines = 0, left_out = 0;
    uint32_t last = UINT32_MAX;
    struct text_table table;
    text_table_init(&table, arena);
    text_table_row(&table);
    text_table_column(&table, 2);
    for (size_t i = 0; i < count; i++) {
        const char *label = escape_text(arena, sides[i]->label);
        text_table_add(&table, &(struct table_cell){.text = label,
                                                    .bytes = strlen(label),
                                                    .align = ALIGN_RIGHT,
                                                    .margin = MARGIN_BLANKS,
                                                    .span = 2});
    }
    for (uint32_t i = 0; i < first->series_count; i++) {
        const struct series *series = &first->series[i];
        const char *name = strings_get(first->strings, series->name);
        if (lines == LINES_MOST) {
            left_out++;
        } else if (put_line(&table, sides, count, series, series->name == last ? "" : name, policy,
                            gated_only, arena)) {
            lines++;
            last = series->name;
        }
    }
    if (lines == 0)
        return;
    text_table_print(&table, out, false);
    if (left_out)
        fprintf(out, "and %zu more\n", left_out);
}
