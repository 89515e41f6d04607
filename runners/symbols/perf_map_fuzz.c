/* Of any bytes the parts are in order and apart from each other, and every address in one finds its
 * name. */
#include "runners/symbols/perf_map.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct text bytes = {(const char *)data, size};
    struct perf_map map;
    struct pg_error err = {0};
    if (perf_map_read(&map, bytes, arena, &err)) {
        uint64_t end = 0;
        for (size_t i = 0; i < map.count; i++) {
            const struct perf_map_part *part = &map.parts[i];
            assert(part->start >= end && part->end > part->start);
            end = part->end;
            assert(perf_map_find(&map, part->start).at == part->name.at);
            assert(perf_map_find(&map, part->end - 1).at == part->name.at);
            assert(part->name.length > 0 && part->name.at >= bytes.at &&
                   part->name.at + part->name.length <= bytes.at + size);
        }
    } else {
        assert(err.status == PG_LIMIT);
    }
    arena_free(arena);
    return 0;
}
