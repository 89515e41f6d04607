/* What a store need not keep. */
#include "gate/baseline/store_name.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEFTOVER_AGE = 24 * 60 * 60 };

size_t store_leftovers(const char *folder, int64_t now, bool remove) {
    DIR *open = opendir(folder);
    struct dirent *file;
    size_t count = 0;
    while (open && (file = readdir(open))) {
        struct stat status;
        if (!store_is_temporary(file->d_name) ||
            fstatat(dirfd(open), file->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode) || now - (int64_t)status.st_mtime < LEFTOVER_AGE)
            continue;
        if (!remove || unlinkat(dirfd(open), file->d_name, 0) == 0)
            count++;
    }
    if (open)
        closedir(open);
    return count;
}

static bool remove_file(const char *path, struct pg_error *err) {
    return unlink(path) == 0 || errno == ENOENT
               ? true
               : pg_error_errno(err, "%.400s: cannot be removed", path);
}

/* The recording goes last: while it is there, the next prune finds what one that was killed has
 * left. Without its acceptance a regression is not compared with, so no order does harm. */
static bool remove_entry(const struct store *store, const struct store_entry *entry,
                         struct pg_error *err) {
    const char *stem = arena_printf(store->arena, "%s/%s", store->path, entry->id);
    return remove_file(arena_printf(store->arena, "%s.accepted", stem), err) &&
           remove_file(arena_printf(store->arena, "%s.pb.gz", stem), err) &&
           remove_file(entry->path, err);
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && !strcmp(a, b));
}

/* What went before in the same branch of the same machine. The list is newest first. */
struct seen {
    const char *branch, *fingerprint;
    int usable, all;
};

static struct seen *seen_of(struct seen *seen, size_t *count, const struct store_entry *entry) {
    for (size_t i = *count; i-- > 0;) {
        if (strcmp(seen[i].branch, entry->branch) == 0 &&
            same_text(seen[i].fingerprint, entry->fingerprint))
            return &seen[i];
    }
    seen[*count] = (struct seen){entry->branch, entry->fingerprint, 0, 0};
    return &seen[(*count)++];
}

static bool too_much(const struct store_prune *how, const struct seen *seen,
                     const struct store_entry *entry) {
    int64_t moment;
    if (entry->damage)
        return how->damaged;
    if (how->keep == 0)
        return true;
    if (store_entry_usable(entry) && seen->usable == 1)
        return false;
    if (how->keep > 0 && seen->all > how->keep)
        return true;
    return !isnan(how->max_age) && store_time_parse(entry->time, &moment) &&
           (double)(how->now - moment) > how->max_age;
}

static bool prune_entries(const struct store *store, const struct store_prune *how,
                          struct store_list *list, struct store_pruned *out, struct pg_error *err) {
    struct seen *all = ARENA_NEW(store->arena, struct seen, list->count);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct store_entry *entry = &list->items[i];
        store_inspect(store, entry);
        struct seen *seen = seen_of(all, &count, entry);
        seen->all += !entry->damage;
        seen->usable += store_entry_usable(entry);
        if (!too_much(how, seen, entry)) {
            out->kept++;
            continue;
        }
        ARENA_PUSH(store->arena, out->items, out->count, out->capacity, *entry);
    }
    /* Oldest first: were an accepted entry to go before older ones, and the rest not for a crash,
     * those would count again. */
    for (size_t i = out->count; i-- > 0 && !how->dry_run;) {
        if (!remove_entry(store, &out->items[i], err))
            return false;
    }
    return true;
}

bool store_prune(const struct store *store, const struct store_prune *how, struct store_pruned *out,
                 struct pg_error *err) {
    struct store_list list;
    *out = (struct store_pruned){0};
    if (!store_list(store, how->branch_glob, &list, err) ||
        !prune_entries(store, how, &list, out, err))
        return false;
    const char *last = "";
    for (size_t i = 0; i < list.count; i++) {
        const char *folder =
            arena_strndup(store->arena, list.items[i].id, strcspn(list.items[i].id, "/"));
        if (strcmp(folder, last) != 0)
            out->leftovers += store_leftovers(
                arena_printf(store->arena, "%s/%s", store->path, folder), how->now, !how->dry_run);
        last = folder;
    }
    return true;
}
