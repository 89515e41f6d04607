/* Profiles of one build as numbers: what each function cost in each round of each slice. A round is
 * what is replicated: all samples of one value of the round label, or a whole profile without that
 * label. A slice is what is compared by itself: all samples of one value of the slice label. */
#ifndef GATE_FUNCTIONS_FUNCTION_SIDE_H
#define GATE_FUNCTIONS_FUNCTION_SIDE_H

#include "gate/functions/function_names.h"
#include "runners/base/error.h"

/* How profiles are cut. */
struct function_cut {
    const char *type;         /* sample type; NULL: cpu, else the one that tools show */
    const char *slice_label;  /* "benchmark" */
    const char *round_label;  /* "round" */
    const char *const *where; /* `key=value` texts that samples must all have */
    size_t where_count;
};

/* One function in one round of a slice; flat and cum in seconds, or in the unit of a type that is
 * no time, with the number of samples that they come from: of a type in `count`, or the value over
 * the profile's period where that is one of the type and no value is less than half of it; NaN
 * where neither tells. Recursion counts once. */
struct function_cell {
    uint32_t slice, function, round;
    double flat, cum, flat_samples, cum_samples;
};

/* The rounds of a slice, numbered from 0 in the order of profiles and round labels. */
struct function_rounds {
    uint32_t slice; /* text; 0: no label */
    uint32_t count, capacity;
    double *cost, *samples; /* of all samples of a round */
    uint32_t *session;      /* in which a round was measured; ascending */
};

struct function_side {
    struct function_names *names;
    struct function_cut cut;
    struct function_rounds *slices; /* in the order first seen */
    size_t slice_count, slice_capacity;
    uint32_t *slice_of_text; /* text → index + 1, or 0 */
    size_t texts;
    struct function_cell *cells; /* by slice, function, round after function_side_finish */
    size_t cell_count, cell_capacity;
    const struct profile **profiles;
    size_t profile_count, profile_capacity;
    const char *type, *unit; /* of the first profile, as it has them: "cpu", "nanoseconds" */
    uint32_t session;        /* of the profiles that follow, which are of one moment: 0, 1, … */
    bool uncounted;          /* of some samples the number is not known */
    bool alone;              /* one profile without rounds is all there is of the build, */
    double window_sec; /* and its time was divided into rounds as long as this; 0: it has none */
    size_t unnumbered; /* samples left out: without the round label, which others have */
    struct function_scratch *scratch;
};

struct function_side *function_side_new(struct function_names *names, struct function_cut cut);

/* Adds a profile, which must share the names' strings and live as long. PG_USAGE when it has no
 * such sample type; PG_FORMAT for types in different units and for negative values, which only a
 * difference of profiles has. */
bool function_side_add(struct function_side *side, const struct profile *profile, const char *path,
                       struct pg_error *err);

/* The last call: sorts the cells. */
void function_side_finish(struct function_side *side);

/* The unit of costs: "sec", "B", or as the profile has it. */
const char *function_side_unit(const struct function_side *side);

/* The rounds of a slice; NULL when the side has none. */
const struct function_rounds *function_side_rounds(const struct function_side *side,
                                                   uint32_t slice);

/* Who calls whom, among functions that are flagged or stand beside one that is: pairs of function
 * numbers, ascending, each once. */
struct function_call {
    uint32_t caller, callee;
};
size_t function_side_calls(const struct function_side *side, const bool *flagged,
                           struct function_call **out, struct arena *arena);

#endif
