/* An input: a file, stdin (`-`), or bytes in memory; gzip is recognised by its first bytes and
 * inflated. Everything read is capped, because every input may be hostile. */
#ifndef RUNNERS_BASE_SOURCE_H
#define RUNNERS_BASE_SOURCE_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"

#include <stdint.h>

struct source;

enum {
    SOURCE_PEEK = 64 * 1024,             /* bytes that source_peek may show */
    SOURCE_LINE_LIMIT = 16 * 1024 * 1024 /* longest line */
};
/* Inflating stops with PG_LIMIT beyond this many bytes, and beyond 1000 × the compressed size once
 * 64 MiB have come out (deflate cannot exceed 1032 × honestly, and benchmark text stays below 100
 * ×). */
#define SOURCE_INFLATED_LIMIT ((uint64_t)8 << 30)

/* Opens `path` ("-" is stdin). The source belongs to the caller until source_close. Errors begin
 * with the path. A folder is refused. */
bool source_open(struct source **out, const char *path, struct pg_error *err);

/* Reads from memory, which must outlive the source. `name` stands for the path in messages. */
bool source_memory(struct source **out, const char *name, struct text bytes, struct pg_error *err);

void source_close(struct source *source);

/* The name for messages, and the number of the line last returned (from 1). */
const char *source_name(const struct source *source);
uint64_t source_line_number(const struct source *source);

/* Bytes from the front (up to SOURCE_PEEK) without consuming them; only before the first line is
 * read. False on a read error. */
bool source_peek(struct source *source, struct text *out, struct pg_error *err);

/* The next line without its newline (and without a carriage return before it). The view is valid
 * until the next call. At the end: true with *end set. A line over SOURCE_LINE_LIMIT, a read error,
 * damaged or truncated gzip: false with `name:line: …`. */
bool source_line(struct source *source, struct text *line, bool *end, struct pg_error *err);

/* Did the line last returned end with the input, not with a newline? */
bool source_line_open(const struct source *source);

/* Everything that is left, as a view until source_close; over `limit` bytes is PG_LIMIT. */
bool source_view(struct source *source, size_t limit, struct text *out, struct pg_error *err);

/* The same, copied, NUL-terminated behind its length. */
bool source_rest(struct source *source, size_t limit, struct arena *arena, struct text *out,
                 struct pg_error *err);

#endif
