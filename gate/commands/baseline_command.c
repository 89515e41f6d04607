#include "gate/commands/baseline_parts.h"
#include "gate/commands/part.h"
#include "runners/base/escape.h"
#include "runners/base/json.h"
#include "runners/base/log.h"
#include "runners/fingerprint.h"
#include "runners/formats/format.h"

static const struct command *const parts[] = {
    &baseline_save_command,   &baseline_list_command,
    &baseline_show_command,   &baseline_find_command,
    &baseline_accept_command, &baseline_export_command,
    &baseline_prune_command,  NULL,
};

/* ---- what the parts share ---- */

const char *this_machine(struct arena *arena) {
    struct fingerprint fingerprint = fingerprint_read(&system_real, NULL, arena);
    return fingerprint_id(&fingerprint, arena);
}

/* Commit and machine of a recording that was given as a pattern. */
static bool take_like(struct pick_request *request, const char *path, bool commit, bool machine,
                      struct arena *arena, struct pg_error *err) {
    struct recording *like;
    if (!recording_read(&like, path, NULL, request->strings, arena, err))
        return false;
    const char *id = recording_get(like, "fingerprint-id");
    if (commit)
        request->commit = recording_get(like, "commit");
    if (machine)
        request->fingerprint = id ? id : "";
    return true;
}

static bool pick_some(const struct store *store, const struct pick_request *request,
                      struct pick *out, struct pg_error *err) {
    if (!store_pick(store, request, out, err))
        return false;
    for (size_t i = 0; i < out->note_count; i++)
        pg_log(LOG_WARNING, "%s", out->notes[i]);
    return out->count > 0 || pg_error_set(err, PG_FORMAT, "no baseline: %.900s", out->why);
}

bool find_baseline(const struct find_options *o, const struct store *store, struct pick *out,
                   struct pg_error *err) {
    struct pick_request request = {.branch = o->branch,
                                   .commit = o->commit,
                                   .without_commit = o->before,
                                   .any_order = o->newest,
                                   .history = (size_t)o->history,
                                   .strings = strings_new(store->arena)};
    if (!o->fingerprint && !o->like)
        request.fingerprint = this_machine(store->arena);
    else if (o->fingerprint && strcmp(o->fingerprint, "any") != 0)
        request.fingerprint = strcmp(o->fingerprint, "none") == 0 ? "" : o->fingerprint;
    if (o->like && !take_like(&request, o->like, !o->commit, !o->fingerprint, store->arena, err))
        return false;
    return pick_some(store, &request, out, err);
}

bool baseline_of(const struct recording_baseline *o, const struct recording *head, struct pick *out,
                 struct arena *arena, struct pg_error *err) {
    const char *id = recording_get(head, "fingerprint-id");
    struct store store = {o->store, arena};
    struct pick_request request = {.branch = o->branch,
                                   .commit = recording_get(head, "commit"),
                                   .without_commit =
                                       recording_get(head, "commit") && !recording_modified(head),
                                   .fingerprint = o->any_machine ? NULL
                                                  : id           ? id
                                                                 : "",
                                   .history = (size_t)o->history,
                                   .strings = head->strings};
    return pick_some(&store, &request, out, err);
}

const char *entry_state(const struct store_entry *entry, struct arena *arena) {
    const char *lost = entry->profile_lost ? ", profile lost" : "";
    if (entry->damage)
        return "damaged";
    if (!entry->verdict)
        return arena_printf(arena, "%s%s", entry->accepted ? "accepted" : "-", lost);
    return arena_printf(arena, "%s%s%s", entry->verdict, entry->accepted ? " (accepted)" : "",
                        lost);
}

void entry_warn(const struct store_entry *entry) {
    if (entry->damage)
        pg_log(LOG_WARNING, "%s: damaged: %s", entry->id, entry->damage);
    if (entry->profile_lost)
        pg_log(LOG_WARNING, "%s: its profile is not there", entry->id);
}

const char *entry_commit(const struct store_entry *entry, struct arena *arena) {
    if (!entry->commit)
        return "-";
    return arena_printf(arena, "%.*s%s", SHORT_COMMIT, escape_text(arena, entry->commit),
                        entry->modified ? MODIFIED_MARK : "");
}

const char *entry_modified(const struct recording *recording, struct arena *arena) {
    return arena_printf(arena,
                        "files differ from commit %.*s, so no commit will be compared with it",
                        SHORT_COMMIT, recording_get(recording, "commit"));
}

void entry_json(struct json_writer *w, const struct store_entry *entry) {
    const struct {
        const char *key, *value;
    } texts[] = {{"id", entry->id},
                 {"path", entry->path},
                 {"profile", entry->profile},
                 {"branch", entry->branch},
                 {"time", entry->time},
                 {"commit", entry->commit},
                 {"fingerprint", entry->fingerprint},
                 {"verdict", entry->verdict},
                 {"damage", entry->damage}};
    json_open_object(w);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_string_member(w, texts[i].key, texts[i].value);
    }
    json_bool_member(w, "profile_lost", entry->profile_lost);
    json_bool_member(w, "accepted", entry->accepted);
    json_bool_member(w, "usable", store_entry_usable(entry));
    json_close_object(w);
}

/* ---- the command ---- */

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    return part_run(&baseline_command, "The store of recordings that new ones are compared with",
                    parts, &(struct part_call){session, argc, argv, exit_code}, err);
}

const struct command baseline_command = {
    .name = "baseline",
    .summary = "Keep recordings and find the ones to compare with",
    .operands = "save|list|show|find|accept|export|prune …",
    .run = run,
};
