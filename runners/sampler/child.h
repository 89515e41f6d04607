/* A helper command run to its end: git, a build, a compiler asked for its version. */
#ifndef RUNNERS_SAMPLER_CHILD_H
#define RUNNERS_SAMPLER_CHILD_H

#include "runners/sampler/launcher.h"

struct child_request {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
    const char *directory;   /* NULL: here */
    double timeout;          /* seconds, 0: none */
    size_t output_limit;     /* bytes kept of stdout and of stderr; 0: 1 MiB */
    bool finish;             /* an interrupt does not end it (cleaning up) */
};

/* Runs it with stdin empty and both outputs captured (into the arena). True when it ran at all:
 * look at result->process. What it leaves running (a build daemon) is left. Errors: PG_CHILD when
 * it cannot be started. */
bool child_run(const struct child_request *request, struct launched *result, struct arena *arena,
               struct pg_error *err);

/* As child_run, and anything but exit status 0 is an error too (PG_CHILD): "git rev-parse HEAD:
 * exit status 128: LAST LINE OF STDERR". */
bool child_succeed(const struct child_request *request, struct launched *result,
                   struct arena *arena, struct pg_error *err);

/* stdout of a command without its last newline; NULL when it could not be run or failed, for
 * facts that are nice to have. */
const char *child_line(const char *const *argv, const char *directory, struct arena *arena);

#endif
