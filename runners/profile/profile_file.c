#include "runners/profile/profile_file.h"
#include "runners/base/escape.h"
#include "runners/base/out_file.h"
#include "runners/base/source.h"
#include "runners/profile/merge.h"
#include "runners/profile/pprof.h"
#include "runners/profile/profile_format.h"

/* What an input may be. */
struct wanted {
    const struct profile_format *formats[2]; /* NULL: any that can be read */
    const char *words;
};

static bool is_wanted(const struct profile_format *format, const struct wanted *wanted) {
    return format &&
           (!wanted->formats[0] || format == wanted->formats[0] || format == wanted->formats[1]);
}

/* Reads the source, which is closed. */
static bool read_source(struct profile **out, struct source *source, const struct wanted *wanted,
                        struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct text bytes;
    bool good = source_view(source, PROFILE_BYTES, &bytes, err);
    const struct profile_format *format = good ? profile_format_detect(bytes) : NULL;
    if (good && !is_wanted(format, wanted))
        good = pg_error_set(err, PG_FORMAT, "%.400s: expected a %s%s%s", source_name(source),
                            wanted->words, wanted->formats[0] ? ", got " : "",
                            wanted->formats[0] ? escape_first_words(arena, bytes) : "");
    if (good && !format->read(out, bytes, strings, arena, err)) {
        pg_error_in(err, format->name);
        good = pg_error_in(err, source_name(source));
    }
    source_close(source);
    return good;
}

bool profile_read(struct profile **out, const char *path, struct strings *strings,
                  struct arena *arena, struct pg_error *err) {
    static const struct wanted any = {.words = "profile: pprof, folded stacks, perf script, "
                                               "gperftools, callgrind, cpuprofile or flamebearer"};
    struct source *source;
    return source_open(&source, path, err) && read_source(out, source, &any, strings, arena, err);
}

bool profile_read_binary(struct profile **out, const char *name, struct text bytes,
                         struct strings *strings, struct arena *arena, struct pg_error *err) {
    static const struct wanted binary = {{&pprof_format, &legacy_cpu_format},
                                         "pprof or gperftools profile"};
    struct source *source;
    return source_memory(&source, name, bytes, err) &&
           read_source(out, source, &binary, strings, arena, err);
}

bool profile_read_flamebearer(struct profile **out, const char *name, struct text bytes,
                              struct strings *strings, struct arena *arena, struct pg_error *err) {
    static const struct wanted flamebearer = {{&flamebearer_format}, "flamebearer"};
    struct source *source;
    return source_memory(&source, name, bytes, err) &&
           read_source(out, source, &flamebearer, strings, arena, err);
}

bool profile_read_all(struct profile **out, const char *const *paths, size_t count,
                      struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct merge_part *parts = ARENA_NEW(arena, struct merge_part, count);
    struct profile *profile;
    for (size_t i = 0; i < count; i++) {
        if (!profile_read(&profile, paths[i], strings, arena, err))
            return false;
        parts[i] = (struct merge_part){.profile = profile, .factor = 1, .name = paths[i]};
    }
    if (count == 1)
        *out = profile;
    return count == 1 || profile_merge_parts(out, parts, count, arena, err);
}

bool profile_write(const char *path, const struct profile *profile, struct arena *arena,
                   struct pg_error *err) {
    struct out_file file;
    if (!out_file_open(&file, path, arena, err))
        return false;
    bool good = pprof_write(file.stream, profile, arena, err) && out_file_commit(&file, err);
    out_file_abandon(&file);
    return good;
}
