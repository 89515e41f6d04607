/* A machine's fingerprint as a recording carries it: one line `key=value key=value…`, values
 * without blanks. It may come from a hostile file, so that it is capped: 16 KiB are looked at. */
#ifndef RUNNERS_RECORDING_FINGERPRINT_TEXT_H
#define RUNNERS_RECORDING_FINGERPRINT_TEXT_H

#include "runners/base/arena.h"
#include "runners/base/text.h"

/* The next `key=value` off the front of the line; words without `=` belong to the value before.
 * False at the end. */
struct fingerprint_pair {
    struct text key, value;
};
bool fingerprint_next(struct text *rest, struct fingerprint_pair *out);

/* The whole line to walk over with fingerprint_next; NULL gives an empty one. */
struct text fingerprint_line(const char *line);

/* The value of a key; NULL when it has none. */
const char *fingerprint_value(const char *line, const char *key, struct arena *arena);

/* Which keys differ between two lines: "kernel (6.1.0 / 6.1.9), cores (2 / none)"; NULL when none
 * does. */
const char *fingerprint_difference(const char *old, const char *new, struct arena *arena);

#endif
