/* The inside of struct sampling: sampling.c fills it, sampled_profile.c writes it out. */
#ifndef RUNNERS_SAMPLER_SAMPLING_PARTS_H
#define RUNNERS_SAMPLER_SAMPLING_PARTS_H

#include "runners/sampler/jit_maps.h"
#include "runners/sampler/sampling.h"
#include "runners/sampler/task_table.h"

/* An instruction: in a piece of code, or only a name. */
struct place {
    uint32_t piece; /* or PROFILE_NONE */
    uint32_t name;  /* text; 0: to be found out from the piece and the offset */
    uint64_t offset;
};

/* An address in code made at run time, of which only the end of the round tells the function. In
 * a round's stacks it is PENDING and its number. */
#define PENDING (1U << 31)
struct pending {
    uint64_t address;
    uint32_t pid, piece;
};

struct folded {
    uint64_t samples, periods;
};

/* What tasks of a comm label ran without a sample. */
struct tail {
    uint32_t comm;
    uint64_t periods;
};

/* What a stack is of: a sample, or what branches.h names. */
enum { KIND_SAMPLE, KIND_BRANCH, KIND_RANGE, KINDS };

/* Words before the places of a round's stack, and the slice of samples that have none. */
enum { KEY_COMM, KEY_SLICE, KEY_KIND, KEY_STACK };
#define NO_SLICE UINT32_MAX

/* A round that has begun. `stacks`: a comm label, a slice, a kind and then the places of a stack,
 * the leaf first, all as 32-bit words → index into folded + 1. */
struct round {
    struct sampling_round of;
    struct task_table *tasks;
    struct strings *stacks;
    struct folded *folded;
    uint32_t count, capacity;
    size_t frame_count; /* in all stacks */
    struct strings *pending_keys;
    struct pending *pending;
    uint32_t pending_count, pending_capacity;
    struct tail *tails;
    size_t tail_count, tail_capacity;
    struct sampling_counts counts;
    uint64_t began; /* time of the first record */
    struct arena *arena;
};

/* What is left of a round: a stack (number of sampling.stacks) and how often it was seen. */
struct kept {
    uint32_t stack, benchmark, round, comm, kind;
    int64_t samples, cpu_ns;
    int64_t elapsed; /* ns; -1: no slice */
};

struct sampling {
    struct strings *strings;
    struct arena *arena;
    struct code_pieces pieces;
    struct strings *place_keys; /* what makes places equal → index + 1 */
    struct place *places;
    uint32_t place_count, place_capacity;
    struct strings *stacks; /* places as 32-bit words, the leaf first */
    size_t frame_count;     /* in all of them */
    struct kept *kept;
    size_t kept_count, kept_capacity;
    uint32_t *comms; /* texts */
    uint32_t comm_count, comm_capacity;
    bool has_branches;
    struct sampling_counts counts;
    struct jit_maps jit;
    struct round round;
};

#endif
