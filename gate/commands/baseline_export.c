/* perfgate baseline export */
#include "gate/commands/baseline_parts.h"
#include "gate/commands/profile_parts.h"
#include "runners/base/escape.h"
#include "runners/base/log.h"
#include "runners/base/out_file.h"
#include "runners/profile/path_strip.h"
#include "runners/profile/profile_file.h"

#include <stdlib.h>
#include <sys/stat.h>

/* ---- files ---- */

typedef bool copying(FILE *in, FILE *out, struct arena *arena);

static bool copy_bytes(FILE *in, FILE *out, struct arena *arena) {
    char block[65536];
    size_t count;
    (void)arena;
    while ((count = fread(block, 1, sizeof block, in)) > 0)
        fwrite(block, 1, count, out);
    return !ferror(in);
}

/* What a recording says of itself has command lines in it. */
static bool copy_stripped(FILE *in, FILE *out, struct arena *arena) {
    struct path_strip strip = {.strings = strings_new(arena), .arena = arena};
    struct text line = {NULL, 0};
    char *at = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&at, &room, in)) > 0;) {
        line = (struct text){at, (size_t)length};
        if (text_starts(line, "# perfgate ") && memchr(at, '/', line.length)) {
            uint32_t number = path_strip_text(&strip, strings_add(strip.strings, line));
            line.at = strings_get(strip.strings, number);
            line.length = strings_length(strip.strings, number);
        }
        fwrite(line.at, 1, line.length, out);
    }
    free(at);
    return !ferror(in);
}

static bool copy_file(const char *from, const char *to, copying *copy, struct arena *arena,
                      struct pg_error *err) {
    struct out_file file;
    FILE *in = fopen(from, "rbe");
    if (!in)
        return pg_error_errno(err, "%.400s: cannot be read", from);
    if (!out_file_open(&file, to, arena, err)) {
        fclose(in);
        return false;
    }
    bool good = copy(in, file.stream, arena) || pg_error_errno(err, "%.400s: cannot be read", from);
    fclose(in);
    good = good && out_file_commit(&file, err);
    out_file_abandon(&file);
    return good;
}

/* ---- entries ---- */

/* Stdout, a pipe, a device: nothing can stand beside it. */
static bool is_stream(const char *path) {
    struct stat status;
    return strcmp(path, "-") == 0 || (stat(path, &status) == 0 && !S_ISREG(status.st_mode));
}

static bool is_folder(const char *path) {
    struct stat status;
    size_t length = strlen(path);
    return (length && path[length - 1] == '/') ||
           (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
}

/* PATH and its two endings taken apart: NAME.txt has its profile in NAME.pb.gz. */
static const char *profile_beside(const char *path, struct arena *arena) {
    size_t length = strlen(path);
    bool text = length > 4 && strcmp(path + length - 4, ".txt") == 0;
    return arena_printf(arena, "%.*s.pb.gz", (int)(text ? length - 4 : length), path);
}

/* In a folder the entry keeps its name, with the branch before it and no folder below. */
static const char *path_in_folder(const struct store_entry *entry, const char *folder,
                                  struct arena *arena) {
    char *name = arena_strdup(arena, entry->id);
    *strchr(name, '/') = '-';
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    return arena_printf(arena, "%.*s/%s.txt", (int)length, folder, name);
}

static bool export_profile(const char *from, const char *to, bool keep, struct arena *arena,
                           struct pg_error *err) {
    struct profile *profile;
    if (keep)
        return copy_file(from, to, copy_bytes, arena, err);
    if (!profile_read(&profile, from, strings_new(arena), arena, err))
        return false;
    profile_hand_on(profile, false, from, arena);
    return profile_write(to, profile, arena, err);
}

/* The profile goes first: a recording that says it has one never stands there without. */
static bool export_one(const struct store_entry *entry, const char *to, bool keep,
                       struct session *session, struct pg_error *err) {
    struct arena *arena = session->arena;
    bool folder = is_folder(to);
    const char *path = folder ? path_in_folder(entry, to, arena) : to;
    if (folder && !make_folders(to, err))
        return false;
    entry_warn(entry);
    if (entry->profile && is_stream(path))
        pg_log(LOG_WARNING, "%s: its profile stays behind: %s", entry->id, entry->profile);
    else if (entry->profile &&
             !export_profile(entry->profile, profile_beside(path, arena), keep, arena, err))
        return false;
    if (!copy_file(entry->path, path, keep ? copy_bytes : copy_stripped, arena, err))
        return false;
    if (folder && !session->quiet)
        fprintf(session->out, "%s\n", path);
    return true;
}

/* The entries named, or else the baseline that find would give. */
static bool choose(const struct find_options *o, const struct string_list *operands,
                   const struct store *store, struct store_entry **out, size_t *count,
                   struct pg_error *err) {
    struct pick pick;
    *count = operands->count;
    *out = ARENA_NEW(store->arena, struct store_entry, operands->count);
    for (size_t i = 0; i < operands->count; i++) {
        if (!store_entry_find(store, operands->items[i], &(*out)[i], err))
            return false;
        store_inspect(store, &(*out)[i]);
        if ((*out)[i].damage)
            return pg_error_set(err, PG_FORMAT, "%.200s: damaged: %.300s", (*out)[i].id,
                                (*out)[i].damage);
    }
    if (operands->count)
        return true;
    if (!find_baseline(o, store, &pick, err))
        return false;
    *out = pick.entries;
    *count = pick.count;
    return true;
}

static bool run_export(struct session *session, int argc, const char **argv, int *exit_code,
                       struct pg_error *err) {
    struct find_options o = FIND_OPTIONS_DEFAULT;
    const char *to = NULL;
    bool keep = false;
    struct parsed_options parsed;
    struct store_entry *entries;
    size_t count;
    const struct option options[] = {
        TEXT("output", 'o', &to, "PATH", "a file, - for stdout, or a folder (ending in /)"),
        KEEP_PATHS_OPTION(&keep),
        FIND_OPTIONS(&o),
        {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &baseline_export_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (!to)
        return pg_error_set(err, PG_USAGE, "baseline export: -o PATH is missing");
    struct store store = {o.store, session->arena};
    if (!choose(&o, &parsed.operands, &store, &entries, &count, err))
        return false;
    if (count > 1 && !is_folder(to))
        return pg_error_set(err, PG_USAGE,
                            "baseline export: %zu recordings do not fit into one file; end the "
                            "path in / for a folder",
                            count);
    for (size_t i = 0; i < count; i++) {
        if (!export_one(&entries[i], to, keep, session, err))
            return false;
    }
    return true;
}

const struct command baseline_export_command = {
    .name = "baseline export",
    .summary = "Copy entries out of the store (by default those of find)",
    .operands = "[ENTRY…]",
    .run = run_export,
};
