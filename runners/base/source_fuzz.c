/* Bytes, perhaps gzip, read by lines and as a whole: both end alike and give the same text. The
 * first two bytes make gzip likely: an input that begins with `gz` stands for one with gzip's magic
 * number. */
#include "runners/base/source.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The lines joined again; false if reading failed. */
static bool read_lines(struct text bytes, char *into, size_t room, size_t *used) {
    struct source *source;
    struct pg_error err = {0};
    struct text line;
    bool good, end = false;
    *used = 0;
    if (!source_memory(&source, "in", bytes, &err))
        return false;
    while ((good = source_line(source, &line, &end, &err)) && !end) {
        assert(!memchr(line.at, '\n', line.length));
        assert(*used + line.length <= room);
        memcpy(into + *used, line.at, line.length);
        *used += line.length;
    }
    assert(good || (err.status != PG_OK && err.text[0]));
    source_close(source);
    return good;
}

/* Without newlines, and without a carriage return before each. */
static size_t strip(char *into, struct text whole) {
    size_t used = 0;
    while (whole.length) {
        const char *newline = memchr(whole.at, '\n', whole.length);
        size_t length = newline ? (size_t)(newline - whole.at) : whole.length;
        size_t kept = length && whole.at[length - 1] == '\r' ? length - 1 : length;
        memcpy(into + used, whole.at, kept);
        used += kept;
        length += newline != NULL;
        whole.at += length;
        whole.length -= length;
    }
    return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    char *copy = arena_strndup(arena, (const char *)data, size);
    if (size >= 2 && memcmp(copy, "gz", 2) == 0)
        memcpy(copy, "\x1F\x8B", 2);
    struct text bytes = {copy, size}, whole;
    struct source *source;
    struct pg_error err = {0};
    bool good = source_memory(&source, "in", bytes, &err);
    if (good) {
        good = source_rest(source, 16 * 1024 * 1024, arena, &whole, &err);
        source_close(source);
    }
    assert(good || (err.status != PG_OK && err.text[0]));
    if (good) {
        char *lines = arena_alloc(arena, whole.length), *want = arena_alloc(arena, whole.length);
        size_t used;
        bool read = read_lines(bytes, lines, whole.length, &used);
        assert(read);
        assert(used == strip(want, whole) && memcmp(lines, want, used) == 0);
    }
    arena_free(arena);
    return 0;
}
