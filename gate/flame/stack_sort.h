/* Sorts stacks by their frames, in time linear in the frames. */
#ifndef GATE_FLAME_STACK_SORT_H
#define GATE_FLAME_STACK_SORT_H

#include "gate/flame/stacks.h"

/* By the first frame that differs; a stack stands before those that begin with it. All frames are
 * below `names`. */
void stack_sort(struct flame_stack *stacks, size_t count, uint32_t names, struct arena *arena);

#endif
