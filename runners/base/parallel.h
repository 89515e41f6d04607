/* Work in pieces, on as many processors as the process may use. */
#ifndef RUNNERS_BASE_PARALLEL_H
#define RUNNERS_BASE_PARALLEL_H

#include <stddef.h>

/* Threads worth having: the processors of the affinity mask, 8 at most, 1 when it is not known. */
size_t parallel_threads(void);

/* Calls body(context, piece) once for every piece below `count`, from the caller's and further
 * threads, and returns when all are done. Pieces are begun in ascending order and may end in any;
 * what they write must be theirs alone. Without a thread to spare the caller does all of them. */
typedef void parallel_body(void *context, size_t piece);
void parallel_for(size_t count, parallel_body *body, void *context);

#endif
