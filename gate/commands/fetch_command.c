#include "gate/commands/remote_source.h"
#include "runners/base/out_file.h"
#include "runners/profile/merge.h"
#include "runners/profile/pprof.h"
#include "runners/profile/set_label.h"

struct fetch {
    const char *output, *benchmark;
    int rounds; /* 0: not given */
    struct remote_options remote;
    struct remote_source source;
    struct strings *strings;
    struct arena *arena;
};

static bool parse(struct fetch *f, struct parsed_options *parsed, struct session *session, int argc,
                  const char **argv, struct pg_error *err) {
    const struct option options[] = {
        TEXT("output", 'o', &f->output, "PATH", "where (- is stdout)"),
        TEXT("benchmark", 0, &f->benchmark, "NAME", "label all samples benchmark=NAME"),
        COUNT("rounds", 0, &f->rounds, 1, REMOTE_MOST_WINDOWS,
              "take N windows, one after the other, labelled round=1 to N"),
        REMOTE_OPTIONS(&f->remote),
        {.name = NULL}};
    return options_parse(parsed, &fetch_command, options, false, session, argc, argv, err);
}

static bool check(struct fetch *f, const struct parsed_options *parsed, struct pg_error *err) {
    if (!f->output || parsed->operands.count != 1)
        return pg_error_set(err, PG_USAGE, "fetch: expected -o PATH and one URL");
    if (f->benchmark && (!*f->benchmark || !text_is_utf8(text_of(f->benchmark))))
        return pg_error_set(err, PG_USAGE, "--benchmark: expected a name");
    const struct remote_place place = {
        .url = parsed->operands.items[0], .name = "fetch", .windows = f->rounds};
    return remote_options_check(&f->remote, f->arena, err) &&
           remote_source_open(&f->source, &place, &f->remote, f->strings, f->arena, err);
}

static bool fetch_all(struct profile **out, const struct fetch *f, struct pg_error *err) {
    int count = f->rounds ? f->rounds : 1;
    const struct profile **windows = ARENA_NEW(f->arena, const struct profile *, (size_t)count);
    struct profile_label benchmark = {.key = strings_add(f->strings, text_of("benchmark"))};
    if (f->benchmark)
        benchmark.text = strings_add(f->strings, text_of(f->benchmark));
    for (int i = 0; i < count; i++) {
        if (!remote_source_take(out, &f->source, i + 1, err) ||
            (f->benchmark && !profile_set_label(*out, benchmark, f->arena, err)))
            return false;
        windows[i] = *out;
    }
    return !f->rounds || profile_merge(out, windows, (size_t)count, f->arena, err);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct fetch f = {.arena = session->arena};
    struct parsed_options parsed;
    struct profile *profile;
    struct out_file file = {0};
    *exit_code = 0;
    if (!parse(&f, &parsed, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    f.strings = strings_new(f.arena);
    if (!check(&f, &parsed, err) || !out_file_open(&file, f.output, f.arena, err))
        return false;
    bool good = fetch_all(&profile, &f, err) && pprof_write(file.stream, profile, f.arena, err) &&
                out_file_commit(&file, err);
    out_file_abandon(&file);
    return good;
}

const struct command fetch_command = {
    .name = "fetch",
    .summary = "Take profiles from a pprof endpoint, Pyroscope or Parca",
    .operands = "URL",
    .run = run,
};
