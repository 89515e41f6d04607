/* One command measured against itself: what `calibrate` and `self-test` are made of. */
#ifndef GATE_COMMANDS_TRIAL_H
#define GATE_COMMANDS_TRIAL_H

#include "gate/commands/format_choice.h"
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
    struct format_choice format;
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

/* Two commands to measure in turn, which become the sides "base" and "head". */
struct trial_pair {
    const char *const *base, *const *head;
    int rounds;
};

/* Measures a pair under the conditions of the configuration, without any early stop, and with a
 * progress line. The recordings have strings of their own. Interrupted: an error. */
bool trial_measure(const struct trials *trials, const struct trial *trial,
                   const struct trial_pair *pair, struct recording *out[2], struct session *session,
                   struct pg_error *err);

#endif
