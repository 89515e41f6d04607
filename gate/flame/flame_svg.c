#include "gate/flame/flame_svg.h"
#include "gate/flame/assets.h"
#include "gate/flame/flame_text.h"
#include "runners/base/escape.h"

#include <inttypes.h>

enum { WIDTH = 1200, MARGIN = 10, ROW = 18, HEAD = 52, LEGEND = 58, LINE = 17, LEVELS = 1000 };
static const double most_narrow = 1.0 / 3, advance = 7.25; /* pixels; of a character at 12 px */

struct picture {
    FILE *out;
    const struct flame *flame;
    bool is_inline;
    struct arena *arena; /* given back frame by frame */
    double scale;        /* pixels a unit of width */
    size_t left_out, too_deep;
    uint32_t levels;
};

static void put_text(const struct picture *p, const char *class, double x, double y,
                     const char *text) {
    fprintf(p->out, "<text class=\"%s\" x=\"%.6g\" y=\"%.6g\">%s</text>\n", class, x, y,
            escape_xml(p->arena, text));
}

/* Lines of words, of which none holds a line break of its own. */
static void put_lines(const struct picture *p, const char *words) {
    for (const char *end; *words; words = *end ? end + 1 : end) {
        end = words + strcspn(words, "\n");
        fprintf(p->out, "%s%s",
                escape_xml(p->arena, arena_strndup(p->arena, words, (size_t)(end - words))),
                *end ? "\n" : "");
    }
}

static void put_frame(const struct picture *p, const struct flame_frame *frame, double x,
                      double width) {
    struct arena_mark mark = arena_mark(p->arena);
    const char *words = flame_words(p->flame, frame, p->arena);
    double y = HEAD + (double)frame->level * ROW;
    char class[FLAME_CLASS];
    flame_class(class, p->flame, frame);
    fputs("<g><title>", p->out);
    put_lines(p, words);
    fprintf(p->out,
            "</title><rect class=\"%s\" x=\"%.2f\" y=\"%.6g\" width=\"%.2f\" "
            "height=\"%d\"/>",
            class, x, y, width > 1 ? width - 0.5 : width, ROW - 1);
    size_t room = width > 8 ? (size_t)((width - 6) / advance) : 0;
    if (room >= 4)
        fprintf(p->out, "<text x=\"%.2f\" y=\"%.6g\">%s</text>", x + 3, y + 13,
                escape_xml(p->arena,
                           cut_middle(p->arena, flame_name(p->flame, frame, p->arena), room)));
    fputs("</g>\n", p->out);
    arena_reset(p->arena, mark);
}

/* Calls for every frame that is wide enough; each begins where its caller does, or where the one
 * before it ends. */
static void each_frame(struct picture *p, struct arena *arena,
                       void (*visit)(struct picture *, const struct flame_frame *, double x,
                                     double width)) {
    const struct flame *f = p->flame;
    double *next = NULL;
    size_t capacity = 0;
    p->left_out = p->too_deep = 0;
    for (size_t i = 0; i < f->frame_count; i++) {
        const struct flame_frame *frame = &f->frames[i];
        if (frame->level + 2 > capacity) {
            size_t more = 2 * (size_t)frame->level + 64;
            next = arena_grow(arena, next, capacity, more, sizeof *next);
            capacity = more;
        }
        double x = frame->level ? next[frame->level] : MARGIN;
        double width = flame_width_of(f, frame->total) * p->scale;
        next[frame->level] = x + width;
        next[frame->level + 1] = x;
        if (width < most_narrow)
            p->left_out += width > 0;
        else if (frame->level >= LEVELS)
            p->too_deep++;
        else
            visit(p, frame, x, width);
    }
}

static void measure(struct picture *p, const struct flame_frame *frame, double x, double width) {
    (void)x, (void)width;
    if (frame->level >= p->levels)
        p->levels = frame->level + 1;
}

static void draw(struct picture *p, const struct flame_frame *frame, double x, double width) {
    put_frame(p, frame, x, width);
}

/* What the colours mean, from less to more. */
static void put_legend(const struct picture *p, double y) {
    enum { STEP = 46 };
    const struct flame *f = p->flame;
    bool cost = f->input.measure == FLAME_BY_COST;
    double x = MARGIN;
    put_text(p, "dim", x, y + 6,
             arena_printf(p->arena, "◀ blue: %s %s %s; orange: %s ▶",
                          cut_middle(p->arena, f->input.from.labels[FLAME_NEW], 40),
                          cost ? "costs less than" : "has a smaller share than",
                          cut_middle(p->arena, f->input.from.labels[FLAME_OLD], 40),
                          cost ? "more" : "a larger one"));
    y += 18;
    for (size_t i = 0; i < FLAME_KEYS; i++) {
        if (!f->tested[f->input.measure] && strchr(flame_keys[i].class, '0'))
            continue; /* those that stand for what is not significant */
        fprintf(p->out, "<rect class=\"%s\" x=\"%.6g\" y=\"%.6g\" width=\"%d\" height=\"12\"/>\n",
                flame_keys[i].class, x, y, STEP - 1);
        fprintf(p->out,
                "<text class=\"dim\" text-anchor=\"middle\" font-size=\"10\" x=\"%.6g\" "
                "y=\"%.6g\">%s</text>\n",
                x + (STEP - 1) / 2.0, y + 23, flame_keys[i].text);
        x += STEP;
    }
}

/* Everything that is said below the picture. NULL behind the last. */
static void find_notes(const char *notes[FLAME_NOTES + 2], const struct picture *p) {
    size_t count = 0;
    flame_notes(notes, p->flame, p->arena);
    while (notes[count])
        count++;
    if (p->left_out)
        notes[count++] = arena_printf(
            p->arena, "Frames narrower than a third of a pixel, %zu, are not drawn", p->left_out);
    if (p->too_deep)
        notes[count++] = arena_printf(p->arena, "Frames deeper than %d levels, %zu, are not drawn",
                                      LEVELS, p->too_deep);
    notes[count] = NULL;
}

static void put_head(const struct picture *p, double height) {
    const char *title = flame_title(p->flame, p->arena);
    fprintf(p->out,
            "<svg %s viewBox=\"0 0 %d %.6g\" width=\"%d\" height=\"%.6g\" "
            "font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" "
            "font-size=\"12\">\n<title>%s</title>\n",
            p->is_inline ? "class=\"flame\"" : "xmlns=\"http://www.w3.org/2000/svg\"", WIDTH,
            height, WIDTH, height, escape_xml(p->arena, title));
    if (!p->is_inline)
        fprintf(p->out,
                "<style>\n%s</style>\n%s<rect class=\"bg\" width=\"100%%\" height=\"100%%\"/>\n",
                palette_css, hatches_svg);
    put_text(p, "ink", MARGIN, 20, cut_middle(p->arena, title, 150));
    put_text(p, "dim", MARGIN, 39, flame_summary(p->flame, p->arena));
}

static void write_picture(FILE *out, const struct flame *f, bool is_inline, struct arena *arena) {
    struct picture p = {.out = out, .flame = f, .is_inline = is_inline, .arena = arena};
    const char *notes[FLAME_NOTES + 2];
    size_t lines = 0;
    double root = flame_width_of(f, f->stacks.total), legend = flame_is_difference(f) ? LEGEND : 0;
    p.scale = root > 0 ? (WIDTH - 2 * MARGIN) / root : 0;
    each_frame(&p, arena, measure);
    find_notes(notes, &p);
    while (notes[lines])
        lines++;
    double y = HEAD + (double)p.levels * ROW + 12;
    put_head(&p, y + legend + (double)lines * LINE);
    fputs("<g class=\"frame\">\n", out);
    each_frame(&p, arena, draw);
    fputs("</g>\n", out);
    if (legend > 0)
        put_legend(&p, y);
    for (size_t i = 0; i < lines; i++)
        put_text(&p, "dim", MARGIN, y + legend + (double)i * LINE + 8, notes[i]);
    fputs("</svg>\n", out);
}

void flame_write_svg(FILE *out, const struct flame *f, struct arena *arena) {
    write_picture(out, f, false, arena);
}

void flame_write_inline_svg(FILE *out, const struct flame *f, struct arena *arena) {
    write_picture(out, f, true, arena);
}
