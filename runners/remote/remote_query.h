/* What Pyroscope and Parca are asked for: a type of profile, and a selector of labels, written
 * `TYPE{SELECTOR}` as both write it. */
#ifndef RUNNERS_REMOTE_REMOTE_QUERY_H
#define RUNNERS_REMOTE_REMOTE_QUERY_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"

/* Texts of the arena. */
struct remote_query {
    const char *type;     /* name:type:unit:period type:period unit, for Parca also :delta */
    const char *selector; /* `{name="value",…}` */
};

/* Reads `TYPE` or `TYPE{SELECTOR}`. What stands in the braces is the server's to judge. PG_USAGE
 * for a type that has not five parts (or `delta` as a sixth, where `delta` is allowed), and for
 * unpaired braces. */
bool remote_query_read(struct remote_query *out, const char *query, bool delta, struct arena *arena,
                       struct pg_error *err);

/* Puts `count` labels `KEY=VALUE` into the selector beside what it has. PG_USAGE for labels without
 * a key. */
bool remote_query_narrow(struct remote_query *query, const char *const *labels, size_t count,
                         struct arena *arena, struct pg_error *err);

/* `TYPE{SELECTOR}`. */
const char *remote_query_text(const struct remote_query *query, struct arena *arena);

#endif
