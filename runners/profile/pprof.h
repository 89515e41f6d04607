/* pprof's format: a protocol buffer, usually gzipped (runners/base/source.h inflates). */
#ifndef RUNNERS_PROFILE_PPROF_H
#define RUNNERS_PROFILE_PPROF_H

#include "runners/profile/profile.h"

#include <stdio.h>

/* Reads the inflated bytes. Ids are renumbered by position, texts join `strings`, unknown fields
 * are dropped, everything else is kept. Repeated numbers may be packed, not packed or mixed.
 * Refused with PG_FORMAT `offset N: …`: ids that are 0, missing or there twice, string numbers out
 * of range, a number of values other than of sample types, a line without function, profiles put
 * one behind another, and anything cut short. */
bool pprof_read(struct profile **out, struct text bytes, struct strings *strings,
                struct arena *arena, struct pg_error *err);

/* The message of a profile that passes profile_check, not compressed, in the arena. Equal profiles
 * give equal bytes. */
struct text pprof_message(const struct profile *profile, struct arena *arena);

/* The message, gzipped, to a stream. */
bool pprof_write(FILE *out, const struct profile *profile, struct arena *arena,
                 struct pg_error *err);

#endif
