/* perfgate baseline save, accept */
#include "gate/baseline/history.h"
#include "gate/commands/baseline_parts.h"
#include "runners/base/log.h"
#include "runners/fingerprint.h"
#include "runners/formats/format.h"

#include <unistd.h>

struct save_options {
    const char *store, *branch, *commit, *verdict, *accept;
    bool this_machine;
};

static bool check_verdict(const char *verdict, struct pg_error *err) {
    static const char *const known[] = {"pass", "regression", "inconclusive", "broken"};
    for (size_t i = 0; verdict && i < sizeof known / sizeof *known; i++) {
        if (strcmp(verdict, known[i]) == 0)
            return true;
    }
    return !verdict || pg_error_set(err, PG_USAGE,
                                    "--verdict=%.60s: write pass, regression, inconclusive or "
                                    "broken",
                                    verdict);
}

/* What names the entry: as told, else as the recording says, else as git says. */
static bool name_recording(struct recording *r, const struct save_options *o, struct arena *arena,
                           struct pg_error *err) {
    const char *commit = o->commit ? o->commit : recording_get(r, "commit");
    const char *branch = o->branch ? o->branch : recording_get(r, "branch");
    const char *full = history_commit(NULL, commit ? commit : "HEAD", arena);
    if (o->commit || (!commit && full))
        recording_set(r, "modified", !o->commit && history_changed(NULL, arena) ? "true" : "false");
    if (full || commit)
        recording_set(r, "commit", full ? full : commit);
    if (!branch)
        branch = history_branch(NULL, arena);
    if (!branch)
        return pg_error_set(err, PG_USAGE,
                            "%.300s: of which branch? neither the recording nor git says; give "
                            "--branch",
                            r->path);
    recording_set(r, "branch", branch);
    if (o->this_machine) {
        struct fingerprint fingerprint = fingerprint_read(&system_real, NULL, arena);
        recording_set(r, "fingerprint", fingerprint_text(&fingerprint, arena));
        recording_set(r, "fingerprint-id", fingerprint_id(&fingerprint, arena));
    }
    return true;
}

/* NAME.pb.gz beside NAME.txt. */
static const char *profile_of(const struct recording *r, struct arena *arena) {
    const char *path = recording_profile_path(r->path, arena);
    return path && access(path, F_OK) == 0 ? path : NULL;
}

static bool save_one(const char *operand, const struct save_options *o, struct strings *strings,
                     struct session *session, struct pg_error *err) {
    struct arena *arena = session->arena;
    struct store store = {o->store, arena};
    struct store_entry entry;
    struct recording *recording;
    if (!recording_read(&recording, operand, NULL, strings, arena, err) ||
        !name_recording(recording, o, arena, err))
        return false;
    struct store_save save = {recording, profile_of(recording, arena), o->verdict, o->accept};
    if (!save.profile && recording_get(recording, "profile"))
        pg_log(LOG_WARNING, "%s: its profile is not beside it", operand);
    if (!store_save(&store, &save, &entry, err))
        return false;
    if (recording_modified(recording))
        pg_log(LOG_WARNING, "%s: %s", entry.id, entry_modified(recording, arena));
    if (!session->quiet)
        fprintf(session->out, "saved %s\n", entry.id);
    return true;
}

static bool run_save(struct session *session, int argc, const char **argv, int *exit_code,
                     struct pg_error *err) {
    struct save_options o = {.store = DEFAULT_STORE};
    struct parsed_options parsed;
    const struct option options[] = {
        STORE_OPTION(&o.store),
        TEXT("branch", 'b', &o.branch, "NAME",
             "branch it was measured on (the recording's; else git's)"),
        TEXT("commit", 0, &o.commit, "REV", "commit that was measured (the same)"),
        TEXT("verdict", 0, &o.verdict, "WORD",
             "what the gate said: pass, regression, inconclusive, broken. A regression is kept but "
             "not compared with until it is accepted"),
        TEXT("accept", 0, &o.accept, "REASON", "accept it as the new level, for this reason"),
        FLAG("this-machine", 0, &o.this_machine,
             "it was measured on this machine (for output of "
             "a harness, which does not say)"),
        {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &baseline_save_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (parsed.operands.count == 0)
        return pg_error_set(err, PG_USAGE, "baseline save: expected a recording");
    if (!check_verdict(o.verdict, err))
        return false;
    struct strings *strings = strings_new(session->arena);
    for (size_t i = 0; i < parsed.operands.count; i++) {
        if (!save_one(parsed.operands.items[i], &o, strings, session, err))
            return false;
    }
    return true;
}

const struct command baseline_save_command = {
    .name = "baseline save",
    .summary = "Add recordings to the store",
    .operands = "RECORDING…",
    .run = run_save,
};

static bool run_accept(struct session *session, int argc, const char **argv, int *exit_code,
                       struct pg_error *err) {
    const char *path = DEFAULT_STORE, *reason = NULL;
    struct parsed_options parsed;
    const struct option options[] = {
        STORE_OPTION(&path), TEXT("reason", 'm', &reason, "TEXT", "why"), {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &baseline_accept_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (parsed.operands.count == 0)
        return pg_error_set(err, PG_USAGE, "baseline accept: expected an entry");
    struct store store = {path, session->arena};
    for (size_t i = 0; i < parsed.operands.count; i++) {
        struct store_entry entry;
        if (!store_entry_find(&store, parsed.operands.items[i], &entry, err) ||
            !store_accept(&store, &entry, reason ? reason : "no reason given", err))
            return false;
        if (!session->quiet)
            fprintf(session->out, "%s %s\n", entry.accepted ? "was accepted already:" : "accepted",
                    entry.id);
    }
    return true;
}

const struct command baseline_accept_command = {
    .name = "baseline accept",
    .summary = "Accept a regression as the new level to compare with",
    .operands = "ENTRY…",
    .run = run_accept,
};
