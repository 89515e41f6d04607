/* A command of parts, as `perfgate baseline save`: each part is a command of its own, whose name
 * begins with its group's. */
#ifndef GATE_COMMANDS_PART_H
#define GATE_COMMANDS_PART_H

#include "gate/commands/command.h"

struct part_call {
    struct session *session;
    int argc;
    const char **argv;
    int *exit_code;
};

/* Runs the part that argv[1] names, or prints the parts of the group for `--help`; the manual page
 * and the completion (`--help=…`) ask every part. `about` heads the list of the parts. */
bool part_run(const struct command *group, const char *about, const struct command *const *parts,
              const struct part_call *call, struct pg_error *err);

#endif
