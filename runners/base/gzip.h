/* Gzip out; the way in is source.h. */
#ifndef RUNNERS_BASE_GZIP_H
#define RUNNERS_BASE_GZIP_H

#include "runners/base/error.h"
#include "runners/base/text.h"

#include <stdio.h>

/* Writes the bytes to the stream as one gzip member without name and time, so that equal bytes give
 * equal files; long ones are deflated in parts, on several processors, with the same result on any
 * number of them. (ISA-L hashes with what the processor has: every x86-64 since SSE 4.2 gives the
 * same file, other kinds may give another of the same bytes.) Write errors stay in the stream for
 * whoever closes it; false only for want of memory. */
bool gzip_write(FILE *out, struct text bytes, struct pg_error *err);

#endif
