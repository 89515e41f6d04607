/* What the frames of a profile are called. */
#ifndef RUNNERS_PROFILE_FRAME_NAMES_H
#define RUNNERS_PROFILE_FRAME_NAMES_H

#include "runners/profile/profile.h"

/* The functions of all locations: of location i, names[start[i] … start[i + 1]), the innermost
 * first, at least one. Names are texts of the profile's strings; what has none is called after its
 * binary, `[name]`, or `<unknown>`. */
struct frame_names {
    uint32_t *start, *names;
};
struct frame_names frame_names_find(const struct profile *profile, struct arena *arena);

#endif
