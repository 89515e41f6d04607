#include "gate/commands/profile_source.h"
#include "runners/base/source.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MOST_BYTES = 16 * 1024 * 1024 };

/* Is the real path below the real root, and a regular file? */
static bool is_inside(const char *root, const char *path) {
    size_t length = strlen(root);
    struct stat status;
    bool below =
        strncmp(path, root, length) == 0 && (root[length - 1] == '/' || path[length] == '/');
    return below && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool find_file(char found[PATH_MAX], const char *root, const char *name,
                      struct arena *arena) {
    char real_root[PATH_MAX];
    if (!*name || !realpath(root, real_root))
        return false;
    if (*name == '/' && realpath(name, found) && is_inside(real_root, found))
        return true;
    for (const char *end = name; end; end = strchr(end, '/')) {
        while (*end == '/')
            end++;
        const char *candidate = arena_printf(arena, "%s/%s", real_root, end);
        if (*end && realpath(candidate, found) && is_inside(real_root, found))
            return true;
    }
    return false;
}

struct source_lines source_lines_read(const char *root, const char *name, struct arena *arena) {
    struct source_lines none = {NULL, 0};
    char path[PATH_MAX];
    struct source *source;
    struct text text, *lines = NULL;
    struct pg_error ignored;
    size_t count = 0, room = 0;
    if (!find_file(path, root, name, arena) || !source_open(&source, path, &ignored))
        return none;
    bool good = source_rest(source, MOST_BYTES, arena, &text, &ignored);
    source_close(source);
    while (good && text.length) {
        const char *end = memchr(text.at, '\n', text.length);
        struct text line = {text.at, end ? (size_t)(end - text.at) : text.length};
        size_t used = line.length + (end != NULL);
        text = (struct text){text.at + used, text.length - used};
        ARENA_PUSH(arena, lines, count, room, line);
    }
    return (struct source_lines){lines, count};
}
