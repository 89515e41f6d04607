#include "runners/base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK = 256 * 1024 };
#define RATIO_FREE ((uint64_t)64 << 20)
enum { RATIO_LIMIT = 1000 };

struct source {
    char *name;
    int fd;             /* -1 for memory */
    struct text memory; /* what is left of it */
    bool gzip, ended;
    z_stream inflater;
    unsigned char *compressed;
    uint64_t bytes_in, bytes_out;
    bool member_open; /* inside a gzip member: an end here is a truncation */
    char *buffer;     /* buffer[start..stop) is read and not yet given out */
    size_t start, stop, capacity;
    uint64_t line;
    bool line_open; /* it had no newline */
};

static bool read_error(const struct source *s, struct pg_error *err) {
    return pg_error_errno(err, "%.400s: cannot read", s->name);
}

/* Raw bytes from the file or memory; 0 at the end, -1 with err set. */
static ssize_t read_raw(struct source *s, void *into, size_t size, struct pg_error *err) {
    if (s->fd < 0) {
        size_t n = s->memory.length < size ? s->memory.length : size;
        if (n)
            memcpy(into, s->memory.at, n);
        s->memory.at += n;
        s->memory.length -= n;
        return (ssize_t)n;
    }
    for (;;) {
        ssize_t n = read(s->fd, into, size);
        if (n >= 0)
            return n;
        if (errno != EINTR) {
            read_error(s, err);
            return -1;
        }
    }
}

static bool damaged_gzip(const struct source *s, const char *what, struct pg_error *err) {
    return pg_error_set(err, PG_FORMAT, "%.400s: offset %" PRIu64 ": %s", s->name, s->bytes_in,
                        what);
}

/* Refills the inflater's input. False with err on failure; *end when the file is over. */
static bool feed(struct source *s, bool *end, struct pg_error *err) {
    *end = false;
    if (s->inflater.avail_in)
        return true;
    ssize_t n = read_raw(s, s->compressed, CHUNK, err);
    if (n < 0)
        return false;
    *end = n == 0;
    s->inflater.next_in = s->compressed;
    s->inflater.avail_in = (uInt)n;
    s->bytes_in += (uint64_t)n;
    return true;
}

static ssize_t read_gzip(struct source *s, void *into, size_t size, struct pg_error *err) {
    s->inflater.next_out = into;
    s->inflater.avail_out = (uInt)size;
    while (s->inflater.avail_out) {
        bool end;
        if (!feed(s, &end, err))
            return -1;
        if (end) {
            if (s->member_open) {
                damaged_gzip(s, "gzip data ends in the middle of a member", err);
                return -1;
            }
            break;
        }
        if (!s->member_open) {
            inflateReset(&s->inflater);
            s->member_open = true;
        }
        int result = inflate(&s->inflater, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            s->member_open = false;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            damaged_gzip(s, s->inflater.msg ? s->inflater.msg : "damaged gzip data", err);
            return -1;
        }
    }
    size_t got = size - s->inflater.avail_out;
    s->bytes_out += got;
    if (s->bytes_out > SOURCE_INFLATED_LIMIT ||
        (s->bytes_out > RATIO_FREE && s->bytes_out / RATIO_LIMIT > s->bytes_in)) {
        pg_error_set(err, PG_LIMIT,
                     "%.400s: gzip data inflates to more than %" PRIu64 " bytes from %" PRIu64
                     " read; refused",
                     s->name, s->bytes_out, s->bytes_in);
        return -1;
    }
    return (ssize_t)got;
}

/* Reads once more behind buffer[stop). False with err; `ended` when there is nothing left. */
static bool fill(struct source *s, struct pg_error *err) {
    if (s->start) {
        memmove(s->buffer, s->buffer + s->start, s->stop - s->start);
        s->stop -= s->start;
        s->start = 0;
    }
    if (s->capacity - s->stop < CHUNK) {
        size_t capacity = s->capacity * 2;
        char *grown = realloc(s->buffer, capacity);
        if (!grown)
            return pg_error_set(err, PG_LIMIT, "%.400s: no memory for a buffer of %zu bytes",
                                s->name, capacity);
        s->buffer = grown;
        s->capacity = capacity;
    }
    char *into = s->buffer + s->stop;
    size_t room = s->capacity - s->stop;
    if (room > CHUNK)
        room = CHUNK;
    ssize_t n = s->gzip ? read_gzip(s, into, room, err) : read_raw(s, into, room, err);
    if (n < 0)
        return false;
    s->ended = n == 0;
    s->stop += (size_t)n;
    return true;
}

static bool start_gzip(struct source *s, struct pg_error *err) {
    s->compressed = malloc(CHUNK);
    if (!s->compressed || inflateInit2(&s->inflater, 15 + 16) != Z_OK)
        return pg_error_set(err, PG_LIMIT, "%.400s: no memory to inflate", s->name);
    memcpy(s->compressed, s->buffer, s->stop);
    s->inflater.next_in = s->compressed;
    s->inflater.avail_in = (uInt)s->stop;
    s->bytes_in = s->stop;
    s->stop = 0;
    s->gzip = true;
    return true;
}

static bool start(struct source **out, struct source *s, struct pg_error *err) {
    s->capacity = 2 * CHUNK;
    s->buffer = malloc(s->capacity);
    bool good = s->buffer ? true : pg_error_set(err, PG_LIMIT, "no memory for a buffer");
    while (good && !s->ended && s->stop < 2)
        good = fill(s, err);
    if (good && s->stop >= 2 && (unsigned char)s->buffer[0] == 0x1F &&
        (unsigned char)s->buffer[1] == 0x8B) {
        s->ended = false;
        good = start_gzip(s, err);
    }
    if (!good) {
        source_close(s);
        return false;
    }
    *out = s;
    return true;
}

static struct source *new_source(const char *name) {
    struct source *s = calloc(1, sizeof *s);
    if (s)
        s->name = strdup(name);
    if (s && !s->name) {
        free(s);
        s = NULL;
    }
    return s;
}

bool source_open(struct source **out, const char *path, struct pg_error *err) {
    bool standard = strcmp(path, "-") == 0;
    struct source *s = new_source(standard ? "stdin" : path);
    if (!s)
        return pg_error_set(err, PG_LIMIT, "%.400s: no memory to open it", path);
    s->fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    bool opened = s->fd >= 0 && fstat(s->fd, &status) == 0;
    if (opened && S_ISDIR(status.st_mode)) {
        opened = false;
        errno = EISDIR;
    }
    if (!opened) {
        pg_error_errno(err, "%.400s: cannot open", s->name);
        source_close(s);
        return false;
    }
    return start(out, s, err);
}

bool source_memory(struct source **out, const char *name, struct text bytes, struct pg_error *err) {
    struct source *s = new_source(name);
    if (!s)
        return pg_error_set(err, PG_LIMIT, "%.400s: no memory to open it", name);
    s->fd = -1;
    s->memory = bytes;
    return start(out, s, err);
}

void source_close(struct source *s) {
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    if (s->gzip)
        inflateEnd(&s->inflater);
    free(s->compressed);
    free(s->buffer);
    free(s->name);
    free(s);
}

const char *source_name(const struct source *s) {
    return s->name;
}

uint64_t source_line_number(const struct source *s) {
    return s->line;
}

bool source_line_open(const struct source *s) {
    return s->line_open;
}

bool source_peek(struct source *s, struct text *out, struct pg_error *err) {
    while (!s->ended && s->stop - s->start < SOURCE_PEEK) {
        if (!fill(s, err))
            return false;
    }
    size_t length = s->stop - s->start;
    *out = (struct text){s->buffer + s->start, length < SOURCE_PEEK ? length : SOURCE_PEEK};
    return true;
}

bool source_line(struct source *s, struct text *line, bool *end, struct pg_error *err) {
    size_t searched = 0;
    *end = false;
    for (;;) {
        char *from = s->buffer + s->start;
        size_t available = s->stop - s->start;
        char *newline = memchr(from + searched, '\n', available - searched);
        if (newline || (s->ended && available)) {
            size_t length = newline ? (size_t)(newline - from) : available;
            s->start += length + (newline ? 1 : 0);
            s->line++;
            s->line_open = !newline;
            if (length && from[length - 1] == '\r')
                length--;
            *line = (struct text){from, length};
            return true;
        }
        if (s->ended) {
            *end = true;
            return true;
        }
        searched = available;
        if (available > SOURCE_LINE_LIMIT)
            return pg_error_set(err, PG_LIMIT,
                                "%.400s:%" PRIu64 ": line is longer than %d bytes; expected text",
                                s->name, s->line + 1, SOURCE_LINE_LIMIT);
        if (!fill(s, err))
            return false;
    }
}

bool source_view(struct source *s, size_t limit, struct text *out, struct pg_error *err) {
    while (!s->ended) {
        if (s->stop - s->start > limit)
            break;
        if (!fill(s, err))
            return false;
    }
    size_t length = s->stop - s->start;
    if (length > limit)
        return pg_error_set(err, PG_LIMIT, "%.400s: larger than %zu bytes; refused", s->name,
                            limit);
    *out = (struct text){s->buffer + s->start, length};
    s->start = s->stop;
    return true;
}

bool source_rest(struct source *s, size_t limit, struct arena *arena, struct text *out,
                 struct pg_error *err) {
    struct text view = {NULL, 0};
    if (!source_view(s, limit, &view, err))
        return false;
    *out = (struct text){arena_strndup(arena, view.at, view.length), view.length};
    return true;
}
