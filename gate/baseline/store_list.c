/* What is in a store. */
#include "gate/baseline/store_name.h"
#include "runners/base/source.h"
#include "runners/formats/format.h"
#include "runners/recording/recording_text.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool store_is_temporary(const char *file) {
    return file[0] == '.';
}

static bool exists(const struct store *store, const char *id, const char *ending) {
    const char *path = arena_printf(store->arena, "%s/%s%s", store->path, id, ending);
    return access(path, F_OK) == 0;
}

static bool ends_with(const char *name, const char *ending) {
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}

bool store_entry_at(const struct store *store, const char *folder, const char *file,
                    struct store_entry *out) {
    struct store_entry entry = {0};
    if (!store_name_parse(file, &entry, store->arena) ||
        !branch_decode(folder, &entry.branch, store->arena))
        return false;
    entry.id = arena_printf(store->arena, "%s/%.*s", folder, (int)strlen(file) - 4, file);
    entry.path = arena_printf(store->arena, "%s/%s.txt", store->path, entry.id);
    entry.modified = entry.commit && ends_with(entry.commit, MODIFIED_MARK);
    entry.accepted = exists(store, entry.id, ".accepted");
    *out = entry;
    return true;
}

/* Newest first; equal seconds by number and name, so that the order is always the same. */
static int newest_first(const void *a, const void *b) {
    const struct store_entry *left = a, *right = b;
    int order = strcmp(right->time, left->time);
    if (order == 0)
        order = (left->number < right->number) - (left->number > right->number);
    return order ? order : strcmp(right->id, left->id);
}

/* A folder that is not there, or is gone in the meantime, holds nothing. */
static bool open_folder(const struct store *store, const char *path, DIR **out,
                        struct pg_error *err) {
    *out = opendir(path);
    if (*out || errno == ENOENT)
        return true;
    return pg_error_errno(err, "store '%.300s': %.300s cannot be read", store->path, path);
}

static bool list_folder(const struct store *store, const char *name, struct store_list *out,
                        struct pg_error *err) {
    DIR *folder;
    size_t first = out->count;
    struct dirent *file;
    if (!open_folder(store, arena_printf(store->arena, "%s/%s", store->path, name), &folder, err))
        return false;
    while (folder && (file = readdir(folder)) && out->count - first < STORE_ENTRY_LIMIT) {
        struct store_entry entry;
        if (store_is_temporary(file->d_name) || ends_with(file->d_name, ".accepted") ||
            ends_with(file->d_name, ".pb.gz"))
            continue;
        if (store_entry_at(store, name, file->d_name, &entry))
            ARENA_PUSH(store->arena, out->items, out->count, out->capacity, entry);
        else
            out->strange++;
    }
    if (folder)
        closedir(folder);
    if (out->count > first)
        qsort(out->items + first, out->count - first, sizeof *out->items, newest_first);
    return true;
}

bool store_list_branch(const struct store *store, const char *branch, struct store_list *out,
                       struct pg_error *err) {
    const char *name;
    *out = (struct store_list){0};
    return branch_encode(branch, &name, store->arena, err) && list_folder(store, name, out, err);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
    const char **items;
    size_t count, capacity;
};

static bool branch_folders(const struct store *store, const char *glob, struct names *out,
                           size_t *strange, struct pg_error *err) {
    DIR *folder;
    struct dirent *file;
    if (!open_folder(store, store->path, &folder, err))
        return false;
    while (folder && (file = readdir(folder))) {
        const char *branch;
        struct stat status;
        if (store_is_temporary(file->d_name))
            continue;
        if (!branch_decode(file->d_name, &branch, store->arena) ||
            fstatat(dirfd(folder), file->d_name, &status, 0) != 0 || !S_ISDIR(status.st_mode)) {
            ++*strange;
            continue;
        }
        const char *name = arena_strdup(store->arena, file->d_name);
        if (!glob || text_glob(glob, branch))
            ARENA_PUSH(store->arena, out->items, out->count, out->capacity, name);
    }
    if (folder)
        closedir(folder);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_text);
    return true;
}

bool store_list(const struct store *store, const char *branch_glob, struct store_list *out,
                struct pg_error *err) {
    struct names names = {0};
    *out = (struct store_list){0};
    if (!branch_folders(store, branch_glob, &names, &out->strange, err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        if (!list_folder(store, names.items[i], out, err))
            return false;
    }
    return true;
}

bool store_entry_find(const struct store *store, const char *id, struct store_entry *out,
                      struct pg_error *err) {
    struct store_list list;
    const struct store_entry *found = NULL;
    if (!store_list(store, NULL, &list, err))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        const struct store_entry *entry = &list.items[i];
        if (strcmp(entry->id, id) == 0) {
            *out = *entry;
            return true;
        }
        if (!strstr(entry->id, id))
            continue;
        if (found)
            return pg_error_set(err, PG_USAGE,
                                "'%.200s' is part of several entries: %.200s, %.200s", id,
                                found->id, entry->id);
        found = entry;
    }
    if (!found)
        return pg_error_set(err, PG_USAGE, "store '%.300s' has no entry '%.200s'", store->path, id);
    *out = *found;
    return true;
}

/* Reads the comments of a recording, and that its end is there. */
static bool read_comments(struct recording *head, const char *path, struct pg_error *err) {
    struct source *source;
    struct text line;
    struct recording_text state = {0};
    bool end = false, good = true;
    if (!source_open(&source, path, err))
        return false;
    while (good && (good = source_line(source, &line, &end, err)) && !end) {
        if (line.length && line.at[0] == '#')
            good = recording_text_line(head, &state, line, source_line_number(source), err);
    }
    source_close(source);
    if (!good)
        return false;
    recording_text_finish(head, &state);
    if (!state.is_recording)
        return pg_error_set(err, PG_FORMAT, "%.400s: not a recording", path);
    return true;
}

/* What a FIFO holds would be waited for. */
static bool is_file(const char *path) {
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

/* The name says what the entry is; what its inside says must be the same. */
static const char *contradiction(const struct store_entry *entry, const struct recording *head,
                                 struct arena *arena) {
    const char *const said[][3] = {
        {"branch", entry->branch, recording_get(head, "branch")},
        {"commit", entry->commit, store_commit_of(head, arena)},
        {"fingerprint-id", entry->fingerprint, recording_get(head, "fingerprint-id")},
    };
    for (size_t i = 0; i < 3; i++) {
        const char *outside = said[i][1] ? said[i][1] : "", *inside = said[i][2] ? said[i][2] : "";
        if (strcmp(outside, inside) != 0)
            return arena_printf(arena, "its name says %s '%.80s', its inside '%.80s'", said[i][0],
                                outside, inside);
    }
    return NULL;
}

/* A time that cannot be understood here (of a clock that is far ahead) contradicts nothing. */
static const char *other_time(const struct store_entry *entry, struct recording *head,
                              struct arena *arena) {
    const char *name;
    struct pg_error ignored;
    if (!recording_get(head, "time") || !store_name_of(head, &name, arena, &ignored) ||
        strncmp(name, entry->time, strlen(entry->time)) == 0)
        return NULL;
    return arena_printf(arena, "its name says time '%s', its inside '%.80s'", entry->time,
                        recording_get(head, "time"));
}

/* Verdict, profile, and what the comments show of damage. */
static void inspect_comments(const struct store *store, struct store_entry *entry) {
    struct arena *arena = store->arena, *scratch = arena_new();
    struct pg_error err = {0};
    struct recording *head = recording_new("", entry->path, strings_new(scratch), scratch);
    if (!read_comments(head, entry->path, &err))
        entry->damage = arena_strdup(arena, err.text);
    else
        entry->damage = contradiction(entry, head, arena);
    if (!entry->damage)
        entry->damage = other_time(entry, head, arena);
    if (!entry->damage)
        entry->damage = recording_damage(head, arena);
    const char *verdict = recording_get(head, "verdict");
    if (verdict)
        entry->verdict = arena_strndup(arena, verdict, strnlen(verdict, 40));
    if (recording_get(head, "profile")) {
        entry->profile_lost = !exists(store, entry->id, ".pb.gz");
        if (!entry->profile_lost)
            entry->profile = arena_printf(arena, "%s/%s.pb.gz", store->path, entry->id);
    }
    arena_free(scratch);
}

bool store_read(const struct store *store, struct store_entry *entry, const char *label,
                struct strings *strings, struct recording **out) {
    struct pg_error err = {0};
    entry->verdict = entry->damage = entry->profile = NULL;
    entry->profile_lost = false;
    if (!is_file(entry->path)) {
        entry->damage = "not a regular file";
        return false;
    }
    inspect_comments(store, entry);
    bool good = recording_read(out, arena_printf(store->arena, "%s=%s", label, entry->path), NULL,
                               strings, store->arena, &err);
    if (!entry->damage)
        entry->damage =
            good ? recording_damage(*out, store->arena) : arena_strdup(store->arena, err.text);
    return good;
}

void store_inspect(const struct store *store, struct store_entry *entry) {
    struct recording *ignored;
    struct arena *scratch = arena_new();
    store_read(&(struct store){store->path, scratch}, entry, "", strings_new(scratch), &ignored);
    entry->verdict = entry->verdict ? arena_strdup(store->arena, entry->verdict) : NULL;
    entry->damage = entry->damage ? arena_strdup(store->arena, entry->damage) : NULL;
    entry->profile = entry->profile ? arena_strdup(store->arena, entry->profile) : NULL;
    arena_free(scratch);
}

const char *store_entry_objection(const struct store_entry *entry) {
    if (entry->damage)
        return "damaged";
    if (!entry->verdict || entry->accepted)
        return NULL;
    if (strcmp(entry->verdict, "regression") == 0)
        return "a regression that was not accepted";
    return strcmp(entry->verdict, "broken") == 0 ? "a broken measurement" : NULL;
}

bool store_entry_usable(const struct store_entry *entry) {
    return store_entry_objection(entry) == NULL;
}
