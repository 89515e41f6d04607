#include "runners/callgrind.h"

#include "runners/base/number.h"
#include "runners/sampler/spawn.h"
#include "runners/system_files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char callgrind_excludes[] = "the kernel, and everything that depends on time";

bool callgrind_begin(struct callgrind *out, const char *const *argv, struct arena *arena,
                     struct pg_error *err) {
    const char *path, *base = getenv("TMPDIR");
    size_t count = 0;
    memset(out, 0, sizeof *out);
    if (!spawn_find(&path, "valgrind", getenv("PATH"), NULL, arena, err))
        return pg_error_set(err, PG_CHILD,
                            "--instructions=valgrind: valgrind is not installed (apt install "
                            "valgrind)");
    char *folder = arena_printf(arena, "%s/perfgate.XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder))
        return pg_error_errno(err, "%.400s: cannot create a folder", folder);
    while (argv[count])
        count++;
    const char **words = ARENA_NEW(arena, const char *, count + 7);
    words[0] = path;
    words[1] = "--tool=callgrind";
    words[2] = "--quiet";
    words[3] = "--trace-children=yes";
    words[4] = arena_printf(arena, "--callgrind-out-file=%s/%%p", folder);
    words[5] = "--";
    memcpy(words + 6, argv, count * sizeof *words);
    *out = (struct callgrind){folder, words};
    return true;
}

/* "summary: N …" (or "totals: N …") after the parts of a file; the first number is Ir. Callgrind
 * format specification, valgrind manual. */
static bool file_total(const char *folder, const char *name, uint64_t *out, struct arena *arena) {
    static const char *const keys[] = {"summary", "totals"};
    const char *text = system_read(arena, "%s/%s", folder, name);
    for (size_t i = 0; text && i < 2; i++) {
        const char *value = system_value(text, keys[i], arena);
        struct text rest = text_of(value ? value : ""), word;
        if (text_field(&rest, &word) && number_u64(word, out))
            return true;
    }
    return false;
}

bool callgrind_total(const struct callgrind *callgrind, uint64_t *instructions, uint32_t *processes,
                     struct arena *arena, struct pg_error *err) {
    uint64_t one;
    *instructions = 0;
    *processes = 0;
    DIR *folder = opendir(callgrind->folder);
    if (!folder)
        return pg_error_errno(err, "%.400s: cannot be read", callgrind->folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.' || !file_total(callgrind->folder, entry->d_name, &one, arena))
            continue;
        *instructions += one;
        ++*processes;
    }
    closedir(folder);
    return *processes > 0 || pg_error_set(err, PG_FORMAT, "callgrind wrote no total");
}

void callgrind_end(struct callgrind *callgrind, struct arena *arena) {
    DIR *folder = callgrind->folder ? opendir(callgrind->folder) : NULL;
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] != '.')
            unlink(arena_printf(arena, "%s/%s", callgrind->folder, entry->d_name));
    }
    closedir(folder);
    rmdir(callgrind->folder);
    *callgrind = (struct callgrind){NULL, NULL};
}
