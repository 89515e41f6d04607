/* URLs, and what is asked of them before anything is sent; the rest is tests/cli/fetch.bats. */
#include "runners/remote/http_parts.h"
#include "tests/unit/test.h"

static void urls_that_are_asked(void **state) {
    (void)state;
    static const struct {
        const char *url;
        bool good;
    } rows[] = {{"http://localhost:6060/debug/pprof/profile", true},
                {"https://example.org", true},
                {"HTTPS://[::1]:8443/x?y=z#w", true},
                {"ftp://example.org/x", false},
                {"file:///etc/passwd", false},
                {"gopher://example.org", false},
                {"example.org/debug", false},
                {"http://", false},
                {"", false},
                {"http://exa mple.org", false},
                {"http://example.org/\n", false},
                {"http://user@example.org", false},
                {"http://user:word@example.org", false},
                {"http://:word@example.org", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pg_error err = {0};
        if (http_check_url(rows[i].url, &err) != rows[i].good)
            fail_msg("%s: %s", rows[i].url, err.text);
        assert_int_equal(err.status, rows[i].good ? PG_OK : PG_USAGE);
    }
}

static void queries(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct text value;
    assert_string_equal(http_add_query("http://h/p", "seconds", "3", arena),
                        "http://h/p?seconds=3");
    assert_string_equal(http_add_query("http://h/p?a=b#c", "q", "x{y=\"z\"}&", arena),
                        "http://h/p?a=b&q=x%7by%3d%22z%22%7d%26#c");
    assert_true(http_find_query("http://h/p?a=b&seconds=30&seconds=4#x", "seconds", &value, arena));
    assert_string_equal(value.at, "30");
    assert_true(http_find_query("http://h/p?seconds=", "seconds", &value, arena));
    assert_int_equal(value.length, 0);
    assert_false(http_find_query("http://h/seconds=3", "seconds", &value, arena));
    assert_false(http_find_query("http://h/p?inseconds=3&seconds", "seconds", &value, arena));
    assert_false(http_find_query("http://h/p#?seconds=3", "seconds", &value, arena));
    arena_free(arena);
}

static void one_server(void **state) {
    (void)state;
    assert_true(url_same_server("http://h/a", "http://H:80/b?c"));
    assert_true(url_same_server("https://h:443/a", "https://h"));
    assert_false(url_same_server("http://h/a", "https://h/a"));
    assert_false(url_same_server("http://h/a", "http://h:81/a"));
    assert_false(url_same_server("http://h/a", "http://h.org/a"));
    assert_false(url_same_server("http://h/a", "file:///a"));
    assert_false(url_same_server("http://h/a", "no URL"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(urls_that_are_asked),
                                       cmocka_unit_test(queries), cmocka_unit_test(one_server)};
    return RUN_TESTS(tests);
}
