#include "gate/commands/gate_parts.h"
#include "gate/compare/confirm.h"
#include "gate/functions/function_confirm.h"
#include "runners/base/log.h"
#include "runners/base/out_file.h"
#include "runners/recording/recording_text.h"

/* ---- what is compared ---- */

bool gate_write_recording(const struct gate *gate, const char *name,
                          const struct recording *recording, struct pg_error *err) {
    struct out_file file;
    const char *folder = gate->options->output;
    if (!folder)
        return true;
    if (!out_file_open(&file, arena_printf(gate->arena, "%s/%s.txt", folder, name), gate->arena,
                       err))
        return false;
    recording_write(file.stream, recording);
    return out_file_commit(&file, err);
}

bool gate_join_sides(const struct gate *gate, const bool *chosen,
                     struct recording *sides[GATE_SIDES], struct pg_error *err) {
    for (size_t i = 0; i < gate->measuring.side_count; i++) {
        if (!gate_join(&gate->measuring, i, chosen, &sides[i], err))
            return false;
    }
    return true;
}

bool gate_compare(const struct gate *gate, struct recording *const *sides,
                  const struct policy *policy, struct comparison *out, struct pg_error *err) {
    size_t bases = gate->interleaved ? 1 : gate->pick.count;
    const struct recording **all = ARENA_NEW(gate->arena, const struct recording *, bases + 1);
    for (size_t i = 0; i < bases; i++)
        all[i] = gate->interleaved ? sides[0] : gate->pick.recordings[i];
    all[bases] = sides[gate->measuring.side_count - 1];
    struct comparison_input input = {
        .recordings = all, .count = bases + 1, .base_count = bases, .policy = policy};
    if (!comparison_build(out, &input, gate->arena, err))
        return false;
    for (size_t i = 0; i < gate->pick.note_count; i++)
        comparison_note(out, NOTE_WARNING, "baseline", "%s", gate->pick.notes[i]);
    return true;
}

/* ---- which entries are asked again ---- */

/* Which entries have a row for which `wanted` (by row number; NULL: that asks to be confirmed). */
static size_t entries_of(const struct gate *gate, const struct comparison *comparison,
                         const bool *wanted, bool *chosen) {
    size_t count = 0;
    for (size_t i = 0; i < gate->measuring.count; i++) {
        chosen[i] = false;
        for (size_t k = 0; k < comparison->row_count && !chosen[i]; k++) {
            const struct row *row = &comparison->rows[k];
            chosen[i] = (wanted ? wanted[k] : confirm_wanted(row)) &&
                        gate_entry_is(&gate->measuring, i, row->name);
        }
        count += chosen[i];
    }
    return count;
}

/* And which have a function for which `wanted` (by slice; NULL: that asks to be confirmed). */
static size_t add_function_entries(const struct gate *gate, const struct comparison *c,
                                   const bool *wanted, bool *chosen) {
    const struct gate_measuring *m = &gate->measuring;
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++) {
        for (size_t k = 0; k < c->functions->slice_count && !chosen[i]; k++)
            chosen[i] = (wanted ? wanted[k] : function_confirm_wanted(c, k)) &&
                        gate_entry_is(m, i, c->functions->slices[k].name);
        count += chosen[i];
    }
    return count;
}

/* What is saved are the rounds that decided: of an entry whose red row was not confirmed the fresh
 * ones, since the first were found by looking for slow ones. */
static void keep_deciding(struct gate *gate, struct recording *const *first,
                          const bool *unconfirmed) {
    size_t head = gate->measuring.side_count - 1;
    for (size_t i = 0; i < gate->measuring.count; i++) {
        if (!unconfirmed[i])
            gate->measuring.benchmarks[i].parts[head] = first[i];
    }
}

/* ---- fresh rounds ---- */

/* One fresh measurement of the chosen entries, judged by itself. */
struct again {
    struct comparison rows;
    struct policy policy;
    struct gate_profiles profiles;
    unsigned rounds;
};

static bool write_again(struct gate *gate, struct recording *const *sides, struct pg_error *err) {
    const struct gate_measuring *m = &gate->measuring;
    for (size_t i = 0; i < m->side_count; i++) {
        const char *name = arena_printf(gate->arena, "%s-again", m->sides[i].label);
        if (!gate_write_recording(gate, name, sides[i], err))
            return false;
    }
    return true;
}

/* Where functions decide, fresh rounds are sampled, too. */
static void set_samplings(struct gate *gate) {
    struct gate_measuring *m = &gate->measuring;
    for (size_t i = 0; i < m->side_count; i++)
        m->samplings[i] = m->samplings[i] && policy_functions_decide(&gate->policy)
                              ? sampling_new(m->strings, gate->arena)
                              : NULL;
}

static void compare_functions(const struct gate *gate, const struct gate_profiles *profiles,
                              struct comparison *comparison) {
    size_t head = gate->measuring.side_count - 1;
    functions_compare(
        comparison,
        (struct function_profiles){gate->interleaved ? profiles->of[0] : NULL, profiles->of[head]});
}

static bool measure_again(struct gate *gate, const bool *chosen, struct again *out,
                          struct pg_error *err) {
    struct gate_measuring *m = &gate->measuring;
    struct recording *sides[GATE_SIDES];
    for (size_t i = 0; i < m->count; i++) {
        if (chosen[i] && m->benchmarks[i].rounds > out->rounds)
            out->rounds = m->benchmarks[i].rounds;
    }
    out->profiles.again = true;
    out->policy = confirm_policy(&gate->policy);
    pg_log(LOG_NOTE, "measuring red benchmarks again");
    set_samplings(gate);
    if (!gate_measure(m, chosen, true, err) || !gate_join_sides(gate, chosen, sides, err) ||
        !gate_profiles_make(&out->profiles, m, sides, gate->options->output,
                            gate->options->save ? (int)m->side_count - 1 : -1, err) ||
        !write_again(gate, sides, err) || !gate_compare(gate, sides, &out->policy, &out->rows, err))
        return false;
    if (policy_functions_decide(&gate->policy))
        compare_functions(gate, &out->profiles, &out->rows);
    return true;
}

/* Lets fresh rounds decide on functions, too, and chooses what is saved: also the profile is that
 * of the rounds that decided. */
static bool conclude(struct gate *gate, struct comparison *comparison, const struct again *again,
                     struct recording *const *first, const bool *unconfirmed,
                     struct pg_error *err) {
    size_t slices = comparison->functions ? comparison->functions->slice_count : 0;
    bool *chosen = ARENA_NEW(gate->arena, bool, gate->measuring.count);
    bool *functions = ARENA_NEW(gate->arena, bool, slices);
    functions_confirm(comparison, &again->rows, functions);
    size_t count = entries_of(gate, comparison, unconfirmed, chosen);
    keep_deciding(gate, first, chosen);
    if (slices)
        count = add_function_entries(gate, comparison, functions, chosen);
    return !gate->options->save || count == 0 ||
           gate_profiles_replace(&gate->profiles, &again->profiles, &gate->measuring, chosen, err);
}

bool gate_confirm(struct gate *gate, struct comparison *comparison, struct pg_error *err) {
    struct gate_measuring *m = &gate->measuring;
    bool *chosen = ARENA_NEW(gate->arena, bool, m->count);
    bool *unconfirmed = ARENA_NEW(gate->arena, bool, comparison->row_count);
    struct recording **first = ARENA_NEW(gate->arena, struct recording *, m->count);
    struct again *again = ARENA_NEW(gate->arena, struct again, 1);
    struct comparison before = *comparison; /* its functions are by rows that may yet change */
    compare_functions(gate, &gate->profiles, &before);
    size_t count = entries_of(gate, comparison, NULL, chosen);
    if (before.functions_regressed)
        count = add_function_entries(gate, &before, NULL, chosen);
    if (gate->config.confirm == 0 || count == 0) {
        *comparison = before;
        return true;
    }
    for (size_t i = 0; i < m->count; i++)
        first[i] = m->benchmarks[i].parts[m->side_count - 1];
    bool good = measure_again(gate, chosen, again, err);
    if (good) {
        confirm_rows(comparison, &again->rows, again->rounds, unconfirmed);
        compare_functions(gate, &gate->profiles, comparison);
        good = conclude(gate, comparison, again, first, unconfirmed, err);
    }
    gate_profiles_end(&again->profiles);
    return good;
}
