#include "gate/commands/command.h"
#include "runners/base/log.h"

#include <errno.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* A result that could not be written is no result: a full disk or a closed stdout must not pass. */
static bool stdout_written(struct pg_error *err) {
    bool good = fflush(stdout) == 0 && !ferror(stdout);
    int saved = errno;
    if (fclose(stdout) != 0 && good) {
        good = false;
        saved = errno;
    }
    errno = saved;
    return good ? true : pg_error_errno(err, "stdout: cannot write the result");
}

/* Options before the command. Returns the index of the command's name, or -1 with err set. */
static int global_options(struct session *session, int argc, const char **argv,
                          struct pg_error *err) {
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "-q") == 0) {
            session->quiet = true;
            log_set_level(LOG_ERROR);
        } else if (strcmp(argv[at], "-v") == 0) {
            log_set_level(LOG_NOTE);
        } else if (strcmp(argv[at], "-C") == 0 && at + 1 < argc) {
            if (chdir(argv[++at]) != 0) {
                pg_error_set(err, PG_USAGE, "-C %.400s: %s", argv[at], strerror(errno));
                return -1;
            }
        } else if (strcmp(argv[at], "-h") == 0 || strcmp(argv[at], "--help") == 0) {
            argv[at] = "help";
            return at;
        } else if (strcmp(argv[at], "--version") == 0) {
            return at;
        } else {
            pg_error_set(err, PG_USAGE, "%.200s: unknown option; see 'perfgate help'", argv[at]);
            return -1;
        }
    }
    if (at < argc)
        return at;
    pg_error_set(err, PG_USAGE, "no command given; 'perfgate help' lists them");
    return -1;
}

static bool dispatch(struct session *session, int argc, const char **argv, int *exit_code,
                     struct pg_error *err) {
    int at = global_options(session, argc, argv, err);
    if (at < 0)
        return false;
    if (strcmp(argv[at], "--version") == 0) {
        fprintf(session->out, "perfgate %s\n", PERFGATE_VERSION);
        return true;
    }
    const struct command *command = command_find(argv[at]);
    if (!command)
        return pg_error_set(err, PG_USAGE, "'%.100s' is not a command; 'perfgate help' lists them",
                            argv[at]);
    return command->run(session, argc - at, argv + at, exit_code, err);
}

int main(int argc, char **argv) {
    gsl_set_error_handler_off();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error with its own message */
    struct session session = {arena_new(), stdout, stderr, argv[0], false};
    struct pg_error err = {0};
    int exit_code = 0;
    if (!dispatch(&session, argc, (const char **)argv, &exit_code, &err)) {
        pg_log(LOG_ERROR, "%s", err.text);
        exit_code = exit_code_of(&err);
    }
    if (!stdout_written(&err)) {
        pg_log(LOG_ERROR, "%s", err.text);
        exit_code = exit_code == 1 ? 1 : 4; /* a regression outranks what is broken */
    }
    arena_free(session.arena);
    return exit_code;
}
