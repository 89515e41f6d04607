/* The one error idiom: `bool f(..., struct pg_error *err)`. Filled where the fact is known,
 * prefixed by whoever knows more, printed once, by gate/main.c. */
#ifndef RUNNERS_BASE_ERROR_H
#define RUNNERS_BASE_ERROR_H

#include <stdbool.h>

/* What kind of trouble; the caller picks the exit code from it. */
enum pg_status {
    PG_OK = 0,
    PG_USAGE,    /* bad option or configuration; nothing ran */
    PG_IO,       /* the system refused: open, read, write, rename, full disk */
    PG_FORMAT,   /* input that does not follow its format */
    PG_LIMIT,    /* input larger than a stated cap */
    PG_CHILD,    /* a child could not be started or did not do its work */
    PG_INTERNAL, /* a broken promise of a library */
};

/* Text: lower case, no full stop, begins with the input (`file:line: …`), says what was expected.
 * Owns nothing. */
struct pg_error {
    enum pg_status status;
    char text[1024];
};

/* Sets status and text (cut to fit). Always returns false, so that `return pg_error_set(…)` reads
 * as the failure it is. */
bool pg_error_set(struct pg_error *err, enum pg_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As pg_error_set with PG_IO and `: strerror(errno)` appended. */
bool pg_error_errno(struct pg_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts `where: ` before the text. Always returns false. */
bool pg_error_in(struct pg_error *err, const char *where);

#endif
