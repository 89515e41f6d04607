/* What every profile format promises of any bytes: a profile that passes profile_check and can be
 * written as pprof and read again, or a refusal that says why. */
#ifndef RUNNERS_PROFILE_FORMAT_FUZZ_H
#define RUNNERS_PROFILE_FORMAT_FUZZ_H

#include "runners/profile/pprof.h"
#include "runners/profile/profile_format.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Rounds by time are numbered from 1 to what was asked for. */
static inline void fuzz_windows(const struct profile_format *format, struct text bytes,
                                struct strings *strings, struct arena *arena) {
    struct profile_windows windows = {.wanted = 7};
    struct profile *p;
    struct pg_error err;
    if (!format->read_windows || !format->read_windows(&p, bytes, &windows, strings, arena, &err))
        return;
    assert(profile_check(p, &err));
    for (uint32_t i = 0; windows.each_sec > 0 && i < p->label_start[p->sample_count]; i++) {
        const struct profile_label *label = &p->labels[i];
        bool round = strcmp(strings_get(strings, label->key), "round") == 0;
        assert(!round || (label->number >= 1 && label->number <= windows.wanted));
    }
}

static inline void fuzz_format(const struct profile_format *format, const uint8_t *data,
                               size_t size) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct text bytes = {(const char *)data, size};
    struct pg_error err = {0};
    struct profile *profile, *again;
    format->sniff(bytes);
    if (format->read(&profile, bytes, strings, arena, &err)) {
        bool good = profile_check(profile, &err) &&
                    pprof_read(&again, pprof_message(profile, arena), strings, arena, &err);
        assert(good && again->sample_count == profile->sample_count);
        fuzz_windows(format, bytes, strings, arena);
    } else {
        assert(err.status != PG_OK && err.text[0]);
    }
    arena_free(arena);
}

#endif
