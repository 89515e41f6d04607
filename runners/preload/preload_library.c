/* libperfgate-sampler.so, loaded into measured programs by LD_PRELOAD where the kernel does not let
 * perfgate sample them from outside. Each thread has a timer of its CPU time, whose SIGPROF
 * interrupts that thread; what is written down then (preload_file.h) is weighted by the CPU time
 * that the thread really used since its last sample, because the kernel fires such timers at its
 * own ticks only. A program that handles SIGPROF itself is left alone from then on. */
#include "runners/preload/preload_file.h"

#include "runners/sampler/preload_format.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

#define EXPORT __attribute__((visibility("default")))
#define IN_HANDLER __thread __attribute__((tls_model("initial-exec")))

enum { TIMERS_MOST = 4096 };

/* Of the calling thread. `timer`: its place in `timers` + 1; 0: it has none. */
static IN_HANDLER struct {
    uint64_t cpu_ns, stack_end;
    unsigned timer;
    char name[PRELOAD_NAME];
} self;

static timer_t timers[TIMERS_MOST];
static char taken[TIMERS_MOST]; /* 1: by a running timer, 2: by one that is being made or ended */
static bool sampling;
static long period_ns;
static size_t stack_bytes;
static pthread_key_t at_thread_end;

static int (*real_sigaction)(int, const struct sigaction *, struct sigaction *);
static int (*real_pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

static void find_real(void) {
    void *action = dlsym(RTLD_NEXT, "sigaction"), *create = dlsym(RTLD_NEXT, "pthread_create");
    memcpy(&real_sigaction, &action, sizeof action);
    memcpy(&real_pthread_create, &create, sizeof create);
}

static uint64_t thread_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void on_sigprof(int number, siginfo_t *info, void *context) {
    int saved = errno;
    char name[PRELOAD_NAME] = "";
    (void)number;
    if (self.timer && info->si_code == SI_TIMER && __atomic_load_n(&sampling, __ATOMIC_RELAXED)) {
        uint64_t now = thread_cpu();
        int tid = (int)syscall(SYS_gettid);
        prctl(PR_GET_NAME, name);
        if (memcmp(name, self.name, sizeof name) != 0) {
            preload_file_name(tid, name);
            memcpy(self.name, name, sizeof name);
        }
        preload_file_sample(tid, context, now - self.cpu_ns, self.stack_end, stack_bytes);
        self.cpu_ns = now;
    }
    errno = saved;
}

/* ---- timers ---- */

static unsigned take_slot(void) {
    for (unsigned i = 0; i < TIMERS_MOST; i++) {
        char none = 0;
        if (__atomic_compare_exchange_n(&taken[i], &none, 2, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return i + 1;
    }
    return 0;
}

static uint64_t end_of_stack(void) {
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return 0;
    bool known = pthread_attr_getstack(&attributes, &low, &size) == 0;
    pthread_attr_destroy(&attributes);
    return known ? (uint64_t)(uintptr_t)low + size : 0;
}

static void begin_thread(void) {
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF};
    struct itimerspec interval = {
        {period_ns / 1000000000, period_ns % 1000000000},
        {period_ns / 1000000000, period_ns % 1000000000},
    };
    event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    unsigned slot = take_slot();
    if (!slot)
        return;
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timers[slot - 1]) != 0) {
        __atomic_store_n(&taken[slot - 1], 0, __ATOMIC_RELEASE);
        return;
    }
    self.stack_end = end_of_stack();
    self.cpu_ns = thread_cpu();
    self.timer = slot;
    __atomic_store_n(&taken[slot - 1], 1, __ATOMIC_RELEASE);
    timer_settime(timers[slot - 1], 0, &interval, NULL);
}

static void end_timer(unsigned slot) {
    char running = 1;
    if (slot && __atomic_compare_exchange_n(&taken[slot - 1], &running, 2, false, __ATOMIC_ACQUIRE,
                                            __ATOMIC_RELAXED)) {
        timer_delete(timers[slot - 1]);
        __atomic_store_n(&taken[slot - 1], 0, __ATOMIC_RELEASE);
    }
}

static void end_thread(void *unused) {
    unsigned slot = self.timer;
    (void)unused;
    self.timer = 0;
    end_timer(slot);
}

/* What is still under way is dropped while the signal is ignored. */
static void step_aside(void) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (!__atomic_exchange_n(&sampling, false, __ATOMIC_ACQ_REL))
        return;
    for (unsigned slot = 1; slot <= TIMERS_MOST; slot++)
        end_timer(slot);
    real_sigaction(SIGPROF, &ignore, NULL);
    preload_file_aside();
}

/* ---- the process ---- */

static void begin_process(void) {
    struct sigaction action = {.sa_flags = SA_RESTART | SA_SIGINFO};
    const char *folder = getenv(PRELOAD_FOLDER);
    if (!folder || !preload_file_open(folder))
        return;
    action.sa_sigaction = on_sigprof;
    real_sigaction(SIGPROF, &action, NULL);
    sampling = true;
    begin_thread();
}

/* Timers are not inherited, and one thread is left. */
static void after_fork(void) {
    bool was = sampling;
    memset(taken, 0, sizeof taken);
    self.timer = 0;
    sampling = false;
    if (was)
        begin_process();
}

static long number_of(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtol(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void load(void) {
    find_real();
    period_ns = number_of(PRELOAD_PERIOD, 1000000);
    stack_bytes = (size_t)number_of(PRELOAD_STACK, 0);
    if (period_ns <= 0 || pthread_key_create(&at_thread_end, end_thread) != 0)
        return;
    pthread_atfork(NULL, NULL, after_fork);
    begin_process();
}

__attribute__((destructor)) static void unload(void) {
    if (!sampling)
        return;
    end_thread(NULL);
    preload_file_close();
}

/* ---- what programs call ---- */

struct start {
    void *(*routine)(void *);
    void *argument;
};

static void *run_thread(void *pointer) {
    struct start start = *(struct start *)pointer;
    free(pointer);
    if (__atomic_load_n(&sampling, __ATOMIC_ACQUIRE)) {
        pthread_setspecific(at_thread_end, &self); /* anything that is not NULL */
        begin_thread();
    }
    return start.routine(start.argument);
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*routine)(void *), void *argument);
EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*routine)(void *), void *argument) {
    struct start *start = malloc(sizeof *start);
    if (!real_pthread_create)
        find_real();
    if (!start)
        return EAGAIN;
    *start = (struct start){routine, argument};
    int failed = real_pthread_create(thread, attributes, run_thread, start);
    if (failed)
        free(start);
    return failed;
}

/* A program that only asks finds the default, which it would find without this library. */
EXPORT int sigaction(int number, const struct sigaction *action, struct sigaction *before) {
    if (!real_sigaction)
        find_real();
    if (number == SIGPROF && sampling && !action) {
        if (before)
            *before = (struct sigaction){.sa_handler = SIG_DFL};
        return 0;
    }
    if (number == SIGPROF && sampling) {
        step_aside();
        real_sigaction(SIGPROF, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    }
    return real_sigaction(number, action, before);
}

EXPORT __sighandler_t signal(int number, __sighandler_t handler) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;
    if (sigaction(number, &action, &before) != 0)
        return SIG_ERR;
    return before.sa_handler;
}
