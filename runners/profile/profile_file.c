#include "runners/profile/profile_file.h"
#include "runners/base/escape.h"
#include "runners/base/source.h"
#include "runners/profile/merge.h"
#include "runners/profile/profile_format.h"

/* Reads the source, which is closed. */
static bool read_source(struct profile **out, struct source *source, bool binary,
                        struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct text bytes;
    bool good = source_view(source, PROFILE_BYTES, &bytes, err);
    const struct profile_format *format = good ? profile_format_detect(bytes) : NULL;
    if (good && binary && format != &pprof_format && format != &legacy_cpu_format)
        good =
            pg_error_set(err, PG_FORMAT, "%.400s: expected a pprof or gperftools profile, got %s",
                         source_name(source), escape_first_words(arena, bytes));
    if (good && !format)
        good = pg_error_set(err, PG_FORMAT,
                            "%.400s: expected a profile: pprof, folded stacks, perf script, "
                            "gperftools, callgrind or cpuprofile",
                            source_name(source));
    if (good && !format->read(out, bytes, strings, arena, err)) {
        pg_error_in(err, format->name);
        good = pg_error_in(err, source_name(source));
    }
    source_close(source);
    return good;
}

bool profile_read(struct profile **out, const char *path, struct strings *strings,
                  struct arena *arena, struct pg_error *err) {
    struct source *source;
    return source_open(&source, path, err) && read_source(out, source, false, strings, arena, err);
}

bool profile_read_binary(struct profile **out, const char *name, struct text bytes,
                         struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct source *source;
    return source_memory(&source, name, bytes, err) &&
           read_source(out, source, true, strings, arena, err);
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
