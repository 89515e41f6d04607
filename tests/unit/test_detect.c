#include "tests/unit/test.h"

#include "tests/unit/reading.h"

#include <unistd.h>

struct files {
    struct arena *arena;
    struct strings *strings;
    char folder[40];
};

static struct files files_new(void) {
    struct files files = {.arena = arena_new(), .folder = "/tmp/perfgate-detect-XXXXXX"};
    files.strings = strings_new(files.arena);
    assert_non_null(mkdtemp(files.folder));
    assert_int_equal(chdir(files.folder), 0);
    return files;
}

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void files_free(struct files *files, const char *const *names) {
    for (size_t i = 0; names[i]; i++)
        unlink(names[i]);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(files->folder), 0);
    arena_free(files->arena);
}

static void formats_are_found_by_name_and_look(void **state) {
    (void)state;
    assert_true(format_find("go") == &go_format);
    assert_true(format_find("gbench") == &google_benchmark_format);
    assert_true(format_find("hyperfine") == &hyperfine_format);
    assert_null(format_find("Go"));
    assert_true(format_detect(text_of("goos: linux\n")) == &go_format);
    assert_true(format_detect(text_of("{\"results\": [{\"command\": \"goos: \"")) ==
                &hyperfine_format);
    assert_true(format_detect(text_of("{\"context\": 1,\n\"benchmarks\": [")) ==
                &google_benchmark_format);
    assert_null(format_detect(text_of("hello\n")));
    assert_null(format_detect(text_of("")));
    assert_null(format_detect((struct text){"\x7f"
                                            "ELF\0\0",
                                            6}));
}

static void labels_and_paths(void **state) {
    (void)state;
    struct files files = files_new();
    write_file("a", "BenchmarkA 1 2 x\n");
    write_file("old=a", "BenchmarkB 1 2 x\n");
    static const char *const arguments[] = {"a", "new=a", "a", "old=a", "=a", "new=a"};
    static const char *const labels[] = {"a#0", "new", "a#1", "old=a", "", "new"};
    static const char *const paths[] = {"a", "a", "a", "old=a", "a", "a"};
    struct recording **recordings;
    struct pg_error err;
    assert_true(recordings_read(&recordings, arguments, 6, NULL, files.strings, files.arena, &err));
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(recordings[i]->label, labels[i]);
        assert_string_equal(recordings[i]->path, paths[i]);
    }
    struct recording *one;
    assert_true(recording_read(&one, "x=y=z", NULL, files.strings, files.arena, &err) == false);
    assert_string_equal(err.text, "y=z: cannot open: No such file or directory");
    files_free(&files, (const char *const[]){"a", "old=a", NULL});
}

static void metadata_carries_over_and_numbers_compare(void **state) {
    (void)state;
    struct files files = files_new();
    write_file("a", "Unit x better=higher\nk: v\nBenchmarkA 1 2 x\n");
    write_file("b", "BenchmarkA 1 2 x\n");
    struct recording **r;
    struct pg_error err;
    assert_true(recordings_read(&r, (const char *const[]){"a", "b"}, 2, NULL, files.strings,
                                files.arena, &err));
    assert_int_equal(r[0]->series[0].name, r[1]->series[0].name);
    assert_int_equal(r[0]->series[0].unit, r[1]->series[0].unit);
    assert_int_equal(recording_unit(r[1], r[1]->series[0].unit)->better, BETTER_HIGHER);
    assert_int_equal(r[1]->configs[r[1]->series[0].config].count, 0);
    files_free(&files, (const char *const[]){"a", "b", NULL});
}

static void inputs_without_results_are_errors(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "a: no benchmark results; expected Go benchmark lines, Google Benchmark JSON or "
             "hyperfine JSON"},
        {"hello\n",
         "a: no benchmark results; expected Go benchmark lines, Google Benchmark JSON or "
         "hyperfine JSON"},
        {"\x7f"
         "ELF\x02\x01",
         "a: no benchmark results; expected Go benchmark lines, Google "
         "Benchmark JSON or hyperfine JSON"},
        {"x\nBenchmarkA 1\nBenchmarkB 1\n",
         "a: no benchmark results; 2 damaged lines, first: a:2: missing measurements"},
        {"{\"results\": [{\"command\": \"x\", ", "a:1: the JSON text is cut"},
        {"{\"results\": [{\"command\": \"x\", \"times\": []}]}",
         "a: no benchmark results; expected Go benchmark lines, Google Benchmark JSON or "
         "hyperfine JSON"},
    };
    struct files files = files_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct recording *r;
        struct pg_error err;
        write_file("a", rows[i].text);
        assert_false(recording_read(&r, "a", NULL, files.strings, files.arena, &err));
        assert_string_equal(err.text, rows[i].want);
        assert_int_equal(err.status, PG_FORMAT);
    }
    files_free(&files, (const char *const[]){"a", NULL});
}

static void failures_alone_are_something(void **state) {
    (void)state;
    struct files files = files_new();
    write_file("a", "--- FAIL: BenchmarkA\n");
    struct recording *r;
    struct pg_error err;
    assert_true(recording_read(&r, "a", NULL, files.strings, files.arena, &err));
    assert_int_equal(r->failure_count, 1);
    assert_false(recording_read(&r, "a", &hyperfine_format, files.strings, files.arena, &err));
    assert_string_equal(err.text, "a:1: expected a number");
    files_free(&files, (const char *const[]){"a", NULL});
}

/* Results far behind the part that detection sees are still found. */
static void late_results_are_read(void **state) {
    (void)state;
    struct files files = files_new();
    FILE *file = fopen("a", "w");
    for (int i = 0; i < 20000; i++)
        fputs("some other output\n", file);
    fputs("BenchmarkA 1 2 x\n", file);
    fclose(file);
    struct recording *r;
    struct pg_error err;
    assert_true(recording_read(&r, "a", NULL, files.strings, files.arena, &err));
    assert_int_equal(r->series_count, 1);
    files_free(&files, (const char *const[]){"a", NULL});
}

static void write_large(const char *name, unsigned seed) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs("Unit x better=lower\npkg: p\n", file);
    fprintf(file, "BenchmarkFirst 1 1 own%u-ns\n", seed);
    for (unsigned i = 0; i < 40000; i++)
        fprintf(file, "BenchmarkName%u/seed=%u-8 100 %u.5 ns/op %u x\n", i % 5000 * seed, seed, i,
                i);
    fputs("--- FAIL: BenchmarkZ\nBenchmarkBad 1\n", file);
    fclose(file);
}

/* Large files are read by threads; nothing may tell. */
static void large_inputs_are_read_as_small_ones(void **state) {
    (void)state;
    struct files files = files_new();
    static const char *const names[] = {"a", "b", "c", "d", "e", NULL};
    struct recording **together;
    struct pg_error err;
    for (unsigned i = 0; names[i]; i++)
        write_large(names[i], i + 1);
    assert_true(recordings_read(&together, names, 5, NULL, files.strings, files.arena, &err));
    for (size_t i = 0; i < 5; i++) {
        struct recording *alone;
        struct arena *arena = arena_new();
        assert_true(recording_read(&alone, names[i], NULL, strings_new(arena), arena, &err));
        struct reading a = {.arena = arena, .r = alone}, b = {.arena = arena, .r = together[i]};
        assert_same_lines(reading_written(&b), reading_written(&a));
        assert_string_equal(reading_notes(&b), reading_notes(&a));
        assert_true(together[i]->strings == files.strings);
        assert_true(together[i]->arena == files.arena);
        for (uint32_t k = 0; k < together[i]->series_count; k += 999) {
            struct series *s = &together[i]->series[k];
            assert_true(recording_find(together[i], s->config, s->name, s->unit) == s);
        }
        for (uint32_t k = 0; k < 5; k++) {
            assert_string_equal(strings_get(files.strings, together[i]->series[k].unit),
                                strings_get(alone->strings, alone->series[k].unit));
        }
        recording_add(together[i], recording_series(together[i], 0, 1, 1, 1), 1, 0);
        arena_free(arena);
    }
    FILE *file = fopen("b", "a");
    for (int i = 0; i < 300; i++)
        fprintf(file, "k%d: v\n", i);
    fclose(file);
    unlink("c");
    assert_false(recordings_read(&together, names, 5, NULL, files.strings, files.arena, &err));
    assert_string_equal(err.text, "b:40261: more than 256 configuration keys; refused");
    /* the thread that reads `a` is waited for */
    assert_false(recordings_read(&together, (const char *const[]){"b", "a"}, 2, NULL, files.strings,
                                 files.arena, &err));
    assert_string_equal(err.text, "b:40261: more than 256 configuration keys; refused");
    files_free(&files, (const char *const[]){"a", "b", "d", "e", NULL});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_found_by_name_and_look),
        cmocka_unit_test(labels_and_paths),
        cmocka_unit_test(metadata_carries_over_and_numbers_compare),
        cmocka_unit_test(inputs_without_results_are_errors),
        cmocka_unit_test(failures_alone_are_something),
        cmocka_unit_test(late_results_are_read),
        cmocka_unit_test(large_inputs_are_read_as_small_ones),
    };
    return RUN_TESTS(tests);
}
