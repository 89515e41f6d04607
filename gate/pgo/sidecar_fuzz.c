/* Any bytes as a sidecar: refused with a message, or one that is written and read again as the
 * same. */
#include "gate/pgo/sidecar.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct text render(const struct sidecar *sidecar) {
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    assert(out);
    sidecar_write(out, sidecar);
    fclose(out);
    return (struct text){bytes, length};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct sidecar first, second;
    struct pg_error err = {0};
    if (sidecar_read(&first, "fuzz.json", (struct text){(const char *)data, size}, arena, &err)) {
        struct text once = render(&first), twice;
        bool again = sidecar_read(&second, "again.json", once, arena, &err);
        assert(again);
        twice = render(&second);
        assert(once.length == twice.length && memcmp(once.at, twice.at, once.length) == 0);
        free((char *)once.at);
        free((char *)twice.at);
    } else {
        assert(*err.text);
    }
    arena_free(arena);
    return 0;
}
