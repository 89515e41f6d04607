/* The profiles of a measurement: a struct sampling a side, and the file NAME.pb.gz beside NAME.txt
 * that it ends in. */
#ifndef GATE_COMMANDS_RUN_SAMPLING_H
#define GATE_COMMANDS_RUN_SAMPLING_H

#include "gate/commands/run_sides.h"

#include <stdio.h>

/* As given on the command line. */
struct sampling_options {
    int sampler, stack, rounds;
    double rate, slice;
    bool branches;
};
#define SAMPLING_DEFAULTS                                                                          \
    { .sampler = SAMPLER_AUTO, .stack = STACK_AUTO, .rate = 1000 }

/* Rows of an option table. */
#define SAMPLING_OPTIONS(to)                                                                       \
    HEADING("Sampling"),                                                                           \
        CHOICE(                                                                                    \
            "sampler", &(to)->sampler, "none|perf|preload|auto",                                   \
            "sample further rounds into NAME.pb.gz (auto: programs that run long enough, where "   \
            "the system allows it)"),                                                              \
        CHOICE(                                                                                    \
            "stack", &(to)->stack, "fp|dwarf|auto",                                                \
            "call chains along frame pointers, by call frame information on copies of 8 KiB, or "  \
            "on as small ones as do (auto)"),                                                      \
        FLAG("branches", 0, &(to)->branches,                                                       \
             "record the branches before each sample, too, where the CPU keeps them, for "         \
             "perfgate pgo"),                                                                      \
        COUNT("sampled-rounds", 0, &(to)->rounds, 1, 100000,                                       \
              "how many (as many as are measured, at most 20)"),                                   \
        {.name = "rate",                                                                           \
         .kind = OPTION_DOUBLE,                                                                    \
         .target = &(to)->rate,                                                                    \
         .argument = "HZ",                                                                         \
         .help = "samples a second of CPU time (1000)",                                            \
         .low = 1,                                                                                 \
         .high = 4000},                                                                            \
    {                                                                                              \
        .name = "slices", .kind = OPTION_DURATION, .target = &(to)->slice, .argument = "TIME",     \
        .help = "label samples with when they were taken (elapsed), in steps of this",             \
        .low = 1e-6, .high = 86400                                                                 \
    }

struct run_sampling {
    struct out_file *files; /* one a side */
    const char **paths;
    size_t count;
};

/* Fills plan->sampling and each side's sampling, and opens the files. A recording that is no file
 * NAME.txt has nothing beside it: PG_USAGE when `--sampler` insists, else no sampling. */
bool run_sampling_open(struct run_sampling *out, struct run_sides *sides, struct plan *plan,
                       const struct sampling_options *options, struct pg_error *err);

/* All samples of a side as a profile with names; what has none is noted in the recording, which is
 * said to have a profile. NULL when there is no sample. Lives in the recording's arena. */
struct profile *run_sampling_profile(const struct sampling *sampling, double rate,
                                     struct recording *recording);

/* Puts the profiles in place, and removes those of earlier recordings where nothing was sampled;
 * says so in the recordings. To be called before these are written. */
bool run_sampling_write(struct run_sampling *sampling, struct run_sides *sides,
                        const struct plan *plan, struct pg_error *err);

/* A line a profile. */
void run_sampling_tell(const struct run_sampling *sampling, const struct run_sides *sides,
                       FILE *out);

/* Removes unfinished files. Harmless on a zeroed struct, and after writing. */
void run_sampling_close(struct run_sampling *sampling);

#endif
