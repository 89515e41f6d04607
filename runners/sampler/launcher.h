/* Starts programs from a small process of its own. Two reasons: a process inherits as its peak RSS
 * whatever its parent held at exec (Linux folds the old memory's high-water mark into ru_maxrss),
 * so a parent that grows while it measures would be measured too; and whatever outlives its
 * benchmark becomes a child of this process, which has no others, so it can be found and ended.
 * When perfgate dies, the launcher ends the running benchmark and itself.
 *
 * The launcher is a fork of the caller, so commands are simply known to it; but it does not inherit
 * the caller's arenas (arena.h), or a baseline that was read before would hide what programs use. A
 * round is one small message there and one back. Output is captured by the caller through pipes
 * that live as long as the launcher. */
#ifndef RUNNERS_SAMPLER_LAUNCHER_H
#define RUNNERS_SAMPLER_LAUNCHER_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"
#include "runners/sampler/counters.h"
#include "runners/sampler/spawn.h"

#include <sched.h>

struct launch_command {
    const char *const *argv;        /* NULL-terminated; argv[0] is looked up in PATH */
    const char *const *environment; /* NULL-terminated; NULL: the caller's own */
    const char *directory;          /* NULL: the caller's own */
};

struct launch_plan {
    const struct launch_command *commands;
    size_t count;
    const cpu_set_t *cpus; /* NULL: wherever the kernel likes */
    bool aslr_off;
    double timeout;       /* seconds a process, 0: none */
    const char *input;    /* file read as stdin, from its beginning each time; NULL: empty */
    bool spare_outliving; /* leave running what outlives a command (build daemons) */
    size_t output_limit, error_limit;   /* bytes kept of stdout (the first) and stderr (the last) */
    const struct counter_set *counters; /* NULL: none */
};

/* Bytes of environment padding a command can be asked for, beyond what makes the commands equally
 * long. */
enum { LAUNCH_PADDING = 4096 };

struct launched {
    struct spawn_result process;
    struct counter_value counters[COUNTERS_MAX];
    uint64_t floor_bytes; /* peak RSS of the launcher itself: a program's cannot be seen below it */
    struct text output, error; /* captured; in the arena given to launcher_run, NUL-terminated */
    bool output_cut, error_cut;
};

struct launcher;

/* Resolves the commands, forks, sets affinity and personality, opens counters. The plan's arrays
 * need not outlive the call; the arena gets what is captured, and no reset behind a mark taken
 * before is allowed. Errors: PG_CHILD for a command that is not there, an affinity or personality
 * that is refused. */
bool launcher_start(struct launcher **out, const struct launch_plan *plan, struct arena *arena,
                    struct pg_error *err);

/* Told in the caller's process while a command runs: whenever `fd` is readable, and every 100 ms.
 */
struct launch_watch {
    int fd;
    void (*look)(void *context);
    void *context;
};

struct launch_how {
    bool pad; /* give the command the variable PERFGATE_PADDING, with as many bytes as make the
                 strings on every command's stack equally long, and `padding` more */
    uint32_t padding;                 /* at most LAUNCH_PADDING */
    bool finish;                      /* an interrupt does not end it (cleaning up) */
    const struct launch_watch *watch; /* NULL: nobody watches */
};

/* The process whose children the commands are. */
pid_t launcher_pid(const struct launcher *launcher);

/* Runs command `index` once. An interrupt (interrupt.h) ends the process, result->process.end is
 * then SPAWN_CANCELLED. Errors: PG_CHILD for a command that cannot be started. */
bool launcher_run(struct launcher *launcher, size_t index, struct launch_how how,
                  struct launched *result, struct arena *arena, struct pg_error *err);

/* The last lines of what a command printed, fit for a message: at most 20 lines and 2000 bytes. */
const char *launched_end(struct text printed, struct arena *arena);

/* What became of the counters; migrations come from /proc where their counter is refused. */
const struct counter_state *launcher_counters(const struct launcher *launcher);

/* Ends and frees it. Harmless on NULL. */
void launcher_stop(struct launcher *launcher);

#endif
