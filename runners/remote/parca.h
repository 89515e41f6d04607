/* What Parca is asked: Query of its QueryService, merged, as a pprof report, over HTTP
 * (parca-dev/parca: proto/parca/query/v1alpha1/query.proto; its gRPC gateway stands at /api). */
#ifndef RUNNERS_REMOTE_PARCA_H
#define RUNNERS_REMOTE_PARCA_H

#include "runners/remote/remote_query.h"

#include <stdint.h>

#define PARCA_QUERY_PATH "api/profiles/query"

/* The question at this URL for what was profiled from `start_ms` until `end_ms`, Unix time. */
const char *parca_query_url(const char *url, const struct remote_query *query, uint64_t start_ms,
                            uint64_t end_ms, struct arena *arena);

/* The pprof profile, gzipped, that is in an answer; empty when it has none. PG_FORMAT with the
 * answer's first words for what is no such answer. */
bool parca_report(struct text *out, struct text answer, struct arena *arena, struct pg_error *err);

#endif
