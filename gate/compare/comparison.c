#include "gate/compare/judge.h"

#include "gate/compare/rename.h"
#include "runners/base/parallel.h"
#include "runners/recording/fingerprint_text.h"
#include "stats/adjust.h"

/* A recording's own notes, each with where it comes from; beyond this many a reader wants the
 * count. */
enum { MOST_NOTES = 200 };
enum { WORTH_A_THREAD = 10000 }; /* p-values to be sorted */

/* What several recordings say alike (of their common machine, say) is said once, for all of them.
 */
static bool said_already(struct comparison *c, const struct note *note, const char *label) {
    for (uint32_t i = 0; !note->where && i < c->note_count && i < MOST_NOTES; i++) {
        struct note *said = &c->notes[i];
        if (said->level != note->level || strcmp(said->text, note->text) != 0 || !said->where)
            continue;
        said->where = arena_printf(c->arena, "%s, %s", said->where, label);
        return true;
    }
    return false;
}

static void carry_notes(struct comparison *c, const struct recording *r) {
    for (uint32_t i = 0; i < r->note_count; i++) {
        if (i == MOST_NOTES) {
            comparison_note(c, NOTE_WARNING, r->label, "%u further notes are left out",
                            r->note_count - i);
            return;
        }
        const struct note *note = &r->notes[i];
        if (said_already(c, note, r->label))
            continue;
        bool placed = note->where && r->path && strncmp(note->where, r->path, strlen(r->path)) == 0;
        const char *where = placed        ? note->where
                            : note->where ? arena_printf(c->arena, "%s: %s", r->label, note->where)
                                          : r->label;
        comparison_note(c, note->level, where, "%s", note->text);
    }
}

static void add_reason(struct comparison *c, enum reason reason) {
    c->reasons |= 1U << reason;
}

static void check_damage(struct comparison *c, const struct recording *r) {
    if (!recording_damage(r, c->arena))
        return;
    add_reason(c, REASON_DAMAGED_INPUT);
    if (r->damaged_lines > 0)
        comparison_note(c, NOTE_DAMAGE, r->label, "%llu damaged result line%s",
                        (unsigned long long)r->damaged_lines, r->damaged_lines == 1 ? "" : "s");
}

static bool share_session(const struct recording *base, const struct recording *head) {
    const char *left = recording_get(base, "session"), *right = recording_get(head, "session");
    return left && right && *left && strcmp(left, right) == 0;
}

/* What differs between the machines; NULL when nothing does, when a side does not tell, and for one
 * session. */
static const char *machine_difference(const struct recording *base, const struct recording *head,
                                      struct arena *arena) {
    const char *left = recording_get(base, "fingerprint-id");
    const char *right = recording_get(head, "fingerprint-id");
    if (!left || !right || strcmp(left, right) == 0 || share_session(base, head))
        return NULL;
    const char *keys = fingerprint_difference(recording_get(base, "fingerprint"),
                                              recording_get(head, "fingerprint"), arena);
    return keys ? keys : arena_printf(arena, "fingerprint-id (%.64s / %.64s)", left, right);
}

static void check_machines(struct judge *judge) {
    struct comparison *c = judge->comparison;
    for (size_t h = 0; h < c->head_count; h++) {
        const char *difference = NULL;
        size_t b = 0;
        for (; b < c->base_count && !difference; b++)
            difference = machine_difference(c->base[b], c->head[h], judge->arena);
        judge->together[h] = c->base_count == 1 && share_session(c->base[0], c->head[h]);
        if (!difference)
            continue;
        const char *base = c->base[b - 1]->label, *head = c->head[h]->label;
        if (c->policy->ignore_fingerprint) {
            comparison_note(c, NOTE_WARNING, NULL, "%s and %s are of different machines: %s", base,
                            head, difference);
            continue;
        }
        judge->mismatch[h] = difference;
        add_reason(c, REASON_FINGERPRINT);
        comparison_note(c, NOTE_WARNING, NULL,
                        "%s and %s are of different machines: %s; --ignore-fingerprint compares "
                        "them all the same",
                        base, head, difference);
    }
}

/* With the default projection columns are files, and the base is the one it is called by, also when
 * it has no sample and so no column. */
static size_t base_column(const struct judge *judge, const char *projection) {
    const struct grid *grid = judge->grid;
    if (projection && strcmp(projection, ".file") != 0)
        return grid->column_count ? 0 : NO_COLUMN;
    for (size_t i = 0; i < grid->column_count; i++) {
        if (strcmp(grid->columns[i].text, judge->comparison->base[0]->label) == 0)
            return i;
    }
    return NO_COLUMN;
}

static bool in_family(const struct row *row) {
    return row->policy.gated && row->policy.better != BETTER_UNKNOWN && !isnan(row->p);
}

/* p-values that are corrected together. */
struct family {
    enum correction correction;
    double *p;
    size_t count;
    bool good;
};

static void adjust(void *context, size_t number) {
    struct family *family = &((struct family *)context)[number];
    double *p = family->p;
    family->good = family->correction == CORRECTION_BH
                       ? adjust_benjamini_hochberg(p, family->count, p)
                   : family->correction == CORRECTION_HOLM ? adjust_holm(p, family->count, p)
                                                           : true;
}

/* By row: p-values of the family and of its trimmed ends, NaN for other rows; then corrected. */
struct correcting {
    double *p, *tails;
};

static void gather_piece(struct judge *own, struct judge_piece piece, void *context) {
    const struct correcting *all = context;
    for (size_t i = piece.first; i < piece.end; i++) {
        const struct row *row = &own->comparison->rows[i];
        bool counts = in_family(row);
        all->p[i] = counts ? row->p : NAN;
        all->tails[i] = counts && i < own->tail_count ? own->tails[i].p : NAN;
    }
}

/* The rows' p-values, and by themselves those of their trimmed ends. */
static bool correct(struct judge *judge, struct correcting *all, struct pg_error *err) {
    struct comparison *c = judge->comparison;
    struct family families[] = {{c->policy->correction, all->p, c->row_count, false},
                                {c->policy->correction, all->tails, c->row_count, false}};
    judge_in_pieces(judge, c->row_count, gather_piece, all);
    for (size_t i = 0; i < c->row_count; i++)
        c->family += isnan(all->p[i]) ? 0 : 1;
    if (c->row_count > WORTH_A_THREAD) {
        parallel_for(2, adjust, families);
    } else {
        adjust(families, 0);
        adjust(families, 1);
    }
    if (!families[0].good || !families[1].good)
        return pg_error_set(err, PG_INTERNAL, "no memory to correct %zu p-values", c->row_count);
    return true;
}

/* A pause every third round is no change of the centre. It does not make a row red, but it is said.
 */
static void note_tail(struct row *row, double change, double p, struct arena *arena) {
    if (p <= row->policy.alpha && row->verdict != ROW_REGRESSED && row_worse(row, change) &&
        row_beyond(row, change))
        row_note(row, arena,
                 "the mean is worse by %.3g%% (p = %.2g) while the centre is not: some rounds "
                 "got slower, look at the spread",
                 100 * fabs(change), p);
}

static void decide_piece(struct judge *own, struct judge_piece piece, void *context) {
    const struct correcting *corrected = context;
    for (size_t i = piece.first; i < piece.end; i++) {
        struct row *row = &own->comparison->rows[i];
        double p = corrected->p[i], tail = corrected->tails[i];
        row->p_adjusted = isnan(p) ? row->p : p;
        row_decide(row, own->arena);
        row->unwaived = row->verdict;
        if (!isnan(tail))
            note_tail(row, own->tails[i].change, tail, own->arena);
    }
}

static bool judge_verdicts(struct judge *judge, struct pg_error *err) {
    size_t count = judge->comparison->row_count;
    struct correcting all = {ARENA_NEW(judge->arena, double, count),
                             ARENA_NEW(judge->arena, double, count)};
    if (!correct(judge, &all, err))
        return false;
    judge_in_pieces(judge, count, decide_piece, &all);
    judge_waivers(judge);
    return true;
}

static bool matches_a_row(const char *glob, const struct comparison *c) {
    for (size_t i = 0; i < c->row_count; i++) {
        if (text_glob(glob, c->rows[i].name))
            return true;
    }
    return false;
}

/* Whether there are rows of whole processes beside others depends on what the command prints, so a
 * rule for them is no mistake where there are none. */
static bool of_processes(const struct policy_rule *rule) {
    return rule->benchmark && strncmp(rule->benchmark, "process/", strlen("process/")) == 0;
}

static void note_unused(struct judge *judge) {
    struct comparison *c = judge->comparison;
    for (size_t i = 0; i < c->policy->allow_missing_count; i++) {
        const char *glob = c->policy->allow_missing[i];
        if (!matches_a_row(glob, c))
            comparison_note(c, NOTE_WARNING, NULL, "allow-missing '%.200s' matches no benchmark",
                            glob);
    }
    for (size_t i = 0; i < c->policy->rule_count; i++) {
        const struct policy_rule *rule = &c->policy->rules[i];
        if (!judge->rules_used[i] && !of_processes(rule))
            comparison_note(c, NOTE_WARNING, rule->where,
                            "the rule for benchmark '%.200s', unit '%.100s' matches no row",
                            rule->benchmark ? rule->benchmark : "*", rule->unit ? rule->unit : "*");
    }
}

static void note_samples(struct judge *judge) {
    const struct row_tester *tester = &judge->tester;
    struct comparison *c = judge->comparison;
    if (tester->merged_rows)
        comparison_note(c, NOTE_INFO, NULL,
                        "in %zu of %zu rows a round has several values (up to %u): their median is "
                        "one sample",
                        tester->merged_rows, c->row_count, tester->merged_most);
    if (tester->unpaired_rows)
        comparison_note(c, NOTE_INFO, NULL,
                        "in %zu of %zu rows rounds (up to %u) have no partner on the other side "
                        "and are left out",
                        tester->unpaired_rows, c->row_count, tester->unpaired_most);
}

static bool build(struct judge *judge, const struct comparison_input *input, struct pg_error *err) {
    struct comparison *c = judge->comparison;
    struct arena *arena = judge->arena;
    const struct recording **all = ARENA_NEW(arena, const struct recording *, input->count);
    c->base = renamed_recordings(input->recordings, input->base_count, c);
    for (size_t i = 0; i < input->count; i++)
        all[i] = i < input->base_count ? c->base[i] : input->recordings[i];
    if (!grid_build(judge->grid, all, input->count, &input->spec, arena, err))
        return false;
    for (size_t i = 0; i < input->count; i++) {
        carry_notes(c, all[i]);
        check_damage(c, all[i]);
    }
    judge->base_number = base_column(judge, input->spec.col);
    check_machines(judge);
    judge->failed = failed_rows_new(judge);
    judge_rows(judge);
    judge_unmatched(judge);
    judge->tail_count = c->row_count;
    failed_rest(judge);
    if (!judge_verdicts(judge, err))
        return false;
    note_samples(judge);
    note_unused(judge);
    judge_total(judge);
    return true;
}

bool comparison_build(struct comparison *out, const struct comparison_input *input,
                      struct arena *arena, struct pg_error *err) {
    struct grid *grid = arena_alloc(arena, sizeof *grid);
    size_t heads = input->count - input->base_count;
    *out = (struct comparison){
        .grid = grid,
        .policy = input->policy,
        .base_count = input->base_count,
        .head = input->recordings + input->base_count,
        .head_count = heads,
        .arena = arena,
    };
    struct judge judge = {
        .comparison = out,
        .grid = grid,
        .tester = {.policy = input->policy, .arena = arena},
        .mismatch = ARENA_NEW(arena, const char *, heads),
        .together = ARENA_NEW(arena, bool, heads),
        .rules_used = ARENA_NEW(arena, bool, input->policy->rule_count),
        .arena = arena,
    };
    return build(&judge, input, err);
}
