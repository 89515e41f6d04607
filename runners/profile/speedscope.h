/* The JSON that https://www.speedscope.app reads: frames, and a profile for each sample type. */
#ifndef RUNNERS_PROFILE_SPEEDSCOPE_H
#define RUNNERS_PROFILE_SPEEDSCOPE_H

#include "runners/profile/profile.h"

#include <stdio.h>

/* Writes what profile_flatten made. PG_FORMAT when a value is negative, which the format does not
 * have; write errors stay in the stream. */
bool speedscope_write(FILE *out, const struct profile *profile, struct pg_error *err);

#endif
