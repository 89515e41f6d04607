/* Any bytes as perfgate.yml: accepted or refused with a message, never more; what is accepted has
 * benchmarks with commands. */
#include "gate/config/config.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct gate_config config;
    struct pg_error err = {0};
    if (config_parse(&config, "fuzz.yml", (struct text){(const char *)data, size}, arena, &err)) {
        assert(config.benchmark_count > 0);
        for (size_t i = 0; i < config.benchmark_count; i++)
            assert(config.benchmarks[i].command.line || config.benchmarks[i].command.argv[0]);
    } else {
        assert(err.status != PG_OK && err.text[0]);
    }
    arena_free(arena);
    return 0;
}
