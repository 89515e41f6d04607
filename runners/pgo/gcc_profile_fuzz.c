/* Any bytes as GCC's AutoFDO profile: what could be read and can be written reads as the same. */
#include "runners/pgo/pgo_format.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct written {
    char *bytes;
    size_t length;
    bool good;
};

static struct written write_it(const struct source_profile *source, unsigned version) {
    struct pg_error err = {0};
    struct written out;
    FILE *stream = open_memstream(&out.bytes, &out.length);
    out.good = gcc_pgo_format.write(
        stream, &(struct pgo_input){.source = source, .version = version}, &err);
    fclose(stream);
    assert(out.good ? out.length > 0 : out.length == 0 && *err.text);
    return out;
}

static void check(const struct source_profile *source, unsigned version, struct strings *strings,
                  struct arena *arena) {
    struct written first = write_it(source, version);
    struct source_profile *again;
    struct pg_error err = {0};
    if (first.good) {
        assert(gcc_pgo_format.read(&again, (struct text){first.bytes, first.length}, strings, arena,
                                   &err));
        struct written second = write_it(again, version);
        assert(second.length == first.length &&
               memcmp(first.bytes, second.bytes, first.length) == 0);
        free(second.bytes);
    }
    free(first.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct source_profile *source;
    struct pg_error err = {0};
    if (gcc_pgo_format.read(&source, (struct text){(const char *)data, size}, strings, arena,
                            &err)) {
        for (unsigned version = 12; version <= 16; version += 2)
            check(source, version, strings, arena);
    } else {
        assert(err.status == PG_FORMAT && *err.text);
    }
    arena_free(arena);
    return 0;
}
