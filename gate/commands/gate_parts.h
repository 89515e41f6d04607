/* What `gate` holds, for the files that do its work: gate_command.c runs it, gate_confirm.c
 * compares and asks red rows and functions again. */
#ifndef GATE_COMMANDS_GATE_PARTS_H
#define GATE_COMMANDS_GATE_PARTS_H

#include "gate/baseline/pick.h"
#include "gate/commands/compare_options.h"
#include "gate/commands/gate_profiles.h"

struct gate_options {
    const char *config, *base, *head, *store, *branch, *accept, *output;
    int history, rounds;
    bool save, no_confirm, help_config;
    struct policy_options policy;
    struct output_options output_options;
};

/* Everything that one run of the gate holds. */
struct gate {
    const struct gate_options *options;
    struct gate_config config;
    struct policy policy;
    struct gate_measuring measuring;
    struct gate_profiles profiles;
    struct store store;
    struct pick pick; /* the baseline, when there is no base side */
    struct reports *reports;
    struct report_style style;
    struct session *session;
    struct arena *arena;
    const char *save_branch;
    bool interleaved;
    bool changed; /* the working tree differs from its commit */
};

/* The head, and the base where it was measured; of the chosen entries (NULL: all). */
bool gate_join_sides(const struct gate *gate, const bool *chosen,
                     struct recording *sides[GATE_SIDES], struct pg_error *err);

/* Writes NAME.txt into the folder of --output, if there is one. */
bool gate_write_recording(const struct gate *gate, const char *name,
                          const struct recording *recording, struct pg_error *err);

/* The sides' rows, against the base side or the stored baseline; without functions. */
bool gate_compare(const struct gate *gate, struct recording *const *sides,
                  const struct policy *policy, struct comparison *out, struct pg_error *err);

/* Is a profile for a compiler to be written of the head? */
bool gate_wants_pgo(const struct gate *gate);

/* Writes it from the head's samples, and says so in the comparison and in gate->style; or says
 * there why not. */
void gate_write_pgo(struct gate *gate, const struct recording *head, struct comparison *comparison);

/* Compares the functions of the profiles, too; then measures the entries with red rows, and with
 * red functions where these decide, a second time (and samples them again), and lets the fresh
 * rounds decide. */
bool gate_confirm(struct gate *gate, struct comparison *comparison, struct pg_error *err);

#endif
