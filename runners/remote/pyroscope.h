/* What Pyroscope is asked (grafana/pyroscope: api/querier/v1/querier.proto, api/push/v1/push.proto
 * and its documentation of /pyroscope/render), by the Connect protocol's unary POST in binary
 * (https://connectrpc.com/docs/protocol/) where it is no GET. */
#ifndef RUNNERS_REMOTE_PYROSCOPE_H
#define RUNNERS_REMOTE_PYROSCOPE_H

#include "runners/remote/remote_query.h"

#include <stdint.h>

#define PYROSCOPE_MERGE_PATH "querier.v1.QuerierService/SelectMergeProfile"
#define PYROSCOPE_PUSH_PATH "push.v1.PusherService/Push"
#define PYROSCOPE_RENDER_PATH "pyroscope/render"
#define PYROSCOPE_CONTENT "application/proto"

/* The message that asks SelectMergeProfile for what was profiled from `start_ms` until `end_ms`,
 * Unix time; a pprof message answers. */
struct text pyroscope_merge_message(const struct remote_query *query, uint64_t start_ms,
                                    uint64_t end_ms, struct arena *arena);

/* The same question to `render` at this URL; a flamebearer answers, of at most as many nodes as
 * servers usually make. Times before September 2001 mean something else there. */
const char *pyroscope_render_url(const char *url, const struct remote_query *query,
                                 uint64_t start_ms, uint64_t end_ms, struct arena *arena);

struct push_label {
    const char *name, *value;
};

/* A profile with the labels that it is found by, which names the server's limits allow. */
struct push_series {
    const struct push_label *labels;
    size_t label_count;
    const char *id;      /* a UUID */
    struct text profile; /* pprof's, gzipped or not */
};

/* The message that hands them over; an empty one answers. */
struct text pyroscope_push_message(const struct push_series *series, size_t count,
                                   struct arena *arena);

#endif
