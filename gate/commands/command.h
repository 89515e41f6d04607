/* A subcommand is one file that exports one `const struct command`. To add one: write gate/commands/NAME_command.c,
 * declare it here, add it to the list in main.c, add tests/cli/NAME.bats. */
#ifndef GATE_COMMANDS_COMMAND_H
#define GATE_COMMANDS_COMMAND_H

#include "runners/base/arena.h"
#include "runners/base/error.h"

#include <stdio.h>

/* What a command stands in: its memory and its streams (parameters, so that it can be run twice in a process). */
struct session {
    struct arena *arena;
    FILE *out, *err;
    const char *program; /* path of the running perfgate, for help and self-test */
    bool quiet;
};

struct command {
    const char *name;
    const char *summary;  /* one line for `perfgate help` */
    const char *operands; /* "OLD NEW [MORE…]" */
    /* argv[0] is the command's name. Returns the exit code when it did its work (0, 1, 3, 4 by the table); on false-like
     * failure sets err and returns exit_code_of(err). Prints results to session->out. */
    int (*run)(struct session *session, int argc, const char **argv, struct pg_error *err);
};

/* Exit code of an error: usage 2, everything else 4. */
int exit_code_of(const struct pg_error *err);

extern const struct command baseline_command, calibrate_command, compare_command, doctor_command,
    gate_command, help_command, init_command, merge_command, run_command, self_test_command;

#endif
