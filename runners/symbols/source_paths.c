#include "runners/symbols/source_paths.h"

#include <stdint.h>

struct source_path {
    const char *file, *whole;
};

static struct source_path *find_slot(struct source_paths *paths, const char *file) {
    size_t at = (size_t)((uintptr_t)file * 0x9E3779B97F4A7C15u >> 32) & (paths->capacity - 1);
    while (paths->slots[at].file && paths->slots[at].file != file)
        at = (at + 1) & (paths->capacity - 1);
    return &paths->slots[at];
}

static void grow(struct source_paths *paths) {
    struct source_path *old = paths->slots;
    size_t count = paths->capacity;
    paths->capacity = count ? 2 * count : 256;
    paths->slots = ARENA_NEW(paths->arena, struct source_path, paths->capacity);
    for (size_t i = 0; i < count; i++) {
        if (old[i].file)
            *find_slot(paths, old[i].file) = old[i];
    }
}

const char *source_path(struct source_paths *paths, const char *folder, const char *file) {
    if (!file || *file == '/' || !folder || !*folder)
        return file;
    if (2 * paths->count >= paths->capacity)
        grow(paths);
    struct source_path *slot = find_slot(paths, file);
    if (!slot->file) {
        paths->count++;
        *slot = (struct source_path){file, arena_printf(paths->arena, "%s/%s", folder, file)};
    }
    return slot->whole;
}
