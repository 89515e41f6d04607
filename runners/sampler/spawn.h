/* Starts one process and waits for it: the innermost step of every measurement. Works in the
 * process that calls it, which must have SIGCHLD and SIGTERM blocked (launcher.c, which is the only
 * caller). */
#ifndef RUNNERS_SAMPLER_SPAWN_H
#define RUNNERS_SAMPLER_SPAWN_H

#include "runners/base/arena.h"
#include "runners/base/error.h"

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

struct spawn_request {
    const char *path;         /* what execve gets */
    char *const *argv;        /* NULL-terminated */
    char *const *environment; /* NULL-terminated */
    const char *directory;    /* to change to first, or NULL */
    int input, output, error; /* become 0, 1, 2 */
    const sigset_t *mask;     /* the signal mask that the program gets */
    uint64_t timeout_ns;      /* 0: none */
    bool kill_outliving;      /* what is left when the main process has ended is killed */
    bool read_migrations;     /* from /proc, for want of a counter */
};

enum spawn_end {
    SPAWN_EXITED,      /* code: exit status */
    SPAWN_SIGNALLED,   /* code: signal */
    SPAWN_TIMED_OUT,   /* the whole process group was ended */
    SPAWN_CANCELLED,   /* likewise, because SIGTERM came */
    SPAWN_NOT_STARTED, /* code: errno of execve (or of chdir, then not_entered) */
};

/* What the system says of the process and those of its children that it waited for. Plain data. */
struct spawn_result {
    enum spawn_end end;
    int code;
    bool not_entered;
    bool left_running; /* something outlived it and could not be killed */
    uint32_t
        outlived; /* processes that were still running after the main one ended, and were killed */
    uint64_t wall_ns; /* CLOCK_MONOTONIC, from before the start until its end was known */
    uint64_t user_ns, system_ns;
    uint64_t peak_rss_bytes;
    uint64_t minor_faults, major_faults;
    uint64_t voluntary_switches, involuntary_switches;
    int64_t migrations; /* of the main thread, from /proc; -1: not known */
};

/* False only when the system has no process to give (fork failed): errno says why. */
bool spawn_run(const struct spawn_request *request, struct spawn_result *result);

/* The path that execve is to be given for a command name: as it stands when it holds a `/`, else
 * the first executable file in the folders of `search` (a PATH value; NULL is the system's
 * default). `directory` is where relative names count from (NULL: here). Errors: PG_CHILD, "NAME:
 * cannot be started: …" with the reason. */
bool spawn_find(const char **path, const char *name, const char *search, const char *directory,
                struct arena *arena, struct pg_error *err);

/* "exit status 3", "signal 11 (Segmentation fault)", "timed out after 5 s" …; NULL for exit status
 * 0. */
const char *spawn_reason(const struct spawn_result *result, double timeout_s, struct arena *arena);

#endif
