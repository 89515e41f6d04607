#include "runners/sampler/stretch.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* Shorter than what benchmarks time, longer than what a scheduler tick blurs. */
enum { RUN_NS = 4 * 1000 * 1000 };

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
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

/* Waits for the child's end or `ns`; a signal to end is handed on. True when it has ended. */
static bool ended_within(pid_t child, uint64_t ns, const sigset_t *set, int *wait_status) {
    struct timespec timeout = span(ns);
    int got = sigtimedwait(set, NULL, &timeout);
    if (got > 0 && got != SIGCHLD) {
        kill(-child, got);
        kill(-child, SIGCONT);
    }
    return waitpid(child, wait_status, WNOHANG) == child;
}

bool stretch_run(const char *const *argv, double share, int *status, struct pg_error *err) {
    sigset_t set, old_mask;
    struct sigaction quiet = {.sa_handler = ignore_stops, .sa_flags = SA_NOCLDSTOP}, old_action;
    wait_set(&set);
    sigprocmask(SIG_BLOCK, &set, &old_mask);
    sigaction(SIGCHLD, &quiet, &old_action);
    pid_t child;
    /* No gap before or between the two sums: the child runs as soon as it has been started or
     * may continue, however late this process is scheduled. */
    uint64_t began = now_ns(), now, ran = 0, stopped = 0;
    bool good = start(&child, argv, &old_mask, err);
    int wait_status = 0;
    for (bool ended = !good; !ended;) {
        ended = ended_within(child, RUN_NS, &set, &wait_status);
        bool stops = !ended && share > 0;
        if (stops) {
            siginfo_t stopped_now;
            kill(-child, SIGSTOP); /* it runs on until the signal has reached it */
            waitid(P_PID, (id_t)child, &stopped_now, WSTOPPED | WEXITED | WNOWAIT);
        }
        now = now_ns();
        ran += now - began;
        began = now;
        if (!stops)
            continue;
        uint64_t due = (uint64_t)(share * (double)ran);
        ended = ended_within(child, due > stopped ? due - stopped : 0, &set, &wait_status);
        now = now_ns();
        stopped += now - began;
        began = now;
        kill(-child, SIGCONT);
    }
    /* What ended before its first stop still owes its share of the whole duration. */
    uint64_t owed = (uint64_t)(share * (double)ran);
    if (good && owed > stopped) {
        struct timespec rest = span(owed - stopped);
        nanosleep(&rest, NULL);
    }
    sigaction(SIGCHLD, &old_action, NULL);
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
    if (good)
        *status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
    return good;
}
