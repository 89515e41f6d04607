/* Folded stacks: a line a sample, `root;caller;leaf VALUE`, as flame graph tools read them. */
#ifndef RUNNERS_PROFILE_FOLDED_H
#define RUNNERS_PROFILE_FOLDED_H

#include "runners/profile/profile.h"

#include <stdio.h>

/* Writes the samples of one type whose value is not 0, in their order, inlined functions as frames
 * of their own (profile_flatten joins equal stacks before). What is not symbolised is its address
 * in hexadecimal. Write errors stay in the stream. */
void folded_write(FILE *out, const struct profile *profile, uint32_t type);

/* A name as it stands there: `;` and control characters become `_`. */
void folded_write_name(FILE *out, const struct strings *strings, uint32_t name);

#endif
