#include "runners/profile/profile_file.h"
#include "runners/base/escape.h"
#include "runners/base/out_file.h"
#include "runners/base/source.h"
#include "runners/profile/merge.h"
#include "runners/profile/pprof.h"
#include "runners/profile/profile_format.h"

#include <unistd.h>

/* What an input may be. */
struct wanted {
    const struct profile_format *formats[2]; /* NULL: any that can be read */
    const char *words;
};

static bool is_wanted(const struct profile_format *format, const struct wanted *wanted) {
    return format &&
           (!wanted->formats[0] || format == wanted->formats[0] || format == wanted->formats[1]);
}

/* What `perfgate run` writes, or `go test -bench` prints, is what a profile lies beside. */
static bool is_recording(struct text bytes) {
    return text_starts(bytes, "# perfgate ") || text_starts(bytes, "goos: ") ||
           text_starts(bytes, "Benchmark");
}

/* NAME.pb.gz beside NAME.txt, when it is there. */
static const char *profile_beside(const char *path, struct arena *arena) {
    size_t length = strlen(path);
    if (length < 5 || strcmp(path + length - 4, ".txt") != 0)
        return NULL;
    const char *beside = arena_printf(arena, "%.*s.pb.gz", (int)length - 4, path);
    return access(beside, F_OK) == 0 ? beside : NULL;
}

/* Windows may be NULL. */
static bool read_bytes(struct profile **out, struct text bytes, const char *name,
                       const struct wanted *wanted, struct profile_windows *windows,
                       struct strings *strings, struct arena *arena, struct pg_error *err) {
    const struct profile_format *format = profile_format_detect(bytes);
    if (!wanted->formats[0] && is_recording(bytes) && !text_starts(bytes, "Benchmark"))
        return pg_error_set(err, PG_FORMAT,
                            "%.400s: expected a profile, got a recording of benchmarks; what was "
                            "sampled with NAME.txt is in NAME.pb.gz beside it, which is not there",
                            name);
    if (!is_wanted(format, wanted))
        return pg_error_set(err, PG_FORMAT, "%.400s: expected a %s%s%s", name, wanted->words,
                            wanted->formats[0] ? ", got " : "",
                            wanted->formats[0] ? escape_first_words(arena, bytes) : "");
    if (windows && format->read_windows
            ? format->read_windows(out, bytes, windows, strings, arena, err)
            : format->read(out, bytes, strings, arena, err))
        return true;
    pg_error_in(err, format->name);
    return pg_error_in(err, name);
}

/* Of an answer that is at hand. */
static bool read_memory(struct profile **out, const char *name, struct text bytes,
                        const struct wanted *wanted, struct strings *strings, struct arena *arena,
                        struct pg_error *err) {
    struct source *source;
    if (!source_memory(&source, name, bytes, err))
        return false;
    bool good = source_view(source, PROFILE_BYTES, &bytes, err) &&
                read_bytes(out, bytes, source_name(source), wanted, NULL, strings, arena, err);
    source_close(source);
    return good;
}

bool profile_read_windows(struct profile **out, const char *path, struct profile_windows *windows,
                          struct strings *strings, struct arena *arena, struct pg_error *err) {
    static const struct wanted any = {.words = "profile: pprof, folded stacks, perf script, "
                                               "gperftools, callgrind, cpuprofile or flamebearer"};
    struct source *source;
    struct text bytes;
    if (!source_open(&source, path, err))
        return false;
    if (!source_view(source, PROFILE_BYTES, &bytes, err)) {
        source_close(source);
        return false;
    }
    if (windows)
        windows->each_sec = 0;
    const char *beside = is_recording(bytes) ? profile_beside(path, arena) : NULL;
    bool good =
        beside ? profile_read_windows(out, beside, windows, strings, arena, err)
               : read_bytes(out, bytes, source_name(source), &any, windows, strings, arena, err);
    source_close(source);
    return good;
}

bool profile_read(struct profile **out, const char *path, struct strings *strings,
                  struct arena *arena, struct pg_error *err) {
    return profile_read_windows(out, path, NULL, strings, arena, err);
}

bool profile_read_binary(struct profile **out, const char *name, struct text bytes,
                         struct strings *strings, struct arena *arena, struct pg_error *err) {
    static const struct wanted binary = {{&pprof_format, &legacy_cpu_format},
                                         "pprof or gperftools profile"};
    return read_memory(out, name, bytes, &binary, strings, arena, err);
}

bool profile_read_flamebearer(struct profile **out, const char *name, struct text bytes,
                              struct strings *strings, struct arena *arena, struct pg_error *err) {
    static const struct wanted flamebearer = {{&flamebearer_format}, "flamebearer"};
    return read_memory(out, name, bytes, &flamebearer, strings, arena, err);
}

/* Files with other sample types than those before are all kept, to find the types in common. The
 * first of them was read already. */
static bool merge_unlike(struct profile **out, struct merge_part *parts, size_t count,
                         struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct profile *profile;
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].profile && !profile_read(&profile, parts[i].name, strings, arena, err))
            return false;
        if (!parts[i].profile)
            parts[i].profile = profile;
        parts[i].factor = 1;
    }
    return profile_merge_parts(out, parts, count, arena, err);
}

bool profile_read_all(struct profile **out, const char *const *paths, size_t count,
                      struct strings *strings, struct arena *arena, struct pg_error *err) {
    if (count == 1)
        return profile_read(out, paths[0], strings, arena, err);
    struct profile_adder *adder = NULL;
    struct arena *one = arena_new(); /* what is read is added and gone */
    struct profile *profile, *sum = NULL;
    size_t added = 0;
    bool good = true, alike = true;
    while (good && alike && added < count) {
        arena_empty(one);
        good = profile_read(&profile, paths[added], strings, one, err);
        if (good && !adder)
            adder = profile_adder_new(profile, count, arena);
        alike = good && profile_adder_add(adder, profile, paths[added]);
        added += alike;
    }
    arena_adopt(arena, one);
    if (!good || (added && !profile_adder_finish(&sum, adder, err)))
        return false;
    *out = sum;
    if (alike)
        return true;
    struct merge_part *parts = ARENA_NEW(arena, struct merge_part, count - added + 1);
    parts[0].profile = sum;
    size_t unlike = sum ? 1 : 0;
    parts[unlike].profile = profile;
    for (size_t i = added; i < count; i++)
        parts[unlike + i - added].name = paths[i];
    return merge_unlike(out, parts, unlike + count - added, strings, arena, err);
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
