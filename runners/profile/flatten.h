/* Stacks of function names, for formats that know nothing else of a frame. */
#ifndef RUNNERS_PROFILE_FLATTEN_H
#define RUNNERS_PROFILE_FLATTEN_H

#include "runners/profile/profile.h"

/* The same samples without labels, every frame a location of its own with one function, inlined
 * functions too, that has a name and, `with_files`, a file. Functions of one name (and file) are
 * one, and so are samples of equal stacks. What is not symbolised is called by its address in
 * hexadecimal. */
bool profile_flatten(struct profile **out, const struct profile *profile, bool with_files,
                     struct arena *arena, struct pg_error *err);

#endif
