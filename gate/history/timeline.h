/* Benchmarks over time: what every recording says of them, oldest first, and where their level
 * changed. Recordings of different branches and machines are never put into one series. */
#ifndef GATE_HISTORY_TIMELINE_H
#define GATE_HISTORY_TIMELINE_H

#include "gate/compare/policy.h"
#include "runners/recording/recording.h"
#include "stats/outcome.h"

/* Where a point comes from. What is not known is NULL; nothing is copied. */
struct timeline_source {
    const char *id;      /* of a store's entry, or the label of a recording that was given */
    const char *path;    /* of the recording */
    const char *branch;  /* of the store; NULL: no matter which */
    const char *machine; /* fingerprint-id */
    const char *commit;  /* hex digits, without a mark */
    const char *time;    /* RFC 3339, UTC */
    const char *verdict; /* "regression", "pass" …; NULL when nothing judged it */
    bool modified;       /* what was built differs from the commit */
    bool accepted;       /* as a new level */
};

/* Branch and machine as one text: only sources of equal ones meet in a series. */
const char *timeline_group(const struct timeline_source *source, struct arena *arena);

struct timeline_point {
    const struct timeline_source *source;
    uint32_t n;               /* values */
    double center, low, high; /* as `run` shows them: estimate_of; low and high may be infinite */
    double change;            /* ratio to the centre before, - 1; NaN for the first */
};

/* From points[index] on, the level is another. */
struct timeline_change {
    size_t index;
    double before, after; /* medians of the centres of the two levels */
    double change;        /* after / before - 1; infinite from 0 */
    double p;
};

struct timeline_series {
    const char *package; /* Go's `pkg`; "" without one */
    const char *name, *unit;
    const char *branch, *machine; /* NULL: not known */
    enum better better;
    struct timeline_point *points;
    size_t count, capacity;
    size_t missing; /* recordings of the branch and machine, since the first, that lack it */
    struct timeline_change *changes; /* in time order */
    size_t change_count;
    enum outcome outcome; /* of the search for changes; TOO_FEW: no p could be at most alpha */
    double p_adjusted;    /* of there being a change at all, among all series; NaN unless OK */
    /* Private. */
    size_t seen;          /* place before the ordering */
    uint32_t group;       /* number of branch and machine */
    size_t before;        /* recordings of the group before the first */
    uint32_t benchmark;   /* number of package and name */
    int rank;             /* of the unit among the benchmark's: the least is shown */
    const double *values; /* of the last point, while its recording is added */
    bool exact;           /* the unit has no scatter, by its metadata */
};

/* Change points by E-divisive on the logs of the centres (the centres where one is not positive),
 * with permutation p-values; the series are one family (Benjamini-Hochberg on the p of their first
 * split). */
struct timeline_method {
    double alpha;
    uint32_t seed;
    size_t least;        /* points of a level */
    size_t permutations; /* more of them for more series, since smaller p are then needed */
    size_t needed;       /* points that a series must have for any answer */
    size_t family;       /* series that had as many */
};

enum { TIMELINE_LEAST = 3, TIMELINE_SUGGESTIONS = 8 };

struct timeline {
    struct timeline_series *series; /* by benchmark, then as first seen */
    size_t count, capacity;
    struct timeline_method method;
    size_t pooled; /* results of one benchmark and unit under several configurations */
    const char *others[TIMELINE_SUGGESTIONS]; /* benchmarks that were there and not wanted */
    size_t other_count;
    /* Private. */
    const char *benchmark, *unit;
    struct arena *arena;
    struct policy policy;
    struct strings *keys;       /* one for each series: its place + 1 */
    struct strings *benchmarks; /* package and name */
    int *ranks;                 /* by number of benchmark - 1: the least of its units */
    size_t rank_count, rank_capacity;
    struct strings *groups; /* branch and machine */
    size_t *group_sizes;    /* recordings, by number of group - 1 */
    size_t group_count, group_capacity;
};

/* `benchmark` and `unit` are names or globs; benchmarks may be named without the suffix `-8` that
 * Go appends, units as they are written (ns/op). Without a unit it is the one that the gate goes by
 * first: time, else whatever is gated, else all; and what is not gated is left out where something
 * is. All memory is the arena's. */
void timeline_init(struct timeline *timeline, const char *benchmark, const char *unit,
                   struct arena *arena);

/* Adds what a recording has of the benchmarks. Oldest first; the source must last, the recording
 * need not. Units' metadata may be added to the recording. */
void timeline_add(struct timeline *timeline, struct recording *recording,
                  const struct timeline_source *source);

/* after / before - 1, by the distance from 0 where values are negative; infinite from 0. */
double timeline_ratio(double before, double after);

/* After the last recording: chooses units, orders the series, finds the changes. Errors: PG_LIMIT
 * for more points than change points can be looked for in. */
bool timeline_finish(struct timeline *timeline, double alpha, uint32_t seed, struct pg_error *err);

#endif
