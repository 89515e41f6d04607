/* The measuring plan: run each side's command round by round, interleaved, and fill one recording a
 * side. Knows nothing of statistics: when to stop early or go on is asked of the caller. */
#ifndef RUNNERS_RUNNER_H
#define RUNNERS_RUNNER_H

#include "runners/base/error.h"
#include "runners/formats/format.h"
#include "runners/recording/recording.h"

/* One build to measure. */
struct plan_side {
    const char *label;           /* "main" */
    const char *const *argv;     /* NULL-terminated */
    const char *directory;       /* to run in, or NULL */
    const char *commit, *branch; /* provenance, or NULL */
};

enum run_order { ORDER_ABBA, ORDER_SHUFFLE };
enum aslr_mode { ASLR_RANDOM, ASLR_OFF };
enum counters_mode { COUNTERS_AUTO, COUNTERS_OFF };
enum instructions_mode { INSTRUCTIONS_COUNTER, INSTRUCTIONS_VALGRIND };

struct plan {
    const struct plan_side *sides;
    size_t side_count;
    const char *name; /* benchmark name of the whole process; NULL: base name of the command */
    const struct format *format; /* NULL: auto */
    bool whole_process;          /* do not look for benchmarks in the output */
    uint32_t warmup, rounds, max_rounds;
    double time_budget; /* seconds, 0: none */
    double timeout;     /* seconds a process, 0: none */
    enum run_order order;
    uint64_t seed;
    int pin_cpu; /* -1: none */
    enum aslr_mode aslr;
    bool pad_environment;
    enum counters_mode counters;
    enum instructions_mode instructions;
    uint32_t shard_index, shard_count; /* 1-based; 0, 0: no shards */
    const char *session;               /* id written into every recording */
    /* Asked after `rounds` rounds and each one beyond, up to max_rounds: are the intervals narrow
     * enough? NULL: stop at `rounds`. */
    bool (*enough)(void *context, const struct recording *const *sides, size_t count);
    /* Told after each process; for the progress line. NULL: nobody listens. */
    void (*progress)(void *context, uint32_t round, uint32_t of, double elapsed_s);
    void *context;
};

/* Measures. Recordings are made by the caller (recording_new) and filled here, provenance and noise
 * notes included. A failing command is a failed row, not an error. False: a command that cannot be
 * started (PG_CHILD, with the name and the system's reason), a system failure. On SIGINT/SIGTERM
 * the complete rounds are kept, *interrupted is set and the result is true. */
bool runner_measure(const struct plan *plan, struct recording *const *out, bool *interrupted,
                    struct pg_error *err);

#endif
