#include "gate/flame/flame_text.h"
#include "runners/profile/value_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static double share(const struct flame *f, int side, int64_t value) {
    int64_t total = f->stacks.total[side];
    return total ? (double)value / (double)total : 0;
}

/* " (+10.83%)", " (new)", " (gone)"; "" of nothing. */
static const char *change_words(const struct flame *f, const int64_t value[FLAME_SIDES],
                                struct arena *arena) {
    double change = flame_change(f, value);
    if (isnan(change))
        return "";
    if (isinf(change))
        return " (new)";
    return value[FLAME_NEW] ? arena_printf(arena, " (%+.2f%%)", 100 * change) : " (gone)";
}

static const char *cost_words(const struct flame *f, const int64_t value[FLAME_SIDES],
                              struct arena *arena) {
    char old[VALUE_TEXT], new[VALUE_TEXT];
    value_text(old, flame_cost(f, FLAME_OLD, value[FLAME_OLD]), f->unit);
    value_text(new, flame_cost(f, FLAME_NEW, value[FLAME_NEW]), f->unit);
    if (!flame_is_difference(f))
        return arena_strdup(arena, new);
    return arena_printf(arena, "%s → %s%s", old, new,
                        f->input.measure == FLAME_BY_COST ? change_words(f, value, arena) : "");
}

static const char *share_words(const struct flame *f, const int64_t value[FLAME_SIDES],
                               struct arena *arena) {
    double new = 100 * share(f, FLAME_NEW, value[FLAME_NEW]);
    if (!flame_is_difference(f))
        return arena_printf(arena, "%.2f%%", new);
    return arena_printf(arena, "%.2f%% → %.2f%%%s", 100 * share(f, FLAME_OLD, value[FLAME_OLD]),
                        new,
                        f->input.measure == FLAME_BY_SHARE ? change_words(f, value, arena) : "");
}

const char *flame_title(const struct flame *f, struct arena *arena) {
    if (!flame_is_difference(f))
        return f->input.from.labels[FLAME_NEW];
    return arena_printf(arena, "%s → %s", f->input.from.labels[FLAME_OLD],
                        f->input.from.labels[FLAME_NEW]);
}

const char *flame_summary(const struct flame *f, struct arena *arena) {
    const char *words = cost_words(f, f->stacks.total, arena);
    const char *per = f->per_op[FLAME_NEW] > 0 ? "operation" : "round";
    uint32_t old = f->rounds[FLAME_OLD], new = f->rounds[FLAME_NEW];
    if (!new)
        return arena_printf(arena, "%s: %s", f->type, words);
    if (!flame_is_difference(f))
        return arena_printf(arena, "%s per %s: %s, %" PRIu32 " rounds", f->type, per, words, new);
    return arena_printf(arena, "%s per %s: %s, %" PRIu32 " and %" PRIu32 " rounds", f->type, per,
                        words, old, new);
}

static const char *gone_note(const struct flame *f, struct arena *arena) {
    if (!f->gone || f->input.width != FLAME_WIDTH_NEW)
        return NULL;
    return arena_printf(
        arena,
        "Gone: stacks of %.2f%% of the old total, %zu function%s; widths are the new "
        "cost, so they have none",
        100 * share(f, FLAME_OLD, f->gone), f->gone_count, f->gone_count == 1 ? "" : "s");
}

void flame_notes(const char *out[FLAME_NOTES], const struct flame *f, struct arena *arena) {
    static const char *const widths[] = {"Width: cost in the new profile",
                                         "Width: cost in the old profile",
                                         "Width: cost in the old profile and in the new together"};
    size_t count = 0;
    if (flame_is_difference(f)) {
        out[count++] = f->input.measure == FLAME_BY_COST
                           ? widths[f->input.width]
                           : arena_printf(arena, "%s, as shares; colour: change of share",
                                          widths[f->input.width]);
        const char *gone = gone_note(f, arena);
        if (gone)
            out[count++] = gone;
        if (f->input.measure == FLAME_BY_COST && !f->rounds[FLAME_NEW])
            out[count++] = "No rounds are labelled: totals are compared as they are";
        if (f->input.measure == FLAME_BY_COST && f->per_round)
            out[count++] = f->per_round;
        out[count++] = f->tested[f->input.measure]
                           ? "Grey: not significant, or not tested; hatched: on one side only"
                           : "Nothing was tested: colours are the size of the change alone";
    }
    if (f->narrow_count)
        out[count++] = arena_printf(arena, "%zu frame%s below %.4g%% of the total %s joined",
                                    f->narrow_count, f->narrow_count == 1 ? "" : "s",
                                    100 * f->input.min_share, f->narrow_count == 1 ? "is" : "are");
    out[count] = NULL;
}

const char *flame_words(const struct flame *f, const struct flame_frame *frame,
                        struct arena *arena) {
    const struct flame_mark *mark =
        frame->name < FLAME_NARROW ? f->functions[frame->name].mark : NULL;
    const struct flame_test *total = flame_test_of(f, frame);
    const char *verdict = mark ? mark->verdict : NULL, *test = "";
    if (total && !isnan(total->p))
        test = arena_printf(arena, "\n%s: total p = %.2g%s%s", mark ? "function" : "all", total->p,
                            verdict ? ", self " : "", verdict ? verdict : "");
    else if (flame_is_difference(f) && f->tested[f->input.measure] && frame->name < FLAME_NARROW)
        test = "\nfunction: total not tested, too few samples";
    return arena_printf(arena, "%s\ntotal %s\nself %s\nshare %s%s", flame_name(f, frame, arena),
                        cost_words(f, frame->total, arena), cost_words(f, frame->self, arena),
                        share_words(f, frame->total, arena), test);
}
