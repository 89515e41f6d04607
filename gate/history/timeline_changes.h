/* The second half of timeline_finish. Not for callers outside gate/history. */
#ifndef GATE_HISTORY_TIMELINE_CHANGES_H
#define GATE_HISTORY_TIMELINE_CHANGES_H

#include "gate/history/timeline.h"

/* Fills the method, and the changes, outcome and p_adjusted of every series. */
bool timeline_find_changes(struct timeline *timeline, double alpha, uint32_t seed,
                           struct pg_error *err);

#endif
