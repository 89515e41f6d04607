/* Event counters of the kernel (perf_event_open), opened anew for each round: disabled, inherited
 * by the child and switched on by its exec, so that they see the measured program and all its
 * children, and nothing of the process that starts it. (Kept open over several rounds they would
 * miss some: when the kernel switches from parent to child it may swap their identical sets of
 * events instead of unloading and loading them, and exec then spends the mark on the wrong copy.)
 * Hardware events form one group (so that ratios are over the same time); the kernel may still have
 * to multiplex, in which case values are scaled by time enabled / time running. */
#ifndef RUNNERS_SAMPLER_COUNTERS_H
#define RUNNERS_SAMPLER_COUNTERS_H

#include "runners/base/arena.h"
#include "runners/base/error.h"

#include <linux/perf_event.h>
#include <stdint.h>
#include <sys/types.h>

/* One event that can be asked for. */
struct counter_event {
    const char *name; /* for --counters and messages, e.g. "instructions" */
    const char *unit; /* of its values a round, e.g. "instructions/op" */
    uint32_t type;    /* PERF_TYPE_… */
    uint64_t config;
};

enum { COUNTERS_MAX = 12 };

/* The events wanted. `required` says that the user named them, so that a missing one is worth a
 * warning. */
struct counter_set {
    const struct counter_event *events[COUNTERS_MAX];
    size_t count;
    bool required;
};

/* "auto" (instructions, cycles, branch-misses, cache-misses, cpu-migrations), "off" (none), or a
 * comma-separated list of names. Errors: PG_USAGE naming the unknown event and those there are. */
bool counters_parse(struct counter_set *out, const char *text, struct pg_error *err);

/* The two system calls behind the counters, so that tests can play hardware that this machine
 * lacks. */
struct counter_system {
    int (*open)(void *context, struct perf_event_attr *attr, int group);
    bool (*read)(void *context, int fd, uint64_t raw[3]); /* value, time enabled, time running */
    void (*close)(void *context, int fd);
    void *context;
};
extern const struct counter_system kernel_counters;

/* What became of opening; plain data, can be sent to another process. */
struct counter_state {
    int error[COUNTERS_MAX];      /* 0 or errno of each event */
    bool user_only[COUNTERS_MAX]; /* the kernel's share could not be had */
};

struct counters {
    const struct counter_set *set;
    struct counter_system system;
    struct counter_state state;
    bool alone[COUNTERS_MAX];  /* did not fit into the group */
    int keepers[COUNTERS_MAX]; /* idle software events: the first and the last user of one make the
                                  kernel rewrite its own code, which takes longer than a small
                                  process */
    int fds[COUNTERS_MAX];
};

/* Finds out what the system grants of the set. Never fails: what it refuses is in state. Holds
 * descriptors until counters_close. */
void counters_probe(struct counters *counters, const struct counter_set *set,
                    const struct counter_system *system);

/* One event over one round. NaN value: not counted (never scheduled, not granted). */
struct counter_value {
    double value; /* scaled */
    double share; /* of the time it was really counting, in (0, 1] */
};

/* Opens what was granted, for the next child of the calling process; then takes the values, when it
 * and its children have ended. */
void counters_begin(struct counters *counters);
void counters_end(struct counters *counters, struct counter_value values[COUNTERS_MAX]);

void counters_close(struct counters *counters);

/* What a raw reading says: value, time enabled, time running. */
struct counter_value counter_scaled(const uint64_t raw[3]);

/* Says in words why events are missing and how to get them, "instructions, cycles: not supported by
 * this machine …". `paranoid` is the value of perf_event_paranoid. NULL when nothing is missing. */
enum { COUNTERS_PARANOID_UNKNOWN = -1000 };
const char *counters_explain(const struct counter_set *set, const struct counter_state *state,
                             int paranoid, struct arena *arena);

#endif
