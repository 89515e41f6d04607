/* The samples of one build: taken in record by record, folded at once into equal stacks, and kept
 * as those of a benchmark and a round. Stacks are of places in files, so that address space layout
 * does not keep equal ones apart. Memory grows with distinct stacks, not with samples. */
#ifndef RUNNERS_SAMPLER_SAMPLING_H
#define RUNNERS_SAMPLER_SAMPLING_H

#include "runners/profile/profile.h"
#include "runners/sampler/sample_stack.h"

struct sampling;

/* Label of samples that were taken in slices. */
#define SAMPLING_ELAPSED "elapsed"

struct sampling *sampling_new(struct strings *strings, struct arena *arena);

struct sampling_round {
    uint32_t benchmark; /* text */
    uint32_t number;    /* from 1 */
    struct stack_reader reader;
    uint64_t period; /* between two samples of a task; 0: the kernel chooses */
    uint64_t slice;  /* ns: samples of each so long part of the round are kept apart; 0: are not */
};

/* Between these two calls all records are of one process and its children. Nothing of a round that
 * is not ended is kept; `scratch` is used in between. */
void sampling_begin(struct sampling *sampling, const struct sampling_round *round,
                    struct arena *scratch);
void sampling_take(void *sampling, const struct perf_record *record); /* a rings_take */
/* The kernel starts a period anew for every task, so that what a task ran since its last sample, or
 * without any, is in no sample. That much of the round, but at most `periods`, becomes time of a
 * function `[unsampled]`, each task's under its comm. */
void sampling_unsampled(struct sampling *sampling, double periods);
/* `ns`: nanoseconds that one unit of the samples' periods stands for. */
void sampling_end(struct sampling *sampling, double ns);

/* What was taken in, of the current round or of all that ended. */
struct sampling_counts {
    uint64_t samples;
    uint64_t periods;   /* their sum */
    uint64_t unsampled; /* of ended tasks after their last sample, in units of periods */
    uint64_t lost;      /* records that the kernel had no room for */
    uint64_t throttled; /* times that the kernel paused sampling */
    uint64_t truncated; /* samples whose stack does not reach its root */
    uint64_t cut;       /* those of them whose copy of the stack was too small */
};
void sampling_counts_add(struct sampling_counts *to, struct sampling_counts more);
struct sampling_counts sampling_round_counts(const struct sampling *sampling);
struct sampling_counts sampling_counts(const struct sampling *sampling);

/* Everything as a profile that is not symbolised yet: types samples/count and cpu/nanoseconds,
 * labels `benchmark` and `round`, `comm` where a task has another name than the command, and with
 * slices `elapsed`: the beginning of the slice in ns since the command's exec, and, where
 * samples came with branches, the types of runners/profile/branches.h beside the default, cpu. Of a
 * stack that does not reach its root the outermost frame is a function `[truncated]`. `period_ns`
 * is written down as the period. */
struct profile *sampling_profile(const struct sampling *sampling, int64_t period_ns,
                                 struct arena *arena);

#endif
