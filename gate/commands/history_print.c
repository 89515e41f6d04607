#include "gate/commands/baseline_parts.h"
#include "gate/commands/figure_cells.h"
#include "gate/commands/history_parts.h"
#include "gate/report/amount.h"
#include "runners/base/escape.h"
#include "runners/recording/unit.h"

#include <inttypes.h>
#include <math.h>

enum { NAME_MOST = 80, ID_MOST = 24, LEAST_PLOT = 8, MOST_PLOT = 32 };

const char *history_direction(const struct timeline_series *s, double change) {
    if (s->better == BETTER_UNKNOWN || change == 0)
        return NULL;
    return (change > 0) == (s->better == BETTER_LOWER) ? "worse" : "better";
}

/* ---- a point ---- */

/* What one would call it: its commit, or else the label or entry. */
static const char *point_name(const struct timeline_source *s, struct arena *arena) {
    if (!s->commit || !*s->commit)
        return cut_middle(arena, escape_text(arena, s->id), ID_MOST);
    return arena_printf(arena, "%.*s%s", SHORT_COMMIT, escape_text(arena, s->commit),
                        s->modified ? MODIFIED_MARK : "");
}

/* "2026-01-31 23:59" */
static const char *point_time(const struct timeline_source *s, struct arena *arena) {
    return s->time ? arena_printf(arena, "%.10s %.5s", s->time, s->time + 11) : "-";
}

static const struct timeline_change *change_at(const struct timeline_series *s, size_t index,
                                               size_t *number) {
    for (size_t i = 0; i < s->change_count; i++) {
        if (s->changes[i].index == index) {
            *number = i + 1;
            return &s->changes[i];
        }
    }
    return NULL;
}

static enum cell_colour colour_of(const struct timeline_series *s, double change) {
    const char *direction = history_direction(s, change);
    return !direction ? COLOUR_NONE : *direction == 'w' ? COLOUR_BAD : COLOUR_GOOD;
}

/* "change 1, regression (accepted)" */
static const char *point_mark(const struct timeline_series *s, size_t index, struct arena *arena) {
    const struct timeline_source *source = s->points[index].source;
    size_t number;
    const char *text =
        change_at(s, index, &number) ? arena_printf(arena, "change %zu", number) : "";
    const char *comma = *text ? ", " : "";
    if (source->verdict && strcmp(source->verdict, "pass") != 0)
        return arena_printf(arena, "%s%s%s%s", text, comma, escape_text(arena, source->verdict),
                            source->accepted ? " (accepted)" : "");
    return source->accepted ? arena_printf(arena, "%s%saccepted", text, comma) : text;
}

/* ---- the plot ---- */

struct span {
    double low, high;
};

static struct span span_of(const struct timeline_series *s) {
    struct span span = {INFINITY, -INFINITY};
    for (size_t i = 0; i < s->count; i++) {
        const struct timeline_point *p = &s->points[i];
        span.low = fmin(span.low, isfinite(p->low) ? p->low : p->center);
        span.high = fmax(span.high, isfinite(p->high) ? p->high : p->center);
    }
    return span;
}

static size_t column_of(struct span span, double value, size_t width) {
    double share = (value - span.low) / (span.high - span.low);
    if (!(share >= 0 && share <= 1)) /* all are equal, or so far apart that a double cannot say */
        share = 0.5;
    return (size_t)(share * (double)(width - 1) + 0.5);
}

/* The centre within its interval, on a line from the least to the largest of the series. */
static const char *plot(const struct timeline_point *p, struct span span, size_t width,
                        struct arena *arena) {
    size_t center = column_of(span, p->center, width);
    size_t low = isfinite(p->low) ? column_of(span, p->low, width) : center;
    size_t high = isfinite(p->high) ? column_of(span, p->high, width) : center;
    char *text = arena_alloc(arena, 3 * width + 1), *to = text;
    for (size_t i = 0; i <= high || i <= center; i++)
        to = stpcpy(to, i == center ? "●" : i >= low && i <= high ? "─" : " ");
    return text;
}

/* ---- a table ---- */

static void put_head(struct text_table *table, const struct timeline_series *s,
                     struct arena *arena) {
    text_table_row(table);
    text_table_text(table, "time", ALIGN_LEFT);
    cell_put(table, "commit", ALIGN_LEFT, COLOUR_NONE);
    cell_put(table, "n", ALIGN_RIGHT, COLOUR_NONE);
    cell_put_heading(table, cut_middle(arena, escape_text(arena, s->unit), NAME_MOST));
    cell_put(table, "change", ALIGN_RIGHT, COLOUR_NONE);
}

static void put_point(struct text_table *table, const struct timeline_series *s, size_t index,
                      struct scale scale, size_t plot_width, struct arena *arena) {
    const struct timeline_point *p = &s->points[index];
    struct figure figure = {.center = p->center, .low = p->low, .high = p->high, .count = p->n};
    char change[AMOUNT_TEXT];
    size_t number;
    const struct timeline_change *level = change_at(s, index, &number);
    text_table_row(table);
    text_table_text(table, point_time(p->source, arena), ALIGN_LEFT);
    cell_put(table, point_name(p->source, arena), ALIGN_LEFT, COLOUR_NONE);
    cell_put(table, arena_printf(arena, "%" PRIu32, p->n), ALIGN_RIGHT, COLOUR_NONE);
    cell_put_figure(table, &figure, scale);
    cell_put(table, index ? change_text(change, p->change) : "", ALIGN_RIGHT, COLOUR_NONE);
    if (plot_width)
        cell_put(table, plot(p, span_of(s), plot_width, arena), ALIGN_LEFT, COLOUR_DIM);
    cell_put(table, point_mark(s, index, arena), ALIGN_LEFT,
             level ? colour_of(s, level->change) : COLOUR_NONE);
}

static void build(struct text_table *table, const struct timeline_series *s, size_t plot_width,
                  struct arena *arena) {
    double *centers = ARENA_NEW(arena, double, s->count);
    for (size_t i = 0; i < s->count; i++)
        centers[i] = s->points[i].center;
    struct scale scale = scale_of(centers, s->count, unit_is_binary(s->unit));
    text_table_init(table, arena);
    put_head(table, s, arena);
    for (size_t i = 0; i < s->count; i++)
        put_point(table, s, i, scale, plot_width, arena);
}

/* On a terminal the room that is left shows where the centres lie. */
static void print_table(FILE *out, const struct timeline_series *s,
                        const struct report_style *style, struct arena *arena) {
    struct text_table table;
    build(&table, s, 0, arena);
    size_t used = text_table_width(&table) + 2, room = (size_t)style->width;
    if (room >= used + LEAST_PLOT)
        build(&table, s, room - used < MOST_PLOT ? room - used : MOST_PLOT, arena);
    text_table_print(&table, out, style->colour);
}

/* ---- words ---- */

static void print_title(FILE *out, const struct timeline_series *s, struct arena *arena) {
    fprintf(out, "%s %s", cut_middle(arena, escape_text(arena, s->name), NAME_MOST),
            cut_middle(arena, escape_text(arena, s->unit), NAME_MOST));
    if (*s->package)
        fprintf(out, ", pkg %s", cut_middle(arena, escape_text(arena, s->package), NAME_MOST));
    if (s->branch)
        fprintf(out, ", branch %s", escape_text(arena, s->branch));
    if (s->machine)
        fprintf(out, ", machine %s", cut_middle(arena, escape_text(arena, s->machine), ID_MOST));
    fputc('\n', out);
}

static void print_changes(FILE *out, const struct timeline_series *s, struct arena *arena) {
    for (size_t i = 0; i < s->change_count; i++) {
        const struct timeline_change *c = &s->changes[i];
        const char *direction = history_direction(s, c->change);
        char change[AMOUNT_TEXT], before[AMOUNT_TEXT], after[AMOUNT_TEXT], p[AMOUNT_TEXT];
        fprintf(out, "change %-6zu %s%s%s, %s to %s, p = %s\n              between %s and %s\n",
                i + 1, change_text(change, c->change), direction ? " " : "",
                direction ? direction : "", amount_text(before, c->before, s->unit),
                amount_text(after, c->after, s->unit), p_text(p, c->p),
                point_name(s->points[c->index - 1].source, arena),
                point_name(s->points[c->index].source, arena));
    }
}

static void print_outcome(FILE *out, const struct timeline_series *s,
                          const struct timeline_method *m) {
    if (s->outcome == OUTCOME_TOO_FEW)
        fprintf(out, "too few       %zu recording%s cannot show a change at alpha %g, %zu could\n",
                s->count, s->count == 1 ? "" : "s", m->alpha, m->needed);
    else if (s->outcome != OUTCOME_OK)
        fprintf(out, "no answer     %s\n", outcome_text(s->outcome));
    else if (s->change_count == 0)
        fprintf(out, "no change     in %zu recordings\n", s->count);
    if (s->missing)
        fprintf(out, "missing       in %zu recording%s since its first\n", s->missing,
                s->missing == 1 ? "" : "s");
}

static void print_series(FILE *out, const struct history *h, const struct timeline_series *s,
                         const struct report_style *style, struct arena *arena) {
    print_title(out, s, arena);
    if (!h->changes_only) {
        print_table(out, s, style, arena);
        fputc('\n', out);
        print_outcome(out, s, &h->timeline.method);
    }
    print_changes(out, s, arena);
    fputc('\n', out);
}

static void print_foot(FILE *out, const struct history *h, struct arena *arena) {
    const struct timeline_method *m = &h->timeline.method;
    size_t changed = 0;
    for (size_t i = 0; i < h->timeline.count; i++)
        changed += h->timeline.series[i].change_count > 0;
    if (h->timeline.count > 1)
        fprintf(
            out,
            "series        %zu: %zu changed (Benjamini-Hochberg), %zu with too few recordings\n",
            h->timeline.count, changed, h->timeline.count - m->family);
    if (m->family)
        fprintf(out,
                "method        E-divisive, alpha %g, levels of %zu or more, seed %" PRIu32
                ", %zu shuffles\n",
                m->alpha, m->least, m->seed, m->permutations);
    for (size_t i = 0; i < h->note_count; i++)
        fprintf(out, "note          %s\n", escape_text(arena, h->notes[i]));
    for (size_t i = 0; i < h->damaged_count; i++)
        fprintf(out, "damaged       %s: %s\n", escape_text(arena, h->damaged[i].id),
                escape_text(arena, h->damaged[i].damage));
}

void history_text(FILE *out, const void *what, struct arena *arena) {
    const struct history *h = what;
    struct session here = *h->session;
    here.out = out;
    struct report_style style = output_style(h->screen, &here);
    for (size_t i = 0; i < h->timeline.count; i++) {
        const struct timeline_series *s = &h->timeline.series[i];
        if (!h->changes_only || s->change_count)
            print_series(out, h, s, &style, arena);
    }
    print_foot(out, h, arena);
}
