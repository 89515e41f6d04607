/* Branch stacks in a profile: sample types beside those of what was sampled, each with stacks of
 * two places. `branches` were taken from one address (the caller) to another (the leaf); `ranges`
 * were run from their first instruction (the leaf) straight on to their last (the caller). */
#ifndef RUNNERS_PROFILE_BRANCHES_H
#define RUNNERS_PROFILE_BRANCHES_H

#include <stdbool.h>
#include <stdint.h>

#define PROFILE_BRANCHES "branches"
#define PROFILE_RANGES "ranges"

/* Longer code is not run through without a branch: it comes from stacks with holes. */
#define PROFILE_RANGE_BYTES ((uint64_t)1 << 20)

static inline bool profile_is_range(uint64_t first, uint64_t last) {
    return last >= first && last - first <= PROFILE_RANGE_BYTES;
}

#endif
