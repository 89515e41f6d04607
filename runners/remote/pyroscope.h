/* What Pyroscope is asked: SelectMergeProfile of its querier, by the Connect protocol's unary POST
 * in binary, whose answer is a pprof message (api/querier/v1/querier.proto in grafana/pyroscope,
 * https://connectrpc.com/docs/protocol/). */
#ifndef RUNNERS_REMOTE_PYROSCOPE_H
#define RUNNERS_REMOTE_PYROSCOPE_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"

#define PYROSCOPE_PATH "querier.v1.QuerierService/SelectMergeProfile"
#define PYROSCOPE_CONTENT "application/proto"

/* Texts of the arena. */
struct pyroscope_query {
    const char *type;     /* name:type:unit:period type:period unit */
    const char *selector; /* `{name="value",…}` */
};

/* Reads `TYPE` or `TYPE{SELECTOR}`, with `count` labels `KEY=VALUE` put into the selector beside
 * what it has. What stands in the braces is the server's to judge. PG_USAGE for a type that has not
 * five parts, for unpaired braces, and for labels without a key. */
bool pyroscope_query(struct pyroscope_query *out, const char *query, const char *const *labels,
                     size_t count, struct arena *arena, struct pg_error *err);

/* The message that asks for what was profiled from `start_ms` until `end_ms`, Unix time. */
struct text pyroscope_message(const struct pyroscope_query *query, uint64_t start_ms,
                              uint64_t end_ms, struct arena *arena);

#endif
