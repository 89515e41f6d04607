#include "tests/unit/test.h"

#include "gate/history/timeline.h"

static struct arena *arena;

static int open_arena(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int close_arena(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct recording *recording(void) {
    return recording_new("r", "r.txt", strings_new(arena), arena);
}

/* Adds values to a benchmark of a recording, under `pkg: PACKAGE` and a further key when given. */
static void put(struct recording *r, const char *package, const char *other, const char *name,
                const char *unit, const char *written, const double *values, size_t n) {
    struct config_pair pairs[2];
    uint32_t count = 0;
    if (package)
        pairs[count++] = (struct config_pair){strings_add(r->strings, text_of("pkg")),
                                              strings_add(r->strings, text_of(package))};
    if (other)
        pairs[count++] = (struct config_pair){strings_add(r->strings, text_of("other")),
                                              strings_add(r->strings, text_of(other))};
    uint32_t config = recording_config(r, pairs, count);
    for (size_t i = 0; i < n; i++)
        recording_add(r,
                      recording_series(r, config, strings_add(r->strings, text_of(name)),
                                       strings_add(r->strings, text_of(unit)),
                                       strings_add(r->strings, text_of(written))),
                      values[i], (uint32_t)i + 1);
}

static struct recording *one(const char *name, const char *unit, double value) {
    struct recording *r = recording();
    put(r, NULL, NULL, name, unit, unit, (const double[]){value, value}, 2);
    return r;
}

static struct timeline timeline(const char *benchmark, const char *unit) {
    struct timeline t;
    timeline_init(&t, benchmark, unit, arena);
    return t;
}

static void finish(struct timeline *t, double alpha) {
    struct pg_error err;
    assert_true(timeline_finish(t, alpha, 1, &err));
}

static void points_stand_in_the_order_added(void **state) {
    (void)state;
    static const double centers[] = {2, 3, 1.5};
    static const struct timeline_source sources[3] = {{.id = "a"}, {.id = "b"}, {.id = "c"}};
    struct timeline t = timeline("Parse", NULL);
    for (size_t i = 0; i < 3; i++)
        timeline_add(&t, one("Parse", "sec/op", centers[i]), &sources[i]);
    finish(&t, 0.05);
    assert_int_equal(t.count, 1);
    const struct timeline_series *s = &t.series[0];
    assert_int_equal(s->count, 3);
    assert_int_equal(s->better, BETTER_LOWER);
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(s->points[i].source, &sources[i]);
        assert_near(s->points[i].center, centers[i], 1e-15);
        assert_int_equal(s->points[i].n, 2);
    }
    assert_nan(s->points[0].change);
    assert_near(s->points[1].change, 0.5, 1e-15);
    assert_near(s->points[2].change, -0.5, 1e-15);
}

static void machines_branches_and_packages_are_not_mixed(void **state) {
    (void)state;
    static const struct timeline_source sources[] = {{.branch = "main", .machine = "a"},
                                                     {.branch = "main", .machine = "b"},
                                                     {.branch = "dev", .machine = "a"},
                                                     {.branch = "main"},
                                                     {.branch = "main", .machine = "a"}};
    struct timeline t = timeline("Parse", NULL);
    for (size_t i = 0; i < 5; i++) {
        struct recording *r = recording();
        put(r, "p", NULL, "Parse", "sec/op", "ns/op", (const double[]){1}, 1);
        put(r, "q", NULL, "Parse", "sec/op", "ns/op", (const double[]){2}, 1);
        timeline_add(&t, r, &sources[i]);
    }
    finish(&t, 0.05);
    assert_int_equal(t.count, 8);
    static const size_t counts[] = {2, 1, 1, 1};
    for (size_t i = 0; i < 8; i++) {
        const struct timeline_series *s = &t.series[i];
        assert_string_equal(s->package, i < 4 ? "p" : "q");
        assert_int_equal(s->count, counts[i % 4]);
        assert_true(s->points[0].center == (i < 4 ? 1 : 2));
        assert_ptr_equal(s->machine, s->points[0].source->machine);
    }
    assert_int_equal(t.pooled, 0);
}

static void recordings_without_the_benchmark_are_counted(void **state) {
    (void)state;
    static const char *const names[] = {"B", "A", "B", "A", "B", "A", "B"};
    static const struct timeline_source sources[] = {
        {.machine = "x"}, {.machine = "x"}, {.machine = "x"}, {.machine = "y"},
        {.machine = "x"}, {.machine = "x"}, {.machine = "x"}};
    struct timeline t = timeline("A", NULL);
    for (size_t i = 0; i < 7; i++)
        timeline_add(&t, one(names[i], "sec/op", 1), &sources[i]);
    finish(&t, 0.05);
    assert_int_equal(t.count, 2);
    assert_int_equal(t.series[0].count, 2); /* x: -, A, -, -, A, - */
    assert_int_equal(t.series[0].missing, 3);
    assert_int_equal(t.series[1].missing, 0);
}

static void other_configurations_are_pooled_and_counted(void **state) {
    (void)state;
    static const struct timeline_source source;
    struct timeline t = timeline("Parse", NULL);
    struct recording *r = recording();
    put(r, NULL, "x", "Parse", "sec/op", "ns/op", (const double[]){4, 4}, 2);
    put(r, NULL, "y", "Parse", "sec/op", "ns/op", (const double[]){4, 4, 4}, 3);
    timeline_add(&t, r, &source);
    finish(&t, 0.05);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.series[0].points[0].n, 5);
    assert_true(t.series[0].points[0].center == 4);
    assert_int_equal(t.pooled, 1);
}

/* What a timeline shows of one recording with many units, a word a series. */
static const char *shown(const char *benchmark, const char *unit) {
    static const struct timeline_source source;
    static const char *const rows[][3] = {{"Parse-8", "page-faults", "page-faults"},
                                          {"Parse-8", "B/op", "B/op"},
                                          {"Parse-8", "cpu-sec/op", "cpu-ns/op"},
                                          {"Parse-8", "sec/op", "ns/op"},
                                          {"Print-8", "cpu-sec/op", "cpu-ns/op"},
                                          {"Print-8", "B/op", "B/op"},
                                          {"Size", "B/op", "B/op"},
                                          {"Size", "allocs/op", "allocs/op"},
                                          {"process/x", "sec/op", "sec/op"},
                                          {"Odd", "widgets", "widgets"}};
    struct timeline t = timeline(benchmark, unit);
    struct recording *r = recording();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put(r, NULL, NULL, rows[i][0], rows[i][1], rows[i][2], (const double[]){1}, 1);
    timeline_add(&t, r, &source);
    finish(&t, 0.05);
    const char *all = "";
    for (size_t i = 0; i < t.count; i++)
        all = arena_printf(arena, "%s %s:%s", all, t.series[i].name, t.series[i].unit);
    return all;
}

static void the_gated_time_is_shown_by_default(void **state) {
    (void)state;
    assert_string_equal(shown("Parse", NULL), " Parse-8:sec/op");
    assert_string_equal(shown("Parse-8", NULL), " Parse-8:sec/op");
    assert_string_equal(shown("Print", NULL), " Print-8:cpu-sec/op");
    assert_string_equal(shown("Size", NULL), " Size:B/op Size:allocs/op");
    assert_string_equal(shown("*", NULL),
                        " Parse-8:sec/op Print-8:cpu-sec/op Size:B/op Size:allocs/op");
    assert_string_equal(shown("process/x", NULL), " process/x:sec/op");
    assert_string_equal(shown("Odd", NULL), " Odd:widgets");
    assert_string_equal(shown("P*", "cpu-ns/op"), " Parse-8:cpu-sec/op Print-8:cpu-sec/op");
    assert_string_equal(shown("Parse", "page-*"), " Parse-8:page-faults");
    assert_string_equal(shown("Pars", NULL), "");
    assert_string_equal(shown("Parse", "ns"), "");
}

static void a_recording_without_the_first_unit_adds_none_of_another(void **state) {
    (void)state;
    static const struct timeline_source sources[3];
    struct timeline t = timeline("A", NULL);
    timeline_add(&t, one("A", "cpu-sec/op", 1), &sources[0]);
    timeline_add(&t, one("A", "sec/op", 2), &sources[1]);
    timeline_add(&t, one("A", "cpu-sec/op", 1), &sources[2]);
    finish(&t, 0.05);
    assert_int_equal(t.count, 1);
    assert_string_equal(t.series[0].unit, "sec/op");
}

static void what_was_not_asked_for_is_suggested(void **state) {
    (void)state;
    static const struct timeline_source source;
    struct timeline t = timeline("Pars", NULL);
    for (int i = 0; i < 2; i++) {
        timeline_add(&t, one("Parse", "sec/op", 1), &source);
        timeline_add(&t, one("Print", "sec/op", 1), &source);
    }
    finish(&t, 0.05);
    assert_int_equal(t.other_count, 2);
    assert_string_equal(t.others[1], "Print");
}

/* Recordings whose centres are these. */
static const struct timeline_series *series_of(struct timeline *t, const char *name,
                                               const double *centers, size_t n) {
    struct timeline_source *sources = ARENA_NEW(arena, struct timeline_source, n);
    for (size_t i = 0; i < n; i++)
        timeline_add(t, one(name, "sec/op", centers[i]), &sources[i]);
    return t->series;
}

static void a_step_is_found_where_it_is(void **state) {
    (void)state;
    static const double centers[] = {1.00, 1.02, 0.99, 1.01, 1.00, 0.98,
                                     1.01, 1.20, 1.22, 1.19, 1.21, 1.20};
    struct timeline t = timeline("A", NULL);
    const struct timeline_series *s = series_of(&t, "A", centers, 12);
    finish(&t, 0.05);
    assert_int_equal(s->outcome, OUTCOME_OK);
    assert_int_equal(s->change_count, 1);
    assert_int_equal(s->changes[0].index, 7);
    assert_near(s->changes[0].before, 1.00, 1e-12);
    assert_near(s->changes[0].after, 1.20, 1e-12);
    assert_near(s->changes[0].change, 0.2, 1e-12);
    /* C(12, 5) = 792, two of which are this step or its mirror image. */
    assert_true(s->changes[0].p >= 0.001 && s->changes[0].p <= 0.01);
    assert_true(s->p_adjusted == s->changes[0].p);
    assert_int_equal(t.method.permutations, 999);
    assert_int_equal(t.method.needed, 8);
}

static void there_and_back_are_two_changes(void **state) {
    (void)state;
    double centers[30];
    for (size_t i = 0; i < 30; i++)
        centers[i] = (i >= 10 && i < 20 ? 50 : 100) + (double)(i * 7 % 5);
    struct timeline t = timeline("A", NULL);
    const struct timeline_series *s = series_of(&t, "A", centers, 30);
    finish(&t, 0.05);
    assert_int_equal(s->change_count, 2);
    assert_int_equal(s->changes[0].index, 10);
    assert_int_equal(s->changes[1].index, 20);
    assert_near(s->changes[0].change, 52.0 / 102 - 1, 1e-12);
    assert_true(s->changes[1].before == s->changes[0].after);
}

static void too_few_points_and_equal_ones_have_no_change(void **state) {
    (void)state;
    static const double step[] = {1, 1, 1, 2, 2, 2, 2}, flat[8] = {3, 3, 3, 3, 3, 3, 3, 3};
    struct timeline t = timeline("*", NULL);
    series_of(&t, "Few", step, 7);
    const struct timeline_series *s = series_of(&t, "Flat", flat, 8);
    finish(&t, 0.05);
    assert_int_equal(s[0].outcome, OUTCOME_TOO_FEW);
    assert_int_equal(s[0].change_count, 0);
    assert_nan(s[0].p_adjusted);
    assert_int_equal(s[1].outcome, OUTCOME_OK);
    assert_int_equal(s[1].change_count, 0);
    assert_near(s[1].p_adjusted, 1, 0);
    assert_int_equal(t.method.family, 1);
}

static void values_that_have_no_logarithm_are_compared_as_they_are(void **state) {
    (void)state;
    static const double centers[] = {0, 0, 0, 0, 0, 6, 6, 6, 6, 6};
    struct timeline t = timeline("A", NULL);
    const struct timeline_series *s = series_of(&t, "A", centers, 10);
    finish(&t, 0.05);
    assert_int_equal(s->change_count, 1);
    assert_int_equal(s->changes[0].index, 5);
    assert_true(isinf(s->changes[0].change) && s->changes[0].change > 0);
    assert_near(timeline_ratio(-2, -3), -0.5, 1e-15);
    assert_true(timeline_ratio(0, 0) == 0);
}

/* A step that eight recordings show with p = 2/70 is one answer among many: with thirty series that
 * have none, it is not enough (2/70 x 31 > 0.05), and by itself it is. */
static void many_series_are_corrected_together(void **state) {
    (void)state;
    static const double step[] = {1, 1.01, 1.02, 1.03, 2, 2.01, 2.02, 2.03};
    static const double even[] = {1, 1.03, 1.01, 1.02, 1.02, 1.01, 1.03, 1};
    struct timeline alone = timeline("Step", NULL), many = timeline("*", NULL);
    const struct timeline_series *s = series_of(&alone, "Step", step, 8);
    finish(&alone, 0.05);
    assert_int_equal(s->change_count, 1);
    series_of(&many, "Step", step, 8);
    for (int i = 0; i < 30; i++)
        series_of(&many, arena_printf(arena, "Even%d", i), even, 8);
    finish(&many, 0.05);
    assert_int_equal(many.method.family, 31);
    assert_int_equal(many.method.permutations, 10000);
    assert_int_equal(many.series[0].change_count, 0);
    assert_true(many.series[0].p_adjusted > 0.5);
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, open_arena, close_arena)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_ARENA(points_stand_in_the_order_added),
        WITH_ARENA(machines_branches_and_packages_are_not_mixed),
        WITH_ARENA(recordings_without_the_benchmark_are_counted),
        WITH_ARENA(other_configurations_are_pooled_and_counted),
        WITH_ARENA(the_gated_time_is_shown_by_default),
        WITH_ARENA(a_recording_without_the_first_unit_adds_none_of_another),
        WITH_ARENA(what_was_not_asked_for_is_suggested),
        WITH_ARENA(a_step_is_found_where_it_is),
        WITH_ARENA(there_and_back_are_two_changes),
        WITH_ARENA(too_few_points_and_equal_ones_have_no_change),
        WITH_ARENA(values_that_have_no_logarithm_are_compared_as_they_are),
        WITH_ARENA(many_series_are_corrected_together),
    };
    return RUN_TESTS(tests);
}
