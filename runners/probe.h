/* A fixed piece of integer work, timed again and again: how evenly this machine runs right now. */
#ifndef RUNNERS_PROBE_H
#define RUNNERS_PROBE_H

#include <stdint.h>

/* Times `repetitions` runs of the same work, each about a `wanted_s`-th of a second long (the
 * amount of work is found first), by wall clock and by this thread's CPU clock. Arrays hold
 * `repetitions` values; seconds. */
void probe_machine(double wanted_s, uint32_t repetitions, double *wall, double *cpu);

/* The smallest step that CLOCK_MONOTONIC was seen to make, in seconds. */
double probe_clock_step(void);

#endif
