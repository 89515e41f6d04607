/* Profiles for tests, written as folded stacks. */
#ifndef TESTS_UNIT_STACK_PROFILE_H
#define TESTS_UNIT_STACK_PROFILE_H

#include "runners/profile/builder.h"
#include "tests/unit/test.h"

#include <stdlib.h>

/* "root;caller;leaf", its value, and the round it was sampled in (0: no label). */
struct stack_row {
    const char *stack;
    int64_t value, round;
};

static inline uint32_t stack_text(struct strings *strings, const char *text) {
    return strings_add(strings, text_of(text));
}

static inline void stack_add(struct profile_builder *builder, struct strings *strings,
                             const struct stack_row *row) {
    uint32_t frames[64], count = 0;
    struct profile_label label = {.key = stack_text(strings, "round"), .number = row->round};
    const char *end = row->stack + strlen(row->stack), *at = end;
    while (at > row->stack) {
        for (at = end; at > row->stack && at[-1] != ';'; at--)
            ;
        assert_true(count < 64);
        frames[count++] = profile_builder_name(builder, (struct text){at, (size_t)(end - at)});
        end = at - 1;
    }
    profile_builder_sample(
        builder, &(struct profile_stack){frames, count, &label, row->round ? 1 : 0}, &row->value);
}

/* Of the type cpu in `unit`. */
static inline struct profile *stack_profile(const struct stack_row *rows, size_t count,
                                            const char *unit, struct strings *strings,
                                            struct arena *arena) {
    struct profile_type type = {stack_text(strings, "cpu"), stack_text(strings, unit)};
    struct profile_builder *builder = profile_builder_new(strings, &type, 1, arena);
    struct profile *p;
    struct pg_error err;
    for (size_t i = 0; i < count; i++)
        stack_add(builder, strings, &rows[i]);
    assert_true(profile_builder_finish(&p, builder, &err));
    return p;
}

#endif
