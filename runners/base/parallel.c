#include "runners/base/parallel.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { MOST_THREADS = 8 };

size_t parallel_threads(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 1;
    size_t count = (size_t)CPU_COUNT(&allowed);
    return count < 1 ? 1 : count > MOST_THREADS ? MOST_THREADS : count;
}

struct team {
    parallel_body *body;
    void *context;
    size_t count;
    atomic_size_t next;
};

static void *work(void *member) {
    struct team *team = member;
    for (size_t piece; (piece = atomic_fetch_add(&team->next, 1)) < team->count;)
        team->body(team->context, piece);
    return NULL;
}

void parallel_for(size_t count, parallel_body *body, void *context) {
    struct team team = {body, context, count, 0};
    pthread_t threads[MOST_THREADS];
    size_t wanted = count > 1 ? parallel_threads() - 1 : 0, started = 0;
    while (started < wanted && started + 1 < count &&
           pthread_create(&threads[started], NULL, work, &team) == 0)
        started++;
    work(&team);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

void turns_wait(struct turns *turns, size_t piece) {
    pthread_mutex_lock(&turns->lock);
    while (turns->next != piece)
        pthread_cond_wait(&turns->passed, &turns->lock);
    pthread_mutex_unlock(&turns->lock);
}

void turns_pass(struct turns *turns) {
    pthread_mutex_lock(&turns->lock);
    turns->next++;
    pthread_cond_broadcast(&turns->passed);
    pthread_mutex_unlock(&turns->lock);
}
