/* What `gate` measures: every benchmark of the configuration, on one side or two. */
#ifndef GATE_COMMANDS_GATE_MEASURE_H
#define GATE_COMMANDS_GATE_MEASURE_H

#include "gate/commands/format_choice.h"
#include "gate/commands/options.h"
#include "gate/config/config.h"
#include "runners/runner.h"
#include "runners/worktree.h"

enum { GATE_SIDES = 2, GATE_RATE = 1000 /* samples a second of CPU time */ };

/* One build: the working tree, or a revision checked out beside it. */
struct gate_side {
    const char *label;    /* "base", "head" */
    const char *revision; /* to check out; NULL: the working tree */
    const char *build;    /* shell command that builds it, instead of the benchmarks'; or NULL */
    bool modified;        /* the working tree differs from its commit */
    struct worktree tree;
};

/* One entry of the configuration, made ready to run. */
struct gate_benchmark {
    const struct config_benchmark *entry;
    struct config_measure measure;
    const char *const *argv;
    struct format_choice format;
    uint32_t rounds;                     /* measured */
    struct recording *parts[GATE_SIDES]; /* by side, of this entry alone */
};

struct gate_measuring {
    const struct gate_config *config;
    const struct policy *policy;        /* without the entries' own rules */
    struct gate_side sides[GATE_SIDES]; /* the base first, if there is one; the head last */
    size_t side_count;
    struct gate_benchmark *benchmarks; /* one an entry */
    size_t count;
    struct sampling *samplings[GATE_SIDES]; /* of all entries; NULL: not to be sampled */
    struct worktrees trees;
    struct strings *strings;
    const char *session_id;
    struct session *session;
};

/* Understands commands and formats; nothing runs. Errors: PG_USAGE naming the line. */
bool gate_prepare(struct gate_measuring *measuring, struct pg_error *err);

/* Checks out and builds the sides. Errors: PG_CHILD. */
bool gate_build(struct gate_measuring *measuring, struct pg_error *err);

/* Measures the entries that are chosen (NULL: all) anew into their parts; `again` for exactly as
 * many rounds as before. A command that cannot be started is a failed benchmark. Errors: what the
 * system refuses; an interrupt. */
bool gate_measure(struct gate_measuring *measuring, const bool *chosen, bool again,
                  struct pg_error *err);

/* The parts of one side as one recording; those not chosen (NULL: all) are left out. Errors:
 * PG_FORMAT for a benchmark that two entries print. */
bool gate_join(const struct gate_measuring *measuring, size_t side, const bool *chosen,
               struct recording **out, struct pg_error *err);

/* Is it the entry's name, or that of a benchmark that it prints? */
bool gate_entry_is(const struct gate_measuring *measuring, size_t entry, const char *name);

/* Removes worktrees. Harmless on a zeroed struct. */
void gate_measuring_end(struct gate_measuring *measuring);

#endif
