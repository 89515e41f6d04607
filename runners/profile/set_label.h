/* One label on every sample of a profile. */
#ifndef RUNNERS_PROFILE_SET_LABEL_H
#define RUNNERS_PROFILE_SET_LABEL_H

#include "runners/profile/profile.h"

/* Gives every sample that label, in place of any that it has of the same key. PG_LIMIT for more
 * than 2^32 - 1 labels; the profile is then as it was. */
bool profile_set_label(struct profile *profile, struct profile_label label, struct arena *arena,
                       struct pg_error *err);

#endif
