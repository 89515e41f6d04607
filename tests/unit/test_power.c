#include "stats/power.h"

#include "stats/tdist.h"
#include "tests/unit/test.h"

#include "tests/unit/stats_sample.h"

static void agrees_with_r(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/power.tsv");
    while (table_next(&r)) {
        double n = r.number[0], se = sqrt(2 / n), df = 2 * (n - 1);
        int sides = (int)r.number[1];
        double alpha = r.number[2], power = r.number[3];
        assert_near(smallest_detectable(se, df, alpha, power, sides), r.number[4], 1e-9);
        assert_near(t_power(1, se, df, alpha, sides), r.number[5], 1e-10);
        assert_int_equal(sample_size_needed(1, 1, alpha, power, sides), table_count(&r, 6));
    }
    assert_int_equal(r.rows, 84);
}

static void no_difference_leaves_alpha(void **state) {
    (void)state;
    for (double df = 1; df < 1e6; df *= 3)
        for (double alpha = 0.001; alpha < 0.5; alpha *= 3) {
            assert_near(t_power(0, 1, df, alpha, 1), alpha, 1e-10);
            assert_near(t_power(0, 3, df, alpha, 2), alpha / 2, 1e-10);
        }
}

static void central_case_is_students(void **state) {
    (void)state;
    double slope;
    for (double t = -4; t < 8; t += 0.7)
        assert_near(t_noncentral_upper_tail(t, 7.3, 0, NULL), t_upper_tail(t, 7.3), 1e-11);
    double step = 1e-4, at = t_noncentral_upper_tail(2, 9, 1.5, &slope);
    double above = t_noncentral_upper_tail(2, 9, 1.5 + step, NULL);
    assert_near((above - at) / step, slope, 1e-3);
}

static void detectable_is_seen_with_that_power(void **state) {
    (void)state;
    struct detectable_curve curve = detectable_curve_of(0.05, 0.8, 2);
    for (double df = 1; df < 1e5; df *= 1.7) {
        double least = smallest_detectable(0.3, df, 0.05, 0.8, 2);
        assert_near(t_power(least, 0.3, df, 0.05, 2), 0.8, 1e-9);
        assert_near(t_power(-least, 0.3, df, 0.05, 2), 0.8, 1e-9);
        assert_near(detectable_on(&curve, 0.3, df), least, 1e-9);
    }
    assert_near(detectable_on(&curve, 1, 0.7), smallest_detectable(1, 0.7, 0.05, 0.8, 2), 0);
    assert_nan(detectable_on(&curve, 0, 5));
    assert_nan(detectable_on(&curve, 1, NAN));
}

/* Cohen (1988), Statistical Power Analysis, table 2.4.1: medium effect .5, two-sided .05, power
 * .80: 64 a side. */
static void textbook_sizes(void **state) {
    (void)state;
    assert_int_equal(sample_size_needed(0.5, 1, 0.05, 0.8, 2), 64);
    assert_int_equal(sample_size_needed(-0.8, 1, 0.05, 0.8, 2), 26);
    assert_int_equal(sample_size_needed(2, 10, 0.05, 0.8, 2), 394);
    assert_int_equal(sample_size_needed(1e6, 1, 0.05, 0.8, 2), 2);
    assert_int_equal(sample_size_needed(1e-9, 1, 0.05, 0.8, 2), 0);
}

static void bad_arguments_give_nan(void **state) {
    (void)state;
    assert_nan(smallest_detectable(0, 5, 0.05, 0.8, 2));
    assert_nan(smallest_detectable(INFINITY, 5, 0.05, 0.8, 2));
    assert_nan(smallest_detectable(1, NAN, 0.05, 0.8, 2));
    assert_nan(smallest_detectable(1, 5, 0, 0.8, 2));
    assert_nan(smallest_detectable(1, 5, 0.05, 1, 2));
    assert_nan(smallest_detectable(1, 5, 0.05, 0.01, 2));
    assert_nan(smallest_detectable(1, 5, 0.05, 0.8, 3));
    assert_nan(t_power(1, NAN, 5, 0.05, 2));
    assert_nan(t_power(1, 1, 0, 0.05, 2));
    assert_nan(t_power(NAN, 1, 5, 0.05, 2));
    assert_nan(t_noncentral_upper_tail(INFINITY, 5, 1, NULL));
    assert_int_equal(sample_size_needed(0, 1, 0.05, 0.8, 2), 0);
    assert_int_equal(sample_size_needed(1, NAN, 0.05, 0.8, 2), 0);
    assert_int_equal(sample_size_needed(1, 1, 0.05, 0.8, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_r),
        cmocka_unit_test(no_difference_leaves_alpha),
        cmocka_unit_test(central_case_is_students),
        cmocka_unit_test(detectable_is_seen_with_that_power),
        cmocka_unit_test(textbook_sizes),
        cmocka_unit_test(bad_arguments_give_nan),
    };
    return RUN_TESTS(tests);
}
