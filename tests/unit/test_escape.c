#include "tests/unit/test.h"

#include "runners/base/escape.h"

struct escaped {
    const char *text, *want;
};

#define BAD "\xEF\xBF\xBD"
#define GAP "\xE2\x80\x8B"

static void for_a_terminal(void **state) {
    (void)state;
    static const struct escaped rows[] = {
        {"", ""},
        {"Parse/size=1k-8", "Parse/size=1k-8"},
        {"\x1B[31mred\x1B]0;title\x07", BAD "[31mred" BAD "]0;title" BAD},
        {"a\tb\nc\r\x7F", "a" BAD "b" BAD "c" BAD BAD},
        {"\xE2\x80\xAE"
         "txt.exe",
         BAD "txt.exe"}, /* right-to-left override */
        {"\xE2\x81\xA6"
         "a\xE2\x81\xA9",
         BAD "a" BAD}, /* isolates */
        {"a\xE2\x80\x8B"
         "b\xEF\xBB\xBF",
         "a" BAD "b" BAD}, /* no width */
        {"\xC2\x9B"
         "31m",
         BAD "31m"}, /* one-character CSI */
        {"\xFF\xC0\xAF\xED\xA0\x80", BAD BAD BAD BAD BAD BAD},
        {"\xE4\xBD\xA0\xC3\xA9\xF0\x9F\x90\xA2", "\xE4\xBD\xA0\xC3\xA9\xF0\x9F\x90\xA2"},
        {"::error::x", "\\::error::x"},
        {"  ::error::x", "  \\::error::x"},
        {"std::vector", "std::vector"},
        {"a##[error]b", "a\\##[error]b"},
        {"#1", "#1"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(escape_text(arena, rows[i].text), rows[i].want);
    arena_free(arena);
}

static void any_bytes_as_visible_text(void **state) {
    (void)state;
    static const char bytes[] = "::operator new\0\xFF\xE2\x80\xA8</script>";
    struct arena *arena = arena_new();
    assert_string_equal(escape_visible(arena, (struct text){bytes, sizeof bytes - 1}),
                        "::operator new" BAD BAD BAD "</script>");
    assert_string_equal(escape_visible(arena, (struct text){bytes, 0}), "");
    arena_free(arena);
}

static void for_a_markdown_cell(void **state) {
    (void)state;
    static const struct escaped rows[] = {
        {"Parse/size=1k-8", "Parse/size=1k-8"},
        {"a|b", "a&#124;b"},
        {"`rm`", "&#96;rm&#96;"},
        {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"&lt;", "&amp;lt;"},
        {"@user", "@" GAP "user"},
        {"fixes #12", "fixes &#35;" GAP "12"},
        {"GH-12", "G" GAP "H-12"},
        {"Graph-12", "Graph-12"},
        {"![x](http://e.org)", "&#33;&#91;x&#93;(http:" GAP "//e.org)"},
        {"www.e.org", "w" GAP "ww.e.org"},
        {"*a* _b_ ~c~ $d$ \\e", "&#42;a&#42; &#95;b&#95; &#126;c&#126; &#36;d&#36; &#92;e"},
        {"a\nb", "a" BAD "b"},
        {"\xE2\x80\xAE"
         "x",
         BAD "x"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(escape_markdown(arena, rows[i].text, 1000), rows[i].want);
    assert_string_equal(escape_markdown(arena, "abc", 3), "abc");
    assert_string_equal(escape_markdown(arena, "||||", 3), "&#124;&#124;&#124;\xE2\x80\xA6");
    assert_string_equal(escape_markdown(arena, "\xC3\xA9\xC3\xA9\xC3\xA9", 1),
                        "\xC3\xA9\xE2\x80\xA6");
    arena_free(arena);
}

static void for_xml(void **state) {
    (void)state;
    static const struct escaped rows[] = {
        {"a b|c", "a b|c"},
        {"<a href=\"x\">'&", "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"},
        {"\x01\x1B\n", BAD BAD BAD},
        {"\xEF\xBF\xBE\xEF\xBF\xBF", BAD BAD},
        {"\xC3", BAD},
        {"]]>", "]]&gt;"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(escape_xml(arena, rows[i].text), rows[i].want);
    arena_free(arena);
}

static void for_csv(void **state) {
    (void)state;
    static const struct escaped rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"a b", "a b"},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {" a", "\" a\""},
        {"\\.", "\"\\.\""},
        {"a\\b", "a\\b"},
        {"\xC2\xA0x", "\"\xC2\xA0x\""},
        {"a\nb", "a" BAD "b"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(escape_csv(arena, rows[i].text), rows[i].want);
    arena_free(arena);
}

static void for_a_spreadsheet(void **state) {
    (void)state;
    static const struct escaped rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"=1+1", "'=1+1"},
        {"+1+1", "'+1+1"},
        {"-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"},
        {"@SUM(1)", "'@SUM(1)"},
        {"=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""},
        {"\t=1", "'" BAD "=1"},
        {"\r=1", "'" BAD "=1"},
        {"\xEF\xBC\x9D"
         "1",
         "'\xEF\xBC\x9D"
         "1"},
        {"a=1", "a=1"},
        {"-5", "-5"},
        {"+1.5e3", "+1.5e3"},
        {"-", "'-"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(escape_cell(arena, rows[i].text), rows[i].want);
    arena_free(arena);
}

static void for_a_workflow_command(void **state) {
    (void)state;
    static const struct {
        const char *text, *data, *property;
    } rows[] = {
        {"plain, x: 5%", "plain, x: 5%25", "plain%2C x%3A 5%25"},
        {"a\r\n::error::b", "a%0D%0A::error::b", "a%0D%0A%3A%3Aerror%3A%3Ab"},
        {"%0A", "%250A", "%250A"},
        {"\x1B[31m", BAD "[31m", BAD "[31m"},
        {"\xE2\x80\xAE"
         "x",
         BAD "x", BAD "x"},
        {"\xFF", BAD, BAD},
        {"", "", ""},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(escape_command_data(arena, rows[i].text, 100), rows[i].data);
        assert_string_equal(escape_command_property(arena, rows[i].text, 100), rows[i].property);
    }
    assert_string_equal(escape_command_data(arena, "\xC3\xA4\xC3\xA4%%", 3), "ää%25…");
    assert_string_equal(escape_command_data(arena, "abc", 3), "abc");
    arena_free(arena);
}

static void for_the_target_of_a_link(void **state) {
    (void)state;
    static const struct {
        const char *url, *want;
    } rows[] = {
        {"https://host/a/b-c?x=1&y=%20#z", "https://host/a/b-c?x=1&amp;y=%20#z"},
        {"https://host/(a)_[b]*~$!'@", "https://host/%28a%29%5F%5Bb%5D%2A%7E%24%21%27%40"},
        {"http://host", "http://host"},
        {"javascript:alert(1)", NULL},
        {"HTTPS://host", NULL},
        {"https://", NULL},
        {"https:///x", NULL},
        {"https://host/a b", NULL},
        {"https://host/\n", NULL},
        {"https://host/<x>", NULL},
        {"https://host/\"x", NULL},
        {"https://host/`x", NULL},
        {"https://host/a|b", NULL},
        {"https://host/\\", NULL},
        {"https://h\xC3\xB6st", NULL},
        {"", NULL},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = escape_markdown_url(arena, rows[i].url);
        assert_true(!got == !rows[i].want);
        if (got)
            assert_string_equal(got, rows[i].want);
    }
    char *most = arena_array(arena, 2002, 1);
    memset(stpcpy(most, "https://h"), 'x', 2001 - 9);
    assert_null(escape_markdown_url(arena, most));
    most[2000] = '\0';
    assert_non_null(escape_markdown_url(arena, most));
    arena_free(arena);
}

static void every_two_bytes_fit_where_they_are_written(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    for (unsigned first = 1; first < 256; first++) {
        for (unsigned second = 1; second < 256; second++) {
            char text[5] = {(char)first, (char)second, (char)first, (char)second, 0};
            assert_true(text_is_utf8(text_of(escape_text(arena, text))));
            assert_true(text_is_utf8(text_of(escape_markdown(arena, text, 9))));
            assert_true(text_is_utf8(text_of(escape_xml(arena, text))));
            assert_true(text_is_utf8(text_of(escape_csv(arena, text))));
            assert_true(text_is_utf8(text_of(escape_command_property(arena, text, 3))));
            const char *url = escape_markdown_url(arena, arena_printf(arena, "https://h/%s", text));
            assert_true(!url || !strpbrk(url, "()<>[]_*`|\\ \n"));
        }
    }
    arena_free(arena);
}

static void first_words(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    char many[200];
    memset(many, 'a', sizeof many);
    assert_string_equal(escape_first_words(arena, (struct text){NULL, 0}), "nothing");
    assert_string_equal(escape_first_words(arena, text_of(" \r\n")), "nothing");
    assert_string_equal(escape_first_words(arena, text_of(" no\r\n\x1B[31msuch  thing\n")),
                        "'no " BAD "[31msuch thing'");
    const char *cut = escape_first_words(arena, (struct text){many, sizeof many});
    assert_int_equal(strlen(cut), 160 + strlen("'…'"));
    assert_int_equal(strspn(cut + 1, "a"), 160);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_as_visible_text),
        cmocka_unit_test(for_a_terminal),
        cmocka_unit_test(for_a_markdown_cell),
        cmocka_unit_test(for_xml),
        cmocka_unit_test(for_csv),
        cmocka_unit_test(for_a_spreadsheet),
        cmocka_unit_test(first_words),
        cmocka_unit_test(for_a_workflow_command),
        cmocka_unit_test(for_the_target_of_a_link),
        cmocka_unit_test(every_two_bytes_fit_where_they_are_written),
    };
    return RUN_TESTS(tests);
}
