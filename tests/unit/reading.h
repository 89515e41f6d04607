/* For the tests of readers: a text in, a recording out, and short looks at it. Everything lives in
 * the arena of the struct. */
#ifndef TESTS_UNIT_READING_H
#define TESTS_UNIT_READING_H

#include "runners/formats/format.h"
#include "runners/recording/recording_text.h"

#include <stdio.h>
#include <stdlib.h>

struct reading {
    struct arena *arena;
    struct recording *r;
    bool good;
    struct pg_error err;
};

/* Reads bytes with a format as the file "in". */
static inline struct reading read_bytes(const struct format *format, struct text bytes) {
    struct reading reading = {.arena = arena_new()};
    struct source *source;
    reading.r = recording_new("in", "in", strings_new(reading.arena), reading.arena);
    reading.good = source_memory(&source, "in", bytes, &reading.err);
    if (reading.good) {
        reading.good = format->read(reading.r, source, &reading.err);
        source_close(source);
    }
    return reading;
}

static inline struct reading read_text(const struct format *format, const char *text) {
    return read_bytes(format, text_of(text));
}

/* Reads a file with a format, NULL: the one that is found out. The test fails when it cannot. */
static inline struct reading read_fixture(const struct format *format, const char *path) {
    struct reading reading = {.arena = arena_new()};
    reading.good = recording_read(&reading.r, path, format, strings_new(reading.arena),
                                  reading.arena, &reading.err);
    if (!reading.good)
        fail_msg("%s", reading.err.text);
    return reading;
}

static inline void reading_free(struct reading *reading) {
    arena_free(reading->arena);
}

/* The recording as a file, in the arena. */
static inline const char *reading_written(const struct reading *reading) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    recording_write(out, reading->r);
    fclose(out);
    const char *copy = arena_strndup(reading->arena, text, size);
    free(text);
    return copy;
}

/* Fails with the first line that differs; for texts too long to be shown. */
static inline void assert_same_lines(const char *got, const char *want) {
    size_t line = 1, start = 0, i = 0;
    for (; got[i] && got[i] == want[i]; i++) {
        if (got[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    if (got[i] != want[i])
        fail_msg("line %zu: got '%.*s', want '%.*s'", line, (int)strcspn(got + start, "\n"),
                 got + start, (int)strcspn(want + start, "\n"), want + start);
}

/* The series of a name and tidied unit under the configuration with this number, or NULL. */
static inline const struct series *reading_series(const struct reading *reading, uint32_t config,
                                                  const char *name, const char *unit) {
    uint32_t name_number, unit_number;
    if (!strings_find(reading->r->strings, text_of(name), &name_number) ||
        !strings_find(reading->r->strings, text_of(unit), &unit_number))
        return NULL;
    return recording_find(reading->r, config, name_number, unit_number);
}

/* All notes, a line each: `LEVEL WHERE: TEXT`, `*` before what benchstat says too. */
static inline const char *reading_notes(const struct reading *reading) {
    const char *all = "";
    for (uint32_t i = 0; i < reading->r->note_count; i++) {
        const struct note *note = &reading->r->notes[i];
        all =
            arena_printf(reading->arena, "%s%s%s %s: %s\n", all, note->syntax ? "*" : "",
                         note_level_name(note->level), note->where ? note->where : "-", note->text);
    }
    return all;
}

/* `key=value key=value` of a configuration. */
static inline const char *reading_config(const struct reading *reading, uint32_t config) {
    const char *all = "";
    const struct config *c = &reading->r->configs[config];
    for (uint32_t i = 0; i < c->count; i++)
        all = arena_printf(reading->arena, "%s%s%s=%s", all, i ? " " : "",
                           strings_get(reading->r->strings, c->pairs[i].key),
                           strings_get(reading->r->strings, c->pairs[i].value));
    return all;
}

#endif
