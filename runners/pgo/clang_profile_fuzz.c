/* Any text as LLVM's sample profile: what could be read can be written, and reads as the same. */
#include "runners/pgo/pgo_format.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool write_it(const struct source_profile *source, char **bytes, size_t *length) {
    struct pg_error err;
    FILE *out = open_memstream(bytes, length);
    bool good = clang_pgo_format.write(out, &(struct pgo_input){.source = source}, &err);
    fclose(out);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct text text = {(const char *)data, size};
    struct source_profile *source, *again;
    struct pg_error err = {0};
    char *first, *second;
    size_t first_length, second_length;
    if (!clang_pgo_format.read(&source, text, strings, arena, &err)) {
        assert(err.status == PG_FORMAT && *err.text);
    } else {
        assert(write_it(source, &first, &first_length));
        text = (struct text){first, first_length};
        assert(clang_pgo_format.read(&again, text, strings, arena, &err));
        assert(write_it(again, &second, &second_length));
        assert(first_length == second_length && memcmp(first, second, first_length) == 0);
        free(second);
        free(first);
    }
    arena_free(arena);
    return 0;
}
