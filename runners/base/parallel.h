/* Work in pieces, on as many processors as the process may use. */
#ifndef RUNNERS_BASE_PARALLEL_H
#define RUNNERS_BASE_PARALLEL_H

#include <pthread.h>
#include <stddef.h>

/* Threads worth having: the processors of the affinity mask, 8 at most, 1 when it is not known. */
size_t parallel_threads(void);

/* Calls body(context, piece) once for every piece below `count`, from the caller's and further
 * threads, and returns when all are done. Pieces are begun in ascending order and may end in any;
 * what they write must be theirs alone. Without a thread to spare the caller does all of them. */
typedef void parallel_body(void *context, size_t piece);
void parallel_for(size_t count, parallel_body *body, void *context);

/* Lets the pieces of one parallel_for do something one after the other, in order: each waits for
 * its turn (at once when it has it already) and passes it on before it ends. */
struct turns {
    pthread_mutex_t lock;
    pthread_cond_t passed;
    size_t next;
};
#define TURNS_FROM_FIRST                                                                           \
    { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 }
void turns_wait(struct turns *turns, size_t piece);
void turns_pass(struct turns *turns);

#endif
