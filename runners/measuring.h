/* One session of measuring from the inside: the state that runner.c (session and rounds),
 * run_process.c (one process) and keep_round.c (what becomes of a complete round) share. Nobody
 * else includes this. */
#ifndef RUNNERS_MEASURING_H
#define RUNNERS_MEASURING_H

#include "runners/callgrind.h"
#include "runners/fingerprint.h"
#include "runners/harvest.h"
#include "runners/process_figures.h"
#include "runners/runner.h"
#include "runners/sampler/launcher.h"
#include "runners/sampler/preload.h"
#include "runners/sampler/preload_format.h"

enum { OUTPUT_LIMIT = 64 * 1024 * 1024, ERROR_LIMIT = 64 * 1024, NO_COMMAND = -1 };

/* Is the process the benchmark, or what it prints? Decided by the first round in which something
 * succeeded. */
enum mode { MODE_UNDECIDED, MODE_WHOLE, MODE_HARNESS };

/* A failed round of a side whose benchmarks are not known yet. */
struct unnamed_failure {
    uint32_t round;
    const char *reason;
};

/* What one process of the current round gave. */
struct sample {
    const char *reason; /* why it failed, or NULL */
    const char *damage; /* what of its output cannot be read, or NULL; there may be results too */
    struct figure_values figures;
    const struct recording *printed; /* in scratch */
};

enum sampled_by { BY_NOBODY, BY_PERF, BY_PRELOAD };

/* How all sides are sampled: decided before anything runs. */
struct sampled_how {
    enum sampled_by by;
    const char *refusal;       /* what is to be said when perf_event_open is refused, or NULL */
    struct preload preload;    /* of BY_PRELOAD */
    struct ring_request rings; /* registers and stack bytes hold for BY_PRELOAD, too */
    size_t ring_bytes;         /* that the system grants a CPU */
    uint32_t most_frames;
    int64_t rate_before, highest_rate; /* perf_event_max_sample_rate before anything was sampled,
                                          and when all was; -1: not told */
};

/* How far, as a share of it, samples may lie from the CPU time that the system accounts for. */
#define PROFILE_SOUND 0.06

/* Of the sampled rounds of a side, those that succeeded. */
struct sampled_side {
    double *cpu; /* s, user and system, a round */
    size_t count, capacity;
    double user_ns, system_ns; /* of all */
    double unsampled_ns;       /* of that, what is in the profile as [unsampled] */
    struct sampling_counts counts;
    uint64_t damaged;          /* records */
    struct unwinder *unwinder; /* NULL: none is needed */
    uint32_t failures;
    uint32_t loaded, aside; /* processes that the library was in, and those of them it left alone */
    bool again;             /* its round is to be run once more */
};

struct side_state {
    const struct plan_side *side;
    struct recording *out;
    /* Indices of the launcher's commands. */
    int measure, setup, prepare, conclude, cleanup, count, sampled_measure;
    struct name_set known; /* benchmarks it has printed */
    struct unnamed_failure *unnamed;
    size_t unnamed_count, unnamed_capacity;
    struct sample sample;
    uint32_t config; /* of the process figures, once there are some */
    bool has_config;
    struct callgrind callgrind;
    struct sampled_side sampled;
    bool failure_shown, outliving_noted, left_noted, floor_noted;
    unsigned output_notes;
};

struct measuring {
    const struct plan *plan;
    struct side_state *sides;
    size_t count;
    struct launcher *launcher;
    struct figures figures;
    struct fingerprint fingerprint;
    struct schedule schedule;
    enum mode mode;
    const char *name; /* of the whole process */
    double least_share[COUNTERS_MAX];
    struct sampled_how sampled;
    double started; /* seconds_now when the rounds began */
    struct measured *measured;
    struct arena *arena, *scratch; /* scratch is emptied after each round */
};

/* Runs the side's process between its prepare and its conclude command, and fills side->sample. The
 * first failure of a side is shown. False: nothing can be started, or one of the two commands
 * failed. After an interrupt the sample means nothing. */
bool run_process(struct measuring *m, struct side_state *side, uint32_t round, uint32_t padding,
                 struct pg_error *err);

/* Runs a command that is not measured; failure is an error that begins with `what`. */
bool run_unmeasured(struct measuring *m, int command, const char *what, bool finish,
                    struct pg_error *err);

/* Runs each side once under callgrind, when the plan says so, and adds what it counted. */
bool count_instructions(struct measuring *m, struct pg_error *err);

/* Finds out, when some side is to be sampled, what the system allows. Errors (PG_CHILD): a sampler
 * that was asked for by name and cannot be had. */
bool choose_sampler(struct measuring *m, struct pg_error *err);

/* Sizes of stack copies to try in turn: some frames until one with a frame pointer, most programs,
 * large frames. */
enum { STACK_SIZES = 3 };
extern const uint32_t stack_sizes[STACK_SIZES];

/* After the timed rounds: samples every side that has a sampling and succeeded, in rounds of their
 * own, and records how. What goes wrong then is a note. */
void run_sampled_rounds(struct measuring *m);

/* Writes into the side's recording how it was sampled and what is to be said of the profile.
 * Medians of a process's CPU time, in seconds: timed, and sampled. */
void record_sampling(struct measuring *m, struct side_state *side, double timed_cpu,
                     double sampled_cpu);

/* CLOCK_MONOTONIC. */
double seconds_now(void);

/* On stderr, once a side, with the end of what it printed. `launched` may be NULL. */
void show_failure(struct side_state *side, uint32_t round, const char *reason,
                  const struct launched *launched, struct arena *scratch);

/* Decides the mode, when it can be, after all sides have run in a round. */
void decide_mode(struct measuring *m, uint32_t round);

/* Puts the samples of a complete round into the recordings. */
void keep_round(struct measuring *m, uint32_t round);

/* At the end: failures that belong to no known benchmark yet get names; the number of benchmarks is
 * written. */
void keep_rest(struct measuring *m);

/* Name of the process figures: the benchmark itself, or `process/NAME` beside those that it prints.
 */
uint32_t process_name(const struct measuring *m, const struct side_state *side);

#endif
