/* What of a profile stays on the machine that made it. Whatever hands a profile on calls this. */
#ifndef RUNNERS_PROFILE_STRIP_H
#define RUNNERS_PROFILE_STRIP_H

#include "runners/profile/profile.h"

/* A label with more values than this (request ids, thread numbers, addresses) is not handed on. */
enum { STRIP_LABEL_VALUES = 64 };

/* Shortens the source files, the binaries' files, and paths inside of functions' names, as
 * path_strip.h says: folders of builds and the names of people go. */
void profile_strip_paths(struct profile *profile, struct arena *arena);

/* The same also of labels' texts and the URL of the documentation; leaves out comments (tools write
 * command lines there), and labels with more than STRIP_LABEL_VALUES values, unless they are
 * amounts in a unit of time or memory, or what a recording is cut by (`benchmark`, `round`, which
 * stay as they are). Samples are not joined, so their order and number stay. Returns what was left
 * out, in words for a message; NULL when only paths were shortened. */
const char *profile_strip(struct profile *profile, struct arena *arena);

#endif
