#include "tests/unit/test.h"

#include "gate/compare/comparison.h"

/* Two recordings with planted data. The scatter is a fixed pattern of about 1 %, so that every
 * outcome is known. */
struct scene {
    struct arena *arena;
    struct strings *strings;
    struct recording *recordings[4];
    size_t count, base_count;
    struct policy policy;
    struct grid_spec spec;
    struct comparison comparison;
};

static const double scatter[] = {0.3, -1.1, 0.8, -0.2, 1.4, -0.9, 0.1, -0.6, 1.0, -0.8};

static void scene_begin(struct scene *s) {
    *s = (struct scene){.arena = arena_new(), .count = 2, .base_count = 1};
    s->strings = strings_new(s->arena);
    static const char *const labels[] = {"old", "new", "third", "fourth"};
    for (size_t i = 0; i < 4; i++)
        s->recordings[i] = recording_new(labels[i], labels[i], s->strings, s->arena);
    policy_init(&s->policy);
    s->policy.test = TEST_WELCH;
    s->policy.today = "2026-06-15";
}

static void scene_end(struct scene *s) {
    arena_free(s->arena);
}

static uint32_t number(struct scene *s, const char *text) {
    return strings_add(s->strings, text_of(text));
}

static uint32_t setting(struct scene *s, size_t side, const char *key, const char *value) {
    struct config_pair pair = {number(s, key), number(s, value)};
    return recording_config(s->recordings[side], &pair, 1);
}

static void put(struct scene *s, size_t side, uint32_t config, const char *name, const char *unit,
                double value, uint32_t round) {
    struct recording *r = s->recordings[side];
    uint32_t u = number(s, unit);
    recording_add(r, recording_series(r, config, number(s, name), u, u), value, round);
}

/* n values around `center` with the scatter in percent times `noise`. */
static void sample(struct scene *s, size_t side, const char *name, const char *unit, double center,
                   double noise, size_t n) {
    uint32_t config = recording_config(s->recordings[side], NULL, 0);
    for (size_t i = 0; i < n; i++)
        put(s, side, config, name, unit, center * (1 + noise * scatter[(i + 3 * side) % 10] / 100),
            0);
}

static void both(struct scene *s, const char *name, const char *unit, double old, double new,
                 double noise, size_t n) {
    sample(s, 0, name, unit, old, noise, n);
    sample(s, 1, name, unit, new, noise, n);
}

static void judge(struct scene *s) {
    struct pg_error err = {0};
    struct comparison_input input = {
        .recordings = (const struct recording *const *)s->recordings,
        .count = s->count,
        .base_count = s->base_count,
        .spec = s->spec,
        .policy = &s->policy,
    };
    if (!comparison_build(&s->comparison, &input, s->arena, &err))
        fail_msg("%s", err.text);
}

static const struct row *row_at(const struct scene *s, const char *name, const char *unit) {
    const struct row *found = NULL;
    for (size_t i = 0; i < s->comparison.row_count; i++) {
        const struct row *row = &s->comparison.rows[i];
        if (strcmp(row->name, name) == 0 && strcmp(row->unit, unit) == 0) {
            if (found)
                fail_msg("two rows %s %s", name, unit);
            found = row;
        }
    }
    if (!found)
        fail_msg("no row %s %s", name, unit);
    return found;
}

#define assert_row(s, name, unit, wanted)                                                          \
    assert_string_equal(row_verdict_name(row_at((s), (name), (unit))->verdict),                    \
                        row_verdict_name(wanted))
#define assert_whole(s, wanted, why)                                                               \
    do {                                                                                           \
        assert_string_equal(verdict_name((s)->comparison.verdict), verdict_name(wanted));          \
        assert_int_equal((s)->comparison.reason, (why));                                           \
    } while (0)

static bool has_note(const struct row *row, const char *part) {
    for (uint32_t i = 0; i < row->note_count; i++) {
        if (strstr(row->notes[i], part))
            return true;
    }
    return false;
}

static bool has_general_note(const struct scene *s, const char *part) {
    for (size_t i = 0; i < s->comparison.note_count; i++) {
        if (strstr(s->comparison.notes[i].text, part))
            return true;
    }
    return false;
}

#define SCENE(name)                                                                                \
    static void name##_in(struct scene *s);                                                        \
    static void name(void **state) {                                                               \
        (void)state;                                                                               \
        struct scene s;                                                                            \
        scene_begin(&s);                                                                           \
        name##_in(&s);                                                                             \
        scene_end(&s);                                                                             \
    }                                                                                              \
    static void name##_in(struct scene *s)

SCENE(a_slower_row_is_red) {
    both(s, "Slow", "sec/op", 1e-3, 1.1e-3, 1, 10);
    both(s, "Same", "sec/op", 1e-3, 1e-3, 1, 10);
    both(s, "Fast", "sec/op", 1e-3, 0.9e-3, 1, 10);
    judge(s);
    assert_row(s, "Slow", "sec/op", ROW_REGRESSED);
    assert_row(s, "Same", "sec/op", ROW_SAME);
    assert_row(s, "Fast", "sec/op", ROW_IMPROVED);
    assert_whole(s, VERDICT_REGRESSION, REASON_NONE);
    const struct row *slow = row_at(s, "Slow", "sec/op");
    assert_near(slow->change, 0.1, 1e-9);
    assert_true(slow->change_low > 0.05 && slow->change_high < 0.15 && slow->p_adjusted < 1e-6);
    assert_true(slow->p_adjusted >= slow->p && slow->base.n == 10 && slow->head.n == 10);
    assert_string_equal(slow->test, "welch");
    assert_int_equal(row_badness(slow), 1);
    assert_int_equal(row_badness(row_at(s, "Fast", "sec/op")), -1);
    assert_int_equal(s->comparison.family, 3);
}

SCENE(a_rate_that_falls_is_red) {
    both(s, "Down", "B/s", 1e6, 0.9e6, 1, 10);
    both(s, "Up", "B/s", 1e6, 1.1e6, 1, 10);
    judge(s);
    assert_row(s, "Down", "B/s", ROW_REGRESSED);
    assert_row(s, "Up", "B/s", ROW_IMPROVED);
    assert_true(row_at(s, "Down", "B/s")->change < 0);
    assert_int_equal(row_badness(row_at(s, "Down", "B/s")), 1);
}

SCENE(significant_but_small_is_no_regression) {
    both(s, "Small", "sec/op", 1e-3, 1.02e-3, 0.2, 10);
    both(s, "Near", "sec/op", 1e-3, 1.048e-3, 1, 10);
    judge(s);
    assert_true(row_at(s, "Small", "sec/op")->p_adjusted < 0.001);
    assert_row(s, "Small", "sec/op", ROW_SAME);
    assert_row(s, "Near", "sec/op", ROW_INCONCLUSIVE);
    assert_true(has_note(row_at(s, "Near", "sec/op"), "not certain"));
    assert_whole(s, VERDICT_PASS, REASON_NONE);
}

SCENE(noise_without_an_answer_is_inconclusive) {
    both(s, "Noisy", "sec/op", 1e-3, 1.1e-3, 30, 5);
    judge(s);
    const struct row *row = row_at(s, "Noisy", "sec/op");
    assert_int_equal(row->verdict, ROW_INCONCLUSIVE);
    assert_true(row->smallest_detectable_change > 0.1);
    assert_whole(s, VERDICT_INCONCLUSIVE, REASON_NONE);
}

SCENE(strict_fails_on_one_inconclusive_row) {
    both(s, "Noisy", "sec/op", 1e-3, 1.1e-3, 30, 5);
    both(s, "Same", "sec/op", 1e-3, 1e-3, 1, 10);
    judge(s);
    assert_whole(s, VERDICT_PASS, REASON_NONE);
    s->policy.strict = true;
    judge(s);
    assert_whole(s, VERDICT_INCONCLUSIVE, REASON_NONE);
}

SCENE(few_samples_decide_nothing) {
    both(s, "One", "sec/op", 1e-3, 2e-3, 0, 1);
    both(s, "Bytes", "B/op", 100, 200, 0, 1);
    judge(s);
    assert_row(s, "One", "sec/op", ROW_INCONCLUSIVE);
    assert_true(has_note(row_at(s, "One", "sec/op"), "at least 2"));
    assert_row(s, "Bytes", "B/op", ROW_REGRESSED);
    assert_string_equal(row_at(s, "Bytes", "B/op")->test, "exact");
    assert_null(row_at(s, "One", "sec/op")->test);
    assert_true(has_general_note(s, "0 of 1 rows could be decided"));
}

SCENE(exact_rule_of_deterministic_units) {
    both(s, "AtThreshold", "B/op", 100, 105, 0, 3);
    both(s, "Over", "B/op", 100, 106, 0, 3);
    both(s, "Less", "B/op", 100, 50, 0, 3);
    both(s, "FromZero", "allocs/op", 0, 1, 0, 3);
    both(s, "Zero", "allocs/op", 0, 0, 0, 3);
    both(s, "Apart", "B/op", 1000, 1200, 1, 5);   /* varies, but the ranges are apart */
    both(s, "Within", "B/op", 1000, 1010, 1, 5);  /* varies within the threshold */
    both(s, "Tested", "B/op", 1000, 1060, 2, 10); /* ranges overlap the threshold: a test */
    judge(s);
    assert_row(s, "AtThreshold", "B/op", ROW_SAME);
    assert_row(s, "Over", "B/op", ROW_REGRESSED);
    assert_row(s, "Less", "B/op", ROW_IMPROVED);
    assert_row(s, "FromZero", "allocs/op", ROW_REGRESSED);
    assert_true(isinf(row_at(s, "FromZero", "allocs/op")->change));
    assert_row(s, "Zero", "allocs/op", ROW_SAME);
    assert_row(s, "Apart", "B/op", ROW_REGRESSED);
    assert_string_equal(row_at(s, "Apart", "B/op")->test, "exact");
    assert_row(s, "Within", "B/op", ROW_SAME);
    assert_string_equal(row_at(s, "Tested", "B/op")->test, "welch");
    assert_int_equal(s->comparison.family, 1);
}

SCENE(no_variance_is_exact_from_two_values_on) {
    both(s, "Constant", "points/sec", 100, 80, 0, 2);
    both(s, "Time", "sec/op", 1e-3, 1.2e-3, 0, 3);
    both(s, "None", "sys-sec/op", 0, 0, 0, 3);
    judge(s);
    assert_row(s, "Constant", "points/sec", ROW_REGRESSED);
    assert_row(s, "Time", "sec/op", ROW_REGRESSED);
    assert_true(has_note(row_at(s, "Time", "sec/op"), "without any variance"));
    assert_row(s, "None", "sys-sec/op", ROW_SAME);
    assert_false(has_note(row_at(s, "None", "sys-sec/op"), "without any variance"));
}

SCENE(floors_must_be_exceeded_too) {
    struct pg_error err;
    both(s, "Tiny", "sec/op", 1e-9, 1.5e-9, 1, 10);
    both(s, "Big", "sec/op", 1e-3, 1.5e-3, 1, 10);
    both(s, "Bytes", "B/op", 8, 16, 0, 3);
    assert_true(policy_add_floor(&s->policy, "sec/op=1us", "--floor", s->arena, &err));
    assert_true(policy_add_floor(&s->policy, "B/op=8", "--floor", s->arena, &err));
    judge(s);
    assert_row(s, "Tiny", "sec/op", ROW_SAME);
    assert_row(s, "Big", "sec/op", ROW_REGRESSED);
    assert_row(s, "Bytes", "B/op", ROW_SAME);
}

SCENE(floor_over_a_base_of_zero) {
    struct pg_error err;
    both(s, "Little", "allocs/op", 0, 1, 0, 3);
    both(s, "Much", "allocs/op", 0, 9, 0, 3);
    assert_true(policy_add_floor(&s->policy, "allocs/op=2", "--floor", s->arena, &err));
    judge(s);
    assert_row(s, "Little", "allocs/op", ROW_SAME);
    assert_row(s, "Much", "allocs/op", ROW_REGRESSED);
}

SCENE(negative_values_keep_their_direction) {
    struct pg_error err;
    both(s, "Up", "balance", -100, -80, 0.2, 10);
    both(s, "Down", "balance", -100, -120, 0.2, 10);
    assert_true(policy_add_rule(&s->policy, ":balance:better=higher", "--rule", s->arena, &err));
    judge(s);
    assert_row(s, "Up", "balance", ROW_IMPROVED);
    assert_row(s, "Down", "balance", ROW_REGRESSED);
    assert_near(row_at(s, "Up", "balance")->change, 0.2, 1e-9);
    assert_true(row_at(s, "Up", "balance")->change_low < row_at(s, "Up", "balance")->change_high);
}

SCENE(many_rows_need_smaller_p) {
    /* One weak row alone is red; among 40 rows without a change it is not. */
    both(s, "Weak", "sec/op", 1e-3, 1.12e-3, 10, 7);
    judge(s);
    const struct row *alone = row_at(s, "Weak", "sec/op");
    assert_true(alone->p < 0.05 && alone->p > 0.01 && alone->p_adjusted == alone->p);
    assert_int_equal(alone->verdict, ROW_REGRESSED);
    for (int i = 0; i < 40; i++)
        both(s, arena_printf(s->arena, "Same%d", i), "sec/op", 1e-3, 1e-3, 1, 10);
    judge(s);
    assert_row(s, "Weak", "sec/op", ROW_INCONCLUSIVE);
    assert_true(has_note(row_at(s, "Weak", "sec/op"), "among all rows"));
    assert_int_equal(s->comparison.family, 41);
    s->policy.correction = CORRECTION_HOLM;
    judge(s);
    double holm = row_at(s, "Weak", "sec/op")->p_adjusted;
    assert_near(holm, fmin(1, 41 * row_at(s, "Weak", "sec/op")->p), 1e-12);
    s->policy.correction = CORRECTION_NONE;
    judge(s);
    assert_row(s, "Weak", "sec/op", ROW_REGRESSED);
}

SCENE(rows_that_are_not_gated_decide_nothing) {
    both(s, "Slow", "page-faults", 100, 200, 1, 10);
    both(s, "Slow", "widgets", 100, 200, 1, 10);
    both(s, "Slow", "sec/op", 1e-3, 1e-3, 1, 10);
    judge(s);
    assert_row(s, "Slow", "page-faults", ROW_REGRESSED);
    assert_row(s, "Slow", "widgets", ROW_INCONCLUSIVE);
    assert_true(has_note(row_at(s, "Slow", "widgets"), "unknown whether lower or higher"));
    assert_whole(s, VERDICT_PASS, REASON_NONE);
    assert_int_equal(s->comparison.counts[ROW_REGRESSED], 1);
    assert_int_equal(s->comparison.gated_counts[ROW_REGRESSED], 0);
    assert_int_equal(s->comparison.family, 1);
}

SCENE(missing_rows_break_unless_allowed) {
    both(s, "Kept", "sec/op", 1e-3, 1e-3, 1, 10);
    sample(s, 0, "Gone", "sec/op", 1e-3, 1, 10);
    sample(s, 1, "Added", "sec/op", 1e-3, 1, 10);
    judge(s);
    assert_row(s, "Gone", "sec/op", ROW_MISSING);
    assert_row(s, "Added", "sec/op", ROW_NEW);
    assert_whole(s, VERDICT_BROKEN, REASON_MISSING_ROWS);
    assert_near(row_at(s, "Gone", "sec/op")->base.center, 1e-3, 0.02);
    assert_near(row_at(s, "Added", "sec/op")->head.center, 1e-3, 0.02);
    ARENA_PUSH(s->arena, s->policy.allow_missing, s->policy.allow_missing_count,
               s->policy.allow_missing_capacity, "Go*");
    judge(s);
    assert_row(s, "Gone", "sec/op", ROW_MISSING);
    assert_whole(s, VERDICT_PASS, REASON_NONE);
}

static size_t count_notes(const struct scene *s, const char *part) {
    size_t count = 0;
    for (size_t i = 0; i < s->comparison.note_count; i++)
        count += strstr(s->comparison.notes[i].text, part) != NULL;
    return count;
}

SCENE(a_permission_that_matches_no_benchmark_is_noted) {
    static const char *const globs[] = {"Go*", "Kept", "Nobody*"};
    both(s, "Kept", "sec/op", 1e-3, 1e-3, 1, 10);
    sample(s, 0, "Gone", "sec/op", 1e-3, 1, 10);
    for (size_t i = 0; i < 3; i++)
        ARENA_PUSH(s->arena, s->policy.allow_missing, s->policy.allow_missing_count,
                   s->policy.allow_missing_capacity, globs[i]);
    judge(s);
    assert_int_equal(count_notes(s, "allow-missing"), 1);
    assert_int_equal(count_notes(s, "allow-missing 'Nobody*' matches no benchmark"), 1);
    assert_whole(s, VERDICT_PASS, REASON_NONE);
}

SCENE(a_regression_outranks_what_is_broken) {
    both(s, "Slow", "sec/op", 1e-3, 1.2e-3, 1, 10);
    sample(s, 0, "Gone", "sec/op", 1e-3, 1, 10);
    s->recordings[1]->damaged_lines = 2;
    judge(s);
    assert_whole(s, VERDICT_REGRESSION, REASON_NONE);
    assert_true(s->comparison.reasons & 1U << REASON_MISSING_ROWS);
    assert_true(s->comparison.reasons & 1U << REASON_DAMAGED_INPUT);
}

SCENE(damage_breaks_but_rows_are_judged) {
    both(s, "Same", "sec/op", 1e-3, 1e-3, 1, 10);
    s->recordings[0]->damaged_lines = 1;
    judge(s);
    assert_row(s, "Same", "sec/op", ROW_SAME);
    assert_whole(s, VERDICT_BROKEN, REASON_DAMAGED_INPUT);
    assert_true(has_general_note(s, "1 damaged result line"));
}

SCENE(nothing_in_common_is_broken) {
    sample(s, 0, "A", "sec/op", 1e-3, 1, 10);
    sample(s, 1, "B", "sec/op", 1e-3, 1, 10);
    judge(s);
    assert_whole(s, VERDICT_BROKEN, REASON_NOTHING_COMPARABLE);
    assert_int_equal(s->comparison.counts[ROW_MISSING], 1);
    assert_int_equal(s->comparison.counts[ROW_NEW], 1);
}

SCENE(a_failed_benchmark_is_a_row) {
    both(s, "Kept", "sec/op", 1e-3, 1e-3, 1, 10);
    both(s, "Crashed", "sec/op", 1e-3, 1e-3, 1, 6);
    sample(s, 0, "Dead", "sec/op", 1e-3, 1, 10);
    recording_fail(s->recordings[1], number(s, "Crashed"), 7, "signal 11 (Segmentation fault)");
    recording_fail(s->recordings[1], number(s, "Crashed"), 9, "signal 11 (Segmentation fault)");
    recording_fail(s->recordings[1], number(s, "Dead"), 1, "exit status 3");
    recording_fail(s->recordings[1], number(s, "Never"), 0, "timed out after 5 s");
    judge(s);
    assert_row(s, "Crashed", "sec/op", ROW_FAILED);
    assert_true(has_note(row_at(s, "Crashed", "sec/op"), "in round 7: signal 11"));
    assert_true(has_note(row_at(s, "Crashed", "sec/op"), "1 more"));
    assert_row(s, "Dead", "sec/op", ROW_FAILED);
    assert_row(s, "Never", "", ROW_FAILED);
    assert_true(has_note(row_at(s, "Never", ""), "timed out"));
    assert_whole(s, VERDICT_BROKEN, REASON_FAILED_ROWS);
    assert_int_equal(s->comparison.counts[ROW_FAILED], 3);
    ARENA_PUSH(s->arena, s->policy.allow_missing, s->policy.allow_missing_count,
               s->policy.allow_missing_capacity, "*");
    judge(s);
    assert_whole(s, VERDICT_PASS, REASON_NONE);
}

SCENE(a_baseline_that_failed_leaves_the_head_new) {
    both(s, "Kept", "sec/op", 1e-3, 1e-3, 1, 10);
    sample(s, 1, "Mended", "sec/op", 1e-3, 1, 10);
    recording_fail(s->recordings[0], number(s, "Mended"), 1, "exit status 3");
    judge(s);
    assert_row(s, "Mended", "sec/op", ROW_NEW);
    assert_true(has_note(row_at(s, "Mended", "sec/op"), "failed in old"));
    assert_whole(s, VERDICT_PASS, REASON_NONE);
}

SCENE(everything_failed) {
    sample(s, 0, "Only", "sec/op", 1e-3, 1, 10);
    recording_fail(s->recordings[1], number(s, "Only"), 1, "exit status 3");
    judge(s);
    assert_row(s, "Only", "sec/op", ROW_FAILED);
    assert_whole(s, VERDICT_BROKEN, REASON_FAILED_ROWS);
    assert_true(s->comparison.reasons & 1U << REASON_NOTHING_COMPARABLE);
}

SCENE(a_base_of_failures_only_is_no_head) {
    sample(s, 1, "Only", "sec/op", 1e-3, 1, 10);
    recording_fail(s->recordings[0], number(s, "Other"), 1, "exit status 3");
    judge(s);
    assert_row(s, "Only", "sec/op", ROW_NEW);
    assert_row(s, "Other", "", ROW_FAILED);
}

SCENE(a_changed_unit_is_said_on_both_rows) {
    both(s, "Kept", "sec/op", 1e-3, 1e-3, 1, 10);
    sample(s, 0, "Copy", "sec/op", 1e-3, 1, 10);
    sample(s, 1, "Copy", "B/s", 1e9, 1, 10);
    judge(s);
    assert_row(s, "Copy", "sec/op", ROW_MISSING);
    assert_row(s, "Copy", "B/s", ROW_NEW);
    assert_true(has_note(row_at(s, "Copy", "sec/op"), "unit changed: the head has"));
    assert_true(has_note(row_at(s, "Copy", "B/s"), "unit changed: the base has"));
    assert_whole(s, VERDICT_BROKEN, REASON_MISSING_ROWS);
}

SCENE(a_unit_that_turned_round_is_incomparable) {
    struct pg_error err;
    both(s, "Turned", "points", 100, 150, 1, 10);
    both(s, "Kept", "sec/op", 1e-3, 1e-3, 1, 10);
    recording_unit(s->recordings[0], number(s, "points"))->better = BETTER_HIGHER;
    recording_unit(s->recordings[1], number(s, "points"))->better = BETTER_LOWER;
    judge(s);
    assert_row(s, "Turned", "points", ROW_INCOMPARABLE);
    assert_true(has_note(row_at(s, "Turned", "points"), "better is higher in the base"));
    assert_whole(s, VERDICT_BROKEN, REASON_MISSING_ROWS);
    assert_true(policy_add_rule(&s->policy, ":points:better=higher", "--rule", s->arena, &err));
    judge(s);
    assert_row(s, "Turned", "points", ROW_IMPROVED);
    assert_whole(s, VERDICT_PASS, REASON_NONE);
}

SCENE(other_settings_are_named_with_the_way_out) {
    for (size_t i = 0; i < 10; i++) {
        put(s, 0, setting(s, 0, "cpu", "Fast"), "A", "sec/op", 1 + scatter[i] / 100, 0);
        put(s, 1, setting(s, 1, "cpu", "Slow"), "A", "sec/op", 2 + scatter[i] / 100, 0);
    }
    judge(s);
    assert_row(s, "A", "sec/op", ROW_INCOMPARABLE);
    assert_int_equal(s->comparison.row_count, 1);
    assert_whole(s, VERDICT_BROKEN, REASON_NOTHING_COMPARABLE);
    const struct row *row = row_at(s, "A", "sec/op");
    assert_true(has_note(row, "cpu ('Fast' / 'Slow')") && has_note(row, "--ignore cpu"));
    assert_near(row->head.center, 2, 0.01);
    s->spec.ignore = "cpu";
    judge(s);
    assert_row(s, "A", "sec/op", ROW_REGRESSED);
}

static void fingerprint(struct scene *s, size_t side, const char *id, const char *line) {
    recording_set(s->recordings[side], "fingerprint-id", id);
    recording_set(s->recordings[side], "fingerprint", line);
}

SCENE(another_machine_is_refused) {
    both(s, "A", "sec/op", 1e-3, 1e-3, 1, 10);
    fingerprint(s, 0, "aaaa", "cpu-model=79 kernel=6.1 cores=4");
    fingerprint(s, 1, "bbbb", "cpu-model=85 kernel=6.1 governor=ondemand");
    judge(s);
    assert_row(s, "A", "sec/op", ROW_INCOMPARABLE);
    assert_whole(s, VERDICT_BROKEN, REASON_FINGERPRINT);
    assert_true(has_general_note(s, "cpu-model (79 / 85), cores (4 / none), governor (none / "
                                    "ondemand)"));
    assert_false(has_general_note(s, "kernel"));
    s->policy.ignore_fingerprint = true;
    judge(s);
    assert_row(s, "A", "sec/op", ROW_SAME);
    assert_whole(s, VERDICT_PASS, REASON_NONE);
    assert_true(has_general_note(s, "different machines"));
    s->policy.ignore_fingerprint = false;
    recording_set(s->recordings[0], "session", "1");
    recording_set(s->recordings[1], "session", "1");
    judge(s);
    assert_whole(s, VERDICT_PASS, REASON_NONE);
}

SCENE(an_unknown_machine_is_not_another_one) {
    both(s, "A", "sec/op", 1e-3, 1e-3, 1, 10);
    fingerprint(s, 0, "aaaa", "cpu-model=79");
    judge(s);
    assert_whole(s, VERDICT_PASS, REASON_NONE);
}

static void add_waiver(struct scene *s, const char *benchmark, const char *unit, double ceiling,
                       const char *expires) {
    struct waiver waiver = {benchmark, unit, NULL, ceiling, expires, "because", "waivers.txt:7"};
    ARENA_PUSH(s->arena, s->policy.waivers, s->policy.waiver_count, s->policy.waiver_capacity,
               waiver);
}

SCENE(a_waiver_holds_up_to_its_ceiling) {
    both(s, "Waived-8", "sec/op", 1e-3, 1.1e-3, 1, 10);
    both(s, "Kept-8", "sec/op", 1e-3, 1e-3, 1, 10);
    add_waiver(s, "Waived", "sec/op", 0.12, "2026-06-15");
    judge(s);
    assert_row(s, "Waived-8", "sec/op", ROW_WAIVED);
    assert_int_equal(row_at(s, "Waived-8", "sec/op")->unwaived, ROW_REGRESSED);
    assert_true(has_note(row_at(s, "Waived-8", "sec/op"), "because"));
    assert_whole(s, VERDICT_PASS, REASON_NONE);
    s->policy.waivers[0].ceiling = 0.08;
    judge(s);
    assert_row(s, "Waived-8", "sec/op", ROW_REGRESSED);
    assert_true(has_note(row_at(s, "Waived-8", "sec/op"), "worse than the 8%"));
    assert_whole(s, VERDICT_REGRESSION, REASON_NONE);
}

SCENE(an_expired_waiver_waives_nothing_and_is_reported) {
    both(s, "A", "sec/op", 1e-3, 1.1e-3, 1, 10);
    add_waiver(s, "A", "sec/op", 0.5, "2026-06-14");
    judge(s);
    assert_row(s, "A", "sec/op", ROW_REGRESSED);
    assert_true(has_general_note(s, "expired on 2026-06-14"));
}

SCENE(unused_and_unknown_waivers_are_reported) {
    both(s, "A", "sec/op", 1e-3, 1e-3, 1, 10);
    add_waiver(s, "A", "sec/op", 0.5, "2026-12-31");
    add_waiver(s, "A", "B/op", 0.5, "2026-12-31");
    add_waiver(s, "Nobody", "sec/op", 0.5, "2026-12-31");
    judge(s);
    assert_true(has_general_note(s, "waiver of 'A' sec/op is not needed"));
    assert_true(has_general_note(s, "nothing here is named 'A' in B/op"));
    assert_true(has_general_note(s, "nothing here is named 'Nobody'"));
    assert_whole(s, VERDICT_PASS, REASON_NONE);
}

SCENE(renames_join_old_and_new_names) {
    struct pg_error err;
    sample(s, 0, "Old/n=1-8", "sec/op", 1e-3, 1, 10);
    sample(s, 1, "New/n=1-8", "sec/op", 1.2e-3, 1, 10);
    both(s, "Taken", "sec/op", 1e-3, 1e-3, 1, 10);
    assert_true(policy_add_rename(&s->policy, "Old/n=1=New/n=1", "--rename", s->arena, &err));
    assert_true(policy_add_rename(&s->policy, "Nobody=X", "--rename", s->arena, &err));
    judge(s);
    assert_row(s, "New/n=1-8", "sec/op", ROW_REGRESSED);
    assert_int_equal(s->comparison.row_count, 2);
    assert_true(has_general_note(s, "no benchmark 'Nobody'"));
    assert_string_equal(strings_get(s->strings, s->recordings[0]->series[0].name), "Old/n=1-8");
}

SCENE(a_rename_onto_an_existing_name_is_refused) {
    struct pg_error err;
    both(s, "A", "sec/op", 1e-3, 1e-3, 1, 10);
    both(s, "B", "sec/op", 1e-3, 1e-3, 1, 10);
    assert_true(policy_add_rename(&s->policy, "A=B", "--rename", s->arena, &err));
    judge(s);
    assert_true(has_general_note(s, "the baseline already has 'B'"));
    assert_int_equal(s->comparison.counts[ROW_SAME], 2);
}

SCENE(rounds_of_one_session_are_paired) {
    /* Both sides swing together by half. */
    uint32_t base = recording_config(s->recordings[0], NULL, 0);
    uint32_t head = recording_config(s->recordings[1], NULL, 0);
    for (uint32_t i = 0; i < 12; i++) {
        double swing = 1 + 0.5 * (i % 4);
        if (i != 3)
            put(s, 0, base, "A", "sec/op", swing * (1 + scatter[i % 10] / 1000), i + 1);
        if (i != 7) /* out of order, too */
            put(s, 1, head, "A", "sec/op", swing * 1.1 * (1 + scatter[(i + 5) % 10] / 1000), i + 1);
    }
    s->policy.test = TEST_AUTO;
    judge(s);
    assert_null(strstr(row_at(s, "A", "sec/op")->test, "paired"));
    assert_int_equal(row_at(s, "A", "sec/op")->base.n, 11);
    recording_set(s->recordings[0], "session", "one");
    recording_set(s->recordings[1], "session", "one");
    judge(s);
    const struct row *row = row_at(s, "A", "sec/op");
    assert_int_equal(row->verdict, ROW_REGRESSED);
    assert_int_equal(row->base.n, 10);
    assert_near(row->change, 0.1, 0.05);
    assert_true(strstr(row->test, "paired") &&
                has_general_note(s, "in 1 of 1 rows rounds (up to 2)"));
}

SCENE(values_of_one_round_are_one_sample) {
    uint32_t base = recording_config(s->recordings[0], NULL, 0);
    uint32_t head = recording_config(s->recordings[1], NULL, 0);
    for (uint32_t i = 0; i < 30; i++) {
        put(s, 0, base, "A", "sec/op", 1 + scatter[i % 10] / 100, i / 5 + 1);
        put(s, 1, head, "A", "sec/op", 1.2 + scatter[i % 10] / 100, i % 6 + 1);
    }
    judge(s);
    const struct row *row = row_at(s, "A", "sec/op");
    assert_int_equal(row->base.n, 6);
    assert_int_equal(row->head.n, 6);
    assert_near(row->base.center, 1 + (0.3 - 0.6) / 2 / 100, 1e-12); /* the two medians */
    assert_true(has_general_note(s, "several values (up to 5)"));
    assert_int_equal(row->verdict, ROW_REGRESSED);
}

SCENE(every_head_column_has_its_rows) {
    s->count = 3;
    both(s, "A", "sec/op", 1e-3, 1e-3, 1, 10);
    sample(s, 2, "A", "sec/op", 1.2e-3, 1, 10);
    sample(s, 2, "B", "sec/op", 1e-3, 1, 10);
    judge(s);
    assert_int_equal(s->comparison.row_count, 3);
    assert_int_equal(s->comparison.rows[0].verdict, ROW_SAME);
    assert_int_equal(s->comparison.rows[1].verdict, ROW_REGRESSED);
    assert_int_equal(s->comparison.rows[2].verdict, ROW_NEW);
    assert_int_equal(s->comparison.rows[1].column, 2);
}

SCENE(sessions_of_a_baseline_are_one_column) {
    s->count = 4;
    s->base_count = 3;
    s->policy.test = TEST_AUTO;
    for (size_t i = 0; i < 3; i++) {
        s->recordings[i]->label = "baseline";
        sample(s, i, "A", "sec/op", 1e-3 * (1 + 0.01 * (double)i), 1, 10);
    }
    sample(s, 3, "A", "sec/op", 1.3e-3, 1, 10);
    sample(s, 0, "Once", "sec/op", 1e-3, 1, 10);
    sample(s, 3, "Once", "sec/op", 1e-3, 1, 10);
    judge(s);
    assert_row(s, "A", "sec/op", ROW_REGRESSED);
    assert_int_equal(row_at(s, "A", "sec/op")->head.n, 10);
    assert_true(has_note(row_at(s, "Once", "sec/op"), "in one of 3 baseline sessions"));
}

SCENE(a_rule_that_matches_nothing_is_reported) {
    struct pg_error err;
    both(s, "A", "sec/op", 1e-3, 1.1e-3, 1, 10);
    assert_true(policy_add_rule(&s->policy, "A:sec/op:threshold=20%", "x:1", s->arena, &err));
    assert_true(policy_add_rule(&s->policy, "Typo:sec/op:threshold=20%", "x:2", s->arena, &err));
    judge(s);
    assert_row(s, "A", "sec/op", ROW_SAME);
    assert_true(has_general_note(s, "'Typo'") && !has_general_note(s, "'A'"));
}

static void check_test(struct scene *s, enum test_choice choice, const char *name) {
    s->policy.test = choice;
    judge(s);
    const struct row *row = row_at(s, "Slow", "sec/op");
    assert_int_equal(row->verdict, ROW_REGRESSED);
    assert_string_equal(row->test, name);
    assert_near(row->change, 0.1, 0.1);
    assert_true(row->change_low < row->change && row->change < row->change_high);
    assert_true(row->base.low < row->base.center && row->base.center < row->base.high);
    assert_true(row->smallest_detectable_change > 0 && row->smallest_detectable_change < 0.1);
    assert_row(s, "Same", "sec/op", ROW_SAME);
}

SCENE(every_test_sees_ten_percent) {
    both(s, "Slow", "sec/op", 1e-3, 1.1e-3, 1, 10);
    both(s, "Same", "sec/op", 1e-3, 1e-3, 1, 10);
    check_test(s, TEST_WELCH, "welch");
    check_test(s, TEST_WELCH_LOG, "welch, log scale");
    check_test(s, TEST_TRIMMED, "trimmed welch, log scale");
    check_test(s, TEST_MANN_WHITNEY, "mann-whitney");
}

SCENE(worst_rows_come_first) {
    both(s, "Same", "sec/op", 1e-3, 1e-3, 1, 10);
    both(s, "Fast", "sec/op", 1e-3, 0.8e-3, 1, 10);
    both(s, "Slow", "sec/op", 1e-3, 1.1e-3, 1, 10);
    both(s, "Slower", "sec/op", 1e-3, 1.3e-3, 1, 10);
    both(s, "FromZero", "allocs/op", 0, 1, 0, 2);
    both(s, "Faults", "page-faults", 10, 90, 1, 10);
    both(s, "Noisy", "sec/op", 1e-3, 1.1e-3, 50, 4);
    sample(s, 0, "Gone", "sec/op", 1e-3, 1, 10);
    sample(s, 1, "New", "sec/op", 1e-3, 1, 10);
    judge(s);
    static const char *const want[] = {"FromZero", "Slower", "Slow", "Gone",  "Noisy",
                                       "Fast",     "New",    "Same", "Faults"};
    size_t order[9];
    assert_int_equal(s->comparison.row_count, 9);
    comparison_worst_first(&s->comparison, NULL, order);
    for (size_t i = 0; i < 9; i++)
        assert_string_equal(s->comparison.rows[order[i]].name, want[i]);
}

SCENE(swapped_sides_swap_the_verdict) {
    both(s, "A", "sec/op", 1e-3, 1.1e-3, 1, 10);
    both(s, "B", "B/op", 100, 50, 0, 3);
    struct recording *old = s->recordings[0];
    s->recordings[0] = s->recordings[1];
    s->recordings[1] = old;
    judge(s);
    assert_row(s, "A", "sec/op", ROW_IMPROVED);
    assert_row(s, "B", "B/op", ROW_REGRESSED);
}

SCENE(an_unread_input_is_a_broken_comparison) {
    comparison_broken(&s->comparison, &s->policy, REASON_NO_BASELINE, "old.txt: not there",
                      s->arena);
    assert_whole(s, VERDICT_BROKEN, REASON_NO_BASELINE);
    assert_true(has_general_note(s, "old.txt: not there"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slower_row_is_red),
        cmocka_unit_test(a_rate_that_falls_is_red),
        cmocka_unit_test(significant_but_small_is_no_regression),
        cmocka_unit_test(noise_without_an_answer_is_inconclusive),
        cmocka_unit_test(strict_fails_on_one_inconclusive_row),
        cmocka_unit_test(few_samples_decide_nothing),
        cmocka_unit_test(exact_rule_of_deterministic_units),
        cmocka_unit_test(no_variance_is_exact_from_two_values_on),
        cmocka_unit_test(floors_must_be_exceeded_too),
        cmocka_unit_test(floor_over_a_base_of_zero),
        cmocka_unit_test(negative_values_keep_their_direction),
        cmocka_unit_test(many_rows_need_smaller_p),
        cmocka_unit_test(rows_that_are_not_gated_decide_nothing),
        cmocka_unit_test(missing_rows_break_unless_allowed),
        cmocka_unit_test(a_permission_that_matches_no_benchmark_is_noted),
        cmocka_unit_test(a_regression_outranks_what_is_broken),
        cmocka_unit_test(damage_breaks_but_rows_are_judged),
        cmocka_unit_test(nothing_in_common_is_broken),
        cmocka_unit_test(a_failed_benchmark_is_a_row),
        cmocka_unit_test(a_baseline_that_failed_leaves_the_head_new),
        cmocka_unit_test(everything_failed),
        cmocka_unit_test(a_base_of_failures_only_is_no_head),
        cmocka_unit_test(a_changed_unit_is_said_on_both_rows),
        cmocka_unit_test(a_unit_that_turned_round_is_incomparable),
        cmocka_unit_test(other_settings_are_named_with_the_way_out),
        cmocka_unit_test(another_machine_is_refused),
        cmocka_unit_test(an_unknown_machine_is_not_another_one),
        cmocka_unit_test(a_waiver_holds_up_to_its_ceiling),
        cmocka_unit_test(an_expired_waiver_waives_nothing_and_is_reported),
        cmocka_unit_test(unused_and_unknown_waivers_are_reported),
        cmocka_unit_test(renames_join_old_and_new_names),
        cmocka_unit_test(a_rename_onto_an_existing_name_is_refused),
        cmocka_unit_test(rounds_of_one_session_are_paired),
        cmocka_unit_test(values_of_one_round_are_one_sample),
        cmocka_unit_test(every_head_column_has_its_rows),
        cmocka_unit_test(sessions_of_a_baseline_are_one_column),
        cmocka_unit_test(a_rule_that_matches_nothing_is_reported),
        cmocka_unit_test(every_test_sees_ten_percent),
        cmocka_unit_test(worst_rows_come_first),
        cmocka_unit_test(swapped_sides_swap_the_verdict),
        cmocka_unit_test(an_unread_input_is_a_broken_comparison),
    };
    return RUN_TESTS(tests);
}
