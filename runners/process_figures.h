/* The figures of one process as values of a recording: wall, user and system time, memory, faults,
 * switches, counters. */
#ifndef RUNNERS_PROCESS_FIGURES_H
#define RUNNERS_PROCESS_FIGURES_H

#include "runners/recording/recording.h"
#include "runners/sampler/launcher.h"

/* The first of the fixed ones. */
enum figure { FIGURE_WALL, FIGURE_CPU, FIGURE_USER, FIGURE_SYSTEM };

enum { FIGURES_MAX = 8 + COUNTERS_MAX };

/* A unit prepared once: as written, tidied, and the factor between. */
struct figure_unit {
    uint32_t unit, written;
    double factor;
};

struct figures {
    struct figure_unit units[FIGURES_MAX];
    size_t count; /* fixed ones, then the counters of the set */
    const struct counter_set *set;
    bool migrations_counted; /* among the counters; else they come from /proc */
};

/* Values of one process in the order of the units, as written (ns, s, bytes, counts); NaN: not
 * measured. */
struct figure_values {
    double values[FIGURES_MAX];
};

void figures_prepare(struct figures *figures, const struct counter_set *set,
                     const struct counter_state *state, struct strings *strings,
                     struct arena *arena);

struct figure_values figures_of(const struct figures *figures, const struct launched *launched);

/* Adds them as values of `round` of a benchmark; all units are better when lower. */
void figures_add(const struct figures *figures, const struct figure_values *values,
                 struct recording *out, uint32_t config, uint32_t name, uint32_t round);

#endif
