#include "tests/unit/test.h"

#include "tests/unit/reading.h"

static void reads_single_runs(void **state) {
    (void)state;
    struct reading reading =
        read_fixture(&google_benchmark_format, "fixtures/google_benchmark/single.json");
    const struct series *s = reading_series(&reading, 0, "copy/64", "sec/op");
    assert_int_equal(s->count, 1);
    assert_true(s->values[0] == 2.1913753069878927 * 1e-9);
    assert_string_equal(strings_get(reading.r->strings, s->unit_written), "ns/op");
    assert_true(reading_series(&reading, 0, "copy/64", "cpu-sec/op")->values[0] ==
                2.1869154845648580 * 1e-9);
    assert_true(reading_series(&reading, 0, "copy/64", "B/s")->values[0] == 2.9264962661661530e+10);
    assert_true(reading_series(&reading, 0, "copy/64", "items/s")->values[0] ==
                4.5726504158846140e+08);
    assert_near(reading_series(&reading, 0, "counted", "sec/op")->values[0], 3.1865944089296966e-09,
                1e-15);
    assert_true(reading_series(&reading, 0, "counted", "hits")->values[0] == 3);
    assert_near(reading_series(&reading, 0, "threaded/real_time/threads:2", "sec/op")->values[0],
                3.4698364376152437e-10, 1e-15);
    assert_int_equal(reading.r->failure_count, 1);
    assert_string_equal(strings_get(reading.r->strings, reading.r->failures[0].name), "broken");
    assert_string_equal(reading.r->failures[0].reason, "no such file");
    assert_null(reading_series(&reading, 0, "broken", "sec/op"));
    assert_string_equal(recording_get(reading.r, "time"), "2026-11-21T10:38:48+00:00");
    assert_string_equal(recording_get(reading.r, "context-num-cpus"), "2");
    assert_string_equal(reading_notes(&reading), "");
    reading_free(&reading);
}

static void repetitions_are_samples_with_a_warning(void **state) {
    (void)state;
    static const char *const paths[] = {"fixtures/google_benchmark/repetitions.json",
                                        "fixtures/google_benchmark/interleaved.json"};
    static const uint32_t counts[] = {5, 3};
    for (size_t i = 0; i < 2; i++) {
        struct reading reading = read_fixture(&google_benchmark_format, paths[i]);
        assert_int_equal(reading_series(&reading, 0, "copy/64", "sec/op")->count, counts[i]);
        assert_int_equal(reading_series(&reading, 0, "copy/4096", "B/s")->count, counts[i]);
        assert_null(reading_series(&reading, 0, "copy/64_mean", "sec/op"));
        assert_int_equal(reading.r->note_count, 1);
        assert_non_null(strstr(reading.r->notes[0].text, "repetitions of one process"));
        reading_free(&reading);
    }
}

static void aggregates_alone_are_one_sample(void **state) {
    (void)state;
    struct reading reading =
        read_fixture(&google_benchmark_format, "fixtures/google_benchmark/aggregates_only.json");
    const struct series *s = reading_series(&reading, 0, "copy/64", "sec/op");
    assert_int_equal(s->count, 1);
    assert_true(s->values[0] == 1.7932788490803648 * 1e-9);
    assert_int_equal(reading.r->note_count, 1);
    assert_non_null(strstr(reading.r->notes[0].text, "2 benchmarks have aggregates only"));
    reading_free(&reading);
}

static void what_is_not_json_but_printed_is_read(void **state) {
    (void)state;
    struct reading reading =
        read_fixture(&google_benchmark_format, "fixtures/google_benchmark/nonfinite.json");
    const struct series *s = reading_series(&reading, 0, "a_\"NaN\"_name", "sec/op");
    assert_int_equal(s->count, 1);
    assert_true(s->values[0] == 2.5e-6);
    assert_null(reading_series(&reading, 0, "skipped", "sec/op"));
    assert_int_equal(reading.r->note_count, 4);
    assert_non_null(strstr(reading_notes(&reading), "CPU frequency scaling was on"));
    assert_non_null(strstr(reading_notes(&reading), "the counter ratio is not a finite number"));
    assert_non_null(strstr(reading_notes(&reading), "the counter far is not a finite number"));
    assert_non_null(strstr(reading_notes(&reading), "skipped was skipped: no such device"));
    assert_int_equal(reading.r->damaged_lines, 0);
    reading_free(&reading);
}

#define RUNS(runs) "{\"context\": {}, \"benchmarks\": [" runs "]}"

static void odd_documents(void **state) {
    (void)state;
    static const struct {
        const char *text, *notes;
        uint32_t series;
    } rows[] = {
        {RUNS(""), "", 0},
        {RUNS("1"), "damage in:benchmarks[0]: expected an object with a \"name\"\n", 0},
        {RUNS("{\"name\": \"a\"}"), "damage in:benchmarks[0]: expected a number \"real_time\"\n",
         0},
        {RUNS("{\"name\": \"a\", \"real_time\": \"1\"}"),
         "damage in:benchmarks[0]: expected a number \"real_time\"\n", 0},
        {RUNS("{\"name\": \"a\", \"real_time\": NaN}"),
         "damage in:benchmarks[0]: expected a number \"real_time\"\n", 0},
        {RUNS("{\"name\": \"a\", \"real_time\": 1, \"time_unit\": \"h\"}"),
         "damage in:benchmarks[0]: \"time_unit\" is none of ns, us, ms, s\n", 0},
        {RUNS("{\"name\": \"a\", \"real_time\": -1}"),
         "damage in:benchmarks[0]: negative time: -1 ns/op\n", 0},
        {RUNS("{\"name\": \"a\", \"real_time\": 1},{\"name\": \"a\", \"real_time\": 2}"),
         "warning in:benchmarks[1]: the name a came before: its samples are pooled\n", 1},
        {RUNS("{\"name\": \"a\", \"real_time\": 1},{\"name\": \"a_mean\", \"real_time\": 2},"
              "{\"name\": \"a_cv\", \"real_time\": 2}"),
         "warning -: in: 1 benchmarks have aggregates only: their mean counts as one sample "
         "(--benchmark_report_aggregates_only=false writes all)\n",
         2},
        {RUNS("{\"name\": \"a\\n|<b>\\u001b[0m\", \"real_time\": 1, \"time_unit\": \"s\"}"), "", 1},
        {RUNS("{\"name\": \"a\", \"real_time\": 1, \"my counter\": 2, \"\": 3}"), "", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = read_text(&google_benchmark_format, rows[i].text);
        if (!reading.good)
            fail_msg("%s: %s", rows[i].text, reading.err.text);
        const char *got = reading_notes(&reading);
        if (strcmp(got, rows[i].notes) != 0)
            fail_msg("%s: got\n%swant\n%s", rows[i].text, got, rows[i].notes);
        assert_int_equal(reading.r->series_count, rows[i].series);
        reading_free(&reading);
    }
    struct reading reading = read_text(&google_benchmark_format, "{\"context\": {}}");
    assert_false(reading.good);
    assert_string_equal(reading.err.text, "in: expected an object with an array \"benchmarks\"");
    reading_free(&reading);
    reading = read_text(&google_benchmark_format, "{\n\"benchmarks\": [{\"a\": Nan}]}");
    assert_false(reading.good);
    assert_string_equal(reading.err.text, "in:2: expected a value");
    reading_free(&reading);
}

static void names_from_json_fit_into_a_recording(void **state) {
    (void)state;
    struct reading reading = read_text(
        &google_benchmark_format,
        RUNS("{\"name\": \"a\\n|<b>\\u001b[0m ::error::\", \"real_time\": 1.5, \"x y\": 2}"));
    struct reading back = read_text(&go_format, reading_written(&reading));
    assert_string_equal(reading_written(&back), reading_written(&reading));
    assert_non_null(reading_series(&back, 0, "a_|<b>_[0m_::error::", "sec/op"));
    assert_non_null(reading_series(&back, 0, "a_|<b>_[0m_::error::", "x_y"));
    reading_free(&back);
    reading_free(&reading);
}

static void sniffs_its_own(void **state) {
    (void)state;
    assert_true(google_benchmark_format.sniff(text_of(" {\"context\": {}, \"benchmarks\": [")) >
                50);
    assert_true(google_benchmark_format.sniff(
                    text_of("\xEF\xBB\xBF{\"context\": {}, \"benchmarks\": [")) > 50);
    assert_int_equal(google_benchmark_format.sniff(text_of("{\"results\": []}")), 0);
    assert_int_equal(google_benchmark_format.sniff(text_of("\"context\" \"benchmarks\"")), 0);
    assert_int_equal(google_benchmark_format.sniff(text_of("")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_single_runs),
        cmocka_unit_test(repetitions_are_samples_with_a_warning),
        cmocka_unit_test(aggregates_alone_are_one_sample),
        cmocka_unit_test(what_is_not_json_but_printed_is_read),
        cmocka_unit_test(odd_documents),
        cmocka_unit_test(names_from_json_fit_into_a_recording),
        cmocka_unit_test(sniffs_its_own),
    };
    return RUN_TESTS(tests);
}
