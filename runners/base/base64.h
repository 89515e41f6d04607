/* Base64 in (RFC 4648, section 4): how JSON holds bytes. */
#ifndef RUNNERS_BASE_BASE64_H
#define RUNNERS_BASE_BASE64_H

#include "runners/base/arena.h"
#include "runners/base/text.h"

/* The bytes, in the arena. The `=` at the end may be missing, as encoders without padding leave
 * them out. False for any other byte, blanks included, for a length that no bytes have, and for
 * last bits that are not 0. */
bool base64_read(struct text *out, struct text text, struct arena *arena);

#endif
