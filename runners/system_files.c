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

/* The value when the line is of that key. */
static bool line_value(struct text line, const char *key, struct text *value) {
    const char *colon = line.length ? memchr(line.at, ':', line.length) : NULL;
    size_t length = colon ? (size_t)(colon - line.at) : strcspn(line.at, " \t\n");
    if (!text_equal(text_trim((struct text){line.at, length}), key))
        return false;
    size_t skip = colon ? length + 1 : length;
    *value = text_trim((struct text){line.at + skip, line.length - skip});
    return true;
}

const char *system_value(const char *text, const char *key, struct arena *arena) {
    for (const char *line = text, *end; line; line = *end ? end + 1 : NULL) {
        struct text value;
        end = strchrnul(line, '\n');
        if (line_value((struct text){line, (size_t)(end - line)}, key, &value))
            return arena_strndup(arena, value.at, value.length);
    }
    return NULL;
}
