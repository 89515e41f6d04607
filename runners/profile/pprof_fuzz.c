/* What pprof_read accepts passes profile_check, and written and read again it gives the same bytes.
 */
#include "runners/profile/pprof.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct text bytes = {(const char *)data, size};
    struct pg_error err = {0};
    struct profile *profile, *again;
    if (pprof_read(&profile, bytes, strings, arena, &err)) {
        assert(profile_check(profile, &err));
        struct text first = pprof_message(profile, arena);
        bool read = pprof_read(&again, first, strings, arena, &err);
        assert(read);
        struct text second = pprof_message(again, arena);
        assert(first.length == second.length && memcmp(first.at, second.at, first.length) == 0);
        assert(again->sample_count == profile->sample_count);
        assert(again->line_start[again->location_count] ==
               profile->line_start[profile->location_count]);
    } else {
        assert(err.status != PG_OK && err.text[0]);
    }
    arena_free(arena);
    return 0;
}
