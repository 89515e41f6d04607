#include "runners/sampler/launcher.h"

#include "runners/sampler/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    READ_CHUNK = 64 * 1024,
    PIPE_BYTES = 1024 * 1024,    /* so that a chatty program seldom waits for its reader */
    EQUALISED_LIMIT = 64 * 1024, /* the kernel takes no single string over 128 KiB */
    WATCH_NS = 100 * 1000 * 1000
};
static const char padding_name[] = "PERFGATE_PADDING=";

/* A command made ready for execve. */
struct prepared {
    const char *path;
    char *const *argv;
    char **environment; /* its last entry before NULL is the padding */
    char **padding_slot;
    char *padding; /* NAME=xxxx… */
    size_t base;   /* x's that make it as long as the longest command */
    const char *directory;
};

/* Messages between the two processes; they share one program, so structs can travel as they are. */
struct order {
    uint32_t index;
    struct launch_how how;
};
enum refusal { REFUSED_NOTHING, REFUSED_CPUS, REFUSED_PERSONALITY };
struct ready {
    enum refusal refused;
    int error;
    struct counter_state counters;
};
struct reply {
    int fork_error;
    uint64_t floor_bytes;
    struct spawn_result process;
    struct counter_value counters[COUNTERS_MAX];
};

struct capture {
    int fd;
    bool keep_last;
    size_t limit, used, capacity;
    uint64_t seen;
    char *bytes;
};

/* The launcher process reads it too, so it stands, with all that it points to, in the arena
 * `shared`.
 */
struct launcher {
    struct launch_plan plan;
    cpu_set_t cpus;
    struct counter_set counters;
    struct prepared *prepared;
    pid_t pid;
    int socket;
    struct capture output, error;
    struct ready ready;
    bool stale; /* something may still write into the pipes */
    struct arena *shared, *arena;
    char discard[READ_CHUNK];
};

/* The ends that only the launcher process holds. */
struct far_ends {
    int socket, input, output, error;
};

/* ---- the launcher process ---- */

static bool set_up(const struct launch_plan *plan, struct ready *ready) {
    if (plan->cpus && sched_setaffinity(0, sizeof *plan->cpus, plan->cpus) != 0)
        ready->refused = REFUSED_CPUS;
    else if (plan->aslr_off && personality(PER_LINUX | ADDR_NO_RANDOMIZE) == -1)
        ready->refused = REFUSED_PERSONALITY;
    ready->error = errno;
    return ready->refused == REFUSED_NOTHING;
}

static uint64_t own_peak(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024u;
}

static bool wants_migrations(const struct counters *counters) {
    for (size_t i = 0; i < counters->set->count; i++) {
        if (strcmp(counters->set->events[i]->name, "migrations") == 0)
            return counters->state.error[i] != 0;
    }
    return false;
}

/* One that went to the whole process group came here too. */
static void forget_interrupt(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigtimedwait(&set, NULL, &(struct timespec){0, 0});
}

static void obey(const struct launcher *launcher, const struct far_ends *ends,
                 struct spawn_request *request, struct counters *counters,
                 const struct order *order, struct reply *reply) {
    const struct prepared *command = &launcher->prepared[order->index];
    char *end = command->padding + sizeof padding_name - 1 + command->base + order->how.padding;
    char kept = *end;
    *end = '\0';
    *command->padding_slot = order->how.pad ? command->padding : NULL;
    request->path = command->path;
    request->argv = command->argv;
    request->environment = command->environment;
    request->directory = command->directory;
    request->input = ends->input;
    request->output = ends->output;
    request->error = ends->error;
    memset(reply, 0, sizeof *reply);
    if (order->how.finish)
        forget_interrupt();
    if (launcher->plan.input)
        lseek(ends->input, 0, SEEK_SET);
    counters_begin(counters);
    if (!spawn_run(request, &reply->process))
        reply->fork_error = errno;
    counters_end(counters, reply->counters);
    reply->floor_bytes = own_peak();
    *end = kept;
}

static void serve(struct launcher *launcher, const struct far_ends *ends, pid_t parent,
                  const sigset_t *child_mask) {
    const struct launch_plan *plan = &launcher->plan;
    struct ready ready = {REFUSED_NOTHING, 0, {{0}, {false}}};
    struct counters counters;
    struct order order;
    struct reply reply;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        return;
    prctl(PR_SET_CHILD_SUBREAPER, plan->spare_outliving ? 0L : 1L);
    signal(SIGCHLD, SIG_DFL);
    counters_probe(&counters, plan->counters, &kernel_counters);
    set_up(plan, &ready);
    ready.counters = counters.state;
    send(ends->socket, &ready, sizeof ready, MSG_NOSIGNAL);
    struct spawn_request request = {.mask = child_mask,
                                    .timeout_ns = (uint64_t)(plan->timeout * 1e9),
                                    .kill_outliving = !plan->spare_outliving,
                                    .read_migrations = wants_migrations(&counters)};
    while (recv(ends->socket, &order, sizeof order, 0) == (ssize_t)sizeof order) {
        obey(launcher, ends, &request, &counters, &order, &reply);
        if (send(ends->socket, &reply, sizeof reply, MSG_NOSIGNAL) < 0)
            break;
    }
    counters_close(&counters);
}

/* ---- the caller's side ---- */

static size_t strings_bytes(char *const *strings) {
    size_t bytes = 0;
    for (; *strings; strings++)
        bytes += strlen(*strings) + 1 + sizeof(char *);
    return bytes;
}

static char **environment_with_padding(const struct launch_command *command, char ***slot,
                                       struct arena *arena) {
    const char *const *from =
        command->environment ? command->environment : (const char *const *)environ;
    size_t count = 0, used = 0;
    while (from[count])
        count++;
    char **copy = ARENA_NEW(arena, char *, count + 3);
    char real[PATH_MAX];
    bool moved = command->directory && realpath(command->directory, real);
    if (moved)
        copy[used++] = arena_printf(arena, "PWD=%s", real);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(from[i], padding_name, sizeof padding_name - 1) != 0 &&
            !(moved && strncmp(from[i], "PWD=", 4) == 0))
            copy[used++] = arena_strdup(arena, from[i]);
    }
    *slot = &copy[used];
    return copy;
}

static char *const *copy_strings(const char *const *strings, struct arena *arena) {
    size_t count = 0;
    while (strings[count])
        count++;
    char **copy = ARENA_NEW(arena, char *, count + 1);
    for (size_t i = 0; i < count; i++)
        copy[i] = arena_strdup(arena, strings[i]);
    return copy;
}

static bool prepare(struct launcher *launcher, struct pg_error *err) {
    struct arena *arena = launcher->shared;
    size_t count = launcher->plan.count, longest = 0;
    size_t *bytes = ARENA_NEW(arena, size_t, count);
    launcher->prepared = ARENA_NEW(arena, struct prepared, count);
    for (size_t i = 0; i < count; i++) {
        const struct launch_command *command = &launcher->plan.commands[i];
        struct prepared *to = &launcher->prepared[i];
        if (!spawn_find(&to->path, command->argv[0], getenv("PATH"), command->directory, arena,
                        err))
            return false;
        to->path = arena_strdup(arena, to->path);
        to->argv = copy_strings(command->argv, arena);
        to->environment = environment_with_padding(command, &to->padding_slot, arena);
        to->directory = command->directory ? arena_strdup(arena, command->directory) : NULL;
        bytes[i] = strings_bytes(to->argv) + strings_bytes(to->environment) + strlen(to->path);
        longest = bytes[i] > longest ? bytes[i] : longest;
    }
    for (size_t i = 0; i < count; i++) {
        struct prepared *to = &launcher->prepared[i];
        to->base = longest - bytes[i] < EQUALISED_LIMIT ? longest - bytes[i] : EQUALISED_LIMIT;
        size_t room = sizeof padding_name + to->base + LAUNCH_PADDING;
        to->padding = ARENA_NEW(arena, char, room);
        memset(to->padding, 'x', room - 1);
        memcpy(to->padding, padding_name, sizeof padding_name - 1);
    }
    return true;
}

/* Moves a descriptor above the standard three (which may be closed in the caller), close-on-exec.
 */
static int lifted(int fd) {
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return high;
}

static bool make_pipe(int *near, int *far, bool two_way) {
    int pair[2];
    if ((two_way ? socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)
                 : pipe2(pair, O_CLOEXEC)) != 0)
        return false;
    *near = lifted(pair[0]);
    *far = lifted(pair[1]);
    if (!two_way && *near >= 0) {
        fcntl(*near, F_SETFL, O_NONBLOCK);
        fcntl(*near, F_SETPIPE_SZ, PIPE_BYTES); /* a wish: the user's limit may be reached */
    }
    return *near >= 0 && *far >= 0;
}

static void close_all(const int *fds, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
}

static bool refused(const struct ready *ready, struct pg_error *err) {
    if (ready->refused == REFUSED_CPUS)
        return pg_error_set(err, PG_CHILD, "cannot pin to these CPUs: %s", strerror(ready->error));
    return pg_error_set(err, PG_CHILD,
                        "cannot switch address randomisation off: %s (a container's seccomp "
                        "profile must allow personality)",
                        strerror(ready->error));
}

static bool fork_launcher(struct launcher *launcher, struct far_ends *ends, struct pg_error *err) {
    sigset_t all, before, child_mask = *interrupts_open_mask();
    pid_t parent = getpid();
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    launcher->pid = fork();
    if (launcher->pid == 0) {
        close(launcher->socket);
        serve(launcher, ends, parent, &child_mask);
        _exit(0);
    }
    int saved = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return launcher->pid > 0 ? true : pg_error_errno(err, "cannot start a process");
}

bool launcher_start(struct launcher **out, const struct launch_plan *plan, struct arena *arena,
                    struct pg_error *err) {
    struct far_ends ends = {-1, -1, -1, -1};
    struct arena *shared = arena_new_inherited();
    struct launcher *launcher = ARENA_NEW(shared, struct launcher, 1);
    launcher->plan = *plan;
    if (plan->cpus)
        launcher->plan.cpus = memcpy(&launcher->cpus, plan->cpus, sizeof launcher->cpus);
    if (plan->counters)
        launcher->counters = *plan->counters;
    launcher->plan.counters = &launcher->counters;
    launcher->shared = shared;
    launcher->arena = arena;
    launcher->socket = launcher->output.fd = launcher->error.fd = -1;
    launcher->output.limit = plan->output_limit;
    launcher->error.limit = plan->error_limit;
    launcher->error.keep_last = true;
    bool good = prepare(launcher, err);
    if (good) {
        const char *input = plan->input ? plan->input : "/dev/null";
        ends.input = lifted(open(input, O_RDONLY | O_CLOEXEC));
        good = ends.input >= 0 || pg_error_errno(err, "%.400s: cannot be read", input);
    }
    if (good) {
        good = (make_pipe(&launcher->socket, &ends.socket, true) &&
                make_pipe(&launcher->output.fd, &ends.output, false) &&
                make_pipe(&launcher->error.fd, &ends.error, false)) ||
               pg_error_errno(err, "cannot make pipes");
    }
    good = good && fork_launcher(launcher, &ends, err);
    close_all((const int[]){ends.socket, ends.input, ends.output, ends.error}, 4);
    if (good && recv(launcher->socket, &launcher->ready, sizeof launcher->ready, 0) !=
                    (ssize_t)sizeof launcher->ready)
        good = pg_error_set(err, PG_CHILD, "the launching process ended before it was ready");
    if (good && launcher->ready.refused)
        good = refused(&launcher->ready, err);
    if (!good)
        launcher_stop(launcher);
    else
        *out = launcher;
    return good;
}

static void make_room(struct capture *capture, struct arena *arena) {
    if (capture->keep_last && capture->used >= 2 * capture->limit) {
        memmove(capture->bytes, capture->bytes + capture->used - capture->limit, capture->limit);
        capture->used = capture->limit;
    }
    if (capture->capacity - capture->used >= READ_CHUNK)
        return;
    size_t capacity = 2 * capture->capacity + READ_CHUNK;
    capture->bytes = arena_grow(arena, capture->bytes, capture->used, capacity, 1);
    capture->capacity = capacity;
}

/* Takes what is in the pipe now. */
static void drain(struct launcher *launcher, struct capture *capture) {
    for (;;) {
        bool full = !capture->keep_last && capture->used >= capture->limit;
        char *to = launcher->discard;
        if (!full) {
            make_room(capture, launcher->arena);
            to = capture->bytes + capture->used;
        }
        ssize_t got = read(capture->fd, to, READ_CHUNK);
        if (got <= 0)
            return;
        capture->seen += (uint64_t)got;
        if (!full)
            capture->used += (size_t)got;
        if (got < READ_CHUNK / 2)
            return;
    }
}

static struct text taken(struct capture *capture, bool *cut, struct arena *arena) {
    size_t length = capture->used < capture->limit ? capture->used : capture->limit;
    const char *from =
        capture->keep_last ? capture->bytes + capture->used - length : capture->bytes;
    *cut = capture->seen > length;
    return (struct text){length ? arena_strndup(arena, from, length) : "", length};
}

static void forget(struct capture *capture) {
    capture->used = 0;
    capture->seen = 0;
}

/* Reads output until the reply is there; an interrupt is passed on once. */
static bool listen_until_reply(struct launcher *launcher, const struct launch_how *how,
                               struct reply *reply, struct pg_error *err) {
    bool passed_on = how->finish;
    const struct launch_watch *watch = how->watch;
    struct timespec interval = {0, WATCH_NS};
    struct pollfd fds[] = {{launcher->socket, POLLIN, 0},
                           {launcher->output.fd, POLLIN, 0},
                           {launcher->error.fd, POLLIN, 0},
                           {watch ? watch->fd : -1, POLLIN, 0}};
    for (;;) {
        if (interrupted_by() && !passed_on) {
            kill(launcher->pid, SIGTERM);
            passed_on = true;
        }
        if (ppoll(fds, 4, watch ? &interval : NULL, interrupts_open_mask()) < 0) {
            if (errno == EINTR)
                continue;
            return pg_error_errno(err, "cannot wait for the benchmark");
        }
        if (fds[1].revents)
            drain(launcher, &launcher->output);
        if (fds[2].revents)
            drain(launcher, &launcher->error);
        if (watch)
            watch->look(watch->context);
        if (!fds[0].revents)
            continue;
        if (recv(launcher->socket, reply, sizeof *reply, 0) == (ssize_t)sizeof *reply)
            return true;
        return pg_error_set(err, PG_CHILD, "the launching process was killed");
    }
}

bool launcher_run(struct launcher *launcher, size_t index, struct launch_how how,
                  struct launched *result, struct arena *arena, struct pg_error *err) {
    struct order order;
    struct reply reply;
    memset(&order, 0, sizeof order);
    order.index = (uint32_t)index;
    order.how = how;
    if (launcher->stale) {
        drain(launcher, &launcher->output);
        drain(launcher, &launcher->error);
    }
    forget(&launcher->output);
    forget(&launcher->error);
    if (send(launcher->socket, &order, sizeof order, MSG_NOSIGNAL) < 0)
        return pg_error_set(err, PG_CHILD, "the launching process is gone");
    if (!listen_until_reply(launcher, &how, &reply, err))
        return false;
    drain(launcher, &launcher->output);
    drain(launcher, &launcher->error);
    const char *name = launcher->prepared[index].argv[0];
    if (reply.fork_error)
        return pg_error_set(err, PG_CHILD, "%.300s: cannot be started: %s", name,
                            strerror(reply.fork_error));
    if (reply.process.end == SPAWN_NOT_STARTED)
        return pg_error_set(err, PG_CHILD, "%.300s: %s", name,
                            spawn_reason(&reply.process, 0, arena));
    launcher->stale |= reply.process.left_running;
    result->process = reply.process;
    result->floor_bytes = reply.floor_bytes;
    memcpy(result->counters, reply.counters, sizeof result->counters);
    result->output = taken(&launcher->output, &result->output_cut, arena);
    result->error = taken(&launcher->error, &result->error_cut, arena);
    return true;
}

pid_t launcher_pid(const struct launcher *launcher) {
    return launcher->pid;
}

const struct counter_state *launcher_counters(const struct launcher *launcher) {
    return &launcher->ready.counters;
}

void launcher_stop(struct launcher *launcher) {
    if (!launcher)
        return;
    close_all((const int[]){launcher->socket, launcher->output.fd, launcher->error.fd}, 3);
    if (launcher->pid > 0)
        waitpid(launcher->pid, NULL, 0);
    arena_free(launcher->shared);
}

const char *launched_end(struct text printed, struct arena *arena) {
    enum { LINES = 20, BYTES = 2000 };
    struct text rest = text_trim(printed);
    if (rest.length > BYTES) {
        rest.at += rest.length - BYTES;
        rest.length = BYTES;
    }
    const char *at = rest.at + rest.length;
    for (int lines = 0; at > rest.at; at--) {
        if (at[-1] == '\n' && ++lines == LINES)
            break;
    }
    return arena_strndup(arena, at, (size_t)(rest.at + rest.length - at));
}
