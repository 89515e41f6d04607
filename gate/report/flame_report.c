/* The flame graphs of a comparison as the page of `perfgate flame`: one a benchmark, what regressed
 * first. */
#include "gate/flame/flame_html.h"
#include "gate/report/function_text.h"
#include "gate/report/report.h"
#include "gate/report/slice_flame.h"
#include "runners/base/escape.h"

enum { MOST_GRAPHS = 50 };
static const double least_share = 0.0001;

static const char *why_none(const struct comparison *c) {
    for (size_t i = 0; i < c->note_count; i++) {
        if (c->notes[i].where && strcmp(c->notes[i].where, "functions") == 0)
            return c->notes[i].text;
    }
    return "a flame graph needs a profile, NAME.pb.gz beside NAME.txt, on both sides";
}

static bool put_graphs(FILE *out, const struct comparison *c, struct pg_error *err) {
    const struct function_findings *f = c->functions;
    size_t *order = ARENA_NEW(c->arena, size_t, f->slice_count), count = 0;
    struct flame *graphs = ARENA_NEW(c->arena, struct flame, MOST_GRAPHS);
    slice_flames_order(f, order);
    for (size_t i = 0; i < f->slice_count && count < MOST_GRAPHS; i++) {
        const struct function_slice *slice = &f->slices[order[i]];
        if (slice_flame_build(&graphs[count], c, slice, least_share, err))
            count++;
        else if (f->slice_count == 1)
            return false;
    }
    if (count)
        flame_write_html(out, graphs, count, f->slice_count - count, c->arena);
    return count > 0;
}

static bool flame_write(FILE *out, const struct comparison *c, const struct report_style *style,
                        struct pg_error *err) {
    struct pg_error none = {0};
    (void)style;
    (void)err;
    if (slice_flames_exist(c) && put_graphs(out, c, &none))
        return true;
    const char *why = none.text[0] ? none.text : why_none(c);
    flame_write_empty_html(out, why, c->arena);
    return true;
}

const struct report_format flame_report = {"flame", flame_write};
