/* The cells of two finished sides, function by function. */
#ifndef GATE_FUNCTIONS_FUNCTION_CELLS_H
#define GATE_FUNCTIONS_FUNCTION_CELLS_H

#include "gate/functions/function_side.h"

struct function_cells {
    const struct function_cell *at, *end;
};

struct function_walk {
    struct function_cells left[2]; /* of base and head, not yet walked */
    uint32_t function;
    struct function_cells taken[2]; /* of that function, by round; empty where a side has none */
};

/* Over the cells of one slice (a text). */
struct function_walk function_walk(const struct function_side *base,
                                   const struct function_side *head, uint32_t slice);

/* The next function, by number, that a side has; false at the end. */
bool function_walk_next(struct function_walk *walk);

/* Is a function with so many samples a round tested? `least`: what a rule says, or -1. */
bool function_large_enough(double base, double head, bool one_sided, int least);

#endif
