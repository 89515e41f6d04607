#include "gate/report/html_plot.h"

#include "gate/report/amount.h"
#include "gate/report/html_history.h"
#include "runners/base/escape.h"

#include <math.h>
#include <stdlib.h>

enum {
    WIDTH = 260,
    HEIGHT = 48,
    MARGIN = 6,
    BAND = 20,
    MOST_DOTS = 300,
    LINE_HEIGHT = 34,
    LEAST_SESSIONS = 3
};

struct strip {
    const struct cell *cell;
    const struct side *side;
    const char *class;
    double middle; /* of the band */
};

/* From values to pixels. */
struct span {
    double low, high;
};

static const struct cell *cell_of(const struct row *row, size_t column) {
    for (size_t i = 0; row->table && i < row->table->column_count; i++) {
        if (row->table->column_numbers[i] == column)
            return grid_cell(row->grid_row, i);
    }
    return NULL;
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* All values and intervals, unless a few lie far out: those shall not squeeze the others. */
static struct span span_of(const struct strip strips[2], struct arena *arena) {
    size_t count = 0, room = strips[0].cell->series->count + strips[1].cell->series->count;
    double *all = ARENA_NEW(arena, double, room);
    for (int i = 0; i < 2; i++) {
        for (uint32_t v = 0; v < strips[i].cell->series->count; v++) {
            if (isfinite(strips[i].cell->series->values[v]))
                all[count++] = strips[i].cell->series->values[v];
        }
    }
    if (!count)
        return (struct span){0, 1};
    qsort(all, count, sizeof *all, ascending);
    size_t far = count > 4 ? (count + 9) / 10 : 0;
    double low = all[0], high = all[count - 1], most = all[count - 1 - far];
    for (int i = 0; i < 2; i++) {
        const struct side *side = strips[i].side;
        low = isfinite(side->low) ? fmin(low, side->low) : low;
        most = isfinite(side->high) ? fmax(most, side->high) : most;
    }
    high = fmax(most, fmin(high, most + (most - low)));
    double room_at_ends = high > low ? (high - low) / 50 : fabs(high) / 50 + 1e-300;
    return (struct span){low - room_at_ends, high + room_at_ends};
}

static double place(const struct span *span, double value) {
    double x = MARGIN + (value - span->low) / (span->high - span->low) * (WIDTH - 2 * MARGIN);
    return fmin(fmax(x, MARGIN), WIDTH - MARGIN);
}

static void put_dots(FILE *out, const struct strip *strip, const struct span *span) {
    uint32_t count = strip->cell->series->count, shown = count < MOST_DOTS ? count : MOST_DOTS;
    fprintf(out, "<g class=\"%s\">", strip->class);
    for (uint32_t i = 0; i < shown; i++) {
        uint32_t at = (uint32_t)((uint64_t)i * count / shown);
        double value = strip->cell->series->values[at];
        if (!isfinite(value))
            continue;
        double rise = shown > 1 ? (double)i / (shown - 1) - 0.5 : 0;
        fprintf(out, "<circle%s cx=\"%.1f\" cy=\"%.1f\" r=\"2.1\"/>",
                value > span->high ? " class=\"far\"" : "", place(span, value),
                strip->middle + rise * (BAND - 7));
    }
    fputs("</g>", out);
}

static void put_interval(FILE *out, const struct strip *strip, const struct span *span) {
    const struct side *side = strip->side;
    if (isfinite(side->low) && isfinite(side->high)) {
        double from = place(span, side->low), to = place(span, side->high);
        fprintf(out,
                "<rect class=\"range %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>",
                strip->class, from, strip->middle - BAND / 2.0, fmax(to - from, 1), BAND);
    }
    if (isfinite(side->center))
        fprintf(out, "<path class=\"center %s\" d=\"M%.1f %.1fv%d\"/>", strip->class,
                place(span, side->center), strip->middle - BAND / 2.0, BAND);
}

static void put_title(FILE *out, const struct strip strips[2], const char *unit,
                      struct arena *arena) {
    static const char *const names[] = {"base", "head"};
    char center[AMOUNT_TEXT], low[AMOUNT_TEXT], high[AMOUNT_TEXT];
    fputs("<title>", out);
    for (int i = 0; i < 2; i++) {
        const struct side *side = strips[i].side;
        fprintf(out, "%s%s: %u values, %s (%s … %s)", i ? "\n" : "", names[i],
                strips[i].cell->series->count,
                escape_xml(arena, amount_text(center, side->center, unit)),
                escape_xml(arena, amount_text(low, side->low, unit)),
                escape_xml(arena, amount_text(high, side->high, unit)));
    }
    fputs("</title>", out);
}

/* ---- sessions ---- */

static double median(const double *values, uint32_t count, struct arena *arena) {
    double *sorted = ARENA_NEW(arena, double, count);
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, ascending);
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* The medians of the base's sessions, oldest first, then the head's. */
static size_t session_medians(double *out, const struct strip strips[2], struct arena *arena) {
    size_t count = 0;
    for (uint32_t i = 0; i < strips[0].cell->source->part_count; i++) {
        const struct cell_part *part = &strips[0].cell->source->parts[i];
        if (part->count)
            out[count++] = median(strips[0].cell->series->values + part->first, part->count, arena);
    }
    out[count++] = median(strips[1].cell->series->values, strips[1].cell->series->count, arena);
    return count;
}

static void put_sessions(FILE *out, const struct strip strips[2], struct arena *arena) {
    double *medians = ARENA_NEW(arena, double, strips[0].cell->source->part_count + 1);
    size_t count = session_medians(medians, strips, arena);
    double low = medians[0], high = medians[0];
    for (size_t i = 0; i < count; i++) {
        low = fmin(low, medians[i]);
        high = fmax(high, medians[i]);
    }
    if (count <= LEAST_SESSIONS || !isfinite(high - low))
        return;
    double step = (WIDTH - 2.0 * MARGIN) / (double)(count - 1);
    double scale = high > low ? (LINE_HEIGHT - 2 * MARGIN) / (high - low) : 0;
    fprintf(out,
            "<svg class=\"sessions\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
            "role=\"img\"><title>medians of %zu stored sessions, oldest first, then the head"
            "</title><polyline points=\"",
            WIDTH, LINE_HEIGHT, WIDTH, LINE_HEIGHT, count - 1);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%.1f,%.1f", i ? " " : "", MARGIN + (double)i * step,
                LINE_HEIGHT - MARGIN - (medians[i] - low) * scale);
    fputs("\"/>", out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "<g class=\"%s\"><circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\"/></g>",
                strips[i + 1 == count].class, MARGIN + (double)i * step,
                LINE_HEIGHT - MARGIN - (medians[i] - low) * scale);
    fputs("</svg>", out);
}

void html_plot(FILE *out, const struct comparison *c, const struct row *row,
               const struct timeline *history) {
    bool changed =
        row->verdict == ROW_REGRESSED || row->verdict == ROW_WAIVED || row->verdict == ROW_IMPROVED;
    const char *class = !changed ? "even" : row->verdict == ROW_IMPROVED ? "better" : "worse";
    struct strip strips[2] = {{cell_of(row, 0), &row->base, "base", 13},
                              {cell_of(row, row->column), &row->head, class, 35}};
    if (!strips[0].cell || !strips[1].cell || !strips[0].cell->series->count ||
        !strips[1].cell->series->count)
        return;
    struct span span = span_of(strips, c->arena);
    fprintf(out,
            "<svg class=\"plot\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">",
            WIDTH, HEIGHT, WIDTH, HEIGHT);
    put_title(out, strips, row->unit, c->arena);
    fprintf(out, "<path class=\"axis\" d=\"M0 %dh%d\"/>", HEIGHT / 2, WIDTH);
    for (int i = 0; i < 2; i++) {
        put_interval(out, &strips[i], &span);
        put_dots(out, &strips[i], &span);
    }
    fputs("</svg>", out);
    if (!html_history(out, row, class, history, c->arena))
        put_sessions(out, strips, c->arena);
}
