/* How chains end: the last few addresses before the root, learnt from chains that were followed to
 * it. What calls main never changes within a process, but has no frame pointer: a chain of frame
 * pointers stops there, and is completed from here. */
#ifndef RUNNERS_SYMBOLS_ROOT_TAILS_H
#define RUNNERS_SYMBOLS_ROOT_TAILS_H

#include "runners/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct root_tails;

struct root_tails *root_tails_new(struct arena *arena);

/* The addresses of a chain that ends at its root, the innermost first. */
void root_tails_learn(struct root_tails *tails, uint64_t process, const uint64_t *addresses,
                      size_t count);

/* Completes a chain whose last address always had the same callers up to the root. False, and
 * nothing is added, when that is not known or there is no room. */
bool root_tails_follow(const struct root_tails *tails, uint64_t process, uint64_t *addresses,
                       size_t *count, size_t most);

#endif
