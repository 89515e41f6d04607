#include "gate/commands/baseline_parts.h"
#include "gate/report/escape.h"
#include "runners/base/json.h"
#include "runners/base/log.h"
#include "runners/base/out_file.h"
#include "runners/fingerprint.h"
#include "runners/formats/format.h"

static const struct command *const parts[] = {
    &baseline_save_command,   &baseline_list_command,
    &baseline_show_command,   &baseline_find_command,
    &baseline_accept_command, &baseline_export_command,
    &baseline_prune_command,  NULL,
};

/* ---- what the parts share ---- */

static bool print_report(const struct view *view, const char *report, struct session *session,
                         struct pg_error *err) {
    struct out_file file;
    bool json = strncmp(report, "json=", 5) == 0;
    if (!out_file_open(&file, report + 5, session->arena, err))
        return false;
    (json ? view->json : view->text)(file.stream, view->what, session->arena);
    return out_file_commit(&file, err);
}

bool view_print(const struct view *view, const struct string_list *reports, struct session *session,
                struct pg_error *err) {
    bool taken = false;
    for (size_t i = 0; i < reports->count; i++) {
        const char *report = reports->items[i];
        if ((strncmp(report, "json=", 5) != 0 && strncmp(report, "text=", 5) != 0) || !report[5])
            return pg_error_set(err, PG_USAGE, "--report=%.200s: write json=PATH or text=PATH",
                                report);
        taken |= strcmp(report + 5, "-") == 0;
    }
    if (!taken)
        view->text(session->out, view->what, session->arena);
    if (fflush(session->out) != 0)
        return pg_error_errno(err, "stdout: cannot write the result");
    for (size_t i = 0; i < reports->count; i++) {
        if (!print_report(view, reports->items[i], session, err))
            return false;
    }
    return true;
}

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
    if (entry->damage)
        return "damaged";
    if (!entry->verdict)
        return entry->accepted ? "accepted" : "-";
    return arena_printf(arena, "%s%s", entry->verdict, entry->accepted ? " (accepted)" : "");
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
        json_key(w, texts[i].key);
        json_put_string(w, texts[i].value);
    }
    json_key(w, "accepted");
    json_put_bool(w, entry->accepted);
    json_key(w, "usable");
    json_put_bool(w, store_entry_usable(entry));
    json_close_object(w);
}

/* ---- the command ---- */

static void list_parts(FILE *out) {
    fputs("usage: perfgate baseline WHAT [OPTION…] [OPERAND…]\n\n"
          "The store of recordings that new ones are compared with\n\nWhat\n",
          out);
    for (const struct command *const *at = parts; *at; at++)
        fprintf(out, "  %-8s %s\n", (*at)->name + strlen("baseline "), (*at)->summary);
    fputs("\n'perfgate baseline WHAT --help' explains one.\n", out);
}

static void list_words(FILE *out) {
    fputs("baseline:", out);
    for (const struct command *const *at = parts; *at; at++)
        fprintf(out, " %s", (*at)->name + strlen("baseline "));
    fputs(" --help\n", out);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    const char *what = argc > 1 ? argv[1] : "";
    *exit_code = 0;
    if (strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0) {
        list_parts(session->out);
        return true;
    }
    bool all = strncmp(what, "--help=", 7) == 0; /* manual page and completion */
    if (strcmp(what, "--help=bash") == 0)
        list_words(session->out);
    for (const struct command *const *at = parts; *at; at++) {
        const char *name = (*at)->name + strlen("baseline ");
        if (all) {
            const char *ask[] = {(*at)->name, what, NULL};
            if (!(*at)->run(session, 2, ask, exit_code, err))
                return false;
        } else if (strcmp(what, name) == 0) {
            return (*at)->run(session, argc - 1, argv + 1, exit_code, err);
        }
    }
    return all || pg_error_set(err, PG_USAGE,
                               "baseline: '%.60s'; expected save, list, show, find, accept, export "
                               "or prune",
                               what);
}

const struct command baseline_command = {
    .name = "baseline",
    .summary = "Keep recordings and find the ones to compare with",
    .operands = "save|list|show|find|accept|export|prune …",
    .run = run,
};
