/* perfgate baseline list, show, find */
#include "gate/commands/baseline_parts.h"
#include "gate/compare/verdict.h"
#include "runners/base/escape.h"
#include "runners/base/json.h"
#include "runners/base/log.h"
#include "stats/summary.h"

#include <math.h>

enum { NAME_MOST = 80 }; /* characters of a benchmark or unit */

/* ---- tables of entries ---- */

struct entries {
    const struct store_entry *items;
    size_t count;
};

static int widest_branch(const struct entries *entries, struct arena *arena) {
    size_t width = strlen("branch");
    for (size_t i = 0; i < entries->count; i++) {
        size_t length = strlen(escape_text(arena, entries->items[i].branch));
        width = length > width ? length : width;
    }
    return width < 40 ? (int)width : 40;
}

/* Of the short ids, and of what stands behind those of modified trees. */
static int commit_width(const struct entries *entries) {
    for (size_t i = 0; i < entries->count; i++) {
        if (entries->items[i].modified)
            return SHORT_COMMIT + (int)strlen(MODIFIED_MARK);
    }
    return SHORT_COMMIT;
}

static void entries_text(FILE *out, const void *what, struct arena *arena) {
    const struct entries *entries = what;
    int width = widest_branch(entries, arena), commit = commit_width(entries);
    if (entries->count)
        fprintf(out, "%-*s  %-16s  %-*s  %-16s  %s\n", width, "branch", "time", commit, "commit",
                "machine", "verdict");
    for (size_t i = 0; i < entries->count; i++) {
        const struct store_entry *e = &entries->items[i];
        const char *number = e->number > 1 ? arena_printf(arena, " (.%u)", e->number) : "";
        fprintf(out, "%-*s  %-16s  %-*s  %-16.16s  %s%s\n", width, escape_text(arena, e->branch),
                e->time, commit, entry_commit(e, arena),
                e->fingerprint ? escape_text(arena, e->fingerprint) : "-",
                escape_text(arena, entry_state(e, arena)), number);
    }
}

static void entries_json(FILE *out, const void *what, struct arena *arena) {
    const struct entries *entries = what;
    struct json_writer w;
    (void)arena;
    json_open_document(&w, out, "perfgate.baseline/1");
    json_key(&w, "entries");
    json_open_array(&w);
    for (size_t i = 0; i < entries->count; i++)
        entry_json(&w, &entries->items[i]);
    json_close_array(&w);
    json_close_object(&w);
}

/* ---- list ---- */

static bool run_list(struct session *session, int argc, const char **argv, int *exit_code,
                     struct pg_error *err) {
    const char *path = DEFAULT_STORE, *branch = NULL;
    struct string_list reports = {0};
    struct parsed_options parsed;
    struct store_list list;
    const struct option options[] = {STORE_OPTION(&path),
                                     TEXT("branch", 'b', &branch, "GLOB", "only these branches"),
                                     VIEW_OPTION(&reports),
                                     {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &baseline_list_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    struct store store = {path, session->arena};
    if (!store_list(&store, branch, &list, err))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        store_inspect(&store, &list.items[i]);
        entry_warn(&list.items[i]);
        if (list.items[i].damage)
            *exit_code = verdict_exit_code(VERDICT_BROKEN);
    }
    struct entries entries = {list.items, list.count};
    struct view view = {entries_text, entries_json, &entries};
    if (list.strange)
        pg_log(LOG_WARNING, "%s: %zu files that are not of a store, passed over", path,
               list.strange);
    if (list.count == 0)
        pg_log(LOG_WARNING, "%s: no recordings", path);
    return view_print(&view, &reports, session, err);
}

const struct command baseline_list_command = {
    .name = "baseline list",
    .summary = "List what is stored, newest first; exit 4 if some of it is damaged",
    .operands = "",
    .run = run_list,
};

/* ---- find ---- */

static bool run_find(struct session *session, int argc, const char **argv, int *exit_code,
                     struct pg_error *err) {
    struct find_options o = FIND_OPTIONS_DEFAULT;
    struct string_list reports = {0};
    struct parsed_options parsed;
    struct pick pick;
    const struct option options[] = {FIND_OPTIONS(&o), VIEW_OPTION(&reports), {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &baseline_find_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    struct store store = {o.store, session->arena};
    if (!find_baseline(&o, &store, &pick, err))
        return false;
    if (reports.count) {
        struct entries entries = {pick.entries, pick.count};
        struct view view = {entries_text, entries_json, &entries};
        return view_print(&view, &reports, session, err);
    }
    for (size_t i = pick.count; i-- > 0;)
        fprintf(session->out, "%s\n", pick.entries[i].path);
    return true;
}

const struct command baseline_find_command = {
    .name = "baseline find",
    .summary = "Print the paths of the baseline of a commit, oldest first",
    .operands = "",
    .run = run_find,
};

/* ---- show ---- */

struct shown {
    const struct store_entry *entry;
    const struct recording *recording;
};

static void shown_text(FILE *out, const void *what, struct arena *arena) {
    const struct shown *shown = what;
    const struct recording *r = shown->recording;
    fprintf(out, "entry: %s\npath: %s\nstate: %s\n", shown->entry->id,
            escape_text(arena, shown->entry->path),
            escape_text(arena, entry_state(shown->entry, arena)));
    if (shown->entry->profile)
        fprintf(out, "profile: %s\n", escape_text(arena, shown->entry->profile));
    for (uint32_t i = 0; i < r->provenance_count; i++)
        fprintf(out, "%s: %s\n", escape_text(arena, r->provenance[i].key),
                escape_text(arena, r->provenance[i].value));
    for (uint32_t i = 0; i < r->note_count; i++)
        fprintf(out, "%s: %s\n", note_level_name(r->notes[i].level),
                escape_text(arena, r->notes[i].text));
    fprintf(out, "\n%-40s  %-20s  %6s  %s\n", "benchmark", "unit", "n", "median");
    for (uint32_t i = 0; i < r->series_count; i++) {
        const struct series *s = &r->series[i];
        fprintf(out, "%-40s  %-20s  %6u  %.6g\n",
                cut_middle(arena, escape_text(arena, strings_get(r->strings, s->name)), NAME_MOST),
                cut_middle(arena, escape_text(arena, strings_get(r->strings, s->unit)), NAME_MOST),
                s->count, median_of(s->values, s->count));
    }
    for (uint32_t i = 0; i < r->failure_count; i++)
        fprintf(out, "failed: %s: %s\n",
                escape_text(arena, strings_get(r->strings, r->failures[i].name)),
                escape_text(arena, r->failures[i].reason));
}

static void shown_json(FILE *out, const void *what, struct arena *arena) {
    const struct shown *shown = what;
    const struct recording *r = shown->recording;
    struct json_writer w;
    (void)arena;
    json_open_document(&w, out, "perfgate.baseline/1");
    json_key(&w, "entry");
    entry_json(&w, shown->entry);
    json_key(&w, "provenance");
    json_open_object(&w);
    for (uint32_t i = 0; i < r->provenance_count; i++) {
        json_string_member(&w, r->provenance[i].key, r->provenance[i].value);
    }
    json_close_object(&w);
    json_key(&w, "benchmarks");
    json_open_array(&w);
    for (uint32_t i = 0; i < r->series_count; i++) {
        const struct series *s = &r->series[i];
        json_open_object(&w);
        json_string_member(&w, "name", strings_get(r->strings, s->name));
        json_string_member(&w, "unit", strings_get(r->strings, s->unit));
        json_count_member(&w, "n", s->count);
        json_number_member(&w, "median", median_of(s->values, s->count));
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
}

static bool run_show(struct session *session, int argc, const char **argv, int *exit_code,
                     struct pg_error *err) {
    const char *path = DEFAULT_STORE;
    struct string_list reports = {0};
    struct parsed_options parsed;
    struct store_entry entry;
    struct recording *recording;
    const struct option options[] = {STORE_OPTION(&path), VIEW_OPTION(&reports), {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &baseline_show_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (parsed.operands.count != 1)
        return pg_error_set(err, PG_USAGE, "baseline show: expected one entry");
    struct store store = {path, session->arena};
    if (!store_entry_find(&store, parsed.operands.items[0], &entry, err))
        return false;
    if (!store_read(&store, &entry, "baseline", strings_new(session->arena), &recording))
        return pg_error_set(err, PG_FORMAT, "%.200s: damaged: %.400s", entry.id, entry.damage);
    entry_warn(&entry);
    if (entry.damage)
        *exit_code = verdict_exit_code(VERDICT_BROKEN);
    struct shown shown = {&entry, recording};
    struct view view = {shown_text, shown_json, &shown};
    return view_print(&view, &reports, session, err);
}

const struct command baseline_show_command = {
    .name = "baseline show",
    .summary = "Show one entry: where it comes from and what it holds",
    .operands = "ENTRY",
    .run = run_show,
};
