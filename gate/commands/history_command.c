#include "gate/commands/baseline_parts.h"
#include "gate/commands/history_parts.h"
#include "gate/commands/history_recordings.h"
#include "gate/compare/verdict.h"
#include "runners/base/log.h"
#include "stats/changepoint.h"

struct history_options {
    struct history_choice choice;
    const char *unit;
    double alpha;
    int limit, seed;
    bool changes;
    struct string_list reports;
    struct output_options screen;
};

/* ---- reading ---- */

static void add_damaged(struct history *h, const struct timeline_source *source, const char *damage,
                        struct arena *arena) {
    struct history_damage damaged = {source->id, damage};
    pg_log(LOG_WARNING, "%s: damaged: %s", source->id, damage);
    ARENA_PUSH(arena, h->damaged, h->damaged_count, h->damaged_capacity, damaged);
}

static void note(struct history *h, const char *text, struct arena *arena) {
    ARENA_PUSH(arena, h->notes, h->note_count, h->note_capacity, text);
}

static bool gather(struct history *h, const struct history_choice *choice,
                   const struct string_list *operands, struct arena *arena, struct pg_error *err) {
    struct history_recordings all;
    bool given = operands->count > 1;
    if (!history_recordings_find(&all, choice, operands->items + 1, operands->count - 1, arena,
                                 err))
        return false;
    h->store = given ? NULL : choice->store;
    if (all.untimed)
        note(h, "not every recording says when it was measured: they stand in the order given",
             arena);
    if (all.left_out)
        note(h,
             arena_printf(arena, "%zu older recording%s left out (--limit %zu)", all.left_out,
                          all.left_out == 1 ? " is" : "s are", choice->limit),
             arena);
    for (size_t i = 0; i < all.count; i++) {
        struct history_recording *c = &all.items[i];
        const char *damage = history_recording_add(&h->timeline, c, choice->store, arena);
        if (damage)
            add_damaged(h, &c->source, damage, arena);
    }
    return true;
}

/* ---- the command ---- */

static bool nothing_found(const struct history *h, const char *benchmark,
                          const struct history_options *o, struct arena *arena,
                          struct pg_error *err) {
    const struct timeline *t = &h->timeline;
    const char *others = "";
    for (size_t i = 0; i < t->other_count; i++)
        others = arena_printf(arena, "%s%s %.60s", others, i ? "," : "; there are", t->others[i]);
    return pg_error_set(err, PG_FORMAT,
                        "no recording that can be read has a benchmark '%.200s'%s%.60s%s",
                        benchmark, o->unit ? " with unit " : "", o->unit ? o->unit : "", others);
}

static size_t machine_count(const struct timeline *t, struct arena *arena) {
    struct strings *machines = strings_new(arena);
    for (size_t i = 0; i < t->count; i++)
        strings_add(machines, text_of(t->series[i].machine ? t->series[i].machine : "-"));
    return strings_count(machines) - 1;
}

static void note_doubts(struct history *h, struct arena *arena) {
    size_t machines = machine_count(&h->timeline, arena);
    if (machines > 1)
        note(h,
             arena_printf(arena,
                          "recordings of %zu machines, each by itself: they are not "
                          "compared with each other",
                          machines),
             arena);
    if (h->timeline.pooled)
        note(h,
             arena_printf(arena,
                          "%zu times results of one benchmark under several configurations "
                          "were pooled",
                          h->timeline.pooled),
             arena);
}

static bool show(const struct history_options *o, const struct string_list *operands,
                 struct session *session, int *exit_code, struct pg_error *err) {
    struct arena *arena = session->arena;
    struct history h = {.changes_only = o->changes, .screen = &o->screen, .session = session};
    struct view view = {history_text, history_json, &h};
    timeline_init(&h.timeline, operands->items[0], o->unit, arena);
    if (!gather(&h, &o->choice, operands, arena, err) ||
        !timeline_finish(&h.timeline, o->alpha, (uint32_t)o->seed, err))
        return false;
    if (h.timeline.count == 0)
        return nothing_found(&h, operands->items[0], o, arena, err);
    note_doubts(&h, arena);
    if (h.damaged_count)
        *exit_code = verdict_exit_code(VERDICT_BROKEN);
    return view_print_csv(&view, history_csv, &o->reports, session, err);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct history_options o = {.choice.store = DEFAULT_STORE,
                                .alpha = 0.05,
                                .limit = HISTORY_LIMIT_OF_EACH,
                                .seed = HISTORY_SEED};
    struct parsed_options parsed;
    output_options_init(&o.screen);
    const struct option options[] = {
        STORE_OPTION(&o.choice.store),
        TEXT("branch", 'b', &o.choice.branch, "GLOB", "only these branches (all, each by itself)"),
        TEXT("fingerprint", 0, &o.choice.fingerprint, "ID",
             "of one machine: an id, this or none (all, each by itself)"),
        TEXT("unit", 'u', &o.unit, "GLOB", "as sec/op or ns/op (the gated time, else all gated)"),
        TEXT("since", 0, &o.choice.since, "TIME",
             "only what was measured from then on: 2026-01-31"),
        COUNT("limit", 'n', &o.limit, 1, CHANGEPOINT_MOST_VALUES,
              "the newest N of each branch and machine (100)"),
        {.name = "alpha",
         .kind = OPTION_RATIO,
         .target = &o.alpha,
         .argument = "P",
         .help = "significance of a change (0.05)",
         .low = 0.001,
         .high = 0.5},
        COUNT("seed", 0, &o.seed, 0, INT32_MAX, "of the permutations (1)"),
        FLAG("changes", 0, &o.changes, "only what changed, without the tables"),
        LIST("report", 0, &o.reports, "FORMAT=PATH",
             "text, json or csv; path - replaces the table"),
        SCREEN_OPTIONS(&o.screen),
        {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &history_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (parsed.operands.count == 0)
        return pg_error_set(err, PG_USAGE,
                            "history: expected a benchmark, by name or glob ('*' is all)");
    o.choice.limit = (size_t)o.limit;
    return show(&o, &parsed.operands, session, exit_code, err);
}

const struct command history_command = {
    .name = "history",
    .summary = "Show a benchmark over time, and where its level changed",
    .operands = "BENCHMARK [RECORDING…]",
    .run = run,
};
