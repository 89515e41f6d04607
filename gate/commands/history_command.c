/* perfgate history: the recordings that take part, oldest first. */
#include "gate/baseline/pick.h"
#include "gate/commands/baseline_parts.h"
#include "gate/commands/history_parts.h"
#include "gate/compare/verdict.h"
#include "runners/base/log.h"
#include "runners/formats/format.h"
#include "stats/changepoint.h"

#include <stdlib.h>

struct history_options {
    const char *store, *branch, *fingerprint, *unit, *since;
    double alpha;
    int limit, seed;
    bool changes;
    struct string_list reports;
    struct output_options screen;
};

/* A recording that may take part: an entry of the store, which is read when it does, or one that
 * was given. */
struct candidate {
    struct timeline_source source;
    struct store_entry *entry;
    struct recording *recording;
    int64_t seconds; /* since 1970 */
    size_t place;    /* among those of the same second */
};

struct candidates {
    struct candidate *items;
    size_t count, capacity;
    bool untimed; /* some do not say when they were measured: all stay in the order given */
};

/* 2026-01-31T23:59:59Z */
static const char *written_time(int64_t seconds, struct arena *arena) {
    const char *t = store_time(seconds, arena);
    return arena_printf(arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 4, t + 6, t + 9, t + 11,
                        t + 13);
}

/* ---- candidates ---- */

static bool of_store(struct candidates *out, const struct history_options *o, struct arena *arena,
                     struct pg_error *err) {
    struct store store = {o->store, arena};
    struct store_list list;
    if (!store_list(&store, o->branch, &list, err))
        return false;
    if (list.strange)
        pg_log(LOG_WARNING, "%s: %zu files that are not of a store, passed over", o->store,
               list.strange);
    if (list.count == 0)
        return pg_error_set(err, PG_FORMAT, "store '%.300s' has no recording%s%.200s%s; %s",
                            o->store, o->branch ? " of branch '" : "", o->branch ? o->branch : "",
                            o->branch ? "'" : "", store_branches(&store));
    for (size_t i = list.count; i-- > 0;) {
        struct store_entry *e = &list.items[i];
        struct candidate c = {.entry = e, .place = list.count - i};
        store_time_parse(e->time, &c.seconds);
        size_t mark = e->modified ? strlen(MODIFIED_MARK) : 0;
        c.source = (struct timeline_source){
            .id = e->id,
            .path = e->path,
            .branch = e->branch,
            .machine = e->fingerprint,
            .commit = e->commit ? arena_strndup(arena, e->commit, strlen(e->commit) - mark) : NULL,
            .time = written_time(c.seconds, arena),
            .modified = e->modified,
            .accepted = e->accepted};
        ARENA_PUSH(arena, out->items, out->count, out->capacity, c);
    }
    return true;
}

static bool of_files(struct candidates *out, const struct string_list *files, struct arena *arena,
                     struct pg_error *err) {
    struct strings *strings = strings_new(arena);
    for (size_t i = 1; i < files->count; i++) {
        struct candidate c = {.place = i};
        if (!recording_read(&c.recording, files->items[i], NULL, strings, arena, err))
            return false;
        const struct recording *r = c.recording;
        const char *time = recording_get(r, "time");
        bool timed = time && store_moment_parse(time, &c.seconds);
        out->untimed |= !timed;
        c.source = (struct timeline_source){.id = r->label,
                                            .path = r->path,
                                            .machine = recording_get(r, "fingerprint-id"),
                                            .commit = recording_get(r, "commit"),
                                            .time = timed ? written_time(c.seconds, arena) : NULL,
                                            .verdict = recording_get(r, "verdict"),
                                            .modified = recording_modified(r)};
        ARENA_PUSH(arena, out->items, out->count, out->capacity, c);
    }
    return true;
}

static int oldest_first(const void *a, const void *b) {
    const struct candidate *left = a, *right = b;
    if (left->seconds != right->seconds)
        return left->seconds < right->seconds ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

/* ---- filters ---- */

static bool is_of_machine(const struct candidate *c, const char *machine) {
    if (!machine)
        return true;
    return c->source.machine ? strcmp(c->source.machine, machine) == 0 : !*machine;
}

static bool filter(struct candidates *all, const struct history_options *o, struct arena *arena,
                   struct pg_error *err) {
    int64_t since = INT64_MIN;
    const char *machine = o->fingerprint;
    size_t kept = 0;
    if (o->since && !store_moment_parse(o->since, &since))
        return pg_error_set(
            err, PG_USAGE,
            "--since=%.100s: write a date or time, as 2026-01-31 or 2026-01-31T23:59:59Z",
            o->since);
    if (o->since && all->untimed)
        return pg_error_set(err, PG_USAGE,
                            "--since: not every recording says when it was measured");
    if (machine && strcmp(machine, "this") == 0)
        machine = this_machine(arena);
    else if (machine && strcmp(machine, "none") == 0)
        machine = "";
    for (size_t i = 0; i < all->count; i++) {
        if (all->items[i].seconds >= since && is_of_machine(&all->items[i], machine))
            all->items[kept++] = all->items[i];
    }
    all->count = kept;
    return kept ||
           pg_error_set(err, PG_FORMAT, "no recording is left%s%.100s%s%.100s",
                        o->since ? " since " : "", o->since ? o->since : "",
                        o->fingerprint ? " of machine " : "", o->fingerprint ? o->fingerprint : "");
}

/* Keeps the newest `limit` of each branch and machine; how many went. */
static size_t limit_each(struct candidates *all, size_t limit, struct arena *arena) {
    struct strings *groups = strings_new(arena);
    size_t *counts = ARENA_NEW(arena, size_t, all->count + 1), first = all->count;
    for (size_t i = all->count; i-- > 0;) {
        const struct timeline_source *s = &all->items[i].source;
        const char *group =
            arena_printf(arena, "%s\n%s", s->machine ? s->machine : "", s->branch ? s->branch : "");
        if (counts[strings_add(groups, text_of(group))]++ < limit)
            all->items[--first] = all->items[i];
    }
    all->items += first;
    all->count -= first;
    return first;
}

/* ---- reading ---- */

static void add_damaged(struct history *h, const struct timeline_source *source, const char *damage,
                        struct arena *arena) {
    struct history_damage damaged = {source->id, arena_strdup(arena, damage)};
    pg_log(LOG_WARNING, "%s: damaged: %s", source->id, damage);
    ARENA_PUSH(arena, h->damaged, h->damaged_count, h->damaged_capacity, damaged);
}

/* One recording of a store at a time is in memory. */
static void add_entry(struct history *h, struct candidate *c, const char *store,
                      struct arena *arena) {
    struct arena *scratch = arena_new();
    struct store_entry entry = *c->entry;
    struct recording *recording;
    store_read(&(struct store){store, scratch}, &entry, "history", strings_new(scratch),
               &recording);
    if (entry.damage) {
        add_damaged(h, &c->source, entry.damage, arena);
    } else {
        c->source.verdict = entry.verdict ? arena_strdup(arena, entry.verdict) : NULL;
        timeline_add(&h->timeline, recording, &c->source);
    }
    arena_free(scratch);
}

static void add_file(struct history *h, struct candidate *c, struct arena *arena) {
    const char *damage = recording_damage(c->recording, arena);
    if (damage)
        add_damaged(h, &c->source, damage, arena);
    else
        timeline_add(&h->timeline, c->recording, &c->source);
}

static void note(struct history *h, const char *text, struct arena *arena) {
    ARENA_PUSH(arena, h->notes, h->note_count, h->note_capacity, text);
}

static bool gather(struct history *h, const struct history_options *o,
                   const struct string_list *operands, struct arena *arena, struct pg_error *err) {
    struct candidates all = {0};
    bool given = operands->count > 1;
    h->store = given ? NULL : o->store;
    if (!(given ? of_files(&all, operands, arena, err) : of_store(&all, o, arena, err)))
        return false;
    if (all.untimed)
        note(h, "not every recording says when it was measured: they stand in the order given",
             arena);
    else
        qsort(all.items, all.count, sizeof *all.items, oldest_first);
    if (!filter(&all, o, arena, err))
        return false;
    size_t older = limit_each(&all, (size_t)o->limit, arena);
    if (older)
        note(h,
             arena_printf(arena, "%zu older recording%s left out (--limit %d)", older,
                          older == 1 ? " is" : "s are", o->limit),
             arena);
    for (size_t i = 0; i < all.count; i++) {
        if (given)
            add_file(h, &all.items[i], arena);
        else
            add_entry(h, &all.items[i], o->store, arena);
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
    if (!gather(&h, o, operands, arena, err) ||
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
    struct history_options o = {.store = DEFAULT_STORE, .alpha = 0.05, .limit = 100, .seed = 1};
    struct parsed_options parsed;
    output_options_init(&o.screen);
    const struct option options[] = {
        STORE_OPTION(&o.store),
        TEXT("branch", 'b', &o.branch, "GLOB", "only these branches (all, each by itself)"),
        TEXT("fingerprint", 0, &o.fingerprint, "ID",
             "of one machine: an id, this or none (all, each by itself)"),
        TEXT("unit", 'u', &o.unit, "GLOB", "as sec/op or ns/op (the gated time, else all gated)"),
        TEXT("since", 0, &o.since, "TIME", "only what was measured from then on: 2026-01-31"),
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
    return show(&o, &parsed.operands, session, exit_code, err);
}

const struct command history_command = {
    .name = "history",
    .summary = "Show a benchmark over time, and where its level changed",
    .operands = "BENCHMARK [RECORDING…]",
    .run = run,
};
