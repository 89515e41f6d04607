/* What Pyroscope is asked. The bytes of the message were encoded by hand after
 * https://protobuf.dev/programming-guides/encoding/. */
#include "gate/commands/fetch_windows.h"
#include "runners/remote/pyroscope.h"
#include "tests/unit/test.h"

static struct arena *arena;

static void queries_with_labels(void **state) {
    (void)state;
    static const struct {
        const char *query, *label, *type, *selector;
    } rows[] = {{"a:b:c:d:e", NULL, "a:b:c:d:e", "{}"},
                {"a:b:c:d:e{}", "k=v", "a:b:c:d:e", "{k=\"v\"}"},
                {"a:b:c:d:e{x=\"}\"}", "k=a=b", "a:b:c:d:e", "{x=\"}\",k=\"a=b\"}"},
                {"a:b:c:d:e", "k.1=\"\\\n", "a:b:c:d:e", "{k.1=\"\\\"\\\\\\n\"}"},
                {"a:b:c:d:e", "k=", "a:b:c:d:e", "{k=\"\"}"},
                {"a:b:c:d", NULL, NULL, NULL},
                {"a:b:c:d:e:f", NULL, NULL, NULL},
                {"a:b::d:e", NULL, NULL, NULL},
                {"a:b:c:d:", NULL, NULL, NULL},
                {"", NULL, NULL, NULL},
                {"{x=\"y\"}", NULL, NULL, NULL},
                {"a:b:c:d:e{", NULL, NULL, NULL},
                {"a:b:c:d:e", "no-key=v", NULL, NULL},
                {"a:b:c:d:e", ".k=v", NULL, NULL},
                {"a:b:c:d:e", "k", NULL, NULL}};
    arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pyroscope_query query;
        struct pg_error err = {0};
        bool good = pyroscope_query(&query, rows[i].query, &rows[i].label, rows[i].label != NULL,
                                    arena, &err);
        if (good != (rows[i].type != NULL))
            fail_msg("%s %s: %s", rows[i].query, rows[i].label, err.text);
        assert_int_equal(err.status, good ? PG_OK : PG_USAGE);
        if (good) {
            assert_string_equal(query.type, rows[i].type);
            assert_string_equal(query.selector, rows[i].selector);
        }
    }
    arena_free(arena);
}

static void the_message(void **state) {
    (void)state;
    static const char want[] = "\x0A\x01t"    /* field 1, one byte */
                               "\x12\x02{}"   /* field 2 */
                               "\x18\x96\x01" /* field 3: 150 */
                               "\x20\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"; /* field 4: 2^64-1 */
    arena = arena_new();
    struct pyroscope_query query = {"t", "{}"};
    struct text message = pyroscope_message(&query, 150, UINT64_MAX, arena);
    assert_int_equal(message.length, sizeof want - 1);
    assert_memory_equal(message.at, want, sizeof want - 1);
    arena_free(arena);
}

static void spans_of_time(void **state) {
    (void)state;
    struct pg_error err = {0};
    struct time_span span;
    const uint64_t now = 1000000000; /* ms */
    assert_true(time_span_read(&span, "1h", "30m", now, 1, &err));
    assert_int_equal(span.start_ms, now - 3600000);
    assert_int_equal(span.end_ms, now - 1800000);
    assert_true(time_span_read(&span, "@10", "@10.01", now, 3, &err));
    for (int i = 0; i < 3; i++) {
        static const uint64_t edges[] = {10000, 10003, 10006, 10010};
        struct time_span window = time_span_window(span, i, 3);
        assert_int_equal(window.start_ms, edges[i]);
        assert_int_equal(window.end_ms, edges[i + 1]);
    }
    static const char *const bad[][2] = {
        {"@10", "@10"}, {"0s", "1h"},       {"x", "0s"},   {"", "0s"}, {"@", "0s"},
        {"@-1", "0s"},  {"1h", "@9999999"}, {"300h", "0s"}}; /* before 1970, now being day 11 */
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (time_span_read(&span, bad[i][0], bad[i][1], now, 1, &err))
            fail_msg("%s %s", bad[i][0], bad[i][1]);
        assert_int_equal(err.status, PG_USAGE);
    }
    assert_false(time_span_read(&span, "@10", "@10.002", now, 3, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(queries_with_labels),
                                       cmocka_unit_test(the_message),
                                       cmocka_unit_test(spans_of_time)};
    return RUN_TESTS(tests);
}
