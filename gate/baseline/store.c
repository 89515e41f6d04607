#include "gate/baseline/store.h"

#include "gate/baseline/store_name.h"
#include "runners/base/out_file.h"
#include "runners/recording/recording_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { NUMBER_LIMIT = 100000 }; /* recordings of one second, commit and machine */

/* So that a machine that loses power does not lose a name it has seen. Best effort: not every file
 * system can. */
static void sync_folder(const char *folder) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

static bool cannot_write(const struct store *store, struct pg_error *err) {
    return pg_error_in(err,
                       arena_printf(store->arena, "store '%.300s' cannot be written", store->path));
}

static bool copy_profile(const struct store *store, const char *from, const char *path,
                         struct out_file *out, struct pg_error *err) {
    char block[65536];
    size_t count;
    FILE *in = fopen(from, "rbe");
    if (!in)
        return pg_error_errno(err, "%.400s: cannot be read", from);
    bool good = out_file_open(out, path, store->arena, err);
    while (good && (count = fread(block, 1, sizeof block, in)) > 0)
        fwrite(block, 1, count, out->stream);
    if (good && ferror(in)) {
        good = pg_error_errno(err, "%.400s: cannot be read", from);
        out_file_abandon(out);
    }
    fclose(in);
    return good;
}

static const char *numbered(const char *stem, unsigned number, struct arena *arena) {
    return number == 1 ? stem : arena_printf(arena, "%s.%u", stem, number);
}

/* The first name that nobody has. */
static bool claim(struct out_file *file, const char *stem, unsigned *number, struct arena *arena,
                  struct pg_error *err) {
    bool taken = true;
    for (unsigned n = 1; taken && n < NUMBER_LIMIT; n++) {
        file->path = arena_printf(arena, "%s.txt", numbered(stem, n, arena));
        *number = n;
        if (out_file_commit_new(file, &taken, err))
            return true;
    }
    if (taken) {
        out_file_abandon(file);
        pg_error_set(err, PG_LIMIT, "%.400s: taken %d times", stem, NUMBER_LIMIT);
    }
    return false;
}

static bool check(const struct store_save *save, struct arena *arena, struct pg_error *err) {
    const struct recording *r = save->recording;
    const char *damage = recording_damage(r, arena);
    if (damage)
        return pg_error_set(err, PG_FORMAT, "%.300s: damaged, not a baseline: %.600s", r->path,
                            damage);
    if (r->series_count == 0)
        return pg_error_set(err, PG_FORMAT, "%.300s: no measurements, not a baseline", r->path);
    if (!recording_get(r, "branch"))
        return pg_error_set(err, PG_USAGE, "%.300s: does not name its branch", r->path);
    return true;
}

static bool save_files(const struct store *store, const struct store_save *save, const char *folder,
                       const char *stem, unsigned *number, struct pg_error *err) {
    struct arena *arena = store->arena;
    const char *first = arena_printf(arena, "%s/%s", folder, stem);
    struct out_file file = {0}, profile = {0};
    if (save->profile &&
        !copy_profile(store, save->profile, arena_printf(arena, "%s.pb.gz", first), &profile, err))
        return false;
    if (!out_file_open(&file, arena_printf(arena, "%s.txt", first), arena, err)) {
        out_file_abandon(&profile);
        return false;
    }
    recording_write(file.stream, save->recording);
    if (!claim(&file, first, number, arena, err)) {
        out_file_abandon(&profile);
        return false;
    }
    profile.path = arena_printf(arena, "%s.pb.gz", numbered(first, *number, arena));
    return !save->profile || out_file_commit(&profile, err);
}

bool store_prepare(const struct store *store, const char *branch, struct pg_error *err) {
    const char *name;
    if (!branch_encode(branch, &name, store->arena, err))
        return false;
    const char *folder = arena_printf(store->arena, "%s/%s", store->path, name);
    if (!make_folders(folder, err))
        return cannot_write(store, err);
    if (access(folder, W_OK | X_OK) == 0)
        return true;
    pg_error_errno(err, "%.400s", folder);
    return cannot_write(store, err);
}

bool store_save(const struct store *store, const struct store_save *save, struct store_entry *out,
                struct pg_error *err) {
    struct arena *arena = store->arena;
    struct recording *r = save->recording;
    const char *branch, *stem;
    unsigned number;
    if (!check(save, store->arena, err) ||
        !branch_encode(recording_get(r, "branch"), &branch, arena, err) ||
        !store_name_of(r, &stem, arena, err))
        return false;
    if (save->verdict)
        recording_set(r, "verdict", save->verdict);
    if (save->profile)
        recording_set(r, "profile", "yes");
    const char *folder = arena_printf(arena, "%s/%s", store->path, branch);
    if (!make_folders(folder, err) || !save_files(store, save, folder, stem, &number, err))
        return cannot_write(store, err);
    sync_folder(folder);
    store_leftovers(folder, (int64_t)time(NULL), true);
    store_entry_at(store, branch, arena_printf(arena, "%s.txt", numbered(stem, number, arena)),
                   out);
    out->verdict = recording_get(r, "verdict");
    out->accepted = save->accept != NULL;
    return !save->accept || store_accept(store, out, save->accept, err);
}

bool store_accept(const struct store *store, const struct store_entry *entry, const char *reason,
                  struct pg_error *err) {
    struct out_file file;
    bool exists;
    const char *path = arena_printf(store->arena, "%s/%s.accepted", store->path, entry->id);
    if (!out_file_open(&file, path, store->arena, err))
        return cannot_write(store, err);
    fprintf(file.stream, "# perfgate accepted: %s\n# perfgate time: %s\n", reason,
            store_time((int64_t)time(NULL), store->arena));
    if (out_file_commit_new(&file, &exists, err))
        return true;
    out_file_abandon(&file);
    return exists || cannot_write(store, err);
}
