#include "gate/functions/function_confirm.h"

#include "gate/functions/function_judge.h"

bool function_confirm_wanted(const struct comparison *c, size_t slice) {
    const struct function_findings *f = c->functions;
    const struct function_slice *of = &f->slices[slice];
    for (size_t i = of->first; i < of->first + of->count && c->functions_regressed; i++) {
        if (function_decides(f, &f->rows[i]))
            return true;
    }
    return false;
}

static const struct function_slice *find_slice(const struct function_findings *f,
                                               const char *name) {
    for (size_t i = 0; f && i < f->slice_count; i++) {
        if (strcmp(f->slices[i].name, name) == 0)
            return &f->slices[i];
    }
    return NULL;
}

static const struct function_row *find_row(const struct function_findings *f,
                                           const struct function_slice *slice, const char *name) {
    for (size_t i = 0; slice && i < slice->count; i++) {
        if (strcmp(f->rows[slice->first + i].name, name) == 0)
            return &f->rows[slice->first + i];
    }
    return NULL;
}

/* "+7.10%, p = 0.003" */
static const char *words(const struct function_row *row, struct arena *arena) {
    const char *change = isfinite(row->cost.change)
                             ? arena_printf(arena, "%+.2f%%", 100 * row->cost.change)
                             : function_class_name(row->class);
    if (!change)
        change = row_verdict_name(row->verdict);
    return isnan(row->cost.p) ? change : arena_printf(arena, "%s, p = %.2g", change, row->cost.p);
}

static void add_note(struct function_row *row, const char *note, struct arena *arena) {
    ARENA_PUSH(arena, row->notes, row->note_count, row->note_capacity, note);
}

/* Fresh rounds decide against it. */
static void take_result(struct function_row *row, const struct function_row *fresh,
                        const struct function_slice *slice, struct arena *arena) {
    const char *note = arena_printf(
        arena, "not confirmed: %s at first, %s in %u fresh rounds, which decide", words(row, arena),
        fresh && fresh->flat_tested ? words(fresh, arena) : "too few samples", slice->head_rounds);
    if (fresh) {
        struct function_row old = *row;
        *row = *fresh;
        row->slice = old.slice;
        row->function = old.function;
        row->notes = old.notes;
        row->note_count = old.note_count;
        row->note_capacity = old.note_capacity;
        row->share_of_regression = NAN;
    }
    if (!fresh || row->verdict == ROW_REGRESSED || row->verdict == ROW_IMPROVED)
        row->verdict = row->unwaived = ROW_INCONCLUSIVE;
    add_note(row, note, arena);
}

/* Is it the fresh rounds' profile that decided against the row? */
static bool ask(struct function_row *row, const struct comparison *fresh, const char *slice_name,
                struct arena *arena) {
    const struct function_findings *f = fresh->functions;
    const struct function_slice *slice = find_slice(f, slice_name);
    const struct function_row *again = find_row(f, slice, row->name);
    if (!slice || (again && again->verdict == ROW_REGRESSED && fresh->functions_regressed == 0)) {
        row->verdict = row->unwaived = ROW_INCONCLUSIVE;
        add_note(row,
                 arena_printf(arena,
                              "not confirmed: %s at first; the fresh rounds have no sound "
                              "profile of it, so nothing is shown",
                              words(row, arena)),
                 arena);
    } else if (again && again->verdict == ROW_REGRESSED) {
        add_note(row,
                 arena_printf(arena, "confirmed: %s in %u fresh rounds", words(again, arena),
                              slice->head_rounds),
                 arena);
    } else {
        take_result(row, again, slice, arena);
        return true;
    }
    return false;
}

void functions_confirm(struct comparison *c, const struct comparison *fresh, bool *unconfirmed) {
    if (c->functions_regressed == 0)
        return;
    struct function_findings *f = ARENA_NEW(c->arena, struct function_findings, 1);
    *f = *c->functions;
    f->rows = ARENA_NEW(c->arena, struct function_row, f->row_count);
    memcpy(f->rows, c->functions->rows, f->row_count * sizeof *f->rows);
    c->functions_regressed = 0;
    for (size_t i = 0; i < f->row_count; i++) {
        if (!function_decides(f, &f->rows[i]))
            continue;
        uint32_t slice = f->rows[i].slice;
        if (ask(&f->rows[i], fresh, f->slices[slice].name, c->arena))
            unconfirmed[slice] = true;
        c->functions_regressed += function_decides(f, &f->rows[i]);
    }
    f->slices = ARENA_NEW(c->arena, struct function_slice, f->slice_count);
    memcpy(f->slices, c->functions->slices, f->slice_count * sizeof *f->slices);
    function_conclude(f);
    c->functions = f;
    comparison_recount(c);
}
