/* A subcommand is one file that exports one `const struct command`. To add one: write
 * gate/commands/NAME_command.c, declare it here, add it to the list in commands.c, and write
 * tests/cli/NAME.bats. */
#ifndef GATE_COMMANDS_COMMAND_H
#define GATE_COMMANDS_COMMAND_H

#include "runners/base/arena.h"
#include "runners/base/error.h"

#include <stdio.h>

#define PERFGATE_VERSION "0.1.0"

/* What a command stands in: its memory and its streams (parameters, so that it can be run twice in
 * a process). */
struct session {
    struct arena *arena;
    FILE *out, *err;
    const char *program; /* argv[0], for messages */
    bool quiet;
};

struct command {
    const char *name;
    const char *summary;  /* one sentence without a full stop, for `perfgate help` */
    const char *operands; /* "OLD NEW [MORE…]"; "" for none */
    /* argv[0] is the command's name. True: it did its work, and *exit_code is 0, 1, 3 or 4 by the
     * table of verdict.h. False: it could not, and err says why (the exit code is then
     * exit_code_of(err)). Results go to session->out. */
    bool (*run)(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err);
};

/* All commands in the order of the help, NULL-terminated. */
extern const struct command *const commands[];
const struct command *command_find(const char *name);

/* Exit code of an error: usage 2, everything else 4. */
int exit_code_of(const struct pg_error *err);

extern const struct command baseline_command, calibrate_command, canary_command, compare_command,
    doctor_command, fetch_command, flame_command, gate_command, help_command, history_command,
    init_command, merge_command, pgo_command, profile_command, push_command, report_command,
    run_command, self_test_command;

#endif
