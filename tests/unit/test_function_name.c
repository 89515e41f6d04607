#include "tests/unit/test.h"

#include "gate/functions/function_name.h"

#include <stdlib.h>

static void every_rule_does_what_its_example_says(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    for (const struct name_rule *rule = name_rules; rule->pattern; rule++) {
        const char *got = function_name(rule->before, arena);
        if (strcmp(got, rule->after) != 0)
            fail_msg("%s: got '%s', want '%s'", rule->pattern, got, rule->after);
        assert_true(strcmp(rule->before, rule->after) != 0);
        /* once is enough: what was joined is not joined further by chance */
        assert_string_equal(function_name(got, arena), got);
    }
    arena_free(arena);
}

static void what_is_no_number_of_a_compiler_stays(void **state) {
    (void)state;
    static const char *const names[] = {
        "",
        "main",
        ".cold", /* a rule never takes the whole name */
        "sha256_block",
        "vec<float, 4>::dot",
        "std::vector<int>::push_back(int&&)",
        "(*T).serve",
        "main.(*Server).handle",
        "a.colder",
        "b.part.x",
        "serde::read::h0123456789abcde",   /* 15 digits */
        "serde::read::h0123456789abcdef0", /* 17 */
        "x.func",
        "x.func1a",
        "crc32_0x1",
        "[libc.so.6]",
        "operator[]",
        "f [clone ",
        "{lambda(int)#x}",
        "go.shape.int_",
        "$",
        "memcpy@@GLIBC_2.2.5",
        "scale<1.5>",
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_ptr_equal(function_name(names[i], arena), names[i]);
    arena_free(arena);
}

static void rules_join_in_one_pass(void **state) {
    (void)state;
    static const struct {
        const char *before, *after;
    } rows[] = {
        {"f.constprop.0.isra.1.part.2.cold", "f"},
        {"a::{closure#0}::{closure#12}::h00112233445566ff", "a::{closure#*}::{closure#*}"},
        {"g(int) [clone .isra.0] [clone .cold]", "g(int)"},
        {"main.init.0.func3.gowrap1", "main.init.*.func*.gowrap*"},
        {"x.1", "x.*"},
        {"x.cold@VERS_1.1", "x@VERS_1.1"},
        {"M[go.shape.int_0,go.shape.string_1].func2", "M[go.shape.int,go.shape.string].func*"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(function_name(rows[i].before, arena), rows[i].after);
    arena_free(arena);
}

/* "$1$1$1…" grows the least slowly: two bytes become two; `.1` likewise. Read under the sanitizers
 * this shows that the copy has room. */
static void long_names_are_joined_in_linear_time(void **state) {
    (void)state;
    enum { PARTS = 1 << 18 };
    static const char *const parts[] = {"$1", ".1", "#1}", ".cold", "0x", "[abi:", "'lambda'"};
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t length = strlen(parts[i]);
        char *name = arena_alloc(arena, PARTS * length + 2);
        name[0] = 'x';
        for (size_t k = 0; k < PARTS; k++)
            memcpy(name + 1 + k * length, parts[i], length);
        assert_non_null(function_name(name, arena));
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_does_what_its_example_says),
        cmocka_unit_test(what_is_no_number_of_a_compiler_stays),
        cmocka_unit_test(rules_join_in_one_pass),
        cmocka_unit_test(long_names_are_joined_in_linear_time),
    };
    return RUN_TESTS(tests);
}
