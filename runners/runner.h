/* The measuring plan: run each side's command round by round, interleaved, and fill one recording a
 * side. Knows nothing of statistics: when to stop early or go on is asked of the caller. */
#ifndef RUNNERS_RUNNER_H
#define RUNNERS_RUNNER_H

#include "runners/base/error.h"
#include "runners/formats/format.h"
#include "runners/recording/recording.h"
#include "runners/sampler/counters.h"
#include "runners/sampler/sampling.h"
#include "runners/schedule.h"
#include "runners/system_files.h"

#include <sched.h>

/* One build to measure. Commands are NULL-terminated; argv[0] is looked up in PATH. */
struct plan_side {
    const char *label;       /* "main" */
    const char *const *argv; /* what is measured */
    const char *command;     /* as it is recorded; NULL: argv, quoted */
    /* Untimed, or NULL: once before all rounds, before and after each process, once after all
     * rounds. */
    const char *const *setup, *const *prepare, *const *conclude, *const *cleanup;
    const char *directory;       /* to run in, or NULL */
    const char *commit, *branch; /* provenance, or NULL */
    bool modified;               /* what was built differs from that commit */
    struct sampling *sampling;   /* gets the samples; NULL: not sampled */
};

enum sampler {
    SAMPLER_NONE,
    SAMPLER_PERF,    /* perf_event_open, or an error */
    SAMPLER_PRELOAD, /* from inside the program, by libperfgate-sampler.so */
    SAMPLER_AUTO,    /* programs that run long enough, by perf or, where that is refused, preload */
};

enum stack {
    STACK_FP,    /* as the kernel follows frame pointers */
    STACK_DWARF, /* call frame information, on 8 KiB copies of the stack */
    STACK_AUTO,  /* on small copies and on along frame pointers; large ones when that is not enough
                  */
};

struct plan_sampling {
    enum sampler sampler;
    enum stack stack;
    double rate;     /* samples a second of CPU time */
    uint32_t rounds; /* beside the timed ones; 0: as many as those, up to 20 */
    double slice;    /* seconds of a process whose samples are kept apart; 0: are not */
    bool branches;   /* keep the branches before each sample where the machine can tell them */
};

struct plan {
    const struct plan_side *sides;
    size_t side_count;
    const char *name; /* benchmark name of the whole process; NULL: base name of the command */
    const struct format *format; /* of what the command prints; NULL: auto */
    bool whole_process;          /* do not look for benchmarks in the output */
    bool ignore_failure;         /* measure processes that exit with a status other than 0, too */
    uint32_t warmup, rounds;     /* rounds >= 1 */
    uint32_t max_rounds;         /* >= rounds */
    double time_budget; /* seconds after which no further round begins (one is always measured), 0:
                           none */
    double timeout;     /* seconds a process, 0: none */
    const char *input;  /* file that every process reads as its stdin; NULL: empty */
    enum run_order order;
    uint64_t seed;         /* of shuffling and of padding; recorded */
    const cpu_set_t *cpus; /* NULL: wherever the kernel likes */
    bool aslr_off;
    bool pad_environment; /* random stack offset a round, the same for every side */
    struct counter_set counters;
    struct plan_sampling sampling;
    bool valgrind;                     /* one more run a side under callgrind, as instructions/op */
    uint32_t shard_index, shard_count; /* 1-based (shard.h); 0, 0: no shards */
    uint32_t listed; /* benchmarks before sharding, when the command itself runs only its share of
                        them; 0: the command runs all, and what falls to other shards is dropped */
    bool nothing;    /* nothing falls to this shard: run nothing */
    const char *session; /* id written into every recording */
    struct system_roots roots;
    /* Asked after `rounds` rounds and each one beyond, up to max_rounds: are the intervals narrow
     * enough? NULL: stop at `rounds`. */
    bool (*enough)(void *context, const struct recording *const *sides, size_t count);
    /* Told after each complete round, for a progress line; round 0 is the warm-up. NULL: nobody
     * listens. */
    void (*progress)(void *context, uint32_t round, uint32_t rounds, double elapsed_s,
                     const struct recording *const *sides, size_t count);
    /* The same after each sampled round. */
    void (*sampled)(void *context, uint32_t round, uint32_t rounds);
    void *context;
};

struct measured {
    uint32_t rounds;              /* complete ones */
    uint32_t processes, failures; /* run, and how many of them failed (warm-up included) */
    int interrupted;              /* the signal that ended it early, or 0 */
};

/* Measures. Recordings are made by the caller (recording_new) and filled here, one a side: samples
 * of complete rounds, failures, provenance, notes. A failing command is a failed row, not an error;
 * the first failure of each side is shown on stderr with the end of what it printed. False: a
 * command that cannot be started (PG_CHILD, with the name and the system's reason), a setting that
 * the system refuses, a failed setup, prepare or conclude. On SIGINT, SIGTERM or SIGHUP
 * (interrupt.h) the complete rounds are kept and the result is true. */
bool runner_measure(const struct plan *plan, struct recording *const *out,
                    struct measured *measured, struct pg_error *err);

/* A session id: 32 random hexadecimal digits. */
const char *runner_session(struct arena *arena);

#endif
