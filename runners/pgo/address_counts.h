/* What was sampled where: the places of a profile's innermost frames, by the program or library
 * that they are in. A place is an offset in the file, which is the same in every process and every
 * profile of one build. Of branch stacks also what ran between branches, and where these went. */
#ifndef RUNNERS_PGO_ADDRESS_COUNTS_H
#define RUNNERS_PGO_ADDRESS_COUNTS_H

#include "runners/profile/profile.h"

struct address_count {
    uint64_t place; /* offset in the file */
    double count;   /* samples × weight */
    /* A location there, for what the profile itself knows of it. */
    const struct profile *profile;
    uint32_t location;
};

/* From branch stacks (runners/profile/branch_script.c). */
struct address_range {
    uint64_t first, last; /* offsets in the file: what was run from the one to the other */
    double count;
};
struct address_branch {
    uint64_t from, to; /* offsets in the file; BRANCH_FROM_ELSEWHERE: from another one */
    double count;
};
#define BRANCH_FROM_ELSEWHERE UINT64_MAX

/* Of one build. */
struct address_counts {
    const char *path, *build_id;  /* "": not known */
    struct address_count *places; /* sorted, distinct */
    size_t count;
    /* Sorted, distinct; none without branch stacks. */
    struct address_range *ranges;
    size_t range_count, range_capacity;
    struct address_branch *branches;
    size_t branch_count, branch_capacity;
    double samples;   /* sum of all counts */
    int64_t taken_ns; /* the latest of its profiles */
};

/* Profiles of one string set; each sample counts as many times as the weight says. */
struct address_part {
    const struct profile *profile;
    double weight;
};

struct address_book {
    struct address_counts *builds; /* by samples, most first, then by path and build id */
    size_t build_count;
    double samples; /* with those of no mapping: of names without addresses, say */
};

/* Gathers what was sampled. Files are one when they have the same build id, or none and the same
 * path. How many samples a value stands for its type says: `samples` count themselves, another one
 * is divided by the period when that is of its type. */
struct address_book address_book_new(const struct address_part *parts, size_t count,
                                     struct arena *arena);

#endif
