/* The profiles of shards joined, as recording_join joins the shards. */
#ifndef RUNNERS_PROFILE_JOIN_H
#define RUNNERS_PROFILE_JOIN_H

#include "runners/profile/profile.h"
#include "runners/recording/recording.h"

/* Reads NAME.pb.gz beside the NAME.txt of each shard (all of `whole`, which recording_join has
 * filled) and merges them in the order of the shard numbers, so that samples keep their labels.
 * *out is NULL when no shard has one. Says in `whole` that it has a profile, how many samples it
 * is of, and whether a part is unsound; and notes each shard with benchmarks that has no profile
 * where another has one, or where it says that it has. Errors: PG_FORMAT when two shards have
 * samples of one value of the label `benchmark` (or both have samples without it), and those of
 * reading and merging profiles. */
bool profile_join(struct profile **out, struct recording *whole, struct recording *const *shards,
                  size_t count, struct pg_error *err);

#endif
