#include "gate/report/html_history.h"

#include "gate/report/amount.h"
#include "runners/base/escape.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 260, HEIGHT = 44, MARGIN = 6, LEAST_POINTS = 3, MOST_WORDS = 2, SHORT_COMMIT = 12 };

static const struct timeline_series *series_of(const struct timeline *history,
                                               const struct row *row) {
    const struct timeline_series *found = NULL;
    for (size_t i = 0; history && i < history->count; i++) {
        const struct timeline_series *s = &history->series[i];
        if (strcmp(s->name, row->name) != 0 || strcmp(s->unit, row->unit) != 0)
            continue;
        if (found)
            return NULL;
        found = s;
    }
    return found && found->count >= LEAST_POINTS ? found : NULL;
}

/* From points and values to pixels; the head is the point behind the last. */
struct frame {
    double low, high, step;
};

static struct frame frame_of(const struct timeline_series *s, double head) {
    struct frame f = {INFINITY, -INFINITY, (WIDTH - 2.0 * MARGIN) / (double)s->count};
    for (size_t i = 0; i <= s->count; i++) {
        double value = i < s->count ? s->points[i].center : head;
        if (isfinite(value)) {
            f.low = fmin(f.low, value);
            f.high = fmax(f.high, value);
        }
    }
    return f;
}

static double x_of(const struct frame *f, double point) {
    return MARGIN + point * f->step;
}

static double y_of(const struct frame *f, double value) {
    double part = f->high > f->low ? (value - f->low) / (f->high - f->low) : 0.5;
    return HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN);
}

static void put_points(FILE *out, const struct frame *f, const struct timeline_series *s) {
    fputs("<polyline points=\"", out);
    for (size_t i = 0; i < s->count; i++)
        fprintf(out, "%s%.1f,%.1f", i ? " " : "", x_of(f, (double)i), y_of(f, s->points[i].center));
    fputs("\"/><g class=\"base\">", out);
    for (size_t i = 0; i < s->count; i++)
        fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"1.8\"/>", x_of(f, (double)i),
                y_of(f, s->points[i].center));
    fputs("</g>", out);
}

static const char *class_of(const struct timeline_series *s, const struct timeline_change *change) {
    if (s->better == BETTER_UNKNOWN)
        return "even";
    return (change->after > change->before) == (s->better == BETTER_LOWER) ? "worse" : "better";
}

static void put_levels(FILE *out, const struct frame *f, const struct timeline_series *s) {
    double from = 0;
    for (size_t i = 0; i < s->change_count; i++) {
        const struct timeline_change *change = &s->changes[i];
        double at = (double)change->index - 0.5;
        fprintf(out, "<path class=\"level\" d=\"M%.1f %.1fH%.1f\"/>", x_of(f, from),
                y_of(f, change->before), x_of(f, at));
        fprintf(out, "<path class=\"jump %s\" d=\"M%.1f 1V%d\"/>", class_of(s, change), x_of(f, at),
                HEIGHT - 1);
        from = at;
        if (i + 1 == s->change_count)
            fprintf(out, "<path class=\"level\" d=\"M%.1f %.1fH%.1f\"/>", x_of(f, from),
                    y_of(f, change->after), x_of(f, (double)s->count - 1));
    }
}

/* A commit, else a time, else the place. */
static const char *source_words(const struct timeline_series *s, size_t index,
                                struct arena *arena) {
    const struct timeline_source *source = s->points[index].source;
    if (source->commit)
        return arena_printf(arena, "%.*s", SHORT_COMMIT, source->commit);
    return source->time ? source->time : arena_printf(arena, "recording %zu", index + 1);
}

static const char *change_words(const struct timeline_series *s,
                                const struct timeline_change *change, struct arena *arena) {
    char by[AMOUNT_TEXT], p[AMOUNT_TEXT];
    return arena_printf(arena, "level changed at %s: %s (p = %s)",
                        source_words(s, change->index, arena),
                        percent_text(by, change->change, true), p_text(p, change->p));
}

static const char *search_words(const struct timeline_series *s) {
    return s->outcome == OUTCOME_OK        ? "no change of level"
           : s->outcome == OUTCOME_TOO_FEW ? "too few to look for changes of level"
                                           : "changes of level were not looked for";
}

static void put_title(FILE *out, const struct timeline_series *s, struct arena *arena) {
    fprintf(out, "<title>%zu stored recordings, %s to %s, then the head", s->count,
            escape_xml(arena, source_words(s, 0, arena)),
            escape_xml(arena, source_words(s, s->count - 1, arena)));
    for (size_t i = 0; i < s->change_count; i++)
        fprintf(out, "\n%s", escape_xml(arena, change_words(s, &s->changes[i], arena)));
    fprintf(out, "%s%s</title>", s->change_count ? "" : "\n",
            s->change_count ? "" : search_words(s));
}

bool html_history(FILE *out, const struct row *row, const char *head,
                  const struct timeline *history, struct arena *arena) {
    const struct timeline_series *s = series_of(history, row);
    if (!s)
        return false;
    struct frame f = frame_of(s, row->head.center);
    if (!isfinite(f.high - f.low))
        return false;
    fprintf(out,
            "<svg class=\"history\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
            "role=\"img\">",
            WIDTH, HEIGHT, WIDTH, HEIGHT);
    put_title(out, s, arena);
    put_points(out, &f, s);
    put_levels(out, &f, s);
    if (isfinite(row->head.center))
        fprintf(out, "<g class=\"%s\"><circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/></g>", head,
                x_of(&f, (double)s->count), y_of(&f, row->head.center));
    fputs("</svg>", out);
    size_t first = s->change_count > MOST_WORDS ? s->change_count - MOST_WORDS : 0;
    for (size_t i = first; i < s->change_count; i++)
        fprintf(out, "<small class=\"jumped\">%s</small>",
                escape_xml(arena, change_words(s, &s->changes[i], arena)));
    return true;
}
