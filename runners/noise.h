/* What on this machine disturbs measurements, as notes: settings that let speed vary, and events
 * counted while measuring. */
#ifndef RUNNERS_NOISE_H
#define RUNNERS_NOISE_H

#include "runners/recording/recording.h"
#include "runners/system_files.h"

/* A disturbance: a line for people, what to do about it (NULL: nothing can be), and how bad it is.
 */
struct noise_finding {
    enum note_level level;
    const char *what; /* "CPU frequency governor is 'powersave' on 8 of 8 CPUs" */
    const char *cure; /* "cpupower frequency-set -g performance" */
};
struct noise_findings {
    struct noise_finding *items;
    size_t count, capacity;
    struct arena *arena;
};

/* Settings that let speed vary: governor, turbo or boost, SMT, cgroup cpu quota, load from
 * elsewhere. */
void noise_settings(struct noise_findings *out, const struct system_roots *roots);

/* Counters of events, to be read before and after measuring. -1: not told by this machine. */
struct noise_counts {
    int64_t throttled_periods, throttled_us; /* cgroup v1 or v2, own group and those above */
    int64_t thermal_events;                  /* core and package throttle counts, all CPUs */
    int64_t steal_ticks, total_ticks;        /* of all CPUs */
    double load;                             /* 1 minute; NaN */
};
struct noise_counts noise_count(const struct system_roots *roots, struct arena *arena);

/* What happened in between: throttled by the cgroup's quota, by heat, time stolen by other
 * machines. */
void noise_events(struct noise_findings *out, const struct noise_counts *before,
                  const struct noise_counts *after);

/* Findings as notes of a recording. */
void noise_note(struct recording *recording, const struct noise_findings *findings);

#endif
