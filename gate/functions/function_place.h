/* Which samples of a profile count on a side, and in which slice and round. */
#ifndef GATE_FUNCTIONS_FUNCTION_PLACE_H
#define GATE_FUNCTIONS_FUNCTION_PLACE_H

#include "gate/functions/function_side.h"

struct placed_sample {
    uint32_t slice, sample; /* a text; number of the sample */
    uint32_t round_text;    /* of a label with a text */
    int64_t round;
};

/* The wanted samples with a value of that type, by slice and round; in the arena. Where some have
 * the round label, those without it belong to no round and are counted in side->unnumbered. */
size_t function_place(struct function_side *side, const struct profile *profile, uint32_t type,
                      struct placed_sample **out);

#endif
