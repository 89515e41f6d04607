/* How one file that is written links to another. */
#ifndef GATE_REPORT_LINK_H
#define GATE_REPORT_LINK_H

#include "runners/base/arena.h"

/* A URL (RFC 3986, relative where it can be) of the file `target` in a document at `from`, both as
 * given on the command line; `from` NULL: a document in the working folder. Everything but letters,
 * digits and `-._~/` is percent-encoded, so it is never a scheme or another host, and safe in every
 * language that a report is written in. */
const char *link_to(const char *target, const char *from, struct arena *arena);

#endif
