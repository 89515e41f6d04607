/* Profiles with lines for tests, written as stacks: "leaf@LINE-DECLARED;caller@LINE-DECLARED". */
#ifndef TESTS_UNIT_GO_STACKS_H
#define TESTS_UNIT_GO_STACKS_H

#include "runners/profile/builder.h"
#include "tests/unit/test.h"

#include <stdlib.h>

/* Locations are separated by `;`, what is inlined in one by `,`, the innermost first; `?` has no
 * function, a line without `-DECLARED` no declaration. Equal locations have equal addresses. */
struct go_stack {
    const char *stack;
    int64_t value;
};

static inline struct text go_stack_part(const char **at, char end) {
    struct text part = {*at, strcspn(*at, (const char[]){end, ';', 0})};
    *at += part.length + ((*at)[part.length] == end);
    return part;
}

static inline uint32_t go_stack_location(struct profile_builder *b, struct text words,
                                         struct strings *strings) {
    struct profile_location location = {strings_add(strings, words), PROFILE_NONE, false};
    struct profile_line lines[8];
    size_t count = 0;
    const char *at = words.at;
    while (at < words.at + words.length && *at != '?') {
        struct text line = go_stack_part(&at, ',');
        const char *number = memchr(line.at, '@', line.length);
        struct profile_function function = {
            .name = strings_add(strings, (struct text){line.at, (size_t)(number - line.at)})};
        char *end;
        assert_true(count < 8);
        lines[count].column = 0;
        lines[count].line = strtoll(number + 1, &end, 10);
        function.start_line = *end == '-' ? strtoll(end + 1, NULL, 10) : 0;
        lines[count++].function = profile_builder_function(b, &function);
    }
    return profile_builder_location(b, &location, lines, count);
}

/* One sample type of that name and unit. */
static inline struct profile *go_stacks(const struct go_stack *stacks, size_t count,
                                        const char *type, const char *unit, struct strings *strings,
                                        struct arena *arena) {
    const struct profile_type types = {strings_add(strings, text_of(type)),
                                       strings_add(strings, text_of(unit))};
    struct profile_builder *b = profile_builder_new(strings, &types, 1, arena);
    struct profile *p;
    struct pg_error err;
    for (size_t i = 0; i < count; i++) {
        uint32_t frames[8];
        size_t depth = 0;
        for (const char *at = stacks[i].stack; *at; depth++) {
            assert_true(depth < 8);
            frames[depth] = go_stack_location(b, go_stack_part(&at, ';'), strings);
        }
        profile_builder_sample(b, &(struct profile_stack){frames, depth, NULL, 0},
                               &stacks[i].value);
    }
    assert_true(profile_builder_finish(&p, b, &err));
    return p;
}

#endif
