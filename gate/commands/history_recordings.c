#include "gate/commands/history_recordings.h"

#include "gate/baseline/pick.h"
#include "gate/commands/baseline_parts.h"
#include "runners/base/log.h"
#include "runners/formats/format.h"

#include <stdlib.h>

/* 2026-01-31T23:59:59Z */
static const char *written_time(int64_t seconds, struct arena *arena) {
    const char *t = store_time(seconds, arena);
    return arena_printf(arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 4, t + 6, t + 9, t + 11,
                        t + 13);
}

/* ---- where they are ---- */

static bool of_store(struct history_recordings *out, const struct history_choice *o,
                     struct arena *arena, struct pg_error *err) {
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
        struct history_recording c = {.entry = e, .place = list.count - i};
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

static bool of_files(struct history_recordings *out, const char *const *files, size_t count,
                     struct arena *arena, struct pg_error *err) {
    struct strings *strings = strings_new(arena);
    for (size_t i = 0; i < count; i++) {
        struct history_recording c = {.place = i};
        if (!recording_read(&c.recording, files[i], NULL, strings, arena, err))
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
    const struct history_recording *left = a, *right = b;
    if (left->seconds != right->seconds)
        return left->seconds < right->seconds ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

/* ---- filters ---- */

static bool is_of_machine(const struct history_recording *c, const char *machine) {
    if (!machine)
        return true;
    return c->source.machine ? strcmp(c->source.machine, machine) == 0 : !*machine;
}

static bool filter(struct history_recordings *all, const struct history_choice *o,
                   struct arena *arena, struct pg_error *err) {
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

/* Keeps the newest of each branch and machine. */
static void limit_each(struct history_recordings *all, size_t limit, struct arena *arena) {
    struct strings *groups = strings_new(arena);
    size_t *counts = ARENA_NEW(arena, size_t, all->count + 1), first = all->count;
    for (size_t i = all->count; i-- > 0;) {
        const char *group = timeline_group(&all->items[i].source, arena);
        if (counts[strings_add(groups, text_of(group))]++ < limit)
            all->items[--first] = all->items[i];
    }
    all->items += first;
    all->count -= first;
    all->left_out = first;
}

bool history_recordings_find(struct history_recordings *out, const struct history_choice *choice,
                             const char *const *files, size_t file_count, struct arena *arena,
                             struct pg_error *err) {
    *out = (struct history_recordings){0};
    if (!(file_count ? of_files(out, files, file_count, arena, err)
                     : of_store(out, choice, arena, err)))
        return false;
    if (!out->untimed)
        qsort(out->items, out->count, sizeof *out->items, oldest_first);
    if (!filter(out, choice, arena, err))
        return false;
    limit_each(out, choice->limit, arena);
    return true;
}

/* ---- into a timeline ---- */

static const char *add_entry(struct timeline *timeline, struct history_recording *c,
                             const char *store, struct arena *arena) {
    struct arena *scratch = arena_new();
    struct store_entry entry = *c->entry;
    struct recording *recording;
    const char *damage = NULL;
    store_read(&(struct store){store, scratch}, &entry, "history", strings_new(scratch),
               &recording);
    if (entry.damage) {
        damage = arena_strdup(arena, entry.damage);
    } else {
        c->source.verdict = entry.verdict ? arena_strdup(arena, entry.verdict) : NULL;
        timeline_add(timeline, recording, &c->source);
    }
    arena_free(scratch);
    return damage;
}

const char *history_recording_add(struct timeline *timeline, struct history_recording *c,
                                  const char *store, struct arena *arena) {
    if (c->entry)
        return add_entry(timeline, c, store, arena);
    const char *damage = recording_damage(c->recording, arena);
    if (!damage)
        timeline_add(timeline, c->recording, &c->source);
    return damage;
}

const struct timeline *history_of_store(const char *store, const char *branch, const char *machine,
                                        double alpha, struct arena *arena) {
    const struct history_choice choice = {.store = store,
                                          .branch = branch,
                                          .fingerprint = machine ? machine : "none",
                                          .limit = HISTORY_LIMIT_OF_EACH};
    struct timeline *timeline = ARENA_NEW(arena, struct timeline, 1);
    struct history_recordings all;
    struct pg_error err;
    timeline_init(timeline, "*", NULL, arena);
    if (!history_recordings_find(&all, &choice, NULL, 0, arena, &err))
        return NULL;
    for (size_t i = 0; i < all.count; i++)
        history_recording_add(timeline, &all.items[i], store, arena);
    return timeline_finish(timeline, alpha, HISTORY_SEED, &err) ? timeline : NULL;
}
