#include "gate/report/html_flame.h"

#include "gate/flame/flame_svg.h"
#include "gate/report/function_text.h"
#include "gate/report/slice_flame.h"
#include "runners/base/escape.h"

enum { MOST_GRAPHS = 6 };
static const double least_share = 0.0005;

static void put_graph(FILE *out, const struct comparison *c, const struct function_slice *slice) {
    struct flame flame;
    struct pg_error err;
    fprintf(out, "<h3>%s</h3>\n", escape_xml(c->arena, function_slice_name(slice)));
    if (slice_flame_build(&flame, c, slice, least_share, &err)) {
        fputs("<div class=\"wide\">\n", out);
        flame_write_inline_svg(out, &flame, c->arena);
        fputs("</div>\n", out);
    } else {
        fprintf(out, "<p class=\"note\">No flame graph: %s</p>\n", escape_xml(c->arena, err.text));
    }
}

static void put_page(FILE *out, const struct comparison *c, const char *link, size_t left) {
    const char *more =
        left ? arena_printf(c->arena, "%zu more benchmarks are not drawn here. ", left) : "";
    if (link)
        fprintf(out,
                "<p class=\"note\">%s<a href=\"%s\">The page of the flame graphs</a> has them all, "
                "to zoom into and to search.</p>\n",
                more, escape_xml(c->arena, link));
    else
        fprintf(out,
                "<p class=\"note\">%s<code>--report flame=flame.html</code> draws a page to zoom "
                "into and to search.</p>\n",
                more);
}

void html_flames(FILE *out, const struct comparison *c, const char *link) {
    const struct function_findings *f = c->functions;
    if (!slice_flames_exist(c))
        return;
    size_t *order = ARENA_NEW(c->arena, size_t, f->slice_count);
    size_t wanted = slice_flames_order(f, order), shown;
    if (f->slice_count == 1)
        wanted = 1;
    if (!wanted && !link)
        return;
    fputs("<h2>Where the time goes</h2>\n", out);
    for (shown = 0; shown < wanted && shown < MOST_GRAPHS; shown++)
        put_graph(out, c, &f->slices[order[shown]]);
    put_page(out, c, link, wanted - shown);
}
