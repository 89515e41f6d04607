/* What Pyroscope and Parca are asked. The bytes of the messages were encoded by hand after
 * https://protobuf.dev/programming-guides/encoding/. */
#include "gate/commands/fetch_windows.h"
#include "runners/remote/http.h"
#include "runners/remote/parca.h"
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
        struct remote_query query;
        struct pg_error err = {0};
        bool good = remote_query_read(&query, rows[i].query, false, arena, &err) &&
                    remote_query_narrow(&query, &rows[i].label, rows[i].label != NULL, arena, &err);
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

static void a_delta_is_parcas(void **state) {
    (void)state;
    struct remote_query query;
    struct pg_error err = {0};
    arena = arena_new();
    assert_true(remote_query_read(&query, "a:b:c:d:e:delta{x=\"y\"}", true, arena, &err));
    assert_string_equal(query.type, "a:b:c:d:e:delta");
    assert_string_equal(remote_query_text(&query, arena), "a:b:c:d:e:delta{x=\"y\"}");
    assert_true(remote_query_read(&query, "a:b:c:d:e", true, arena, &err));
    assert_false(remote_query_read(&query, "a:b:c:d:e:delta", false, arena, &err));
    assert_false(remote_query_read(&query, "a:b:c:d:e:delta:", true, arena, &err));
    assert_false(remote_query_read(&query, "a:b:c:d:e:x", true, arena, &err));
    assert_false(remote_query_read(&query, "a:b:c:d:delta", true, arena, &err) &&
                 query.type[0] != 'a');
    arena_free(arena);
}

static void questions_in_urls(void **state) {
    (void)state;
    struct remote_query query = {"t", "{a=\"b&c\"}"};
    struct pg_error err;
    arena = arena_new();
    assert_true(http_check_url("http://h/api", &err)); /* as those who ask do first */
    assert_string_equal(parca_query_url("http://h/api", &query, 0, 86400001, arena),
                        "http://h/api?mode=MODE_MERGE&report_type=REPORT_TYPE_PPROF&merge.query="
                        "t%7ba%3d%22b%26c%22%7d&merge.start=1970-01-01T00%3a00%3a00.000Z&merge.end="
                        "1970-01-02T00%3a00%3a00.001Z");
    assert_string_equal(pyroscope_render_url("http://h/r", &query, 5, 6, arena),
                        "http://h/r?query=t%7ba%3d%22b%26c%22%7d&from=5&until=6&format=json"
                        "&maxNodes=65536");
    arena_free(arena);
}

static void parcas_reports(void **state) {
    (void)state;
    static const struct {
        const char *answer, *report; /* NULL: refused */
    } rows[] = {{"{\"pprof\":\"TWFu\",\"total\":\"0\"}", "Man"},
                {" {\"pprof\":\"TWE=\"}\n", "Ma"},
                {"{\"pprof\":\"TQ==\"}", "M"},
                {"{\"pprof\":\"TQ\"}", "M"},
                {"{\"pprof\":\"\"}", ""},
                {"{\"total\":\"0\",\"filtered\":\"0\"}", ""},
                {"{\"pprof\":\"TR==\"}", NULL}, /* a bit is left over */
                {"{\"pprof\":\"T\"}", NULL},
                {"{\"pprof\":\"TWFu=\"}", NULL},
                {"{\"pprof\":\"T===\"}", NULL},
                {"{\"pprof\":\"TW_u\"}", NULL},
                {"{\"pprof\":null}", NULL},
                {"{\"pprof\":[1],\"filtered\":\"0\"}", NULL},
                {"{}", NULL},
                {"[]", NULL},
                {"", NULL},
                {"{\"pprof\":\"TWFu\"", NULL}};
    arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pg_error err = {0};
        struct text report;
        bool good = parca_report(&report, text_of(rows[i].answer), arena, &err);
        if (good != (rows[i].report != NULL))
            fail_msg("%s: %s", rows[i].answer, err.text);
        assert_int_equal(err.status, good ? PG_OK : PG_FORMAT);
        assert_true(!good || text_equal(report, rows[i].report));
    }
    arena_free(arena);
}

static void the_messages(void **state) {
    (void)state;
    static const char want[] = "\x0A\x01t"    /* field 1, one byte */
                               "\x12\x02{}"   /* field 2 */
                               "\x18\x96\x01" /* field 3: 150 */
                               "\x20\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"; /* field 4: 2^64-1 */
    arena = arena_new();
    struct remote_query query = {"t", "{}"};
    struct text message = pyroscope_merge_message(&query, 150, UINT64_MAX, arena);
    assert_int_equal(message.length, sizeof want - 1);
    assert_memory_equal(message.at, want, sizeof want - 1);

    static const char pushed[] = "\x0A\x13"                   /* field 1: a series of 19 bytes */
                                 "\x0A\x06\x0A\x01k\x12\x01v" /* field 1: a label */
                                 "\x12\x09\x0A\x02pp\x12\x03-id"; /* field 2: the profile */
    const struct push_label label = {"k", "v"};
    const struct push_series series = {&label, 1, "-id", text_of("pp")};
    message = pyroscope_push_message(&series, 1, arena);
    assert_int_equal(message.length, sizeof pushed - 1);
    assert_memory_equal(message.at, pushed, sizeof pushed - 1);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_with_labels), cmocka_unit_test(a_delta_is_parcas),
        cmocka_unit_test(questions_in_urls),   cmocka_unit_test(parcas_reports),
        cmocka_unit_test(the_messages),        cmocka_unit_test(spans_of_time)};
    return RUN_TESTS(tests);
}
