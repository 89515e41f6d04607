#include "gate/report/html_flame.h"

#include "gate/flame/flame_svg.h"
#include "gate/functions/function_findings.h"
#include "gate/report/flame_marks.h"
#include "gate/report/function_text.h"
#include "runners/base/escape.h"

enum { MOST_GRAPHS = 6 };
static const double least_share = 0.0005;

/* The samples of one slice; NULL when a profile is not cut. */
static const bool *other_samples(const struct function_side *side, const struct profile *p,
                                 const char *slice, struct arena *arena) {
    uint32_t key, value;
    if (!*slice)
        return NULL;
    bool *skip = ARENA_NEW(arena, bool, p->sample_count), known;
    known = strings_find(p->strings, text_of(side->cut.slice_label), &key) &&
            strings_find(p->strings, text_of(slice), &value);
    for (size_t i = 0; i < p->sample_count; i++) {
        skip[i] = true;
        for (uint32_t l = p->label_start[i]; known && l < p->label_start[i + 1]; l++)
            skip[i] &= p->labels[l].key != key || p->labels[l].text != value;
    }
    return skip;
}

static bool build(struct flame *flame, const struct comparison *c, const char *slice,
                  struct pg_error *err) {
    const struct function_findings *f = c->functions;
    const struct function_side *sides[FLAME_SIDES] = {f->base, f->head};
    struct tally_part *parts = ARENA_NEW(c->arena, struct tally_part, FLAME_SIDES);
    struct flame_input input = {.min_share = least_share};
    for (int i = 0; i < FLAME_SIDES; i++) {
        const struct profile *p = sides[i]->profiles[sides[i]->profile_count - 1];
        parts[i] = (struct tally_part){p, profile_find_type(p, text_of(sides[i]->type)),
                                       other_samples(sides[i], p, slice, c->arena), 1};
        if (parts[i].type == PROFILE_NONE)
            return pg_error_set(err, PG_FORMAT, "no samples of %.60s", sides[i]->type);
        input.from.parts[i] = &parts[i];
    }
    input.from.labels[FLAME_OLD] = c->base_count ? c->base[c->base_count - 1]->label : "base";
    input.from.labels[FLAME_NEW] = c->head_count ? c->head[0]->label : "head";
    flame_join_names(&input, c->arena);
    const char *where =
        *slice ? arena_printf(c->arena, "%s=%s", f->base->cut.slice_label, slice) : NULL;
    return flame_build(flame, &input, c->arena, err) &&
           flame_test(flame, where, c->policy, c->arena, err);
}

static bool is_wanted(const struct function_findings *f, const struct function_slice *slice) {
    bool wanted = slice->regressed || f->slice_count == 1;
    for (size_t i = slice->first; i < slice->first + slice->count; i++)
        wanted |= f->rows[i].verdict == ROW_REGRESSED;
    return wanted;
}

void html_flames(FILE *out, const struct comparison *c) {
    const struct function_findings *f = c->functions;
    size_t shown = 0, left = 0;
    if (!f || !f->base->profile_count || !f->head->profile_count)
        return;
    for (size_t i = 0; i < f->slice_count; i++) {
        struct flame flame;
        struct pg_error err;
        if (!is_wanted(f, &f->slices[i]))
            continue;
        if (shown == MOST_GRAPHS) {
            left++;
            continue;
        }
        fprintf(out, "%s<h3>%s</h3>\n", shown++ ? "" : "<h2>Where the time goes</h2>\n",
                escape_xml(c->arena, function_slice_name(&f->slices[i])));
        if (build(&flame, c, f->slices[i].name, &err)) {
            fputs("<div class=\"wide\">\n", out);
            flame_write_inline_svg(out, &flame, c->arena);
            fputs("</div>\n", out);
        } else {
            fprintf(out, "<p class=\"note\">No flame graph: %s</p>\n",
                    escape_xml(c->arena, err.text));
        }
    }
    if (shown)
        fprintf(out,
                "<p class=\"note\">%s<code>perfgate flame OLD.pb.gz NEW.pb.gz -o flame.html</code> "
                "draws a page to zoom into and to search.</p>\n",
                left ? arena_printf(c->arena, "%zu more benchmarks are not drawn. ", left) : "");
}
