/* Several profiles as one, by the rules of `go tool pprof`; the difference of two is the merge of
 * one with the other's values negative. */
#ifndef RUNNERS_PROFILE_MERGE_H
#define RUNNERS_PROFILE_MERGE_H

#include "runners/profile/profile.h"

/* A profile, each value multiplied by `factor` (rounded half away from zero; 1 and -1 are exact).
 * With `normalize_to` each sample type is first scaled to that profile's sum of it. */
struct merge_part {
    const struct profile *profile;
    double factor;
    const struct profile *normalize_to;
    const char *name; /* for messages; NULL: `profile N`, counting from 1 */
};

/* Merges profiles of one string set. The result has the sample types, by name, that all have, in
 * the order and with the default of the first, each in the finest of its units. Equal mappings
 * (wherever they were loaded), functions, locations, and samples of equal stack and labels are one;
 * what no sample uses, and samples without any value, are left out. Durations are added, the period
 * is the longest, the time the earliest that is known, comments are joined, drop_frames and
 * keep_frames are the first's. PG_FORMAT when no sample type is common, or units or period types do
 * not fit together. */
bool profile_merge_parts(struct profile **out, const struct merge_part *parts, size_t count,
                         struct arena *arena, struct pg_error *err);

/* The same with every factor 1. */
bool profile_merge(struct profile **out, const struct profile *const *profiles, size_t count,
                   struct arena *arena, struct pg_error *err);

/* The same profile after profile, which may be gone (but for its texts) once it was added: those
 * that have the sample types of the first, in its order and units. */
struct profile_adder;

/* For `most` profiles like the first, which is yet to be added. */
struct profile_adder *profile_adder_new(const struct profile *first, size_t most,
                                        struct arena *arena);

/* False when its sample types are others, and nothing was added. `name` is as in a merge_part. */
bool profile_adder_add(struct profile_adder *adder, const struct profile *profile,
                       const char *name);

/* Fails as profile_merge_parts does; the adder is done. */
bool profile_adder_finish(struct profile **out, struct profile_adder *adder, struct pg_error *err);

/* value × factor as a merge multiplies; what does not fit becomes the nearest that does. */
int64_t profile_scaled(int64_t value, double factor);

#endif
