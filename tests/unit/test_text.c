#include "tests/unit/test.h"

#include "runners/base/text.h"

#include <stdio.h>

static void fields_are_split_at_white_space(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", ""},
        {" \t\r\n\v\f", ""},
        {"a b", "a|b|"},
        {"  a  b  ", "a|b|"},
        {"a\xC2\xA0"
         "b\xC2\x85"
         "c\xE1\x9A\x80"
         "d",
         "a|b|c|d|"},
        {"a\xE2\x80\x80"
         "b\xE2\x80\x8A"
         "c\xE2\x80\xA8"
         "d\xE2\x80\xA9"
         "e",
         "a|b|c|d|e|"},
        {"a\xE2\x80\xAF"
         "b\xE2\x81\x9F"
         "c\xE3\x80\x80"
         "d",
         "a|b|c|d|"},
        {"a\xE2\x80\x8B"
         "b",
         "a\xE2\x80\x8B"
         "b|"}, /* zero width space is none */
        {"a\xC2", "a\xC2|"},
        {"a\xE2\x80", "a\xE2\x80|"},
        {"\xC3\xA9 \xFF", "\xC3\xA9|\xFF|"},
        {"a\x1C"
         "b",
         "a\x1C"
         "b|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[200] = "";
        struct text rest = text_of(rows[i].text), field;
        while (text_field(&rest, &field)) {
            size_t used = strlen(got);
            snprintf(got + used, sizeof got - used, "%.*s|", TEXT_ARG(field, 50));
        }
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("row %zu: got %s", i, got);
        assert_int_equal(rest.length, 0);
    }
}

static void globs(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool want;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "a/b", true},
        {"a*", "abc", true},
        {"a*", "ba", false},
        {"*c", "abc", true},
        {"*b*", "abc", true},
        {"a*c*e", "abcde", true},
        {"a*c*f", "abcde", false},
        {"?", "a", true},
        {"?", "", false},
        {"a?c", "abc", true},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[!a]", "b", true},
        {"[!a]", "a", false},
        {"[^a]", "b", true},
        {"[]]", "]", true},
        {"[a-]", "-", true},
        {"[", "[", true},
        {"[a", "[a", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"a\\", "a\\", true},
        {"***a", "bca", true},
        {"*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (text_glob(rows[i].pattern, rows[i].name) != rows[i].want)
            fail_msg("'%s' on '%s'", rows[i].pattern, rows[i].name);
    }
}

static void runes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t rune;
        size_t length;
    } rows[] = {
        {"a", 'a', 1},
        {"\xC3\xA9", 0xE9, 2},
        {"\xE2\x82\xAC", 0x20AC, 3},
        {"\xF0\x9F\x98\x80", 0x1F600, 4},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF, 4},
        {"\xF4\x90\x80\x80", TEXT_BAD_RUNE, 1},
        {"\xED\xA0\x80", TEXT_BAD_RUNE, 1},
        {"\xC0\x80", TEXT_BAD_RUNE, 1},
        {"\xE0\x80\x80", TEXT_BAD_RUNE, 1},
        {"\xF0\x80\x80\x80", TEXT_BAD_RUNE, 1},
        {"\x80", TEXT_BAD_RUNE, 1},
        {"\xC3", TEXT_BAD_RUNE, 1},
        {"\xE2\x82", TEXT_BAD_RUNE, 1},
        {"\xE2\x28\xA1", TEXT_BAD_RUNE, 1},
        {"\xFF", TEXT_BAD_RUNE, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length;
        assert_int_equal(text_rune(text_of(rows[i].text), &length), rows[i].rune);
        assert_int_equal(length, rows[i].length);
        assert_int_equal(text_is_utf8(text_of(rows[i].text)), rows[i].rune != TEXT_BAD_RUNE);
    }
    assert_true(text_is_utf8(text_of("")));
    assert_false(text_is_utf8(text_of("a\xC3\xA9\xFFz")));
}

static void small_ones(void **state) {
    (void)state;
    struct text trimmed = text_trim(text_of(" \t a b\r\n"));
    assert_true(text_equal(trimmed, "a b"));
    assert_true(text_equal(text_trim(text_of("  ")), ""));
    assert_true(text_starts(text_of("abc"), "ab") && text_starts(text_of("abc"), ""));
    assert_false(text_starts(text_of("a"), "ab"));
    assert_false(text_equal(text_of("ab"), "abc"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_split_at_white_space),
        cmocka_unit_test(globs),
        cmocka_unit_test(runes),
        cmocka_unit_test(small_ones),
    };
    return RUN_TESTS(tests);
}
