#include "gate/report/flame_marks.h"

#include "gate/functions/function_compare.h"
#include "gate/functions/function_times.h"
#include "gate/functions/function_totals.h"
#include "gate/report/function_text.h"
#include "runners/profile/value_unit.h"

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

/* The marks that are being made, by the text of the function's name. */
struct marking {
    struct flame *flame;
    const struct function_findings *findings;
    const struct function_slice *slice;
    const struct policy *policy;
    struct flame_mark **marks;
    struct arena *arena;
};

static struct flame_mark no_mark(void) {
    struct flame_mark mark = {.verdict = NULL};
    for (int i = 0; i < FLAME_MEASURES; i++)
        mark.self[i].p = mark.total[i].p = NAN;
    return mark;
}

/* Made when it is first asked for. */
static struct flame_mark *mark_of(struct marking *m, uint32_t function) {
    struct flame_mark **mark = &m->marks[m->findings->names->items[function].name];
    if (!*mark) {
        *mark = ARENA_NEW(m->arena, struct flame_mark, 1);
        **mark = no_mark();
    }
    return *mark;
}

static struct flame_test verdict_on(double p, const struct policy *policy) {
    return (struct flame_test){p, p <= policy->alpha};
}

static void mark_totals(struct marking *m, enum flame_measure by) {
    const struct function_findings *f = m->findings;
    struct function_measure measure = {.time = m->slice->time,
                                       .by_share = by == FLAME_BY_SHARE,
                                       .sessions = m->slice->sessions,
                                       .session_count = m->slice->session_count};
    struct function_total *totals;
    strings_find(f->names->strings, text_of(m->slice->name), &measure.slice);
    size_t count = function_totals(&totals, f->base, f->head, &measure, m->policy, m->arena);
    for (size_t i = 0; i < count; i++)
        mark_of(m, totals[i].function)->total[by] = verdict_on(totals[i].p_adjusted, m->policy);
    m->flame->tested[by] = true;
}

static void mark_rows(struct marking *m) {
    for (size_t i = m->slice->first; i < m->slice->first + m->slice->count; i++) {
        const struct function_row *row = &m->findings->rows[i];
        struct flame_mark *mark = mark_of(m, row->function);
        if (m->flame->tested[FLAME_BY_COST])
            mark->self[FLAME_BY_COST] = verdict_on(row->p_adjusted, m->policy);
        mark->self[FLAME_BY_SHARE] = verdict_on(row->share_p_adjusted, m->policy);
        if (row->flat_tested)
            mark->verdict = function_verdict(row, m->arena);
    }
}

static double sum_of(const struct function_side *side, const struct function_slice *slice) {
    uint32_t text = 0;
    double sum = 0;
    strings_find(side->names->strings, text_of(slice->name), &text);
    const struct function_rounds *rounds = function_side_rounds(side, text);
    for (uint32_t i = 0; rounds && i < rounds->count; i++)
        sum += rounds->cost[i];
    return sum;
}

/* Times are seconds, as the costs of sides are; values are in the profile's own unit. */
static void set_costs(struct marking *m) {
    double old = sum_of(m->findings->base, m->slice), new = sum_of(m->findings->head, m->slice);
    const struct function_time *time = m->slice->time;
    m->flame->rounds[FLAME_OLD] = m->slice->base_rounds;
    m->flame->rounds[FLAME_NEW] = m->slice->head_rounds;
    if (!time || !(old > 0) || !(new > 0))
        return;
    m->flame->per_op[FLAME_OLD] = time->base / old;
    m->flame->per_op[FLAME_NEW] = time->head / new;
}

/* Why costs are not those of an operation, where they could be. */
static void explain_rounds(struct flame *flame, const char *benchmark, struct arena *arena) {
    double ratio;
    bool timed = value_unit_ratio(flame->unit, "nanoseconds", &ratio);
    if (flame->per_op[FLAME_NEW] > 0 || !flame->rounds[FLAME_NEW] || !timed)
        flame->per_round = NULL;
    else if (benchmark)
        flame->per_round = arena_printf(arena,
                                        "Costs are those of a round: the recordings do not tell "
                                        "the time of %s on both sides",
                                        benchmark);
}

void flame_mark_slice(struct flame *flame, const struct function_findings *findings,
                      const struct function_slice *slice, const struct policy *policy,
                      struct arena *arena) {
    uint32_t texts = strings_count(findings->names->strings);
    struct marking m = {
        flame, findings, slice, policy, ARENA_NEW(arena, struct flame_mark *, texts), arena};
    set_costs(&m);
    if (!findings->by_share)
        explain_rounds(flame, *slice->name ? slice->name : NULL, arena);
    flame->root = no_mark();
    if (slice->base_rounds < FUNCTION_LEAST_ROUNDS || slice->head_rounds < FUNCTION_LEAST_ROUNDS)
        return;
    if (!findings->by_share) {
        mark_totals(&m, FLAME_BY_COST);
        flame->root.total[FLAME_BY_COST] = verdict_on(slice->p, policy);
    }
    mark_totals(&m, FLAME_BY_SHARE);
    mark_rows(&m);
    flame_set_marks(flame, (const struct flame_mark *const *)m.marks, texts);
}

/* ---- profiles alone ---- */

static uint32_t label_text(const struct profile *p, size_t sample, uint32_t key) {
    for (uint32_t i = p->label_start[sample]; i < p->label_start[sample + 1]; i++) {
        if (p->labels[i].key == key)
            return p->labels[i].text;
    }
    return 0;
}

/* The benchmark that all samples which are drawn are of; 0: there are several, or none is told. */
static uint32_t only_benchmark(const struct flame *flame) {
    uint32_t found = 0, key;
    for (int side = 0; side < FLAME_SIDES; side++) {
        const struct tally_part *part = flame->input.from.parts[side];
        const struct profile *p = part->profile;
        if (!strings_find(p->strings, text_of("benchmark"), &key))
            return 0;
        for (size_t i = 0; i < p->sample_count; i++) {
            if ((part->skip && part->skip[i]) || p->values[i * p->type_count + part->type] == 0)
                continue;
            uint32_t benchmark = label_text(p, i, key);
            if (!benchmark || (found && benchmark != found))
                return 0;
            found = benchmark;
        }
    }
    return found;
}

static bool may_test(const struct flame *flame) {
    bool may = true;
    for (int side = 0; side < FLAME_SIDES; side++)
        may &= !flame->input.from.parts[side]->skip && flame->rounds[side] >= FUNCTION_LEAST_ROUNDS;
    return may;
}

static bool make_sides(struct function_side *sides[FLAME_SIDES], const struct flame *flame,
                       struct function_cut cut, struct arena *arena, struct pg_error *err) {
    struct function_names *names =
        function_names_new(flame->input.from.parts[FLAME_NEW]->profile->strings, arena);
    for (int side = 0; side < FLAME_SIDES; side++) {
        sides[side] = function_side_new(names, cut);
        if (!function_side_add(sides[side], flame->input.from.parts[side]->profile,
                               flame->input.from.labels[side], err))
            return false;
        function_side_finish(sides[side]);
    }
    return true;
}

static const struct function_slice *slice_named(const struct function_findings *f,
                                                const char *name) {
    for (size_t i = 0; i < f->slice_count; i++) {
        if (strcmp(f->slices[i].name, name) == 0)
            return &f->slices[i];
    }
    return NULL;
}

bool flame_mark_all(struct flame *flame, const struct policy *policy,
                    const struct comparison *recordings, struct arena *arena,
                    struct pg_error *err) {
    if (!flame_is_difference(flame))
        return true;
    uint32_t only = recordings ? only_benchmark(flame) : 0;
    struct strings *strings = flame->input.from.parts[FLAME_NEW]->profile->strings;
    const char *benchmark = only ? strings_get(strings, only) : NULL;
    const struct function_cut cut = {
        .type = flame->type, .slice_label = benchmark ? "benchmark" : NULL, .round_label = "round"};
    struct function_side *sides[FLAME_SIDES];
    bool tested = may_test(flame);
    if ((tested || benchmark) && !make_sides(sides, flame, cut, arena, err))
        return false;
    if (tested || benchmark) {
        struct function_time *times = NULL;
        struct function_request request = {.base = sides[FLAME_OLD],
                                           .head = sides[FLAME_NEW],
                                           .policy = policy,
                                           .floor = FUNCTION_FLOOR};
        if (benchmark && strcmp(function_side_unit(sides[FLAME_NEW]), "sec") == 0)
            request.time_count = function_times(&times, recordings, sides[FLAME_OLD]);
        request.times = times;
        const struct function_findings *findings = functions_judge(&request, arena);
        const struct function_slice *slice = slice_named(findings, benchmark ? benchmark : "");
        if (slice && tested)
            flame_mark_slice(flame, findings, slice, policy, arena);
        else if (slice)
            set_costs(&(struct marking){.flame = flame, .findings = findings, .slice = slice});
    }
    if (recordings && !benchmark)
        flame->per_round = "Costs are those of a round of several benchmarks; --tag-focus "
                           "benchmark=NAME shows one, by the cost of an operation";
    explain_rounds(flame, benchmark, arena);
    return true;
}
