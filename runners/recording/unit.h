/* Units: tidying, class, direction. Rules are benchstat's (golang.org/x/perf/benchunit); FIELD:
 * `ns` and `MB` in the numerator become `sec` and `B`. */
#ifndef RUNNERS_RECORDING_UNIT_H
#define RUNNERS_RECORDING_UNIT_H

#include "runners/base/arena.h"
#include "runners/base/text.h"
#include "runners/recording/recording.h"

/* The tidied unit and the factor that values are multiplied by (the double nearest 1e-9 or 1e6,
 * powers of it for repeated tokens). The text is the input itself when nothing changes, else a copy
 * in the arena. */
struct text unit_tidy(struct text unit, double *factor, struct arena *arena);

/* True for units that scale by 1024 (a numerator token `B`, `MB` or `bytes`). */
bool unit_is_binary(const char *tidied);

/* The direction that a tidied unit is known to have: sec/op, B/op, allocs/op, *-sec/op,
 * instructions, peak-RSS-bytes … lower; rates (a denominator of seconds: B/s, ops/s, items/sec)
 * higher; anything else unknown. */
enum better unit_better(const char *tidied);

/* Time-like: noise only ever adds to it (sec/op, cpu-sec/op, cycles), so the statistics trim the
 * slow end. */
bool unit_is_time(const char *tidied);

/* Deterministic by nature: allocations, instruction counts, sizes of files. */
bool unit_is_deterministic(const char *tidied);

/* Reported but by default not gated: what a process does to the machine besides its work
 * (page-faults, context-switches, migrations, branch-misses, cache-misses, user-sec/op,
 * sys-sec/op). */
bool unit_is_informational(const char *tidied);

/* A difference up to this says nothing, whatever the samples look like; 0 for most. A process
 * cannot be seen to use less memory at its peak than the process that started it, which varies by a
 * few hundred KiB from session to session and not at all within one. */
double unit_least_difference(const char *tidied);

#endif
