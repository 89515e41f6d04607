#include "runners/remote/parca.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any answer: bytes, fewer than it has, or a refusal that says why. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct pg_error err = {0};
    struct text report;
    bool good = parca_report(&report, (struct text){(const char *)data, size}, arena, &err);
    assert(good ? report.length <= size : err.status == PG_FORMAT && err.text[0]);
    arena_free(arena);
    return 0;
}
