#include "gate/report/slice_flame.h"

#include "gate/functions/function_place.h"
#include "gate/report/flame_marks.h"
#include "runners/profile/merge.h"

bool slice_flames_exist(const struct comparison *c) {
    const struct function_findings *f = c->functions;
    return f && f->slice_count && f->base->profile_count && f->head->profile_count;
}

static bool is_slower(const struct function_findings *f, const struct function_slice *slice) {
    bool slower = slice->regressed;
    for (size_t i = slice->first; i < slice->first + slice->count; i++)
        slower |= f->rows[i].verdict == ROW_REGRESSED;
    return slower;
}

size_t slice_flames_order(const struct function_findings *f, size_t *order) {
    size_t slower = 0, count = 0;
    for (int rest = 0; rest < 2; rest++) {
        for (size_t i = 0; i < f->slice_count; i++) {
            if (is_slower(f, &f->slices[i]) != (rest == 1))
                order[count++] = i;
        }
        slower = rest ? slower : count;
    }
    return slower;
}

static bool whole_profile(const struct profile **out, const struct function_side *side,
                          struct arena *arena, struct pg_error *err) {
    struct profile *merged;
    *out = side->profiles[0];
    if (side->profile_count == 1)
        return true;
    if (!profile_merge(&merged, side->profiles, side->profile_count, arena, err))
        return false;
    *out = merged;
    return true;
}

/* The samples that do not count for the slice. */
static const bool *other_samples(const struct function_side *side, const struct profile *p,
                                 uint32_t type, const char *slice, struct arena *arena) {
    struct function_side counting = *side; /* which has counted them already */
    struct placed_sample *placed;
    uint32_t text = 0;
    bool *skip = ARENA_NEW(arena, bool, p->sample_count);
    strings_find(p->strings, text_of(slice), &text);
    memset(skip, 1, p->sample_count * sizeof *skip);
    size_t count = function_place(&counting, p, type, &placed);
    for (size_t i = 0; i < count; i++)
        skip[placed[i].sample] = placed[i].slice != text;
    return skip;
}

bool slice_flame_build(struct flame *out, const struct comparison *c,
                       const struct function_slice *slice, double min_share, struct pg_error *err) {
    const struct function_findings *f = c->functions;
    const struct function_side *sides[FLAME_SIDES] = {f->base, f->head};
    struct tally_part *parts = ARENA_NEW(c->arena, struct tally_part, FLAME_SIDES);
    struct flame_input input = {.min_share = min_share,
                                .measure = f->by_share ? FLAME_BY_SHARE : FLAME_BY_COST};
    for (int i = 0; i < FLAME_SIDES; i++) {
        const struct profile *p;
        if (!whole_profile(&p, sides[i], c->arena, err))
            return false;
        uint32_t type = profile_find_type(p, text_of(sides[i]->type));
        if (type == PROFILE_NONE)
            return pg_error_set(err, PG_FORMAT, "no samples of %.60s", sides[i]->type);
        parts[i] = (struct tally_part){p, type,
                                       other_samples(sides[i], p, type, slice->name, c->arena), 1};
        input.from.parts[i] = &parts[i];
    }
    input.from.labels[FLAME_OLD] = c->base_count ? c->base[c->base_count - 1]->label : "base";
    input.from.labels[FLAME_NEW] = c->head_count ? c->head[0]->label : "head";
    flame_join_names(&input, c->arena);
    if (!flame_build(out, &input, c->arena, err))
        return false;
    out->benchmark = *slice->name ? slice->name : NULL;
    flame_mark_slice(out, f, slice, c->policy, c->arena);
    return true;
}
