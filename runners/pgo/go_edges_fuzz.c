#include "runners/pgo/go_edges.h"
#include "runners/profile/pprof.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Calls are distinct, the heaviest first, and their weights are the total. */
static void check(const struct go_edges *edges) {
    int64_t total = 0;
    for (size_t i = 0; i < edges->count; i++) {
        assert(edges->edges[i].weight > 0);
        assert(i == 0 || edges->edges[i].weight <= edges->edges[i - 1].weight);
        total += edges->edges[i].weight;
    }
    assert(total == edges->total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct text bytes = {(const char *)data, size};
    struct pg_error err = {0};
    struct profile *profile;
    struct go_edges edges;
    if (pprof_read(&profile, bytes, strings, arena, &err)) {
        if (go_edges_read(&edges, profile, arena, &err)) {
            go_edges_order(&edges, strings, arena);
            check(&edges);
        } else {
            assert(err.status != PG_OK && err.text[0]);
        }
    }
    arena_free(arena);
    return 0;
}
