/* Function verdicts on programs small enough to count by hand. Without weather every round is the
 * same, so tests are Mann-Whitney's: of 5 against 5 rounds that lie apart p is 2 / C(10, 5), with
 * the caution of 2.5 and as the larger of two p-values 0.0198. */
#include "tests/unit/test.h"

#include "gate/report/function_text.h"
#include "tests/unit/function_profiles.h"

#define SAMPLE_SEC (1e-9 * SAMPLE_NS)

struct scene {
    struct arena *arena;
    struct strings *strings;
    struct function_names *names;
    struct function_side *base, *head;
    struct policy policy;
    struct pg_error err;
};

static void scene_begin(struct scene *s, struct function_cut cut) {
    s->arena = arena_new();
    s->strings = strings_new(s->arena);
    s->names = function_names_new(s->strings, s->arena);
    s->base = function_side_new(s->names, cut);
    s->head = function_side_new(s->names, cut);
    policy_init(&s->policy);
}

static const struct function_cut plain_cut = {.slice_label = "benchmark", .round_label = "round"};

static const struct profile *profile_of(struct scene *s, const char *lines, uint32_t rounds,
                                        const char *benchmark) {
    static const struct weather calm = {NULL, 0, 0};
    struct program program;
    program_read(&program, lines, s->strings);
    return program_profile(&program, rounds, benchmark, &calm, s->arena);
}

static void add(struct scene *s, struct function_side *side, const char *lines, uint32_t rounds,
                const char *benchmark) {
    if (!function_side_add(side, profile_of(s, lines, rounds, benchmark), "x.pb.gz", &s->err))
        fail_msg("%s", s->err.text);
}

static const struct function_findings *judge(struct scene *s, bool by_share) {
    struct function_request *request = ARENA_NEW(s->arena, struct function_request, 1);
    function_side_finish(s->base);
    function_side_finish(s->head);
    *request = (struct function_request){.base = s->base,
                                         .head = s->head,
                                         .policy = &s->policy,
                                         .floor = by_share ? 0.01 : 0.005,
                                         .by_share = by_share};
    return functions_judge(request, s->arena);
}

/* One benchmark, `rounds` rounds a side. */
static const struct function_findings *compare(struct scene *s, const char *base, const char *head,
                                               uint32_t rounds, bool by_share) {
    scene_begin(s, plain_cut);
    add(s, s->base, base, rounds, "B");
    add(s, s->head, head, rounds, "B");
    return judge(s, by_share);
}

static void check(const struct function_findings *f, const char *name, enum row_verdict verdict,
                  enum function_class class) {
    const struct function_row *row = find_function(f, name);
    if (!row)
        fail_msg("%s is not there", name);
    if (row->verdict != verdict || row->class != class)
        fail_msg("%s is %s (%s)", name, row_verdict_name(row->verdict),
                 row->class ? function_class_name(row->class) : "plain");
}

/* Of the slice first seen. */
static const struct function_cell *cell_of(const struct scene *s, const char *name,
                                           uint32_t round) {
    for (size_t i = 0; i < s->base->cell_count; i++) {
        const struct function_cell *cell = &s->base->cells[i];
        uint32_t text = s->names->items[cell->function].name;
        if (cell->slice == s->base->slices[0].slice && cell->round == round &&
            strcmp(strings_get(s->strings, text), name) == 0)
            return cell;
    }
    return NULL;
}

static void rounds_are_counted_by_label_and_recursion_once(void **state) {
    (void)state;
    struct scene s;
    scene_begin(&s, plain_cut);
    add(&s, s.base, "main 10\nmain;f;f 20\nmain;f;g.constprop.0 30\n", 2, "B");
    add(&s, s.base, "main 7\n", 1, "B");
    add(&s, s.base, "main 1\n", 1, NULL);
    function_side_finish(s.base);
    assert_int_equal(s.base->slice_count, 2);
    const struct function_rounds *rounds = &s.base->slices[0];
    assert_int_equal(rounds->count, 3);
    assert_near(rounds->cost[0], 60 * SAMPLE_SEC, 1e-12);
    assert_near(rounds->samples[2], 7, 0);
    for (uint32_t round = 0; round < 2; round++) {
        const struct function_cell *f = cell_of(&s, "f", round);
        assert_near(f->flat, 20 * SAMPLE_SEC, 1e-12);
        assert_near(f->cum, 50 * SAMPLE_SEC, 1e-12);
        assert_near(f->cum_samples, 50, 0);
        assert_near(cell_of(&s, "main", round)->cum, 60 * SAMPLE_SEC, 1e-12);
        assert_near(cell_of(&s, "g", round)->flat_samples, 30, 0);
    }
    assert_null(cell_of(&s, "f", 2));
    assert_int_equal(s.names->joined, 1);
    arena_free(s.arena);
}

static void a_slow_down_is_shared_out(void **state) {
    (void)state;
    struct scene s;
    const struct function_findings *f = compare(&s, "main;f 100\nmain;g 100\nmain 100\n",
                                                "main;f 120\nmain;g 110\nmain 104\n", 5, false);
    assert_int_equal(f->slice_count, 1);
    check(f, "f", ROW_REGRESSED, FUNCTION_PLAIN);
    check(f, "g", ROW_REGRESSED, FUNCTION_PLAIN);
    /* significant, but less than 5 % */
    check(f, "main", ROW_INCONCLUSIVE, FUNCTION_PLAIN);
    assert_string_equal(f->rows[0].name, "f");
    assert_near(f->rows[0].cost.change, 0.2, 1e-12);
    assert_near(f->rows[0].cost.p, 2.0 / 252, 1e-12);
    assert_near(f->rows[0].p_adjusted, 2.5 * 2 / 252, 1e-12);
    assert_near(f->rows[0].base.flat_fraction, 1.0 / 3, 1e-12);
    assert_near(f->rows[0].share_of_regression, 20.0 / 34, 1e-12);
    assert_near(f->rows[1].share_of_regression, 10.0 / 34, 1e-12);
    assert_near(f->slices[0].rest, 4.0 / 34, 1e-12);
    assert_near(find_function(f, "main")->base.cum_fraction, 1, 1e-12);
    assert_string_equal(f->slices[0].unit, "sec/round");
    arena_free(s.arena);
}

static void a_round_without_a_sample_is_a_zero(void **state) {
    (void)state;
    struct scene s;
    scene_begin(&s, plain_cut);
    add(&s, s.base, "main 100\n", 3, "B");
    add(&s, s.base, "main 100\nmain;f 20\n", 3, "B");
    add(&s, s.head, "main 100\nmain;f 20\n", 6, "B");
    const struct function_findings *f = judge(&s, false);
    const struct function_row *row = find_function(f, "f");
    assert_near(row->base.flat, 10 * SAMPLE_SEC, 1e-12);
    assert_near(row->flat_rounds[0][0], 0, 0);
    assert_near(row->flat_rounds[0][5], 20 * SAMPLE_SEC, 1e-12);
    assert_string_equal(row->cost.test, "Mann-Whitney");
    arena_free(s.arena);
}

static void what_only_one_side_has_is_new_or_missing_unless_it_costs(void **state) {
    (void)state;
    struct scene s;
    const struct function_findings *f = compare(&s, "main 400\nmain;old 1\nmain;big 50\n",
                                                "main 400\nmain;new 1\nmain;huge 90\n", 6, false);
    check(f, "new", ROW_NEW, FUNCTION_APPEARED);
    check(f, "old", ROW_MISSING, FUNCTION_VANISHED);
    /* 90 for 50 under one caller: more than a new name */
    check(f, "huge", ROW_REGRESSED, FUNCTION_APPEARED);
    check(f, "big", ROW_IMPROVED, FUNCTION_VANISHED);
    assert_true(isinf(find_function(f, "huge")->cost.change));
    arena_free(s.arena);
}

static void a_share_that_grows_because_others_shrink_is_a_mix_shift(void **state) {
    (void)state;
    struct scene s;
    for (int by_share = 0; by_share < 2; by_share++) {
        const struct function_findings *f =
            compare(&s, "m;a 90\nm;b 91\nm;c 92\nm;d 93\nm;e 94\nm;g 200\n",
                    "m;a 90\nm;b 91\nm;c 92\nm;d 93\nm;e 94\nm;g 60\n", 6, by_share);
        check(f, "a", ROW_SAME, FUNCTION_MIX_SHIFT);
        check(f, "e", ROW_SAME, FUNCTION_MIX_SHIFT);
        check(f, "g", ROW_IMPROVED, FUNCTION_PLAIN);
        assert_int_equal(f->counts[ROW_REGRESSED], 0);
        arena_free(s.arena);
    }
}

static void cost_that_moved_within_a_file_is_no_regression_but_shares_are_not_costs(void **state) {
    (void)state;
    struct scene s;
    const char *base = "m;a@x.c 100\nm;b@x.c 100\nm;c 300\n";
    const char *head = "m;a@x.c 150\nm;b@x.c 50\nm;c 300\n";
    const struct function_findings *f = compare(&s, base, head, 6, false);
    check(f, "a", ROW_SAME, FUNCTION_MOVED);
    check(f, "b", ROW_SAME, FUNCTION_MOVED);
    assert_int_equal(find_function(f, "a")->domain_count, 1);
    assert_string_equal(find_function(f, "a")->domain[0], "b");
    arena_free(s.arena);
    f = compare(&s, base, head, 6, true);
    check(f, "a", ROW_REGRESSED, FUNCTION_PLAIN);
    arena_free(s.arena);
}

/* Without the caller in common, or with a fall that makes up for less than half of the rise, it is
 * a regression. */
static void what_has_nothing_to_do_with_it_makes_up_for_nothing(void **state) {
    (void)state;
    struct scene s;
    const struct function_findings *f = compare(&s, "m;x;a@1.c 100\nm;y;b@2.c 100\nm 300\n",
                                                "m;x;a@1.c 150\nm;y;b@2.c 50\nm 300\n", 6, false);
    check(f, "a", ROW_REGRESSED, FUNCTION_PLAIN);
    check(f, "b", ROW_IMPROVED, FUNCTION_PLAIN);
    arena_free(s.arena);
    f = compare(&s, "m;a 100\nm;a;b 100\nm 300\n", "m;a 200\nm;a;b 60\nm 300\n", 6, false);
    check(f, "a", ROW_REGRESSED, FUNCTION_PLAIN);
    arena_free(s.arena);
}

static void few_rounds_and_few_samples_decide_nothing(void **state) {
    (void)state;
    struct scene s;
    const struct function_findings *f =
        compare(&s, "m;a 100\nm;b 4\n", "m;a 300\nm;b 4\n", 4, false);
    check(f, "a", ROW_INCONCLUSIVE, FUNCTION_PLAIN);
    assert_null(find_function(f, "b"));
    assert_int_equal(f->slices[0].small, 1);
    assert_near(f->slices[0].small_fraction, 4.0 / 304, 1e-12);
    assert_int_equal(f->family, 0);
    assert_string_equal(f->notes[0], "B: 4 and 4 profiled rounds, but a test needs 5 a side");
    arena_free(s.arena);
}

/* m and c have no samples of their own, d one: what they cost with the slow one is told, is no
 * test of theirs, and makes nothing red. */
static void a_caller_has_a_row_but_is_not_to_blame(void **state) {
    (void)state;
    for (int by_share = 0; by_share < 2; by_share++) {
        struct scene s;
        const struct function_findings *f =
            compare(&s, "m;c;d;a 100\nm;c;d 1\nm;e 3\nm;b 50\nm;g 51\nm;h 52\nm;i 53\n",
                    "m;c;d;a 200\nm;c;d 1\nm;e 3\nm;b 50\nm;g 51\nm;h 52\nm;i 53\nm;c;n;b 2\n", 6,
                    by_share);
        check(f, "a", ROW_REGRESSED, FUNCTION_PLAIN);
        check(f, "m", ROW_INCONCLUSIVE, FUNCTION_PLAIN);
        check(f, "c", ROW_INCONCLUSIVE, FUNCTION_PLAIN);
        check(f, "d", ROW_INCONCLUSIVE, FUNCTION_PLAIN);
        check(f, "n", ROW_NEW, FUNCTION_APPEARED);
        assert_null(find_function(f, "e"));
        const struct function_row *d = find_function(f, "d");
        assert_null(d->cost.test);
        assert_true(isnan(d->cost.p) && isnan(d->p_adjusted) && isnan(d->share_p_adjusted));
        assert_true(d->cum_p_adjusted < 0.05);
        assert_near(d->base.cum_samples, 101, 1e-12);
        if (!by_share)
            assert_near(d->cum.change, 201.0 / 101 - 1, 1e-12);
        assert_int_equal(f->counts[ROW_REGRESSED], 1);
        assert_int_equal(f->counts[ROW_NEW], 0);
        assert_int_equal(f->slices[0].tested, 5);
        assert_int_equal(f->slices[0].count, 9);
        assert_int_equal(f->slices[0].small, 1);
        assert_int_equal(f->family, 5);
        assert_null(strstr(function_headline(f, &f->slices[0], s.arena), "new callee"));
        const char *callers = function_callers(f, &f->slices[0], s.arena);
        if (!strstr(callers, "d +") || strstr(callers, "a +") || strstr(callers, "n +"))
            fail_msg("%s", callers);
        arena_free(s.arena);
    }
}

/* Only cpu/nanoseconds, as servers hand it out, a sample a stack and round. */
static void add_uncounted(struct scene *s, struct function_side *side, const char *lines,
                          int64_t period) {
    struct profile p = *profile_of(s, lines, 6, "B");
    p.period = period;
    p.period_type = p.types[1];
    for (size_t i = 0; i < p.sample_count; i++)
        p.values[i] = p.values[2 * i + 1];
    p.types++;
    p.type_count = 1;
    struct profile *kept = ARENA_NEW(s->arena, struct profile, 1);
    *kept = p;
    if (!function_side_add(side, kept, "x.pb.gz", &s->err))
        fail_msg("%s", s->err.text);
}

static void without_a_count_the_period_tells_it_or_nothing_does(void **state) {
    (void)state;
    /* a period; one that is none, one that values contradict, and none at all */
    static const int64_t periods[] = {SAMPLE_NS, 1, 1000 * (int64_t)SAMPLE_NS, 0};
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        struct scene s;
        bool known = i == 0;
        scene_begin(&s, plain_cut);
        add_uncounted(&s, s.base, "m;a 100\nm;b 100\nm;c 4\nm;d 1\n", periods[i]);
        add_uncounted(&s, s.head, "m;a 150\nm;b 100\nm;c 4\nm;d 1\n", periods[i]);
        const struct function_findings *f = judge(&s, false);
        check(f, "a", ROW_REGRESSED, FUNCTION_PLAIN);
        check(f, "b", ROW_SAME, FUNCTION_MIX_SHIFT);
        if (known) {
            assert_near(find_function(f, "a")->base.samples, 100, 1e-12);
            assert_near(find_function(f, "m")->head.cum_samples, 255, 1e-12);
            assert_null(find_function(f, "c"));
            assert_int_equal(f->note_count, 0);
        } else {
            assert_true(isnan(find_function(f, "a")->base.samples));
            check(f, "c", ROW_SAME, FUNCTION_PLAIN); /* 2 % of the whole */
            assert_string_equal(f->notes[0], "profiles do not say how many samples they hold: "
                                             "functions of 0.5% of the whole or more are tested");
        }
        assert_null(find_function(f, "d")); /* 0.49 % */
        arena_free(s.arena);
    }
}

static void slices_are_compared_by_themselves(void **state) {
    (void)state;
    struct scene s;
    scene_begin(&s, plain_cut);
    add(&s, s.base, "m;a 100\n", 6, "Z");
    add(&s, s.base, "m;a 100\n", 6, "A");
    add(&s, s.base, "m;a 100\n", 6, "Only");
    add(&s, s.head, "m;a 100\n", 6, "A");
    add(&s, s.head, "m;a 150\n", 6, "Z");
    const struct function_findings *f = judge(&s, false);
    assert_int_equal(f->slice_count, 2);
    assert_string_equal(f->slices[0].name, "A");
    assert_int_equal(f->rows[f->slices[0].first].verdict, ROW_SAME);
    assert_int_equal(f->rows[f->slices[1].first].verdict, ROW_REGRESSED);
    assert_string_equal(f->notes[0], "Only: only the base has samples of it");
    arena_free(s.arena);
}

static void labels_choose_samples(void **state) {
    (void)state;
    static const char *const where[] = {"benchmark=A", "round=2"};
    struct scene s;
    struct function_cut cut = {.round_label = "round", .where = where, .where_count = 2};
    scene_begin(&s, cut);
    add(&s, s.base, "m;a 100\n", 6, "A");
    add(&s, s.base, "m;b 100\n", 6, "B");
    function_side_finish(s.base);
    assert_int_equal(s.base->slice_count, 1);
    assert_int_equal(s.base->slices[0].count, 1);
    assert_non_null(cell_of(&s, "a", 0));
    assert_null(cell_of(&s, "b", 0));
    arena_free(s.arena);
}

static void what_cannot_be_compared_is_refused(void **state) {
    (void)state;
    struct scene s;
    scene_begin(&s, (struct function_cut){.type = "heat"});
    const struct profile *good = profile_of(&s, "m 1\n", 1, NULL);
    assert_false(function_side_add(s.base, good, "x.pb.gz", &s.err));
    assert_int_equal(s.err.status, PG_USAGE);
    assert_string_equal(s.err.text, "x.pb.gz: no sample type 'heat'");
    arena_free(s.arena);

    scene_begin(&s, plain_cut);
    struct profile negative = *profile_of(&s, "m 1\n", 1, NULL);
    negative.values[1] = -5;
    assert_false(function_side_add(s.base, &negative, "d.pb.gz", &s.err));
    assert_int_equal(s.err.status, PG_FORMAT);
    assert_non_null(strstr(s.err.text, "d.pb.gz: sample 0 has a negative value"));

    struct profile other = *profile_of(&s, "m 1\n", 1, NULL);
    add(&s, s.head, "m 1\n", 1, NULL);
    other.types[1].unit = strings_add(s.strings, text_of("bytes"));
    assert_false(function_side_add(s.head, &other, "b.pb.gz", &s.err));
    assert_string_equal(s.err.text, "b.pb.gz: cpu is in bytes, but in nanoseconds in the others");
    arena_free(s.arena);
}

/* The error of a time that both sides' costs hold widens the interval: a share that is exactly the
 * same on both sides says no more than the times do. */
static void an_uncertain_time_counts(void **state) {
    (void)state;
    double base[6], head[6];
    for (int i = 0; i < 6; i++) {
        base[i] = 1 + 0.001 * (i % 3);
        head[i] = 1.1 * base[i];
    }
    struct policy policy;
    policy_init(&policy);
    struct function_values b = {.values = base, .n = 6, .samples = 100};
    struct function_values h = {.values = head, .n = 6, .samples = 100};
    struct function_test sure = function_test(&b, &h, &policy, NULL);
    assert_string_equal(sure.test, "Welch, log scale");
    assert_near(sure.change, 0.1, 1e-12);
    assert_true(sure.p < 1e-9);
    b.factor_se = h.factor_se = 0.05;
    b.factor_df = h.factor_df = 19;
    struct function_test unsure = function_test(&b, &h, &policy, NULL);
    assert_near(unsure.change, 0.1, 1e-12);
    assert_true(unsure.p > 0.1 && unsure.p < 0.3); /* z = log 1.1 / (0.05 sqrt 2) = 1.35 */
    assert_true(unsure.change_low < 0 && unsure.smallest_detectable > 0.2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_are_counted_by_label_and_recursion_once),
        cmocka_unit_test(a_slow_down_is_shared_out),
        cmocka_unit_test(a_round_without_a_sample_is_a_zero),
        cmocka_unit_test(what_only_one_side_has_is_new_or_missing_unless_it_costs),
        cmocka_unit_test(a_share_that_grows_because_others_shrink_is_a_mix_shift),
        cmocka_unit_test(cost_that_moved_within_a_file_is_no_regression_but_shares_are_not_costs),
        cmocka_unit_test(what_has_nothing_to_do_with_it_makes_up_for_nothing),
        cmocka_unit_test(few_rounds_and_few_samples_decide_nothing),
        cmocka_unit_test(a_caller_has_a_row_but_is_not_to_blame),
        cmocka_unit_test(without_a_count_the_period_tells_it_or_nothing_does),
        cmocka_unit_test(slices_are_compared_by_themselves),
        cmocka_unit_test(labels_choose_samples),
        cmocka_unit_test(what_cannot_be_compared_is_refused),
        cmocka_unit_test(an_uncertain_time_counts),
    };
    return RUN_TESTS(tests);
}
