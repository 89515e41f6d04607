/* The source text of functions in a profile. */
#ifndef GATE_COMMANDS_PROFILE_SOURCE_H
#define GATE_COMMANDS_PROFILE_SOURCE_H

#include "runners/base/arena.h"
#include "runners/base/text.h"

/* The lines of a text file; none when it could not be read. */
struct source_lines {
    const struct text *lines;
    size_t count;
};

/* Finds the file that a profile names below the folder `root`: under its whole path, or under the
 * longest end of it that is there. Nothing outside the folder is read, whatever the profile says or
 * links point to. */
struct source_lines source_lines_read(const char *root, const char *name, struct arena *arena);

#endif
