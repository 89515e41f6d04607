#include "tests/unit/test.h"

#include "gate/grid/filter.h"
#include "gate/grid/regex.h"

#include <stdio.h>

/* What is filtered: values by key. */
struct thing {
    struct strings *strings;
    const struct filter *filter;
    const char *pairs[8][2];
    const char *units[2];
};

static uint32_t look_up(void *context, size_t index, int spelling) {
    const struct thing *thing = context;
    const char *key = filter_key(thing->filter, index);
    if (strcmp(key, ".unit") == 0)
        return strings_add(thing->strings, text_of(thing->units[spelling]));
    for (size_t i = 0; i < 8 && thing->pairs[i][0]; i++) {
        if (strcmp(thing->pairs[i][0], key) == 0)
            return strings_add(thing->strings, text_of(thing->pairs[i][1]));
    }
    return 0;
}

static bool matches(const char *query) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct pg_error err = {0};
    struct filter *filter;
    bool result = false;
    if (!filter_parse(&filter, query, strings, arena, &err))
        fail_msg("%s", err.text);
    struct thing thing = {strings,
                          filter,
                          {{".name", "Parse"},
                           {".fullname", "Parse/size=4k/x-y-8"},
                           {"/size", "4k"},
                           {"goos", "linux"},
                           {"odd key", "a\"b c"}},
                          {"sec/op", "ns/op"}};
    assert_true(filter_match(filter, look_up, &thing, &result, &err));
    arena_free(arena);
    return result;
}

static void matches_what_benchstat_matches(void **state) {
    (void)state;
    static const struct {
        const char *query;
        bool want;
    } rows[] = {
        {"*", true},
        {"-*", false},
        {".name:Parse", true},
        {".name:parse", false},
        {"/size:4k", true},
        {"missing:\"\"", true},
        {"missing:x", false},
        {".name:Parse goos:linux", true},
        {".name:Parse AND goos:darwin", false},
        {".name:Parse OR goos:darwin", true},
        {".name:X OR goos:linux .name:Parse", true},
        {".name:X OR (goos:linux .name:X)", false},
        {"-.name:X", true},
        {"--.name:X", false},
        {"-(.name:Parse OR goos:linux)", false},
        {".name:(A OR Parse OR /Z/)", true},
        {".name:(A OR B)", false},
        {".fullname:/size=.k/", true},
        {".fullname:/^size/", false},
        {".fullname:/[/]x-y/", true},
        {".fullname:/(a|/size)/", true},
        {".unit:sec/op", true},
        {".unit:ns/op", true},
        {".unit:B/op", false},
        {"-.unit:ns/op", false},
        {"\"odd key\":\"a\\\"b c\"", true},
        {".name:\"\\x50arse\"", true},
        {".name:\"\\120arse\"", true},
        {".name:\"\\u0050arse\"", true},
        {".name:Parse AND", true},
        {"(.name:Parse)", true},
        {"\xE2\x80\x83.name:Parse\xC2\xA0", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (matches(rows[i].query) != rows[i].want)
            fail_msg("'%s' should %smatch", rows[i].query, rows[i].want ? "" : "not ");
    }
}

static void shows_where_a_query_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *query, *want;
    } rows[] = {
        {"", "syntax error: expected key:value or subexpression\n\t\n\t^"},
        {"a", "syntax error: expected key:value\n\ta\n\t^"},
        {"a:", "syntax error: expected key:value\n\ta:\n\t^"},
        {"x:y  a@b", "syntax error: expected key:value\n\tx:y  a@b\n\t     ^"},
        {"a:b @", "syntax error: unexpected \"@\"\n\ta:b @\n\t    ^"},
        {"a:b )", "syntax error: unexpected \")\"\n\ta:b )\n\t    ^"},
        {"(a:b", "syntax error: missing \")\"\n\t(a:b\n\t    ^"},
        {"a:(b c)", "syntax error: value list must be separated by OR\n\ta:(b c)\n\t     ^"},
        {"a:(b OR)", "syntax error: expected value\n\ta:(b OR)\n\t       ^"},
        {"a:\"b", "syntax error: missing end quote\n\ta:\"b\n\t  ^"},
        {"a:\"\\q\"", "syntax error: bad escape sequence\n\ta:\"\\q\"\n\t  ^"},
        {"a:/x", "syntax error: missing close \"/\"\n\ta:/x\n\t  ^"},
        {"a:/x/y", "syntax error: regexp must be followed by space or an operator "
                   "(unescaped \"/\"?)\n\ta:/x/y\n\t     ^"},
        {"\xC3\xA9\xC3\xA9:x b",
         "syntax error: expected key:value\n\t\xC3\xA9\xC3\xA9:x b\n\t     ^"},
        {"a:b .config:x",
         "syntax error: .config is only allowed in projections\n\ta:b .config:x\n\t    ^"},
        {"\"\":x", "syntax error: key must not be empty\n\t\"\":x\n\t^"},
        {".config:x (",
         "syntax error: expected key:value or subexpression\n\t.config:x (\n\t           ^"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new();
        struct pg_error err = {0};
        struct filter *filter;
        assert_false(filter_parse(&filter, rows[i].query, strings_new(arena), arena, &err));
        assert_int_equal(err.status, PG_USAGE);
        assert_string_equal(err.text, rows[i].want);
        arena_free(arena);
    }
}

static void refuses_deep_nesting(void **state) {
    (void)state;
    char query[8192];
    for (size_t i = 0; i < 4000; i++)
        query[i] = i % 2 ? '(' : '-';
    snprintf(query + 4000, sizeof query - 4000, "a:b");
    struct arena *arena = arena_new();
    struct pg_error err = {0};
    struct filter *filter;
    assert_false(filter_parse(&filter, query, strings_new(arena), arena, &err));
    assert_non_null(strstr(err.text, "nested too deeply"));
    arena_free(arena);
}

static void gives_up_on_expressions_that_explode(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct pg_error err = {0};
    struct filter *filter;
    bool result;
    char name[4097];
    memset(name, 'a', 4095);
    name[4095] = 'b';
    name[4096] = '\0';
    assert_true(filter_parse(&filter, ".name:/(a|aa)+$/", strings, arena, &err));
    struct thing thing = {strings, filter, {{".name", name}}, {"", ""}};
    assert_false(filter_match(filter, look_up, &thing, &result, &err));
    assert_int_equal(err.status, PG_LIMIT);
    arena_free(arena);
}

static void refuses_expressions_that_grow(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct regex *regex;
    const char *why = NULL;
    char nested[REGEX_LENGTH + 2];
    assert_false(regex_compile(&regex, text_of("(((a{1,200}){1,200}){1,200})"), arena, &why));
    assert_non_null(why);
    memset(nested, '(', 300);
    assert_false(regex_compile(&regex, (struct text){nested, 300}, arena, &why));
    memset(nested, 'a', sizeof nested);
    assert_false(regex_compile(&regex, (struct text){nested, REGEX_LENGTH + 1}, arena, &why));
    assert_true(regex_compile(&regex, text_of("^\\d+$"), arena, &why));
    assert_int_equal(regex_match(regex, text_of("12\n")), REGEX_NO);
    assert_int_equal(regex_match(regex, text_of("12")), REGEX_YES);
    assert_int_equal(regex_match(regex, text_of("\xFF\xFE")), REGEX_NO);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_what_benchstat_matches),
        cmocka_unit_test(shows_where_a_query_is_wrong),
        cmocka_unit_test(refuses_deep_nesting),
        cmocka_unit_test(gives_up_on_expressions_that_explode),
        cmocka_unit_test(refuses_expressions_that_grow),
    };
    return RUN_TESTS(tests);
}
