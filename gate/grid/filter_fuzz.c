#include "gate/grid/filter.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The thing that is filtered: every key has a value that depends on the key alone. */
static uint32_t look_up(void *context, size_t index, int spelling) {
    (void)spelling;
    return index % 3 ? strings_add(context, text_of("Encode/size=1k-8")) : 0;
}

/* The query is the input up to its first NUL. What parses can be asked, twice with the same answer;
 * what does not says where. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    const char *query = arena_strndup(arena, (const char *)data, size);
    struct pg_error err = {0};
    struct filter *filter;
    if (filter_parse(&filter, query, strings, arena, &err)) {
        bool first = false, second = false;
        bool good = filter_match(filter, look_up, strings, &first, &err);
        if (good != filter_match(filter, look_up, strings, &second, &err) || first != second)
            __builtin_trap();
        if (filter_matches_all(filter) && !first)
            __builtin_trap();
    } else if (err.status != PG_USAGE || strncmp(err.text, "syntax error: ", 14) != 0) {
        __builtin_trap();
    }
    arena_free(arena);
    return 0;
}
