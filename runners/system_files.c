#include "runners/system_files.h"

#include "runners/base/number.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { READ_LIMIT = 1024 * 1024, READ_STEP = 16 * 1024 };

const struct system_roots system_real = {"/proc", "/sys"};

static const char *read_path(struct arena *arena, const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char *bytes = NULL;
    size_t used = 0, capacity = 0;
    ssize_t got = 0;
    do {
        used += (size_t)got;
        if (capacity - used < READ_STEP) {
            bytes = arena_grow(arena, bytes, used, 2 * capacity + READ_STEP, 1);
            capacity = 2 * capacity + READ_STEP;
        }
        got = read(fd, bytes + used, READ_STEP);
    } while (got > 0 && used < READ_LIMIT);
    close(fd);
    if (got < 0)
        return NULL;
    struct text trimmed = text_trim((struct text){bytes, used});
    return arena_strndup(arena, trimmed.at, trimmed.length);
}

const char *system_read(struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *path = arena_vprintf(arena, format, args);
    va_end(args);
    return read_path(arena, path);
}

bool system_number(int64_t *out, struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *path = arena_vprintf(arena, format, args);
    va_end(args);
    const char *text = read_path(arena, path);
    return text && number_i64(text_of(text), out);
}

const char *system_value(const char *text, const char *key, struct arena *arena) {
    size_t length = strlen(key);
    for (const char *line = text, *end; line; line = *end ? end + 1 : NULL) {
        end = strchrnul(line, '\n');
        size_t line_length = (size_t)(end - line);
        if (line_length <= length || memcmp(line, key, length) != 0)
            continue;
        struct text rest = text_trim((struct text){line + length, line_length - length});
        if (rest.length && rest.at[0] == ':')
            rest = text_trim((struct text){rest.at + 1, rest.length - 1});
        else if (!strchr(" \t", line[length]))
            continue; /* a longer key */
        return arena_strndup(arena, rest.at, rest.length);
    }
    return NULL;
}
