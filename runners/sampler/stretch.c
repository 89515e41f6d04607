#include "runners/sampler/stretch.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* Shorter than what benchmarks time, longer than what a scheduler tick blurs. */
enum { RUN_NS = 4 * 1000 * 1000 };

static uint64_t now_ns(clockid_t clock) {
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static struct timespec span(uint64_t ns) {
    return (struct timespec){(time_t)(ns / 1000000000U), (long)(ns % 1000000000U)};
}

/* Stops must not wake the waiter: only the end of the child is of interest. */
static void ignore_stops(int signal) {
    (void)signal;
}

static void wait_set(sigset_t *set) {
    static const int signals[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(set, signals[i]);
}

static bool start(pid_t *child, const char *const *argv, const sigset_t *old_mask,
                  struct pg_error *err) {
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, old_mask);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    int failed = posix_spawnp(child, argv[0], NULL, &attributes, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    if (failed)
        return pg_error_set(err, PG_CHILD, "%.400s: cannot start: %s", argv[0], strerror(failed));
    return true;
}

/* One program that is slowed. Its first process is what is looked at: while that waits for others,
 * which it may have started, their work passes for waiting. */
struct stretched {
    pid_t child;
    clockid_t clock; /* processor time of the child */
    int schedstat;   /* its /proc file, or -1 */
    sigset_t set;    /* what ends a wait */
    double share;
    uint64_t ran;           /* wall time while not stopped, ns */
    uint64_t burned, slept; /* what was paid for that */
};

/* Waits for the child's end, which stays to be reaped, or `ns`; a signal to end is handed on. True
 * when it has ended. */
static bool ended_within(const struct stretched *s, uint64_t ns) {
    struct timespec timeout = span(ns);
    siginfo_t info = {0};
    int got = sigtimedwait(&s->set, NULL, &timeout);
    if (got > 0 && got != SIGCHLD) {
        kill(-s->child, got);
        kill(-s->child, SIGCONT);
    }
    return waitid(P_PID, (id_t)s->child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == s->child;
}

/* Time in which the child wanted a processor and had none: the second number of the file. */
static uint64_t delay_of(const struct stretched *s) {
    char text[128];
    ssize_t length = s->schedstat < 0 ? 0 : pread(s->schedstat, text, sizeof text - 1, 0);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    const char *second = strchr(text, ' ');
    return second ? strtoull(second, NULL, 10) : 0;
}

static void burn(uint64_t ns) {
    for (uint64_t until = now_ns(CLOCK_THREAD_CPUTIME_ID) + ns;
         now_ns(CLOCK_THREAD_CPUTIME_ID) < until;) {
        for (volatile int i = 0; i < 1000; i++)
            continue;
    }
}

/* Spends the share of what the stopped child has had: work as work, since on a busy machine a
 * program that merely stands still for a while is then served the sooner, and waiting as waiting.
 * True when the child has ended in the meantime. */
static bool pay(struct stretched *s) {
    uint64_t worked = now_ns(s->clock), delayed = delay_of(s), now;
    worked = worked < s->ran ? worked : s->ran;
    uint64_t waited = s->ran - worked > delayed ? s->ran - worked - delayed : 0;
    uint64_t work_due = (uint64_t)(s->share * (double)worked);
    uint64_t wait_due = (uint64_t)(s->share * (double)waited);
    if (work_due > s->burned) {
        burn(work_due - s->burned);
        s->burned = work_due;
    }
    if (wait_due <= s->slept)
        return ended_within(s, 0);
    uint64_t began = now_ns(CLOCK_MONOTONIC);
    bool ended = ended_within(s, wait_due - s->slept);
    now = now_ns(CLOCK_MONOTONIC);
    s->slept += now - began;
    return ended;
}

/* No gap between the sums: the child runs as soon as it has been started or may continue, however
 * late this process is scheduled. */
static void run_stretched(struct stretched *s, uint64_t began) {
    for (bool ended = false; !ended;) {
        ended = ended_within(s, RUN_NS);
        bool stops = !ended && s->share > 0;
        if (stops) {
            siginfo_t stopped_now;
            kill(-s->child, SIGSTOP); /* it runs on until the signal has reached it */
            waitid(P_PID, (id_t)s->child, &stopped_now, WSTOPPED | WEXITED | WNOWAIT);
        }
        s->ran += now_ns(CLOCK_MONOTONIC) - began;
        /* What ended before its first stop still owes its share. */
        if (s->share > 0)
            ended |= pay(s);
        began = now_ns(CLOCK_MONOTONIC);
        if (stops)
            kill(-s->child, SIGCONT);
    }
}

bool stretch_run(const char *const *argv, double share, int *status, struct pg_error *err) {
    struct stretched s = {.share = share, .schedstat = -1};
    sigset_t old_mask;
    struct sigaction quiet = {.sa_handler = ignore_stops, .sa_flags = SA_NOCLDSTOP}, old_action;
    wait_set(&s.set);
    sigprocmask(SIG_BLOCK, &s.set, &old_mask);
    sigaction(SIGCHLD, &quiet, &old_action);
    uint64_t began = now_ns(CLOCK_MONOTONIC);
    bool good = start(&s.child, argv, &old_mask, err);
    if (good) {
        char path[64];
        int wait_status;
        snprintf(path, sizeof path, "/proc/%d/schedstat", (int)s.child);
        s.schedstat = open(path, O_RDONLY | O_CLOEXEC);
        if (clock_getcpuclockid(s.child, &s.clock) != 0)
            s.share = 0;
        run_stretched(&s, began);
        waitpid(s.child, &wait_status, 0);
        *status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
    }
    if (s.schedstat >= 0)
        close(s.schedstat);
    sigaction(SIGCHLD, &old_action, NULL);
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
    return good;
}
