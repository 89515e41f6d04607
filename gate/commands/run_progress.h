/* The progress line of a long measurement: on a terminal only, rewritten in place, erased at the
 * end. */
#ifndef GATE_COMMANDS_RUN_PROGRESS_H
#define GATE_COMMANDS_RUN_PROGRESS_H

#include "gate/compare/policy.h"

#include <stdio.h>

struct run_progress {
    FILE *out; /* NULL: silent */
    int fd;    /* of out */
    uint32_t warmup;
    double time_budget;
    const struct policy *policy; /* whose thresholds say how narrow is narrow enough */
    double shown_at;             /* seconds since the start */
    bool on_screen;
};

/* Shows on `out` (of descriptor `fd`) when that is a terminal and `quiet` is false. */
void run_progress_begin(struct run_progress *progress, FILE *out, int fd, bool quiet);

/* As plan.progress (runner.h), with a struct run_progress as plan.context: round, time left, width
 * of the widest interval. At most ten times a second. */
void run_progress_show(void *context, uint32_t round, uint32_t rounds, double elapsed_s,
                       const struct recording *const *sides, size_t count);

/* As plan.sampled, with the same context. */
void run_progress_sampled(void *context, uint32_t round, uint32_t rounds);

/* As plan.enough, with the same context: are all intervals as narrow as the policy needs? */
bool run_progress_enough(void *context, const struct recording *const *sides, size_t count);

void run_progress_end(struct run_progress *progress);

#endif
