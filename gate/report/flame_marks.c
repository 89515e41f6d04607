#include "gate/report/flame_marks.h"

#include "gate/functions/function_findings.h"
#include "gate/functions/function_totals.h"
#include "gate/report/function_text.h"

#include <math.h>

void flame_join_names(struct flame_input *input, struct arena *arena) {
    struct strings *strings = input->from.parts[FLAME_NEW]->profile->strings;
    struct function_names *names = function_names_new(strings, arena);
    for (int side = 0; side < FLAME_SIDES; side++)
        function_names_frames(names, input->from.parts[side]->profile);
    input->from.texts = strings_count(strings);
    uint32_t *joined = ARENA_NEW(arena, uint32_t, input->from.texts);
    for (uint32_t i = 0; i < input->from.texts; i++) {
        uint32_t function = i < names->texts ? names->of_text[i] : 0;
        joined[i] = function ? names->items[function - 1].name : i;
    }
    input->from.joined = joined;
}

/* The mark of a function, made when it is first asked for. */
static struct flame_mark *mark_of(struct flame_mark **marks, const struct function_names *names,
                                  uint32_t function, struct arena *arena) {
    struct flame_mark **mark = &marks[names->items[function].name];
    if (!*mark) {
        *mark = ARENA_NEW(arena, struct flame_mark, 1);
        **mark = (struct flame_mark){.p_self = NAN, .p_total = NAN};
    }
    return *mark;
}

static void mark_functions(struct flame *flame, const struct function_side *base,
                           const struct function_side *head, const struct policy *policy,
                           struct arena *arena) {
    const struct function_request request = {
        .base = base, .head = head, .policy = policy, .floor = 0.005};
    const struct function_findings *findings = functions_judge(&request, arena);
    const struct function_names *names = base->names;
    uint32_t texts = strings_count(names->strings);
    struct flame_mark **marks = ARENA_NEW(arena, struct flame_mark *, texts);
    struct function_total *totals;
    size_t count = function_totals(&totals, base, head, policy, arena);
    for (size_t i = 0; i < count; i++) {
        struct flame_mark *mark = mark_of(marks, names, totals[i].function, arena);
        mark->p_total = totals[i].p_adjusted;
        mark->total_changed = totals[i].p_adjusted <= policy->alpha;
    }
    for (size_t i = 0; i < findings->row_count; i++) {
        const struct function_row *row = &findings->rows[i];
        struct flame_mark *mark = mark_of(marks, names, row->function, arena);
        mark->p_self = row->p_adjusted;
        mark->self_changed = row->p_adjusted <= policy->alpha;
        mark->verdict = function_verdict(row, arena);
    }
    flame_set_marks(flame, (const struct flame_mark *const *)marks, texts);
}

bool flame_test(struct flame *flame, const char *where, const struct policy *policy,
                struct arena *arena, struct pg_error *err) {
    const struct function_cut cut = {
        .type = flame->type, .round_label = "round", .where = &where, .where_count = where != NULL};
    if (!flame_is_difference(flame) || flame->input.measure != FLAME_BY_COST)
        return true;
    struct function_side *sides[FLAME_SIDES];
    struct function_names *names =
        function_names_new(flame->input.from.parts[FLAME_NEW]->profile->strings, arena);
    for (int side = 0; side < FLAME_SIDES; side++) {
        const struct tally_part *part = flame->input.from.parts[side];
        if ((part->skip && !where) || flame->rounds[side] < FUNCTION_LEAST_ROUNDS)
            return true;
        sides[side] = function_side_new(names, cut);
        if (!function_side_add(sides[side], part->profile, flame->input.from.labels[side], err))
            return false;
        function_side_finish(sides[side]);
    }
    mark_functions(flame, sides[FLAME_OLD], sides[FLAME_NEW], policy, arena);
    return true;
}
