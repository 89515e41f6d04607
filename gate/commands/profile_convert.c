#include "gate/commands/profile_parts.h"
#include "runners/base/log.h"
#include "runners/base/out_file.h"
#include "runners/profile/flatten.h"
#include "runners/profile/folded.h"
#include "runners/profile/pprof.h"
#include "runners/profile/profile_file.h"
#include "runners/profile/speedscope.h"
#include "runners/symbols/symbols.h"

enum { TO_PPROF, TO_FOLDED, TO_SPEEDSCOPE };

static void symbolize(struct profile *p, struct arena *arena) {
    const struct symbols_result *results = symbols_resolve(p, &(struct symbols_options){0}, arena);
    for (uint32_t i = 0; i < p->mapping_count; i++) {
        const char *note = symbols_note(p, &results[i], i, arena);
        if (note)
            pg_log(LOG_WARNING, "%s", note);
    }
}

static bool write_as(int to, FILE *out, struct profile *p, uint32_t type, struct arena *arena,
                     struct pg_error *err) {
    if (to == TO_PPROF)
        return pprof_write(out, p, arena, err);
    if (!profile_flatten(&p, p, to == TO_SPEEDSCOPE, arena, err))
        return false;
    if (to == TO_SPEEDSCOPE)
        return speedscope_write(out, p, err);
    folded_write(out, p, type);
    return true;
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    const char *output = NULL, *type_name = NULL;
    int to = TO_PPROF;
    bool names = false, keep = false;
    uint32_t type = 0;
    struct parsed_options parsed;
    struct profile *p;
    struct out_file file = {0};
    struct arena *arena = session->arena;
    const struct option options[] = {
        CHOICE("to", &to, "pprof|folded|speedscope", "what is written"),
        FLAG("symbolize", 0, &names,
             "look up the functions and lines of addresses in this machine's files"),
        TEXT("output", 'o', &output, "PATH", "where (- is stdout)"),
        SAMPLE_TYPE_OPTION(&type_name),
        KEEP_PATHS_OPTION(&keep),
        {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &profile_convert_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (!output || parsed.operands.count != 1)
        return pg_error_set(err, PG_USAGE, "profile convert: expected -o PATH and one profile");
    const char *path = parsed.operands.items[0];
    if (!out_file_open(&file, output, arena, err))
        return false;
    bool good = profile_read(&p, path, strings_new(arena), arena, err) &&
                (to != TO_FOLDED || profile_pick_type(p, path, type_name, &type, err));
    if (good && names)
        symbolize(p, arena);
    if (good)
        profile_hand_on(p, keep, path, arena);
    good = good && write_as(to, file.stream, p, type, arena, err) && out_file_commit(&file, err);
    out_file_abandon(&file);
    return good;
}

const struct command profile_convert_command = {
    .name = "profile convert",
    .summary = "Write a profile as pprof (gzipped), folded stacks or speedscope JSON",
    .operands = "FILE",
    .run = run,
};
