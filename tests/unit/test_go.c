#include "tests/unit/test.h"

#include "tests/unit/reading.h"

static void reads_lines_as_benchstat_does(void **state) {
    (void)state;
    static const struct {
        const char *what, *text,
            *want; /* `want`: what is written back, without first and last line */
    } rows[] = {
        {"plain", "BenchmarkA 100 1 ns/op 2 B/op\nBenchmarkB 3 4.5 ns/op\n",
         "BenchmarkA 1 1 ns/op 2 B/op\nBenchmarkB 1 4.5 ns/op\n"},
        {"no newline at the end", "BenchmarkA 1 2 x", "BenchmarkA 1 2 x\n"},
        {"CRLF", "k: v\r\nBenchmarkA 1 2 x\r\n", "k: v\nBenchmarkA 1 2 x\n"},
        {"tabs and blanks", "BenchmarkA\t  1 \t 2   x\t\t3\ty  \n", "BenchmarkA 1 2 x 3 y\n"},
        {"em space, ideographic space",
         "BenchmarkA\xE2\x80\x83"
         "1\xE2\x80\x83"
         "2\xE3\x80\x80x\n",
         "BenchmarkA 1 2 x\n"},
        {"huge value", "BenchmarkA 1 9999999999999999999999999999999 x\n",
         "BenchmarkA 1 1e+31 x\n"},
        {"signs", "BenchmarkA 5 -2 x\nBenchmarkB +5 +2 x\n",
         "BenchmarkA 1 -2 x\nBenchmarkB 1 2 x\n"},
        {"hexadecimal", "BenchmarkA 1 0x1p4 x\n", "BenchmarkA 1 16 x\n"},
        {"digits in groups", "BenchmarkA 1 1_000.2_5e0_1 x 0x_1_0p0 y\n",
         "BenchmarkA 1 10002.5 x 16 y\n"},
        {"verbose mode", "BenchmarkA\nBenchmark\nBenchmarkA 1 2 x\n", "BenchmarkA 1 2 x\n"},
        {"empty name", "Benchmark 1 2 x\n", "Benchmark 1 2 x\n"},
        {"names of all kinds", "BenchmarkA/k=v/plain-8 1 2 x\nBenchmark\xC3\xA9 1 2 x\n",
         "BenchmarkA/k=v/plain-8 1 2 x\nBenchmark\xC3\xA9 1 2 x\n"},
        {"other lines",
         "hello\n=== RUN A\nPASS\nok  \tpkg\t1.2s\n benchmarkA 1 2 x\nBenchmarkA 1 2 x\n",
         "BenchmarkA 1 2 x\n"},
        {"keys",
         "key1:    \t value\n: no\nab:no\na b: no\nA: no\nbA: no\nkey2: v: w\nBenchmarkA 1 2 x\n",
         "key1: value\nkey2: v: w\nBenchmarkA 1 2 x\n"},
        {"keys beyond ASCII", "\xC3\xA9: v\n\xC3\x89: no\na\xC3\x89: no\nBenchmarkA 1 2 x\n",
         "\xC3\xA9: v\nBenchmarkA 1 2 x\n"},
        {"a key goes", "key: value\nkey:\nBenchmarkA 1 2 x\n", "BenchmarkA 1 2 x\n"},
        {"a key goes by blanks", "key: value\nkey:  \t\nBenchmarkA 1 2 x\n", "BenchmarkA 1 2 x\n"},
        {"the last key takes its place", "a: 1\nb: 2\nc: 3\na:\nBenchmarkA 1 2 x\n",
         "c: 3\nb: 2\nBenchmarkA 1 2 x\n"},
        {"a key changes", "a: 1\nb: 2\na: 3\nBenchmarkA 1 2 x\n", "a: 3\nb: 2\nBenchmarkA 1 2 x\n"},
        {"between results",
         "a: 1\nBenchmarkA 1 2 x\na: 2\nBenchmarkA 1 3 x\na: 1\nBenchmarkA 1 4 x\n",
         "a: 1\nBenchmarkA 1 2 x\nBenchmarkA 1 4 x\na: 2\nBenchmarkA 1 3 x\n"},
        {"the same keys in another order",
         "a: 1\nb: 2\nBenchmarkA 1 2 x\na:\na: 1\nBenchmarkA 1 3 x\n",
         "a: 1\nb: 2\nBenchmarkA 1 2 x\nBenchmarkA 1 3 x\n"},
        {"one name in two packages", "pkg: p\nBenchmarkA 1 2 x\npkg: q\nBenchmarkA 1 3 x\n",
         "pkg: p\nBenchmarkA 1 2 x\npkg: q\nBenchmarkA 1 3 x\n"},
        {"units come and go", "BenchmarkA 1 2 x 3 y\nBenchmarkA 1 4 x\nBenchmarkA 1 5 y 6 x\n",
         "BenchmarkA 1 2 x 3 y\nBenchmarkA 1 4 x 5 y\nBenchmarkA 1 6 x\n"},
        {"a unit twice on a line", "BenchmarkA 1 2 x 3 x\n",
         "BenchmarkA 1 2 x\nBenchmarkA 1 3 x\n"},
        {"units that begin alike", "BenchmarkA 1 2 xy\nBenchmarkA 1 3 xyz\nBenchmarkA 1 4 xz\n",
         "BenchmarkA 1 2 xy 3 xyz 4 xz\n"},
        {"units of one length", "BenchmarkA 1 2 xy\nBenchmarkA 1 4 xz\n",
         "BenchmarkA 1 2 xy 4 xz\n"},
        {"two spellings of a unit", "BenchmarkA 1 2 ns/op\nBenchmarkA 1 3 sec/op\n",
         "BenchmarkA 1 2 ns/op\nBenchmarkA 1 3000000000 ns/op\n"},
        {"metadata",
         "Unit ns/op better=lower assume=exact\nUnit y better=higher\nUnitx\nBenchmarkA 1 2 "
         "ns/op\n",
         "Unit ns/op better=lower assume=exact\nUnit y better=higher\nBenchmarkA 1 2 ns/op\n"},
        {"control characters", "BenchmarkA\x1b[31m 1 2 x\x01\nBenchmarkB|<script>::error:: 1 2 x\n",
         "BenchmarkA_[31m 1 2 x_\nBenchmarkB|<script>::error:: 1 2 x\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = read_text(&go_format, rows[i].text);
        if (!reading.good)
            fail_msg("%s: %s", rows[i].what, reading.err.text);
        const char *want = arena_printf(
            reading.arena, "# perfgate recording: 1\n%s# perfgate end: 0\n", rows[i].want);
        const char *got = reading_written(&reading);
        if (strcmp(got, want) != 0)
            fail_msg("%s: got\n%swant\n%s", rows[i].what, got, want);
        assert_int_equal(reading.r->damaged_lines, 0);
        reading_free(&reading);
    }
}

static void says_what_is_wrong_with_a_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"BenchmarkTrailingBlank \n", "*damage in:1: missing iteration count\n"},
        {"BenchmarkBadCount abc\n", "*damage in:1: parsing iteration count: invalid syntax\n"},
        {"BenchmarkBadCount - 1 x\n", "*damage in:1: parsing iteration count: invalid syntax\n"},
        {"BenchmarkBadCount +-1 1 x\n", "*damage in:1: parsing iteration count: invalid syntax\n"},
        {"BenchmarkHugeCount 9999999999999999999999999 1 x\n",
         "*damage in:1: parsing iteration count: value out of range\n"},
        {"BenchmarkNoValue 100\n", "*damage in:1: missing measurements\n"},
        {"BenchmarkBadValue 100 abc\n", "*damage in:1: parsing measurement: invalid syntax\n"},
        {"BenchmarkBadValue 100 1,5 x\n", "*damage in:1: parsing measurement: invalid syntax\n"},
        {"BenchmarkHex 1 0x10 x\n", "*damage in:1: parsing measurement: invalid syntax\n"},
        {"BenchmarkGroups 1 _1 x\n", "*damage in:1: parsing measurement: invalid syntax\n"},
        {"BenchmarkGroups 1 1__0 x\n", "*damage in:1: parsing measurement: invalid syntax\n"},
        {"BenchmarkGroups 1 1_.5 x\n", "*damage in:1: parsing measurement: invalid syntax\n"},
        {"BenchmarkNoUnit 100 1\n", "*damage in:1: missing units\n"},
        {"\nBenchmarkNoUnit2 100 1 ns/op 2\n", "*damage in:2: missing units\n"},
        {"BenchmarkLog-8 \tlog: hello\n",
         "*damage in:1: parsing iteration count: invalid syntax\n"},
        {"BenchmarkPass 100 12.3 ns/opPASS\n",
         "damage in:1: other output is stuck to the unit: 'ns/opPASS'\n"},
        {"BenchmarkFail 100 12.3 ns/op--- FAIL: BenchmarkFail\n",
         "damage in:1: other output is stuck to the unit: 'ns/op---'\n"},
        {"BenchmarkTime 100 12.3 ns/op2026/01/02 03:04:05 hello\n",
         "damage in:1: other output is stuck to the unit: 'ns/op2026/01/02'\n"},
        {"BenchmarkNaN 1 NaN ns/op\n", "damage in:1: parsing measurement: not a finite number\n"},
        {"BenchmarkInf 1 1 x -Inf ns/op\n",
         "damage in:1: parsing measurement: not a finite number\n"},
        {"BenchmarkFar 1 1e999 ns/op\n", "*damage in:1: parsing measurement: value out of range\n"},
        {"BenchmarkScaled 1 1e305 MB/s\n",
         "damage in:1: parsing measurement: value out of range\n"},
        {"BenchmarkPast 1 -3 ns/op\n", "damage in:1: negative time: -3 ns/op\n"},
        {"BenchmarkPast 1 -3 p99-ns\n", "damage in:1: negative time: -3 p99-ns\n"},
        {"Unit\n", "*warning in:1: missing unit\n"},
        {"Unit ns/op blah =x better=lower\n",
         "*warning in:1: expected key=value\n*warning in:1: expected key=value\n"},
        {"Unit ns/op better=lower\nUnit sec/op better=lower\n", ""},
        {"Unit ns/op better=lower\nUnit ns/op better=higher\n",
         "*damage in:2: metadata better of unit ns/op already set to lower\n"},
        {"Unit x assume=exact\nUnit x assume=nothing\n",
         "*damage in:2: metadata assume of unit x already set to exact\n"},
        {"Unit x colour=red\n", "info in:1: unit metadata 'colour=red' means nothing here\n"},
        {"Benchmarking the parser\nBenchmark results: none\n",
         "*info in:1: parsing iteration count: invalid syntax\n"
         "*info in:2: parsing iteration count: invalid syntax\n"},
        {"FAIL\nexit status 1\nFAIL\tpkg\t0.1s\n",
         "damage in:1: the harness reports FAIL: results may be missing\n"},
        {"    --- FAIL: BenchmarkA/sub\n--- FAIL: BenchmarkA\nFAIL\n",
         "warning in:3: the harness reports FAIL\n"},
        {"BenchmarkGlued 1 2 BenchmarkNext 1 2\n",
         "damage in:1: other output is stuck to the unit: 'BenchmarkNext'\n"},
        {"BenchmarkGlued 1 2 100 3 ns/op\n",
         "damage in:1: other output is stuck to the unit: '100'\n"},
        {"2026/01/02 03:04:05 hello BenchmarkBuried-8 \t 100 \t 5.1 ns/op\n",
         "damage in:1: a result in the middle of other output is not counted\n"},
        {"     1000\t       99.1 ns/op\n",
         "damage in:1: a result in the middle of other output is not counted\n"},
        {"see BenchmarkA for the 100 3 things\n1000 99.1 MB\nBenchmark of BenchmarkA\n",
         "*info in:3: parsing iteration count: invalid syntax\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = read_text(&go_format, rows[i].text);
        assert_true(reading.good);
        const char *got = reading_notes(&reading);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: got\n%swant\n%s", rows[i].text, got, rows[i].want);
        assert_int_equal(reading.r->series_count, 0);
        bool damage = strstr(rows[i].want, "damage") != NULL;
        assert_int_equal(reading.r->damaged_lines, damage);
        reading_free(&reading);
    }
}

static void an_iteration_count_without_iterations_is_noted(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"BenchmarkA 1 2 x\nBenchmarkA 0 3 x\n",
         "warning in:2: iteration count 0: benchstat takes the line all the same, and so does this "
         "program\n"},
        {"BenchmarkA -5 2 x\nBenchmarkA 0 3 x\nBenchmarkB 00 4 x\n",
         "warning in:1: iteration count -5 (2 more lines have one of 0 or less): benchstat takes "
         "the line all the same, and so does this program\n"},
        {"BenchmarkA 1 2 x\nBenchmarkA 10 3 x\n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = read_text(&go_format, rows[i].text);
        assert_string_equal(reading_notes(&reading), rows[i].want);
        assert_int_equal(reading.r->damaged_lines, 0);
        assert_int_equal(reading.r->result_lines, 2 + (i == 1));
        reading_free(&reading);
    }
}

static void a_file_that_ends_inside_a_line_says_so(void **state) {
    (void)state;
    static const struct {
        const char *text, *want; /* NULL: nothing to say */
        uint64_t results;
    } rows[] = {
        {"BenchmarkA 1 2 ns/op 3 B/op\nBenchmarkA 1 2 ns/op 3 B/o",
         "it has no newline, and its unit 'B/o' is the beginning of 'B/op'", 1},
        {"BenchmarkA 1 2 ns/o",
         "it has no newline, and its unit 'ns/o' is the beginning of 'ns/op'", 0},
        {"BenchmarkA 1 2 p95-lat\nBenchmarkA 1 2 p9",
         "it has no newline, and its unit 'p9' is the beginning of 'p95-lat'", 1},
        {"BenchmarkA 1 2 x\nBenchmarkB", "it has no newline, and no result", 1},
        {"BenchmarkA 1 2 x\nBenchmarkA 1 2", "missing units", 1},
        {"BenchmarkA 1 2 ns/op 3 B/op\nBenchmarkA 1 2 ns/op", NULL, 2},
        {"BenchmarkA 1 2 x\nBenchmarkB 1 2 y", NULL, 2},
        {"BenchmarkA 1 2 p9\nBenchmarkA 1 2 p95\nBenchmarkA 1 2 p9", NULL, 3},
        {"BenchmarkA 1 2 widgets", NULL, 1},
        {"BenchmarkA 1 2 ns/o\n", NULL, 1},
        {"BenchmarkA 1 2 x\nPASS", NULL, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = read_text(&go_format, rows[i].text);
        const char *notes = reading_notes(&reading);
        bool told = rows[i].want ? strstr(notes, rows[i].want) != NULL : !*notes;
        if (!told)
            fail_msg("%s: got\n%s", rows[i].text, notes);
        assert_int_equal(reading.r->damaged_lines, rows[i].want != NULL);
        assert_int_equal(reading.r->result_lines, rows[i].results);
        reading_free(&reading);
    }
}

static void a_bad_line_costs_no_other(void **state) {
    (void)state;
    struct reading reading = read_text(&go_format, "BenchmarkA 1 2 x\nBenchmarkA 1 NaN x\n"
                                                   "BenchmarkA 1 3 x\nBenchmarkA 1 4 x junk\n"
                                                   "BenchmarkA 1 5 x\n");
    const struct series *s = reading_series(&reading, 0, "A", "x");
    assert_int_equal(s->count, 3);
    assert_true(s->values[0] == 2 && s->values[1] == 3 && s->values[2] == 5);
    assert_int_equal(reading.r->result_lines, 3);
    assert_int_equal(reading.r->damaged_lines, 2);
    reading_free(&reading);
    reading = read_text(&go_format, "BenchmarkA 1 2 x 5 y\nBenchmarkA 1 2 x6 y\n");
    assert_string_equal(reading_notes(&reading),
                        "*damage in:2: parsing measurement: invalid syntax\n");
    reading_free(&reading);
}

static void values_are_scaled_as_benchstat_scales(void **state) {
    (void)state;
    struct reading reading = read_text(&go_format, "BenchmarkA 1 1718 ns/op 216.73 MB/s 7 B/op\n");
    assert_true(reading_series(&reading, 0, "A", "sec/op")->values[0] == 1718 * 1e-9);
    assert_true(reading_series(&reading, 0, "A", "B/s")->values[0] == 216.73 * 1e6);
    assert_true(reading_series(&reading, 0, "A", "B/op")->values[0] == 7);
    reading_free(&reading);
}

static void hostile_amounts_are_refused_or_counted(void **state) {
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; i < 300; i++)
        fprintf(out, "k%d: v\n", i);
    fclose(out);
    struct reading reading = read_text(&go_format, text);
    assert_false(reading.good);
    assert_int_equal(reading.err.status, PG_LIMIT);
    assert_string_equal(reading.err.text, "in:257: more than 256 configuration keys; refused");
    reading_free(&reading);
    free(text);

    out = open_memstream(&text, &size);
    for (int i = 0; i < 5000; i++)
        fputs("BenchmarkA x\n", out);
    fclose(out);
    reading = read_text(&go_format, text);
    assert_int_equal(reading.r->damaged_lines, 5000);
    assert_int_equal(reading.r->note_count, 1001);
    assert_string_equal(reading.r->notes[1000].text, "4000 more such lines");
    reading_free(&reading);
    free(text);

    out = open_memstream(&text, &size);
    fprintf(out, "Benchmark%0*d 1 2 x\nBenchmark%0*d 1 2 x\n", 10000, 7, 70000, 7);
    fclose(out);
    reading = read_text(&go_format, text);
    assert_int_equal(reading.r->series_count, 1);
    assert_int_equal(strings_length(reading.r->strings, reading.r->series[0].name), 10000);
    assert_string_equal(reading_notes(&reading),
                        "damage in:2: the name is longer than 65536 bytes\n");
    reading_free(&reading);
    free(text);
}

static void recordings_carry_rounds_failures_and_provenance(void **state) {
    (void)state;
    struct reading reading = read_text(
        &go_format,
        "# perfgate recording: 1\n# perfgate commit: abc\n# perfgate command: a\\nb\\\\c\n"
        "# perfgate note: warning A: it \\\\ hurts\n# perfgate note: something\n"
        "# a remark\n# perfgate round: 1\nBenchmarkA 1 2 x\nBenchmarkA 1 2.5 x\n"
        "# perfgate round: 4\nBenchmarkA 1 3 x\n# perfgate failed: B/k=v: exit status 3\n"
        "# perfgate end: 2\n");
    const struct series *s = reading_series(&reading, 0, "A", "x");
    assert_int_equal(s->count, 3);
    assert_int_equal(s->rounds[0], 1);
    assert_int_equal(s->rounds[1], 1);
    assert_int_equal(s->rounds[2], 4);
    assert_string_equal(recording_get(reading.r, "commit"), "abc");
    assert_string_equal(recording_get(reading.r, "command"), "a\nb\\c");
    assert_null(recording_get(reading.r, "branch"));
    assert_int_equal(reading.r->failure_count, 1);
    assert_string_equal(strings_get(reading.r->strings, reading.r->failures[0].name), "B/k=v");
    assert_string_equal(reading.r->failures[0].reason, "exit status 3");
    assert_int_equal(reading.r->failures[0].round, 4);
    assert_string_equal(reading_notes(&reading), "warning A: it \\ hurts\ninfo -: something\n");
    reading_free(&reading);
}

static void damaged_recordings_say_so(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"# perfgate recording: 1\nBenchmarkA 1 2 x\n",
         "damage in: the recording is cut: expected `# perfgate end: ROUNDS` as its last line\n"},
        {"# perfgate recording: 1\n# perfgate round: 1\nBenchmarkA 1 2 x\n# perfgate end: 2\n",
         "damage in:4: the end line counts 2 rounds, the recording holds 1\n"},
        {"# perfgate recording: 1\n# perfgate round: 0\n# perfgate end: 0\n",
         "damage in:2: not a round number; expected 1 or more\n"},
        {"# perfgate recording: 1\n# perfgate round: 2\n# perfgate round: 2\n# perfgate end: 2\n",
         "damage in:3: round numbers do not ascend\n"},
        {"# perfgate recording: 1\n# perfgate failed: A\n# perfgate end: 0\n",
         "damage in:2: expected `failed: NAME: REASON`\n"},
        {"# perfgate recording: 1\n# perfgate Bad: A\n# perfgate end: 0\n",
         "damage in:2: expected `# perfgate KEY: VALUE`\n"},
        {"# perfgate recording: 1\nBenchmarka log\n# perfgate end: 0\n",
         "*damage in:2: parsing iteration count: invalid syntax\n"},
        {"# perfgate recording: 1\n# perfgate end: 0\n# perfgate recording: 1\n# perfgate end: 0\n",
         "warning -: in holds several recordings: their rounds are dropped and the last one's "
         "provenance is kept\n"},
        {"# perfgate recording: 1\n# perfgate end: 0\n", ""},
        {"# perfgate Bad: not a recording\n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = read_text(&go_format, rows[i].text);
        assert_true(reading.good);
        const char *got = reading_notes(&reading);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: got\n%swant\n%s", rows[i].text, got, rows[i].want);
        reading_free(&reading);
    }
    struct reading reading = read_text(&go_format, "# perfgate recording: 2\n");
    assert_false(reading.good);
    assert_string_equal(reading.err.text,
                        "in:1: recording format '2'; expected 1 (written by a newer perfgate?)");
    reading_free(&reading);
}

static void joined_recordings_lose_their_rounds(void **state) {
    (void)state;
    static const char one[] = "# perfgate recording: 1\n# perfgate round: 1\nBenchmarkA 1 2 x\n"
                              "# perfgate end: 1\n";
    char both[2 * sizeof one];
    snprintf(both, sizeof both, "%s%s", one, one);
    struct reading reading = read_text(&go_format, both);
    const struct series *s = reading_series(&reading, 0, "A", "x");
    assert_int_equal(s->count, 2);
    assert_null(s->rounds);
    assert_int_equal(reading.r->damaged_lines, 0);
    reading_free(&reading);
}

static void failed_benchmarks_get_the_name_that_others_have(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"BenchmarkA-8 1 2 x\n--- FAIL: BenchmarkB\n    b_test.go:1: no\n", "B-8"},
        {"BenchmarkA-8 1 2 x\n--- FAIL: BenchmarkB-8\n", "B-8"},
        {"--- FAIL: BenchmarkB/k=v\nBenchmarkA-8 1 2 x\n", "B/k=v-8"},
        {"BenchmarkA-8 1 2 x\nBenchmarkA-4 1 2 x\n--- FAIL: BenchmarkB\n", "B"},
        {"BenchmarkA 1 2 x\n--- FAIL: BenchmarkB\n", "B"},
        {"--- FAIL: BenchmarkB\n", "B"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = read_text(&go_format, rows[i].text);
        assert_int_equal(reading.r->failure_count, 1);
        assert_string_equal(strings_get(reading.r->strings, reading.r->failures[0].name),
                            rows[i].want);
        reading_free(&reading);
    }
}

/* The quick way (result_log) and the careful one must agree: the same lines in a form that only the
 * careful one takes. */
static void quick_and_careful_reading_agree(void **state) {
    (void)state;
    char *quick = NULL, *careful = NULL;
    size_t size;
    FILE *a = open_memstream(&quick, &size), *b = open_memstream(&careful, &size);
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        unsigned name = i % 7 < 3    ? 99
                        : i % 7 == 3 ? 1000 + (unsigned)i /* once: a new name */
                                     : (unsigned)(seed >> 60);
        unsigned shape = (unsigned)(seed >> 55) % 4;
        double value = (double)(seed >> 40) / 16;
        if (i % 4096 == 4095) {
            fprintf(a, "pkg: p%d\n", i);
            fprintf(b, "pkg: p%d\n", i);
        }
        const char *const forms[] = {"%s%u-8%s1%s%.4f%sns/op%s%u%sB/op\n",
                                     "%s%u-8%s1%s%.4f%sns/op\n", "%s%u-8%s1%s%.4f%sx%s%u%sns/op\n",
                                     "%s%u-8%s1%s%.4f%ssec/op%s%u%sns/op\n"};
        const char *thin = " ", *thick = "\xE2\x80\x83";
        fprintf(a, forms[shape], "BenchmarkN", name, thin, thin, value, thin, thin, name, thin);
        fprintf(b, forms[shape], "BenchmarkN", name, thick, thick, value, thick, thick, name,
                thick);
    }
    fclose(a);
    fclose(b);
    struct reading left = read_text(&go_format, quick), right = read_text(&go_format, careful);
    assert_int_equal(left.r->result_lines, 20000);
    assert_same_lines(reading_written(&left), reading_written(&right));
    reading_free(&left);
    reading_free(&right);
    free(quick);
    free(careful);
}

/* However lines of a benchmark are spread, in runs or alone, with these units or those, values keep
 * the order of lines. */
static void values_stand_in_the_order_read(void **state) {
    (void)state;
    for (unsigned stay = 1; stay < 400; stay *= 3) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        uint64_t seed = stay;
        unsigned name = 0, shape = 0;
        for (int i = 0; i < 30000; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            name = (seed >> 40) % stay == 0 ? (unsigned)(seed >> 60) : name;
            shape = (seed >> 33) % stay == 0 ? (unsigned)(seed >> 50) % 3 : shape;
            const char *const forms[] = {"BenchmarkA%u 1 %d x\n", "BenchmarkA%u 1 7 y %d x\n",
                                         "BenchmarkA%u 1 %d x 8 z\n"};
            fprintf(out, forms[shape], name, i);
        }
        fclose(out);
        struct reading reading = read_text(&go_format, text);
        uint32_t total = 0;
        for (uint32_t i = 0; i < reading.r->series_count; i++) {
            const struct series *s = &reading.r->series[i];
            if (strcmp(strings_get(reading.r->strings, s->unit), "x") != 0)
                continue;
            total += s->count;
            for (uint32_t k = 1; k < s->count; k++)
                assert_true(s->values[k] > s->values[k - 1]);
        }
        assert_int_equal(total, 30000);
        reading_free(&reading);
        free(text);
    }
}

static void sniffs_its_own(void **state) {
    (void)state;
    static const char *const yes[] = {"# perfgate recording: 1\n", "goos: linux\n",
                                      "x\nBenchmarkA 1 2 x", "Unit x better=lower\n"};
    static const char *const no[] = {"", "hello\nworld\n", "{\"context\": {}}", "benchmark\n"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(go_format.sniff(text_of(yes[i])) >= 80);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_int_equal(go_format.sniff(text_of(no[i])), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines_as_benchstat_does),
        cmocka_unit_test(says_what_is_wrong_with_a_line),
        cmocka_unit_test(an_iteration_count_without_iterations_is_noted),
        cmocka_unit_test(a_file_that_ends_inside_a_line_says_so),
        cmocka_unit_test(a_bad_line_costs_no_other),
        cmocka_unit_test(values_are_scaled_as_benchstat_scales),
        cmocka_unit_test(hostile_amounts_are_refused_or_counted),
        cmocka_unit_test(recordings_carry_rounds_failures_and_provenance),
        cmocka_unit_test(damaged_recordings_say_so),
        cmocka_unit_test(joined_recordings_lose_their_rounds),
        cmocka_unit_test(failed_benchmarks_get_the_name_that_others_have),
        cmocka_unit_test(quick_and_careful_reading_agree),
        cmocka_unit_test(values_stand_in_the_order_read),
        cmocka_unit_test(sniffs_its_own),
    };
    return RUN_TESTS(tests);
}
