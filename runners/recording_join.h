/* Shards of one recording joined again. */
#ifndef RUNNERS_RECORDING_JOIN_H
#define RUNNERS_RECORDING_JOIN_H

#include "runners/base/error.h"
#include "runners/recording/recording.h"

/* Fills `out` (empty, made with the same strings as the shards) with all benchmarks of `count`
 * shards, in the order of their shard numbers. Provenance that all share is kept; the session
 * becomes one id that the shards' ids give (so that both sides of a matrix that was measured
 * interleaved and joined still pair); a fingerprint field in which shards differ reads `mixed`,
 * with a note. Errors (PG_FORMAT, beginning with a path): a recording that is no shard, another
 * number of shards, a shard twice or missing, another side, commit, branch or command, a benchmark
 * in two shards or in none. */
bool recording_join(struct recording *out, struct recording *const *shards, size_t count,
                    struct pg_error *err);

#endif
