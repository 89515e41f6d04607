#include "stats/auto_test.h"

#include "stats/random.h"
#include "stats/welch.h"
#include "tests/unit/auto_noise.h"
#include "tests/unit/test.h"

static const struct auto_plan paired = {0.95, true, true, false, 0};
static const struct auto_plan apart = {0.95, false, true, false, 0};
static const struct auto_plan even = {0.95, false, false, false, 0};

/* The share of seeded windows that auto_test by a plan, or without one Welch's test, rejects. */
static double share_rejected(enum noise noise, size_t n, const struct auto_plan *plan,
                             double ratio) {
    enum { WINDOWS = 2000 };
    double base[64], head[64];
    gsl_rng *random = random_new(7);
    size_t count = 0;
    for (size_t i = 0; i < WINDOWS; i++) {
        noise_rounds(random, noise, n, ratio, base, head);
        if (plan) {
            struct auto_result r = auto_test(base, n, head, n, *plan);
            count += r.p <= 0.05 && (ratio == 1 || r.change > 0.02);
        } else {
            const struct t_plan welch = {SCALE_RAW, 0, 0, 0.95};
            count += welch_test(base, n, head, n, welch).p <= 0.05;
        }
    }
    random_free(random);
    return (double)count / WINDOWS;
}

static double rejected(enum noise noise, size_t n, struct auto_plan plan, double ratio) {
    return share_rejected(noise, n, &plan, ratio);
}

static double welch_rejected(enum noise noise, size_t n, double ratio) {
    return share_rejected(noise, n, NULL, ratio);
}

static void the_level_holds_in_every_noise(void **state) {
    (void)state;
    const size_t sizes[] = {2, 3, 5, 10, 30};
    for (int noise = 0; noise < NOISE_KINDS; noise++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            double both = rejected((enum noise)noise, sizes[s], paired, 1);
            assert_true(both <= 0.05);
            assert_true(rejected((enum noise)noise, sizes[s], apart, 1) <= 0.05);
            assert_true(rejected((enum noise)noise, sizes[s], even, 1) <= 0.05);
            /* Nor is it a test that never says anything. */
            assert_true(sizes[s] < 5 || both >= 0.004);
        }
    }
}

static void a_slow_tail_does_not_hide_a_change(void **state) {
    (void)state;
    assert_true(welch_rejected(NOISE_SLOW_TAIL, 10, 1.05) < 0.1);
    assert_true(rejected(NOISE_SLOW_TAIL, 10, paired, 1.05) > 0.7);
    assert_true(rejected(NOISE_SLOW_TAIL, 10, apart, 1.05) > 0.7);
    assert_true(rejected(NOISE_SLOW_TAIL, 30, paired, 1.03) > 0.97);
    assert_true(rejected(NOISE_TWO_MODES, 30, apart, 1.03) >
                welch_rejected(NOISE_TWO_MODES, 30, 1.03) + 0.2);
}

static void pairs_see_through_drift(void **state) {
    (void)state;
    assert_true(rejected(NOISE_DRIFT, 10, paired, 1.05) > 0.65);
    assert_true(rejected(NOISE_DRIFT, 10, apart, 1.05) < 0.4);
}

static void any_size_of_change_is_found(void **state) {
    (void)state;
    /* The kernel scores of samples that do not touch say nothing; the rest has to. */
    const double ratios[] = {1.2, 2, 10, 1e6};
    for (size_t i = 0; i < 4; i++) {
        assert_true(rejected(NOISE_BELL, 10, paired, ratios[i]) > 0.99);
        assert_true(rejected(NOISE_BELL, 10, apart, ratios[i]) > 0.99);
    }
}

static void the_interval_agrees_with_p(void **state) {
    (void)state;
    double base[20], head[20];
    gsl_rng *random = random_new(3);
    size_t covered = 0;
    for (int i = 0; i < 4000; i++) {
        double ratio = exp(gsl_ran_gaussian(random, 0.01));
        enum noise noise = (enum noise)(i % NOISE_KINDS);
        noise_rounds(random, noise, 20, ratio, base, head);
        struct auto_result r = auto_test(base, 20, head, 20, i % 2 ? paired : apart);
        assert_int_equal(r.outcome, OUTCOME_OK);
        assert_true((r.p <= 0.05) == (r.change_low > 0 || r.change_high < 0));
        assert_true(r.change_low <= r.change && r.change <= r.change_high);
        assert_near(r.head.center / r.base.center - 1, r.change, 1e-9);
        assert_true(r.base.low <= r.base.center && r.base.center <= r.base.high);
        assert_true(r.smallest_detectable_change > 0);
        covered += r.change_low <= ratio - 1 && ratio - 1 <= r.change_high;
    }
    random_free(random);
    assert_true(covered > 0.93 * 4000);
}

static void some_rounds(double *base, double *head, size_t n) {
    gsl_rng *random = random_new(11);
    noise_rounds(random, NOISE_SLOW_TAIL, n, 1.03, base, head);
    random_free(random);
}

static void sides_may_be_swapped(void **state) {
    (void)state;
    double base[30], head[30];
    some_rounds(base, head, 30);
    for (int i = 0; i < 2; i++) {
        struct auto_result there = auto_test(base, 30, head, 30, i ? paired : apart);
        struct auto_result back = auto_test(head, 30, base, 30, i ? paired : apart);
        assert_near(back.p, there.p, 1e-9);
        assert_near(back.t, -there.t, 1e-9);
        assert_near(1 + back.change, 1 / (1 + there.change), 1e-9);
        assert_near(1 + back.change_low, 1 / (1 + there.change_high), 1e-9);
    }
}

static void the_unit_does_not_matter(void **state) {
    (void)state;
    double base[30], head[30], b[30], h[30];
    some_rounds(base, head, 30);
    const double units[] = {1e-12, 1e3, 1e15};
    struct auto_result one = auto_test(base, 30, head, 30, paired);
    for (size_t u = 0; u < 3; u++) {
        for (size_t i = 0; i < 30; i++) {
            b[i] = base[i] * units[u];
            h[i] = head[i] * units[u];
        }
        struct auto_result r = auto_test(b, 30, h, 30, paired);
        assert_near(r.p, one.p, 1e-6);
        assert_near(r.change, one.change, 1e-6);
        assert_near(r.base.center, one.base.center * units[u], 1e-9);
    }
}

static void order_does_not_matter(void **state) {
    (void)state;
    double base[30], head[30], b[30], h[30];
    some_rounds(base, head, 30);
    for (size_t i = 0; i < 30; i++) {
        b[i] = base[(i * 7) % 30];
        h[i] = head[(i * 7) % 30];
    }
    assert_near(auto_test(b, 30, h, 30, paired).p, auto_test(base, 30, head, 30, paired).p, 1e-9);
    assert_near(auto_test(b, 30, head, 30, apart).p, auto_test(base, 30, head, 30, apart).p, 1e-9);
}

static void the_same_values_twice_are_no_change(void **state) {
    (void)state;
    double base[30], head[30];
    some_rounds(base, head, 30);
    struct auto_result r = auto_test(base, 30, base, 30, apart);
    assert_near(r.p, 1, 0);
    assert_near(r.change, 0, 0);
    r = auto_test(base, 30, base, 30, paired);
    assert_near(r.p, 1, 0);
    assert_near(r.change, 0, 0);
}

/* Of few values there is one test. */
static void trimming_costs_degrees_of_freedom(void **state) {
    (void)state;
    double base[30], head[30];
    some_rounds(base, head, 30);
    for (size_t i = 0; i < 30; i++)
        head[i] *= 10;
    struct auto_result r = auto_test(base, 4, head, 30, apart);
    assert_near(r.df, 3, 0);
    assert_true(r.p < 1e-2);
    assert_near(r.trim_upper, 0.75, 1e-12);
    assert_near(auto_test(base, 3, head, 30, apart).df, 2, 0);
}

static const struct auto_plan worth_5_percent = {0.95, true, true, false, 0.05};

/* The caution is for scatter that reaches the threshold. */
static void a_threshold_out_of_reach_needs_no_caution(void **state) {
    (void)state;
    const double wide_share = rejected(NOISE_BELL, 10, paired, 1);
    const double narrow_share = rejected(NOISE_BELL, 10, worth_5_percent, 1);
    assert_true(wide_share < 0.03);
    assert_true(narrow_share > wide_share + 0.02 && narrow_share < 0.06);
    double found = rejected(NOISE_BELL, 10, worth_5_percent, 1.03);
    assert_true(found > rejected(NOISE_BELL, 10, paired, 1.03) + 0.08);
    assert_true(found > welch_rejected(NOISE_BELL, 10, 1.03) - 0.13);
    /* One that is within reach does not help, */
    double base[10], head[10];
    some_rounds(base, head, 10);
    struct auto_plan plan = worth_5_percent;
    plan.threshold = 0.001;
    assert_near(auto_test(base, 10, head, 10, plan).p, auto_test(base, 10, head, 10, paired).p, 0);
    /* nor any where sides are of different moments, */
    plan = worth_5_percent;
    plan.paired = false;
    assert_near(auto_test(base, 10, head, 10, plan).p, auto_test(base, 10, head, 10, apart).p, 0);
    /* nor where more than half of the values are equal. */
    const double few[] = {3, 3, 3, 4, 3, 3, 3, 3, 3, 3}, more[] = {3, 3, 4, 3, 3, 4, 3, 3, 3, 4};
    assert_near(auto_test(few, 10, more, 10, worth_5_percent).p,
                auto_test(few, 10, more, 10, paired).p, 0);
}

static void a_larger_threshold_never_needs_more_caution(void **state) {
    (void)state;
    double base[30], head[30];
    gsl_rng *random = random_new(13);
    noise_rounds(random, NOISE_BELL, 30, 1, base, head);
    random_free(random);
    struct auto_plan plan = paired;
    double last = auto_test(base, 30, head, 30, plan).p, first = last;
    for (plan.threshold = 0.002; plan.threshold < 1; plan.threshold *= 1.05) {
        double p = auto_test(base, 30, head, 30, plan).p;
        assert_true(p <= last * (1 + 1e-12) || p > 0.5);
        last = p;
    }
    assert_true(last < first);
    /* On the raw scale, too. */
    for (size_t i = 0; i < 30; i++) {
        base[i] = -base[i];
        head[i] = -head[i];
    }
    plan.threshold = 0.5;
    assert_true(auto_test(base, 30, head, 30, plan).p < auto_test(base, 30, head, 30, paired).p);
}

static void rates_are_times_the_other_way_round(void **state) {
    (void)state;
    double base[30], head[30], b[30], h[30];
    some_rounds(base, head, 30);
    for (size_t i = 0; i < 30; i++) {
        b[i] = 1 / base[i];
        h[i] = 1 / head[i];
    }
    struct auto_plan rate = paired;
    rate.larger_is_better = true;
    struct auto_result r = auto_test(b, 30, h, 30, rate);
    struct auto_result t = auto_test(base, 30, head, 30, paired);
    assert_near(r.p, t.p, 1e-9);
    assert_near(r.t, -t.t, 1e-9);
    assert_near(1 + r.change, 1 / (1 + t.change), 1e-9);
}

/* Seven of eight rounds are half as slow again, one is far too quick: neither faster nor, with an
 * estimate that says faster, slower. */
static void one_wild_value_does_not_turn_a_change_round(void **state) {
    (void)state;
    const double base[] = {104.1, 103.2, 104.9, 104.4, 103.8, 104.6, 105.0, 103.5};
    double head[] = {155.1, 154.2, 155.9, 155.4, 154.8, 155.6, 156.0, 0};
    const double wild[] = {0.5, 5, 20, 50, 90, 140};
    for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        head[7] = wild[i];
        struct auto_result r = auto_test(base, 8, head, 8, apart);
        assert_int_equal(r.outcome, OUTCOME_OK);
        assert_true(r.change > 0 || r.p > 0.05);
    }
}

static void the_tail_speaks_for_itself(void **state) {
    (void)state;
    double base[60], head[60];
    gsl_rng *random = random_new(5);
    noise_rounds(random, NOISE_BELL, 60, 1, base, head);
    random_free(random);
    for (size_t i = 0; i < 60; i += 3)
        head[i] *= 1.5;
    struct auto_result r = auto_test(base, 60, head, 60, apart);
    assert_true(fabs(r.change) < 0.02);
    assert_true(r.tail.change > 0.1 && r.tail.p < 0.001);
}

static void values_of_zero_or_less_are_compared_raw(void **state) {
    (void)state;
    double base[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    double head[10] = {50, 51, 52, 53, 54, 55, 56, 57, 58, 59};
    struct auto_result r = auto_test(base, 10, head, 10, apart);
    assert_int_equal(r.outcome, OUTCOME_OK);
    assert_false(r.log_scale);
    assert_near(r.change, 50 / r.base.center, 0.05);
    assert_true(r.p < 0.01 && r.change_low > 0);
    assert_true(auto_test(base + 1, 9, head, 9, apart).log_scale);
    for (size_t i = 0; i < 10; i++)
        base[i] = 0;
    r = auto_test(base, 10, head, 10, apart);
    assert_int_equal(r.outcome, OUTCOME_OK);
    assert_true(isinf(r.change) && r.change > 0);
}

static void rounded_and_equal_values_are_no_proof(void **state) {
    (void)state;
    const double few[] = {3, 3, 3, 4, 3, 3, 3, 3, 3, 3}, more[] = {3, 3, 4, 3, 3, 4, 3, 3, 3, 4};
    struct auto_result r = auto_test(few, 10, more, 10, paired);
    assert_int_equal(r.outcome, OUTCOME_OK);
    assert_true(r.p > 0.05);
    /* Pairs that differ by the very same, on sides that do vary: as sure as a sign test. */
    double base[10], head[10];
    for (size_t i = 0; i < 10; i++) {
        base[i] = (double)(1 << i);
        head[i] = base[i] * 2;
    }
    r = auto_test(base, 10, head, 10, paired);
    assert_int_equal(r.outcome, OUTCOME_OK);
    assert_near(r.change, 1, 1e-9);
    assert_true(r.p > 0.001 && r.p < 0.05);
    assert_true(auto_test(base, 2, head, 2, paired).p > 0.05);
}

static void constants_need_no_test(void **state) {
    (void)state;
    const double five[] = {5, 5, 5}, six[] = {6, 6};
    struct auto_result r = auto_test(five, 3, six, 2, apart);
    assert_int_equal(r.outcome, OUTCOME_CONSTANT_DIFFERENT);
    assert_near(r.change, 0.2, 1e-15);
    assert_near(r.change_low, 0.2, 1e-15);
    assert_nan(r.p);
    r = auto_test(five, 3, five, 2, apart);
    assert_int_equal(r.outcome, OUTCOME_CONSTANT_EQUAL);
    assert_near(r.change, 0, 0);
    assert_near(r.base.center, 5, 0);
    /* One constant side is a sample like any other. */
    const double around[] = {7, 7.1, 6.9, 7, 7.05};
    r = auto_test((const double[]){5, 5, 5, 5, 5}, 5, around, 5, paired);
    assert_int_equal(r.outcome, OUTCOME_OK);
    assert_true(r.p < 0.05 && r.p > 0);
}

static void bad_input_has_an_outcome(void **state) {
    (void)state;
    const double two[] = {1, 2}, bad[] = {1, NAN}, endless[] = {INFINITY, 1};
    assert_int_equal(auto_test(two, 1, two, 2, apart).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(auto_test(two, 2, two, 0, apart).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(auto_test(two, 2, bad, 2, apart).outcome, OUTCOME_OUT_OF_RANGE);
    assert_int_equal(auto_test(endless, 2, two, 2, apart).outcome, OUTCOME_OUT_OF_RANGE);
    assert_int_equal(auto_test(two, 2, two, 1, paired).outcome, OUTCOME_BAD_ARGUMENT);
    struct auto_plan sure = {1, false, true, false, 0};
    assert_int_equal(auto_test(two, 2, two, 2, sure).outcome, OUTCOME_BAD_ARGUMENT);
    struct auto_result r = auto_test(two, 1, two, 2, apart);
    assert_nan(r.p);
    assert_nan(r.tail.p);
    assert_null(r.name);
}

static void large_samples_do_without_kernels(void **state) {
    (void)state;
    enum { MANY = 3000 };
    static double base[MANY], head[MANY];
    gsl_rng *random = random_new(2);
    noise_rounds(random, NOISE_SLOW_TAIL, MANY, 1.005, base, head);
    random_free(random);
    struct auto_result r = auto_test(base, MANY, head, MANY, paired);
    assert_int_equal(r.outcome, OUTCOME_OK);
    assert_true(r.p < 1e-6 && fabs(r.change - 0.005) < 0.003);
    assert_near(r.trim_upper, 0.75, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_level_holds_in_every_noise),
        cmocka_unit_test(a_slow_tail_does_not_hide_a_change),
        cmocka_unit_test(pairs_see_through_drift),
        cmocka_unit_test(any_size_of_change_is_found),
        cmocka_unit_test(the_interval_agrees_with_p),
        cmocka_unit_test(sides_may_be_swapped),
        cmocka_unit_test(the_unit_does_not_matter),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(the_same_values_twice_are_no_change),
        cmocka_unit_test(trimming_costs_degrees_of_freedom),
        cmocka_unit_test(a_threshold_out_of_reach_needs_no_caution),
        cmocka_unit_test(a_larger_threshold_never_needs_more_caution),
        cmocka_unit_test(rates_are_times_the_other_way_round),
        cmocka_unit_test(one_wild_value_does_not_turn_a_change_round),
        cmocka_unit_test(the_tail_speaks_for_itself),
        cmocka_unit_test(values_of_zero_or_less_are_compared_raw),
        cmocka_unit_test(rounded_and_equal_values_are_no_proof),
        cmocka_unit_test(constants_need_no_test),
        cmocka_unit_test(bad_input_has_an_outcome),
        cmocka_unit_test(large_samples_do_without_kernels),
    };
    return RUN_TESTS(tests);
}
