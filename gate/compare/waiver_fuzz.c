#include "gate/compare/waiver.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is accepted must hold the promises of struct waiver. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct pg_error err = {0};
    struct source *source;
    struct policy policy;
    policy_init(&policy);
    struct text text = {(const char *)data, size};
    if (source_memory(&source, "fuzz", text, &err)) {
        bool good = waivers_read_source(&policy, source, arena, &err);
        if (!good && err.text[0] == '\0')
            __builtin_trap();
        for (size_t i = 0; good && i < policy.waiver_count; i++) {
            const struct waiver *waiver = &policy.waivers[i];
            if (!*waiver->benchmark || !*waiver->unit || !*waiver->reason ||
                !(waiver->ceiling > 0) || strlen(waiver->expires) != 10)
                __builtin_trap();
        }
        source_close(source);
    }
    arena_free(arena);
    return 0;
}
