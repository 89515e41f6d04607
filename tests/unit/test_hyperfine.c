#include "tests/unit/test.h"

#include "tests/unit/reading.h"

static void times_are_samples(void **state) {
    (void)state;
    struct reading reading = read_fixture(NULL, "fixtures/hyperfine/commands.json");
    assert_int_equal(reading.r->series_count, 2);
    const struct series *s = reading_series(&reading, 0, "sleep_0.001", "sec/op");
    assert_int_equal(s->count, 10);
    assert_true(s->values[0] == 0.0019104550000000001 && s->values[9] == 0.001958678);
    assert_null(s->rounds);
    assert_int_equal(reading.r->result_lines, 20);
    assert_string_equal(reading_notes(&reading), "");
    reading_free(&reading);
}

static void memory_and_parameters(void **state) {
    (void)state;
    struct reading reading = read_fixture(NULL, "fixtures/hyperfine/memory.json");
    const struct series *s = reading_series(&reading, 0, "seq_10/n=10", "peak-RSS-bytes");
    assert_int_equal(s->count, 6);
    assert_true(s->values[0] == 3072000);
    assert_int_equal(reading_series(&reading, 0, "seq_20000/n=20000", "sec/op")->count, 6);
    reading_free(&reading);
    reading = read_text(&hyperfine_format,
                        "{\"results\": [{\"command\": \"a\", \"times\": [1, 2, 3], "
                        "\"exit_codes\": [0, 1, 0], \"memory_usage_byte\": [7, 8, 9]}]}");
    s = reading_series(&reading, 0, "a", "peak-RSS-bytes");
    assert_true(s->count == 2 && s->values[0] == 7 && s->values[1] == 9);
    reading_free(&reading);
    reading = read_fixture(NULL, "fixtures/hyperfine/parameters.json");
    assert_int_equal(reading_series(&reading, 0, "seq_100/n=100/tool=seq", "sec/op")->count, 3);
    reading_free(&reading);
    reading = read_fixture(NULL, "fixtures/hyperfine/one_run.json");
    assert_int_equal(reading_series(&reading, 0, "named_|_<b>", "sec/op")->count, 1);
    reading_free(&reading);
}

static void failed_runs_are_no_samples(void **state) {
    (void)state;
    struct reading reading = read_fixture(NULL, "fixtures/hyperfine/flaky.json");
    assert_int_equal(reading_series(&reading, 0, "flaky", "sec/op")->count, 4);
    assert_int_equal(reading.r->failure_count, 1);
    assert_string_equal(reading.r->failures[0].reason, "exit status 1");
    reading_free(&reading);
    reading = read_fixture(NULL, "fixtures/hyperfine/failing.json");
    assert_int_equal(reading.r->series_count, 0);
    assert_int_equal(reading.r->failure_count, 5);
    reading_free(&reading);
    reading = read_fixture(NULL, "fixtures/hyperfine/killed.json");
    assert_string_equal(reading.r->failures[2].reason, "exit status 137");
    reading_free(&reading);
}

#define RESULTS(results) "{\"results\": [" results "]}"

static void odd_documents(void **state) {
    (void)state;
    static const struct {
        const char *text, *notes;
        uint32_t series, failures;
    } rows[] = {
        {RESULTS(""), "", 0, 0},
        {RESULTS("7"), "damage in:results[0]: expected an object\n", 0, 0},
        {RESULTS("{\"times\": [1]}"),
         "damage in:results[0]: expected a \"command\", and parameters that are strings\n", 0, 0},
        {RESULTS("{\"command\": \"a\", \"parameters\": {\"n\": 1}, \"times\": [1]}"),
         "damage in:results[0]: expected a \"command\", and parameters that are strings\n", 0, 0},
        {RESULTS("{\"command\": \"a\"}"), "damage in:results[0]: expected \"times\"\n", 0, 0},
        {RESULTS("{\"command\": \"a\", \"mean\": 0.5}"),
         "warning in:results[0]: no single times: the mean of all runs counts as one sample\n", 1,
         0},
        {RESULTS("{\"command\": \"a\", \"times\": [1, null, \"x\", 2]}"),
         "damage in:results[0]: the value of sec/op is not a finite number\n"
         "damage in:results[0]: the value of sec/op is not a finite number\n",
         1, 0},
        {RESULTS("{\"command\": \"a\", \"times\": [1, -2]}"),
         "damage in:results[0]: negative time: -2 sec/op\n", 1, 0},
        {RESULTS("{\"command\": \"a\", \"times\": [1, 2], \"exit_codes\": [0]}"),
         "damage in:results[0]: \"exit_codes\" has 1 entries, \"times\" 2\n", 0, 0},
        {RESULTS("{\"command\": \"a\", \"times\": [1, 2], \"exit_codes\": [null, 0]}"), "", 1, 1},
        {RESULTS("{\"command\": \"a\", \"times\": [1]}, {\"command\": \"a\", \"times\": [1]}"),
         "warning in:results[1]: the name a came before: its samples are pooled\n", 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = read_text(&hyperfine_format, rows[i].text);
        if (!reading.good)
            fail_msg("%s: %s", rows[i].text, reading.err.text);
        const char *got = reading_notes(&reading);
        if (strcmp(got, rows[i].notes) != 0)
            fail_msg("%s: got\n%swant\n%s", rows[i].text, got, rows[i].notes);
        assert_int_equal(reading.r->series_count, rows[i].series);
        assert_int_equal(reading.r->failure_count, rows[i].failures);
        reading_free(&reading);
    }
    static const struct {
        const char *text, *want;
    } refused[] = {
        {"{\"results\": 1}", "in: expected an object with an array \"results\""},
        {"[]", "in: expected an object with an array \"results\""},
        {"{\"results\": [\n{\"times\": [1e999]}]}", "in:2: number out of range"},
        {"{\"results\": [\n{\"times\": [NaN]}]}", "in:2: expected a value"},
        {"{\"results\": [\n", "in:2: the JSON text is cut"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct reading reading = read_text(&hyperfine_format, refused[i].text);
        assert_false(reading.good);
        assert_string_equal(reading.err.text, refused[i].want);
        reading_free(&reading);
    }
}

static void long_names(void **state) {
    (void)state;
    char name[70001];
    memset(name, 'n', sizeof name - 1);
    for (size_t length = 10000; length <= 70000; length += 60000) {
        name[70000] = '\0';
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        fprintf(out, RESULTS("{\"command\": \"%.*s\", \"times\": [1]}"), (int)length, name);
        fclose(out);
        struct reading reading = read_text(&hyperfine_format, text);
        assert_true(reading.good);
        assert_int_equal(reading.r->series_count, length == 10000);
        assert_int_equal(reading.r->damaged_lines, length != 10000);
        reading_free(&reading);
        free(text);
    }
}

static void sniffs_its_own(void **state) {
    (void)state;
    assert_true(hyperfine_format.sniff(text_of("{\n  \"results\": [\n {\"command\": \"x\",")) > 50);
    assert_int_equal(hyperfine_format.sniff(text_of("{\"context\": 1, \"benchmarks\": []}")), 0);
    assert_int_equal(hyperfine_format.sniff(text_of("{\"results\": []}")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_samples),
        cmocka_unit_test(memory_and_parameters),
        cmocka_unit_test(failed_runs_are_no_samples),
        cmocka_unit_test(odd_documents),
        cmocka_unit_test(long_names),
        cmocka_unit_test(sniffs_its_own),
    };
    return RUN_TESTS(tests);
}
