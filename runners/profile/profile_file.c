#include "runners/profile/profile_file.h"
#include "runners/base/source.h"
#include "runners/profile/merge.h"
#include "runners/profile/profile_format.h"

bool profile_read(struct profile **out, const char *path, struct strings *strings,
                  struct arena *arena, struct pg_error *err) {
    struct source *source;
    struct text bytes;
    if (!source_open(&source, path, err))
        return false;
    bool good = source_view(source, PROFILE_BYTES, &bytes, err);
    const struct profile_format *format = good ? profile_format_detect(bytes) : NULL;
    if (good && !format)
        good = pg_error_set(err, PG_FORMAT,
                            "%.400s: expected a profile: pprof, folded stacks, perf script, "
                            "gperftools, callgrind or cpuprofile",
                            source_name(source));
    if (format && !format->read(out, bytes, strings, arena, err)) {
        pg_error_in(err, format->name);
        good = pg_error_in(err, source_name(source));
    }
    source_close(source);
    return good;
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
