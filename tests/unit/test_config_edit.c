#include "tests/unit/test.h"

#include "gate/config/config_edit.h"

static const char file[] = "# top\n"
                           "threshold: 5%   # keep me\n"
                           "benchmarks:\n"
                           "  - name: parse\n"
                           "    command:\n"
                           "      - ./parse\n"
                           "      - big.json\n"
                           "    # about rounds\n"
                           "    rounds: 10 # old\n"
                           "  - command: ./print\n"
                           "    name: print\n"
                           "  - {name: flow, command: ./flow}\n";

static const char *set(unsigned line, const char *key, const char *value, struct arena *arena,
                       struct pg_error *err) {
    struct text out;
    if (!config_edit_set(&out, text_of(file), line, key, value, "why", arena, err))
        return NULL;
    return out.at;
}

static void a_key_that_is_there_is_replaced(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct pg_error err;
    const char *text = set(4, "rounds", "30", arena, &err);
    assert_non_null(
        strstr(text, "    # about rounds\n    rounds: 30  # why\n  - command: ./print\n"));
    assert_non_null(strstr(text, "threshold: 5%   # keep me\n"));
    assert_null(strstr(text, "# old"));
    arena_free(arena);
}

static void a_new_key_comes_after_the_first(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct pg_error err;
    const char *text = set(4, "threshold", "7.5%", arena, &err);
    assert_non_null(strstr(text, "  - name: parse\n    threshold: 7.5%  # why\n    command:\n"));
    text = set(10, "rounds", "40", arena, &err);
    assert_non_null(strstr(text, "  - command: ./print\n    rounds: 40  # why\n    name: print\n"));
    assert_non_null(strstr(text, "    rounds: 10 # old\n"));
    text = set(10, "command", "./x", arena, &err);
    assert_non_null(strstr(text, "  - command: ./x  # why\n    name: print\n"));
    arena_free(arena);
}

static void what_is_not_one_line_is_left_to_the_user(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct pg_error err = {0};
    assert_null(set(12, "rounds", "40", arena, &err));
    assert_non_null(strstr(err.text, "line 12 does not begin a block-style map; set rounds: 40"));
    assert_null(set(4, "command", "./x", arena, &err));
    assert_non_null(strstr(err.text, "command spans several lines"));
    assert_null(set(99, "rounds", "40", arena, &err));
    assert_int_equal(err.status, PG_USAGE);
    arena_free(arena);
}

static void a_text_without_a_last_newline_is_kept_so(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct pg_error err;
    struct text out;
    assert_true(config_edit_set(&out, text_of("- name: a\r\n  rounds: 3"), 1, "rounds", "4", "c",
                                arena, &err));
    assert_string_equal(out.at, "- name: a\r\n  rounds: 4  # c");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_is_there_is_replaced),
        cmocka_unit_test(a_new_key_comes_after_the_first),
        cmocka_unit_test(what_is_not_one_line_is_left_to_the_user),
        cmocka_unit_test(a_text_without_a_last_newline_is_kept_so),
    };
    return RUN_TESTS(tests);
}
