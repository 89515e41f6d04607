/* Any text as llvm-bolt's fdata: read, with finite totals, or refused with a reason. */
#include "runners/pgo/pgo_format.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct source_profile *source;
    struct pg_error err = {0};
    if (bolt_pgo_format.read(&source, (struct text){(const char *)data, size}, strings, arena,
                             &err)) {
        assert(source->function_count > 0);
        for (uint32_t i = 0; i < source->function_count; i++) {
            const struct source_instance *f = source->functions[i];
            assert(strings_length(strings, f->name) > 0 && f->line_count == 1);
            assert(f->total >= 0 && f->total < 0x1p64 * (double)(size + 1));
        }
    } else {
        assert(err.status == PG_FORMAT && *err.text);
    }
    arena_free(arena);
    return 0;
}
