/* From what `run` was told to the sides that runner_measure takes: commands split, revisions
 * checked out and built, recordings and their files opened. */
#ifndef GATE_COMMANDS_RUN_SIDES_H
#define GATE_COMMANDS_RUN_SIDES_H

#include "gate/commands/options.h"
#include "runners/base/out_file.h"
#include "runners/runner.h"
#include "runners/worktree.h"

/* As given on the command line. */
struct side_options {
    struct string_list sides; /* LABEL=COMMAND or LABEL=@REVISION */
    struct string_list setup, prepare, conclude,
        cleanup;        /* shell commands: one for all sides, or one a side */
    const char *build;  /* shell command, for revisions; NULL: none */
    const char *shell;  /* path or name of a shell that runs the measured commands; NULL: none */
    const char *output; /* NULL: not given */
    const char *commit, *branch; /* of a single build; NULL: ask git */
    double build_timeout;        /* seconds, 0: none */
    const struct parsed_options *parsed;
};

struct run_sides {
    struct plan_side *sides;
    struct recording **recordings;
    struct out_file *files;
    size_t count;
    const char *name; /* of the whole process when a shell runs it, or NULL */
    struct worktrees trees;
    struct strings *strings;
    struct arena *arena;
};

/* Understands the options and opens the output files; nothing has run yet. Errors: PG_USAGE, PG_IO.
 */
bool run_sides_open(struct run_sides *out, const struct side_options *options, struct arena *arena,
                    struct pg_error *err);

/* Checks out and builds the sides that are revisions. */
bool run_sides_build(struct run_sides *sides, const struct side_options *options,
                     struct pg_error *err);

/* Writes the recordings and puts the files in place. */
bool run_sides_write(struct run_sides *sides, struct pg_error *err);

/* Removes worktrees and unfinished files. Harmless on a zeroed struct, and after writing. */
void run_sides_close(struct run_sides *sides);

#endif
