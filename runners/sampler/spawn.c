#include "runners/sampler/spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    TERM_GRACE_MS = 2000,   /* between SIGTERM and SIGKILL */
    LEAVE_GRACE_MS = 50,    /* for what ends by itself right after the main process */
    KILL_PATIENCE_MS = 2000 /* for killed processes to be gone */
};

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t timeval_ns(struct timeval t) {
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

/* Written by the child while it still shares the parent's memory, so that no pipe is needed to tell
 * "cannot be started" from a program that exits with 127. */
struct start_failure {
    int code;
    bool in_chdir;
};

static void become(const struct spawn_request *request, volatile struct start_failure *failure) {
    static const int to_default[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE};
    for (size_t i = 0; i < sizeof to_default / sizeof *to_default; i++)
        signal(to_default[i], SIG_DFL);
    setpgid(0, 0);
    /* The request's descriptors are all above 2 (launcher.c), so that none is overwritten before it
     * is used. */
    dup2(request->input, STDIN_FILENO);
    dup2(request->output, STDOUT_FILENO);
    dup2(request->error, STDERR_FILENO);
    if (request->directory && chdir(request->directory) != 0) {
        failure->in_chdir = true;
        failure->code = errno;
        return;
    }
    sigprocmask(SIG_SETMASK, request->mask, NULL);
    execve(request->path, request->argv, request->environment);
    failure->code = errno;
}

static __attribute__((noinline)) pid_t start(const struct spawn_request *request,
                                             volatile struct start_failure *failure) {
    pid_t pid = vfork();
    if (pid == 0) {
        become(request, failure);
        _exit(127);
    }
    return pid;
}

/* The next of SIGCHLD and SIGTERM, or 0 when `deadline` (0: none) has passed. */
static int next_signal(uint64_t deadline) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    for (;;) {
        struct timespec wait = {0, 0};
        uint64_t now = deadline ? now_ns() : 0;
        if (now < deadline) {
            wait.tv_sec = (time_t)((deadline - now) / 1000000000u);
            wait.tv_nsec = (long)((deadline - now) % 1000000000u);
        }
        int number = sigtimedwait(&set, NULL, deadline ? &wait : NULL);
        if (number > 0)
            return number;
        if (errno == EAGAIN)
            return 0;
    }
}

static uint64_t in_ms(unsigned ms) {
    return now_ns() + (uint64_t)ms * 1000000u;
}

/* The first bytes of a file as a string; empty when it cannot be read. */
static void read_start(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, size - 1) : 0;
    text[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* se.nr_migrations of a process that has ended and is not yet reaped. */
static int64_t read_migrations(pid_t pid) {
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/sched", (int)pid);
    read_start(path, text, sizeof text);
    const char *at = strstr(text, "nr_migrations");
    at = at ? strchr(at, ':') : NULL;
    return at ? strtoll(at + 1, NULL, 10) : -1;
}

static bool reap(pid_t pid, const struct spawn_request *request, struct spawn_result *result,
                 int *status, struct rusage *usage) {
    if (request->read_migrations) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
            return false;
        result->wall_ns = now_ns();
        result->migrations = read_migrations(pid);
        return wait4(pid, status, 0, usage) == pid;
    }
    if (wait4(pid, status, WNOHANG, usage) != pid)
        return false;
    result->wall_ns = now_ns();
    return true;
}

/* Waits for the process to end, ending it when the time is over or SIGTERM comes. */
static void await(pid_t pid, const struct spawn_request *request, uint64_t started,
                  struct spawn_result *result, struct rusage *usage) {
    uint64_t deadline = request->timeout_ns ? started + request->timeout_ns : 0;
    bool ending = false;
    int status = 0;
    result->end = SPAWN_EXITED;
    for (;;) {
        int number = next_signal(deadline);
        if (number == SIGCHLD) {
            if (reap(pid, request, result, &status, usage))
                break;
            continue;
        }
        if (!ending)
            result->end = number == SIGTERM ? SPAWN_CANCELLED : SPAWN_TIMED_OUT;
        int how = ending ? SIGKILL : SIGTERM;
        kill(-pid, how);
        kill(pid, how);
        kill(-pid, SIGCONT);
        ending = true;
        deadline = in_ms(TERM_GRACE_MS);
    }
    result->wall_ns -= started;
    if (result->end != SPAWN_EXITED)
        return;
    if (WIFSIGNALED(status))
        result->end = SPAWN_SIGNALLED;
    result->code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static pid_t parent_of(const char *pid_name) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid_name);
    read_start(path, text, sizeof text);
    const char *at = strrchr(text, ')'); /* the name may hold anything */
    if (!at || strlen(at) < 4)
        return -1;
    return (pid_t)strtol(at + 4, NULL, 10);
}

static void kill_children(void) {
    DIR *proc = opendir("/proc");
    if (!proc)
        return;
    pid_t self = getpid();
    for (struct dirent *entry; (entry = readdir(proc));) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && parent_of(entry->d_name) == self)
            kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
    }
    closedir(proc);
}

/* Reaps what has ended. True when no child is left. */
static bool reap_ended(uint32_t *count) {
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        ++*count;
    return pid < 0;
}

/* The caller is a subreaper without other children: whatever is left of the benchmark is below it.
 * A process that is killed leaves its own children to the caller, hence the loop. */
static void end_outliving(pid_t group, struct spawn_result *result) {
    uint32_t ended_alone = 0;
    bool none = reap_ended(&ended_alone);
    uint64_t deadline = none ? 0 : in_ms(LEAVE_GRACE_MS);
    while (!none && next_signal(deadline))
        none = reap_ended(&ended_alone);
    if (none)
        return;
    deadline = in_ms(KILL_PATIENCE_MS);
    do {
        kill(-group, SIGKILL);
        kill_children();
        next_signal(in_ms(10));
        none = reap_ended(&result->outlived);
    } while (!none && now_ns() < deadline);
    result->left_running = !none;
}

bool spawn_run(const struct spawn_request *request, struct spawn_result *result) {
    volatile struct start_failure failure = {0, false};
    struct rusage usage;
    memset(result, 0, sizeof *result);
    memset(&usage, 0, sizeof usage);
    result->migrations = -1;
    uint64_t started = now_ns();
    pid_t pid = start(request, &failure);
    if (pid < 0)
        return false;
    if (failure.code) {
        waitpid(pid, NULL, 0);
        result->end = SPAWN_NOT_STARTED;
        result->code = failure.code;
        result->not_entered = failure.in_chdir;
        return true;
    }
    await(pid, request, started, result, &usage);
    if (request->kill_outliving)
        end_outliving(pid, result);
    else if (result->end == SPAWN_TIMED_OUT || result->end == SPAWN_CANCELLED)
        kill(-pid, SIGKILL);
    result->user_ns = timeval_ns(usage.ru_utime);
    result->system_ns = timeval_ns(usage.ru_stime);
    result->peak_rss_bytes = (uint64_t)usage.ru_maxrss * 1024u;
    result->minor_faults = (uint64_t)usage.ru_minflt;
    result->major_faults = (uint64_t)usage.ru_majflt;
    result->voluntary_switches = (uint64_t)usage.ru_nvcsw;
    result->involuntary_switches = (uint64_t)usage.ru_nivcsw;
    return true;
}

static const char *joined(const char *directory, const char *name, struct arena *arena) {
    return directory && name[0] != '/' ? arena_printf(arena, "%s/%s", directory, name) : name;
}

static bool not_startable(const char *name, const char *why, struct pg_error *err) {
    return pg_error_set(err, PG_CHILD, "%.300s: cannot be started: %.300s", name, why);
}

static bool executable(const char *path) {
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    if (S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return false;
    }
    return access(path, X_OK) == 0;
}

bool spawn_find(const char **path, const char *name, const char *search, const char *directory,
                struct arena *arena, struct pg_error *err) {
    if (name[0] == '\0')
        return not_startable("''", "the name is empty", err);
    if (strchr(name, '/')) {
        if (!executable(joined(directory, name, arena)))
            return not_startable(name, strerror(errno), err);
        *path = name;
        return true;
    }
    bool refused = false;
    for (const char *at = search ? search : "/bin:/usr/bin", *end; at; at = *end ? end + 1 : NULL) {
        end = strchrnul(at, ':');
        const char *folder = end == at ? "." : arena_strndup(arena, at, (size_t)(end - at));
        const char *candidate = arena_printf(arena, "%s/%s", folder, name);
        const char *seen = joined(directory, candidate, arena);
        if (executable(seen)) {
            *path = candidate;
            return true;
        }
        refused |= errno == EACCES;
    }
    return not_startable(name, refused ? "found in PATH, but not executable" : "not found in PATH",
                         err);
}

const char *spawn_reason(const struct spawn_result *result, double timeout_s, struct arena *arena) {
    switch (result->end) {
    case SPAWN_EXITED:
        return result->code == 0 ? NULL : arena_printf(arena, "exit status %d", result->code);
    case SPAWN_SIGNALLED:
        return arena_printf(arena, "signal %d (%s)", result->code, strsignal(result->code));
    case SPAWN_TIMED_OUT:
        return arena_printf(arena, "timed out after %g s", timeout_s);
    case SPAWN_CANCELLED:
        return "interrupted";
    case SPAWN_NOT_STARTED:
        return arena_printf(arena, "cannot be started: %s%s",
                            result->not_entered ? "cannot enter its folder: " : "",
                            strerror(result->code));
    }
    return NULL;
}
