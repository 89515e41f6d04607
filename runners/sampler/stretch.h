/* Makes a program slower by a known share without changing it: it is stopped every few
 * milliseconds, and while it stands still this process works as long as it has worked, so that its
 * own clock readings, its whole duration and the processor time of both together stretch, also on a
 * machine that does other things. What the program's first process waits for is paid by standing
 * still only, timers running on: a program that sleeps, or leaves its work to others, is slowed
 * less surely. For `perfgate self-test`. */
#ifndef RUNNERS_SAMPLER_STRETCH_H
#define RUNNERS_SAMPLER_STRETCH_H

#include "runners/base/error.h"

/* Runs argv (NULL-terminated, looked up in PATH) in a process group of its own with this process's
 * streams, stopped for `share` of the time that it works or waits (0.25: a quarter longer; 0: not
 * at all), and waits. *status is as a shell gives it: the exit status, or 128 + the signal.
 * SIGTERM, SIGINT and SIGHUP end the group. False when it cannot be started (PG_CHILD). */
bool stretch_run(const char *const *argv, double share, int *status, struct pg_error *err);

#endif
