/* Gzip out; the way in is source.h. */
#ifndef RUNNERS_BASE_GZIP_H
#define RUNNERS_BASE_GZIP_H

#include "runners/base/error.h"
#include "runners/base/text.h"

#include <stdio.h>

/* Writes the bytes to the stream as one gzip member without name and time, so that equal bytes give
 * equal files; long ones are deflated in parts, on several processors, with the same result on any
 * number of them. `level` is zlib's, 1 to 9. Write errors stay in the stream for whoever closes it;
 * false only for want of memory. */
bool gzip_write(FILE *out, struct text bytes, int level, struct pg_error *err);

#endif
