/* One command measured against itself: what `calibrate` and `self-test` are made of. */
#ifndef GATE_COMMANDS_TRIAL_H
#define GATE_COMMANDS_TRIAL_H

#include "gate/commands/options.h"
#include "gate/compare/policy.h"
#include "gate/config/config.h"
#include "runners/runner.h"

/* A command to try, from the command line or from an entry of the configuration. */
struct trial {
    const char *name; /* of the whole process: the entry's, or the command's own */
    const struct config_benchmark *entry; /* NULL: from the command line */
    const char *const *argv;
    const char *directory;
    const struct format *format; /* NULL: auto */
    struct config_measure measure;
};

struct trials {
    struct trial *items;
    size_t count;
    struct gate_config config; /* defaults when there is no file */
    const char *path;          /* of the configuration; NULL: from the command line */
};

/* The command after `--`, or else every entry of the configuration at `path` (NULL: perfgate.yml),
 * whose `build` lines are run first. Errors: PG_USAGE, PG_CHILD for a build that fails. */
bool trials_read(struct trials *out, const char *path, const struct parsed_options *parsed,
                 struct arena *arena, struct pg_error *err);

/* The policy of a trial: the file's and the entry's. For rows of recordings `pair`, which name the
 * benchmarks. */
void trial_policy(const struct trials *trials, const struct trial *trial,
                  const struct recording *recording, struct policy *policy, struct arena *arena);

/* Measures two commands in turn for `rounds` rounds, labelled "base" and "head", without any early
 * stop. Interrupted: an error. */
bool trial_measure(const struct trial *trial, const char *const *base, const char *const *head,
                   int rounds, struct recording *pair[2], struct strings *strings,
                   struct arena *arena, struct pg_error *err);

#endif
