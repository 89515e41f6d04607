#include "gate/baseline/pick.h"

#include "gate/baseline/history.h"

#include <stdlib.h>

enum { NOTED = 10, FULL_COMMIT = 40 };

struct candidate {
    const struct store_entry *entry;
    uint32_t distance;
};

struct picking {
    const struct store *store;
    const struct pick_request *request;
    struct pick *out;
    struct arena *arena;
    struct strings *before; /* commits by distance, or NULL: newest first */
    const char *commit;
    struct store_list list;
    struct candidate *candidates;
    size_t candidate_count;
    size_t other_machine, other_line, itself, objected, modified; /* entries passed over */
    const char *last_objection;
};

static void note(struct picking *p, const char *text) {
    struct pick *out = p->out;
    if (out->note_count < NOTED)
        ARENA_PUSH(p->arena, out->notes, out->note_count, out->note_capacity, text);
}

static bool ask_git(struct picking *p, struct pg_error *err) {
    const struct pick_request *request = p->request;
    if (request->any_order)
        return true;
    if (!history_known(request->folder, p->arena)) {
        note(p, "no git repository here: the newest recordings are taken, whether they come before "
                "this commit or not");
        return true;
    }
    const char *revision = request->commit ? request->commit : "HEAD";
    p->commit = history_commit(request->folder, revision, p->arena);
    if (!p->commit)
        return pg_error_set(err, PG_USAGE, "git knows no commit '%.200s'", revision);
    p->before = history_before(request->folder, p->commit, request->branch, p->arena);
    if (!p->before)
        p->before = strings_new(p->arena); /* no common history: nothing comes before */
    return true;
}

/* Recordings may be saved under a short commit id; then any commit that begins so is meant. */
static bool distance_of(const struct picking *p, const char *commit, uint32_t *out) {
    size_t length = commit ? strlen(commit) : 0;
    if (length < 7)
        return false;
    if (length >= FULL_COMMIT)
        return strings_find(p->before, text_of(commit), out);
    for (uint32_t i = 1; i < strings_count(p->before); i++) {
        if (strncmp(strings_get(p->before, i), commit, length) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool same_machine(const struct picking *p, const struct store_entry *entry) {
    const char *want = p->request->fingerprint;
    return !want || strcmp(want, entry->fingerprint ? entry->fingerprint : "") == 0;
}

static int nearest_first(const void *a, const void *b) {
    const struct candidate *left = a, *right = b;
    if (left->distance != right->distance)
        return left->distance < right->distance ? -1 : 1;
    /* entries stand newest first in one list */
    return (left->entry > right->entry) - (left->entry < right->entry);
}

static void collect(struct picking *p) {
    p->candidates = ARENA_NEW(p->arena, struct candidate, p->list.count);
    for (size_t i = 0; i < p->list.count; i++) {
        const struct store_entry *entry = &p->list.items[i];
        uint32_t distance = 0;
        if (!same_machine(p, entry)) {
            p->other_machine++;
            continue;
        }
        bool itself = p->request->without_commit && p->commit && entry->commit &&
                      strncmp(p->commit, entry->commit, strlen(entry->commit)) == 0;
        if (itself || (p->before && !distance_of(p, entry->commit, &distance))) {
            p->itself += itself;
            p->modified += entry->modified;
            p->other_line += !itself && !entry->modified;
            continue;
        }
        p->candidates[p->candidate_count++] = (struct candidate){entry, distance};
    }
    if (p->candidate_count)
        qsort(p->candidates, p->candidate_count, sizeof *p->candidates, nearest_first);
}

/* Reads an entry; what keeps it from being used goes to the notes. */
static bool load(struct picking *p, struct store_entry *entry, struct recording **out) {
    const char *label = p->request->label ? p->request->label : "baseline";
    store_read(p->store, entry, label, p->request->strings, out);
    const char *objection = store_entry_objection(entry);
    if (entry->damage)
        note(p, arena_printf(p->arena, "%s: damaged, passed over: %s", entry->id, entry->damage));
    else if (objection)
        note(p, arena_printf(p->arena, "%s: %s, passed over", entry->id, objection));
    if (!objection)
        return true;
    p->objected++;
    p->last_objection = entry->id;
    return false;
}

static void choose(struct picking *p) {
    struct pick *out = p->out;
    size_t most = p->request->history;
    if (most > p->candidate_count)
        most = p->candidate_count;
    out->entries = ARENA_NEW(p->arena, struct store_entry, most);
    out->recordings = ARENA_NEW(p->arena, const struct recording *, most);
    for (size_t i = 0; i < p->candidate_count && out->count < most; i++) {
        struct store_entry entry = *p->candidates[i].entry;
        struct recording *recording;
        if (!load(p, &entry, &recording))
            continue;
        out->recordings[out->count] = recording;
        out->entries[out->count++] = entry;
        if (entry.accepted && out->count < most && i + 1 < p->candidate_count) {
            note(p, arena_printf(p->arena,
                                 "%s: accepted as the new level; what is older than it is "
                                 "not compared with",
                                 entry.id));
        }
        if (entry.accepted)
            break;
    }
    for (size_t i = 0; i < out->count / 2; i++) {
        const struct recording *other = out->recordings[out->count - 1 - i];
        out->recordings[out->count - 1 - i] = out->recordings[i];
        out->recordings[i] = other;
    }
}

static const char *listed(struct arena *arena, const char *before, const char *item) {
    const char *with_comma = arena_printf(arena, "%s,", item);
    if (strlen(before) > 200 || strstr(before, with_comma))
        return before;
    return arena_printf(arena, "%s%s", before, with_comma);
}

static const char *without_comma(struct arena *arena, const char *list) {
    size_t length = strlen(list);
    return arena_strndup(arena, list, length ? length - 1 : 0);
}

const char *store_branches(const struct store *store) {
    struct store_list all;
    struct pg_error ignored;
    const char *names = "";
    if (!store_list(store, NULL, &all, &ignored) || all.count == 0)
        return "it is empty";
    for (size_t i = 0; i < all.count; i++)
        names = listed(store->arena, names, arena_printf(store->arena, " %s", all.items[i].branch));
    return arena_printf(store->arena, "branches there:%s", without_comma(store->arena, names));
}

static const char *other_machines(struct picking *p) {
    const char *names = "";
    for (size_t i = 0; i < p->list.count; i++) {
        const struct store_entry *entry = &p->list.items[i];
        if (!same_machine(p, entry))
            names = listed(
                p->arena, names,
                arena_printf(p->arena, " %s", entry->fingerprint ? entry->fingerprint : "none"));
    }
    return without_comma(p->arena, names);
}

static const char *why(struct picking *p) {
    const struct pick_request *request = p->request;
    struct arena *arena = p->arena;
    if (p->list.count == 0)
        return arena_printf(arena, "store '%s' has no recording of branch '%s'; %s", p->store->path,
                            request->branch, store_branches(p->store));
    const char *text =
        arena_printf(arena, "store '%s' has %zu recording%s of branch '%s', none to compare with",
                     p->store->path, p->list.count, p->list.count == 1 ? "" : "s", request->branch);
    if (p->other_machine)
        text = arena_printf(arena, "%s; %zu of other machines (this one is %s, those are%s)", text,
                            p->other_machine,
                            request->fingerprint[0] ? request->fingerprint : "without fingerprint",
                            other_machines(p));
    if (p->itself)
        text = arena_printf(arena, "%s; %zu of %.12s itself, which would be compared with itself",
                            text, p->itself, p->commit);
    if (p->modified)
        text = arena_printf(arena, "%s; %zu of files that differed from their commit", text,
                            p->modified);
    if (p->other_line)
        text = arena_printf(
            arena, "%s; %zu of commits that do not come before %.12s%s", text, p->other_line,
            p->commit,
            history_shallow(request->folder, arena)
                ? " (the clone is shallow: `git fetch --unshallow` shows what came before)"
                : "");
    if (p->objected)
        text = arena_printf(arena,
                            "%s; %zu regressed, broken or damaged (`perfgate baseline accept "
                            "%s` accepts a regression)",
                            text, p->objected, p->last_objection);
    return text;
}

bool store_pick(const struct store *store, const struct pick_request *request, struct pick *out,
                struct pg_error *err) {
    struct picking picking = {
        .store = store, .request = request, .out = out, .arena = store->arena};
    *out = (struct pick){0};
    if (!ask_git(&picking, err) || !store_list_branch(store, request->branch, &picking.list, err))
        return false;
    collect(&picking);
    choose(&picking);
    out->none = picking.list.count == 0;
    if (out->count == 0)
        out->why = why(&picking);
    return true;
}
