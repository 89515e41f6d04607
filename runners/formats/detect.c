#include "runners/formats/format.h"

#include <inttypes.h>
#include <unistd.h>

const struct format *const formats[] = {&go_format, &google_benchmark_format, &hyperfine_format,
                                        NULL};

const struct format *format_find(const char *name) {
    for (size_t i = 0; formats[i]; i++) {
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    }
    return NULL;
}

const struct format *format_detect(struct text head) {
    const struct format *best = NULL;
    int most = 0;
    for (size_t i = 0; formats[i]; i++) {
        int sure = formats[i]->sniff(head);
        if (sure > most) {
            most = sure;
            best = formats[i];
        }
    }
    return best;
}

/* `label=path` in its parts. */
struct argument {
    const char *label, *path;
    bool labelled;
};

static struct argument parse_argument(const char *whole, struct arena *arena) {
    const char *equals = strchr(whole, '=');
    if (!equals || access(whole, F_OK) == 0)
        return (struct argument){whole, whole, false};
    return (struct argument){arena_strndup(arena, whole, (size_t)(equals - whole)), equals + 1,
                             true};
}

static bool no_results(const struct recording *r, struct pg_error *err) {
    for (uint32_t i = 0; i < r->note_count; i++) {
        const struct note *note = &r->notes[i];
        if (note->level == NOTE_DAMAGE)
            return pg_error_set(
                err, PG_FORMAT,
                "%.400s: no benchmark results; %" PRIu64 " damaged lines, first: %.300s: %.200s",
                r->path, r->damaged_lines, note->where ? note->where : r->path, note->text);
    }
    return pg_error_set(err, PG_FORMAT,
                        "%.400s: no benchmark results; expected Go benchmark lines, Google "
                        "Benchmark JSON or hyperfine JSON",
                        r->path);
}

static bool read_source(struct recording *r, struct source *source, const struct format *format,
                        struct pg_error *err) {
    struct text head;
    if (!format) {
        if (!source_peek(source, &head, err))
            return false;
        format = format_detect(head);
        if (!format)
            format = &go_format;
    }
    if (!format->read(r, source, err))
        return false;
    /* The share of a small suite that falls to a shard may be empty. */
    bool may_be_empty = recording_get(r, "shard") != NULL && r->damaged_lines == 0;
    return r->series_count || r->failure_count || may_be_empty ? true : no_results(r, err);
}

static bool read_argument(struct recording **out, const struct argument *argument,
                          const struct recording *previous, const struct format *format,
                          struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct source *source;
    if (!source_open(&source, argument->path, err))
        return false;
    struct recording *r = recording_new(argument->label, argument->path, strings, arena);
    bool good = read_source(r, source, format, err);
    source_close(source);
    if (!good)
        return false;
    if (previous)
        recording_carry_units(r, previous);
    *out = r;
    return true;
}

bool recording_read(struct recording **out, const char *argument, const struct format *format,
                    struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct argument parsed = parse_argument(argument, arena);
    return read_argument(out, &parsed, NULL, format, strings, arena, err);
}

/* Numbers paths that are given more than once without a label. */
static void disambiguate(struct argument *arguments, size_t count, struct arena *arena) {
    for (size_t i = 0; i < count; i++) {
        size_t before = 0, same = 0;
        for (size_t k = 0; k < count; k++) {
            if (arguments[k].labelled || strcmp(arguments[k].path, arguments[i].path) != 0)
                continue;
            same++;
            before += k < i;
        }
        if (!arguments[i].labelled && same > 1)
            arguments[i].label = arena_printf(arena, "%s#%zu", arguments[i].path, before);
    }
}

bool recordings_read(struct recording ***out, const char *const *arguments, size_t count,
                     const struct format *format, struct strings *strings, struct arena *arena,
                     struct pg_error *err) {
    struct argument *parsed = ARENA_NEW(arena, struct argument, count);
    struct recording **recordings = ARENA_NEW(arena, struct recording *, count);
    for (size_t i = 0; i < count; i++)
        parsed[i] = parse_argument(arguments[i], arena);
    disambiguate(parsed, count, arena);
    for (size_t i = 0; i < count; i++) {
        const struct recording *previous = i ? recordings[i - 1] : NULL;
        if (!read_argument(&recordings[i], &parsed[i], previous, format, strings, arena, err))
            return false;
    }
    *out = recordings;
    return true;
}
