/* What a waiver does to what regressed, be it a row or a function. */
#ifndef GATE_COMPARE_WAIVE_H
#define GATE_COMPARE_WAIVE_H

#include "gate/compare/comparison.h"

/* What became of one waiver. */
struct waiver_use {
    bool known;  /* something has its benchmark and unit */
    bool waived; /* and is waived by it */
    bool over;   /* or regressed by more than the ceiling */
    bool expired;
};

/* The day that waivers are judged by (YYYY-MM-DD): the policy's, else today. */
const char *waiver_today(const struct policy *policy, struct arena *arena);

/* Does it waive something that regressed by that ratio? The note, always set, says so, or why not;
 * use remembers it. use->expired must be set. */
bool waiver_covers(const struct waiver *waiver, struct waiver_use *use, double change,
                   const char **note, struct arena *arena);

/* A note for a waiver that nothing has use for: unknown, expired, not needed. */
void waiver_report(struct comparison *comparison, const struct waiver *waiver,
                   const struct waiver_use *use);

#endif
