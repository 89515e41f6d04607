/* `perfgate baseline WHAT`: each WHAT is a command of its own, in baseline_*.c; baseline_command.c
 * lists them. This is what they share. */
#ifndef GATE_COMMANDS_BASELINE_PARTS_H
#define GATE_COMMANDS_BASELINE_PARTS_H

#include "gate/baseline/pick.h"
#include "gate/commands/option_rows.h"
#include "gate/commands/view.h"

extern const struct command baseline_save_command, baseline_list_command, baseline_show_command,
    baseline_find_command, baseline_accept_command, baseline_export_command, baseline_prune_command;

#define DEFAULT_STORE ".perfgate/baseline"
#define DEFAULT_BRANCH "main"
#define STORE_OPTION(to) TEXT("store", 's', (to), "DIR", "folder of the store (" DEFAULT_STORE ")")

/* Which baseline: the options that find and export share. */
struct find_options {
    const char *store, *branch, *commit, *fingerprint, *like;
    bool before, newest;
    int history;
};
#define FIND_OPTIONS_DEFAULT                                                                       \
    { .store = DEFAULT_STORE, .branch = DEFAULT_BRANCH, .history = 1 }
#define FIND_OPTIONS(o)                                                                            \
    STORE_OPTION(&(o)->store),                                                                     \
        TEXT("branch", 'b', &(o)->branch, "NAME", "whose recordings (" DEFAULT_BRANCH ")"),        \
        TEXT("commit", 0, &(o)->commit, "REV", "the baseline of this commit (HEAD)"),              \
        FLAG("before", 0, &(o)->before, "recordings of the commit itself do not count"),           \
        FLAG("newest", 0, &(o)->newest, "newest first, whatever git says of ancestors"),           \
        TEXT("fingerprint", 0, &(o)->fingerprint, "ID",                                            \
             "of the machine: an id, none or any (this machine)"),                                 \
        TEXT("like", 0, &(o)->like, "RECORDING", "for this recording: its commit, its machine"),   \
        COUNT("history", 'n', &(o)->history, 1, 1000, "how many recordings (1)")

/* Finds; what was passed over is logged. Nothing found is PG_FORMAT with the reason. */
bool find_baseline(const struct find_options *options, const struct store *store, struct pick *out,
                   struct pg_error *err);

/* The baseline of a recording that was read: by its commit and machine. The same errors. */
struct recording_baseline {
    const char *store, *branch;
    int history;
    bool any_machine;
};
bool baseline_of(const struct recording_baseline *options, const struct recording *head,
                 struct pick *out, struct arena *arena, struct pg_error *err);

/* Prints one entry as the value that is due. */
struct json_writer;
void entry_json(struct json_writer *w, const struct store_entry *entry);

/* The first SHORT_COMMIT characters of its commit, "0123456789ab-dirty" when files differed from
 * it,
 * "-" without one. */
enum { SHORT_COMMIT = 12 };
const char *entry_commit(const struct store_entry *entry, struct arena *arena);

/* What it means that a recording is of a modified tree. */
const char *entry_modified(const struct recording *recording, struct arena *arena);

/* "regression (accepted)", "damaged", "-" when nothing judged it, "pass, profile lost". */
const char *entry_state(const struct store_entry *entry, struct arena *arena);

/* Logs what is wrong with it, if something is. */
void entry_warn(const struct store_entry *entry);

/* Id of this machine's fingerprint. */
const char *this_machine(struct arena *arena);

#endif
