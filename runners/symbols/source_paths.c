#include "runners/symbols/source_paths.h"

const char *source_path(struct source_paths *paths, const char *folder, const char *file) {
    bool known;
    if (!file || *file == '/' || !folder || !*folder)
        return file;
    void **whole = key_table_place(&paths->known, (uintptr_t)file, &known);
    if (!known)
        *whole = arena_printf(paths->known.arena, "%s/%s", folder, file);
    return *whole;
}
