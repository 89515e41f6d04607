#include "gate/functions/function_waive.h"

#include "gate/compare/waive.h"
#include "gate/compare/waiver.h"
#include "gate/functions/function_judge.h"
#include "gate/functions/function_name.h"

static bool is_slice(const struct function_slice *slice, const char *benchmark) {
    const char *name = *slice->name ? slice->name : "profiles";
    size_t length = name_without_suffix(name);
    return strcmp(name, benchmark) == 0 || text_equal((struct text){name, length}, benchmark);
}

/* How much worse: of the function's own cost, or where the base has none of it, of the whole; by
 * share in points. */
static double worsening(const struct function_findings *f, const struct function_row *row) {
    if (f->by_share)
        return row->share.difference;
    return isfinite(row->cost.change) ? row->cost.change
                                      : row->cost.difference / f->slices[row->slice].base;
}

static bool names_know(const struct function_names *names, const char *name) {
    for (uint32_t i = 0; i < names->count; i++) {
        if (strcmp(strings_get(names->strings, names->items[i].name), name) == 0)
            return true;
    }
    return false;
}

static void apply(struct function_findings *f, const struct waiver *waiver, struct waiver_use *use,
                  struct arena *arena) {
    const char *name = function_name(waiver->function, arena), *note;
    for (size_t i = 0; i < f->slice_count; i++) {
        const struct function_slice *slice = &f->slices[i];
        if (!is_slice(slice, waiver->benchmark))
            continue;
        use->known |= names_know(f->names, name);
        for (size_t k = slice->first; k < slice->first + slice->count; k++) {
            struct function_row *row = &f->rows[k];
            if (row->verdict != ROW_REGRESSED || strcmp(row->name, name) != 0)
                continue;
            if (waiver_covers(waiver, use, worsening(f, row), &note, arena))
                row->verdict = ROW_WAIVED;
            ARENA_PUSH(arena, row->notes, row->note_count, row->note_capacity, note);
        }
    }
}

void functions_waive(struct comparison *c, struct function_findings *f) {
    const struct policy *policy = c->policy;
    bool any = false;
    for (size_t i = 0; i < policy->waiver_count; i++) {
        const struct waiver *waiver = &policy->waivers[i];
        struct waiver_use use = {0};
        if (!waiver->function)
            continue;
        any = true;
        use.expired = waiver_expired(waiver, waiver_today(policy, c->arena));
        if (f) {
            apply(f, waiver, &use, c->arena);
            waiver_report(c, waiver, &use);
        } else {
            comparison_note(c, NOTE_INFO, waiver->where,
                            "waiver of '%.300s' %.300s: no functions are compared",
                            waiver->benchmark, waiver->unit);
        }
    }
    if (f && any)
        function_conclude(f);
}
