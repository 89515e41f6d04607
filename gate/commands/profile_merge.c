#include "gate/commands/profile_parts.h"
#include "runners/base/out_file.h"
#include "runners/profile/merge.h"
#include "runners/profile/pprof.h"
#include "runners/profile/profile_file.h"

/* One file alone may hold equal stacks, too, and so may samples that lost a label. */
static bool read_merged(struct profile **out, const struct string_list *paths, bool keep,
                        struct arena *arena, struct pg_error *err) {
    struct profile *p;
    if (!profile_read_all(&p, paths->items, paths->count, strings_new(arena), arena, err))
        return false;
    uint32_t labels = p->label_start[p->sample_count];
    profile_hand_on(p, keep, paths->count > 1 ? "merged" : paths->items[0], arena);
    *out = p;
    return (paths->count > 1 && labels == p->label_start[p->sample_count]) ||
           profile_merge(out, &(const struct profile *){p}, 1, arena, err);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    const char *output = NULL;
    bool keep = false;
    struct parsed_options parsed;
    struct profile *merged;
    struct out_file file = {0};
    struct arena *arena = session->arena;
    const struct option options[] = {TEXT("output", 'o', &output, "PATH", "where (- is stdout)"),
                                     KEEP_PATHS_OPTION(&keep),
                                     {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &profile_merge_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (!output || parsed.operands.count == 0)
        return pg_error_set(err, PG_USAGE, "profile merge: expected -o PATH and profiles");
    if (!out_file_open(&file, output, arena, err))
        return false;
    bool good = read_merged(&merged, &parsed.operands, keep, arena, err) &&
                pprof_write(file.stream, merged, arena, err) && out_file_commit(&file, err);
    out_file_abandon(&file);
    return good;
}

const struct command profile_merge_command = {
    .name = "profile merge",
    .summary = "Add up profiles into one, written as pprof",
    .operands = "FILE…",
    .run = run,
};
