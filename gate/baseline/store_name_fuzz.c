/* Any bytes as the names in a store: what is taken apart is put together again as it was. */
#include "gate/baseline/store_name.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_branch(const char *name, struct arena *arena) {
    struct pg_error err = {0};
    const char *branch, *again;
    if (!branch_decode(name, &branch, arena))
        return;
    assert(!strchr(name, '/') && name[0] != '.');
    if (branch_encode(branch, &again, arena, &err))
        assert(strcmp(name, again) == 0);
    else
        assert(strlen(name) > STORE_BRANCH_LIMIT);
}

static void check_encoding(const char *branch, struct arena *arena) {
    struct pg_error err = {0};
    const char *name, *again;
    if (!branch_encode(branch, &name, arena, &err))
        return;
    bool good = branch_decode(name, &again, arena);
    assert(good && strcmp(branch, again) == 0);
    (void)good;
}

static void check_entry(const char *file, struct arena *arena) {
    struct store_entry entry = {0};
    if (!store_name_parse(file, &entry, arena))
        return;
    assert(!strchr(file, '/') && strlen(entry.time) == 16 && entry.number >= 1);
    struct recording *r = recording_new("", "", strings_new(arena), arena);
    struct pg_error err = {0};
    const char *stem, *t = entry.time;
    recording_set(r, "time",
                  arena_printf(arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 4, t + 6, t + 9,
                               t + 11, t + 13));
    if (entry.commit)
        recording_set(r, "commit", entry.commit);
    if (entry.fingerprint)
        recording_set(r, "fingerprint-id", entry.fingerprint);
    if (store_name_of(r, &stem, arena, &err))
        assert(strncmp(file, stem, strlen(stem)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    const char *name = arena_strndup(arena, (const char *)data, strnlen((const char *)data, size));
    check_branch(name, arena);
    check_encoding(name, arena);
    check_entry(name, arena);
    arena_free(arena);
    return 0;
}
