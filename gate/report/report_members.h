/* Objects of a JSON text that is not trusted → structs, by tables: every member has a type and a
 * range, none may be missing unless the table says so, and none may be there that the table does
 * not know. */
#ifndef GATE_REPORT_REPORT_MEMBERS_H
#define GATE_REPORT_REPORT_MEMBERS_H

#include "runners/base/json.h"

/* Longer ones are cut in the middle, and counted: a demangled symbol may be. */
enum { REPORT_MOST_NAME = 200, REPORT_MOST_TEXT = 2000 };

enum member_kind {
    MEMBER_NAME,        /* const char *: without hidden characters, REPORT_MOST_NAME at most */
    MEMBER_TEXT,        /* the same, REPORT_MOST_TEXT at most */
    MEMBER_NUMBER,      /* double; null is NaN */
    MEMBER_SHARE,       /* double, not negative, never null */
    MEMBER_PROBABILITY, /* double, 0 to 1; null is NaN */
    MEMBER_COUNT,       /* size_t: whole, up to REPORT_MOST_COUNT */
    MEMBER_COUNT32,     /* uint32_t, likewise */
    MEMBER_BOOL,        /* bool */
    MEMBER_CHOICE,      /* int: which of `choices`; with null allowed that is 0, the first 1 */
    MEMBER_LIST,        /* const cJSON *: an array */
    MEMBER_OBJECT       /* const cJSON * */
};
#define REPORT_MOST_COUNT 1e9

struct member {
    const char *key; /* NULL ends a table */
    enum member_kind kind;
    bool nullable; /* strings (then NULL) and choices */
    bool optional; /* what stands in the target stays */
    size_t offset;
    const char *choices; /* "a|b|c" */
};

struct member_reader {
    const char *name; /* of the input, for messages */
    struct arena *arena;
    struct pg_error *err;
    const char *list; /* "benchmarks": where the reader is; or NULL */
    size_t index;
    size_t cut; /* names and texts that were too long */
};

/* Fills `target`. `within` stands before the keys in messages: "base.". Errors: PG_FORMAT. */
bool members_read(struct member_reader *reader, const char *within, const cJSON *object,
                  const struct member *table, void *target);

/* A string as MEMBER_NAME (or with `text` as MEMBER_TEXT) gives it. */
const char *members_string(struct member_reader *reader, const char *bytes, bool text);

/* An array of strings, as texts; at most `most`. */
bool members_texts(struct member_reader *reader, const char *key, const cJSON *list, size_t most,
                   const char ***out, size_t *count);

/* The number of items; false with PG_LIMIT when there are more than `most`. */
bool members_count(struct member_reader *reader, const char *key, const cJSON *list, size_t most,
                   size_t *count);

/* `NAME: benchmarks[12].KEY: expected WHAT`. Always returns false. */
bool members_fail(struct member_reader *reader, const char *within, const char *key,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
