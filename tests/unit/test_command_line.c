#include "tests/unit/test.h"

#include "runners/base/command_line.h"

#include <stdbool.h>

static struct arena *arena;

static void words_are_split_as_sh_splits_them(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *words[6];
    } rows[] = {
        {"a", {"a"}},
        {"  a\tb \n c ", {"a", "b", "c"}},
        {"'a b' \"c d\"", {"a b", "c d"}},
        {"a'b'\"c\"d", {"abcd"}},
        {"'' \"\" x", {"", "", "x"}},
        {"a\\ b \\'", {"a b", "'"}},
        {"\"a \\\" \\\\ \\$ \\` \\n\"", {"a \" \\ $ ` \\n"}},
        {"'$HOME|;&<>`'", {"$HOME|;&<>`"}},
        {"-bench=Foo$ --x='a=b'", {"-bench=Foo$", "--x=a=b"}},
        {"ls *.c [a-z]? ~ #x", {"ls", "*.c", "[a-z]?", "~", "#x"}},
        {"caf\xc3\xa9 \xff", {"caf\xc3\xa9", "\xff"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const *argv;
        struct pg_error err = {0};
        if (!command_split(&argv, rows[i].text, arena, &err))
            fail_msg("%s: %s", rows[i].text, err.text);
        size_t at = 0;
        for (; rows[i].words[at]; at++) {
            assert_non_null(argv[at]);
            assert_string_equal(argv[at], rows[i].words[at]);
        }
        assert_null(argv[at]);
    }
}

static void what_only_a_shell_could_do_is_refused(void **state) {
    (void)state;
    static const char *const rows[] = {
        "",    "  ",  "'a",      "\"a",  "a\\",  "a | b",  "a&",      "a;b", "a >b", "a <b",
        "(a)", "`a`", "$HOME/a", "${A}", "$(a)", "\"$A\"", "\"`a`\"", "a$1", "\"a\\"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const *argv;
        struct pg_error err = {0};
        if (command_split(&argv, rows[i], arena, &err))
            fail_msg("accepted '%s'", rows[i]);
        assert_int_equal(err.status, PG_USAGE);
    }
}

static void quoted_words_split_into_themselves(void **state) {
    (void)state;
    static const char *const words[] = {"plain", "a b",     "it's", "",   "$x",
                                        "a\nb",  "--x=1,2", "~",    "\"", NULL};
    const char *text = command_quote(words, arena);
    assert_string_equal(text, "plain 'a b' 'it'\\''s' '' '$x' 'a\nb' --x=1,2 '~' '\"'");
    const char *const *argv;
    struct pg_error err = {0};
    assert_true(command_split(&argv, text, arena, &err));
    for (size_t i = 0; words[i]; i++)
        assert_string_equal(argv[i], words[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_split_as_sh_splits_them),
        cmocka_unit_test(what_only_a_shell_could_do_is_refused),
        cmocka_unit_test(quoted_words_split_into_themselves),
    };
    arena = arena_new();
    int failed = RUN_TESTS(tests);
    arena_free(arena);
    return failed;
}
