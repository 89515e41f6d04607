#include "tests/unit/test.h"

#include "runners/base/strings.h"

#include <stdio.h>

static void numbers_follow_the_order_first_seen(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    assert_int_equal(strings_count(strings), 1);
    assert_int_equal(strings_add(strings, text_of("")), 0);
    char text[32];
    for (uint32_t i = 1; i <= 50000; i++) {
        snprintf(text, sizeof text, "name %u", i);
        assert_int_equal(strings_add(strings, text_of(text)), i);
    }
    for (uint32_t i = 50000; i >= 1; i--) {
        uint32_t found;
        snprintf(text, sizeof text, "name %u", i);
        assert_int_equal(strings_add(strings, text_of(text)), i);
        assert_true(strings_find(strings, text_of(text), &found) && found == i);
        assert_string_equal(strings_get(strings, i), text);
        assert_int_equal(strings_length(strings, i), strlen(text));
    }
    uint32_t found = 7;
    assert_false(strings_find(strings, text_of("name 0"), &found));
    assert_int_equal(found, 7);
    assert_int_equal(strings_count(strings), 50001);
    arena_free(arena);
}

static void any_bytes_are_text(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    uint32_t a = strings_add(strings, (struct text){"a\0b", 3});
    uint32_t b = strings_add(strings, (struct text){"a\0c", 3});
    uint32_t c = strings_add(strings, (struct text){"a", 1});
    uint32_t d = strings_add(strings, (struct text){"a\0", 2});
    assert_true(a != b && b != c && a != c && c != d);
    assert_int_equal(strings_length(strings, a), 3);
    assert_memory_equal(strings_get(strings, a), "a\0b", 4);
    arena_free(arena);
}

static void the_text_is_copied(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    char text[] = "first";
    uint32_t number = strings_add(strings, text_of(text));
    text[0] = 'F';
    assert_string_equal(strings_get(strings, number), "first");
    assert_int_equal(strings_add(strings, text_of(text)), number + 1);
    arena_free(arena);
}

/* The hash does not read past its bytes, and depends on every one of them. */
static void a_guess_changes_no_number(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    uint32_t a = strings_add(strings, text_of("a")), b = strings_add(strings, text_of("b"));
    assert_int_equal(strings_add_guess(strings, text_of("a"), a), a);
    assert_int_equal(strings_add_guess(strings, text_of("a"), b), a);
    assert_int_equal(strings_add_guess(strings, text_of("b"), UINT32_MAX), b);
    assert_int_equal(strings_add_guess(strings, text_of("c"), b), b + 1);
    arena_free(arena);
}

static void hashes_differ(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    unsigned char bytes[40] = {0};
    for (size_t length = 0; length <= sizeof bytes; length++) {
        uint64_t plain = strings_hash(strings, bytes, length);
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = 1;
            assert_true((strings_hash(strings, bytes, length) != plain) == (i < length));
            bytes[i] = 0;
        }
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_follow_the_order_first_seen),
        cmocka_unit_test(any_bytes_are_text),
        cmocka_unit_test(the_text_is_copied),
        cmocka_unit_test(a_guess_changes_no_number),
        cmocka_unit_test(hashes_differ),
    };
    return RUN_TESTS(tests);
}
