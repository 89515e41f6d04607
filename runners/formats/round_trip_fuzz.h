/* What every reader of benchmark output must hold, for its fuzz target: whatever it accepts can be
 * written as a recording that reads back as the same series, failures and notes, and is written the
 * same again. */
#ifndef RUNNERS_FORMATS_ROUND_TRIP_FUZZ_H
#define RUNNERS_FORMATS_ROUND_TRIP_FUZZ_H

#include "runners/formats/format.h"
#include "runners/recording/recording_text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static inline struct recording *fuzz_read(const struct format *format, struct text bytes,
                                          struct strings *strings, struct arena *arena,
                                          struct pg_error *err) {
    struct recording *r = recording_new("in", "in", strings, arena);
    struct source *source;
    if (!source_memory(&source, "in", bytes, err))
        return NULL;
    bool good = format->read(r, source, err);
    source_close(source);
    return good ? r : NULL;
}

static inline struct text fuzz_write(const struct recording *r, struct arena *arena) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    recording_write(out, r);
    fclose(out);
    struct text copy = {arena_strndup(arena, text, size), size};
    free(text);
    return copy;
}

/* Is the i-th value of the series, in the order of rounds, the one at `at` of the other? Lines are
 * written round by round. */
static inline void fuzz_same_values(const struct series *a, const struct series *b) {
    assert(a->count == b->count);
    assert(!a->rounds == !b->rounds);
    if (!a->rounds) {
        assert(memcmp(a->values, b->values, a->count * sizeof *a->values) == 0);
        return;
    }
    uint32_t at = 0;
    for (uint32_t last = 0; at < b->count;) {
        uint32_t round = UINT32_MAX;
        for (uint32_t i = 0; i < a->count; i++) {
            if (a->rounds[i] > last && a->rounds[i] < round)
                round = a->rounds[i];
        }
        for (uint32_t i = 0; i < a->count; i++) {
            if (a->rounds[i] != round)
                continue;
            assert(at < b->count && b->rounds[at] == round);
            assert(memcmp(&a->values[i], &b->values[at], sizeof *a->values) == 0);
            at++;
        }
        last = round;
    }
}

static inline int fuzz_round_trip(const struct format *format, const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct pg_error err = {0};
    struct text bytes = {(const char *)data, size};
    format->sniff(bytes);
    struct recording *first = fuzz_read(format, bytes, strings, arena, &err);
    assert(first || (err.status != PG_OK && err.text[0]));
    if (first) {
        struct text written = fuzz_write(first, arena);
        struct recording *second = fuzz_read(&go_format, written, strings, arena, &err);
        assert(second);
        assert(second->series_count == first->series_count);
        assert(second->failure_count == first->failure_count);
        assert(second->note_count == first->note_count);
        assert(second->damaged_lines == 0);
        for (uint32_t i = 0; i < first->series_count; i++) {
            const struct series *s = &first->series[i];
            const struct config *config = &first->configs[s->config];
            for (uint32_t k = 0; k < s->count; k++)
                assert(isfinite(s->values[k]));
            const struct series *t = recording_find(
                second, recording_config(second, config->pairs, config->count), s->name, s->unit);
            assert(t);
            fuzz_same_values(s, t);
        }
        struct text again = fuzz_write(second, arena);
        assert(again.length == written.length && memcmp(again.at, written.at, again.length) == 0);
    }
    arena_free(arena);
    return 0;
}

#endif
