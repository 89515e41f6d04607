#include "stats/tdist.h"

#include "tests/unit/test.h"

#include "tests/unit/stats_sample.h"

static void agrees_with_r(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/tdist.tsv");
    double deepest = 1;
    while (table_next(&r)) {
        double t = r.number[0], df = r.number[1], p = r.number[3];
        assert_near(t_two_sided(t, df), r.number[2], 1e-12);
        assert_near(t_two_sided(-t, df), r.number[2], 1e-12);
        assert_near(t_upper_tail(t, df), r.number[2] / 2, 1e-12);
        if (!isnan(r.number[4]))
            assert_near(t_two_sided_quantile(p, df), r.number[4], 1e-12);
        deepest = fmin(deepest, t_two_sided(t, df));
    }
    assert_true(r.rows > 200);
    assert_true(deepest > 0 && deepest < 1e-299);
}

/* df = 1 is Cauchy's, df = 2 has a square root only. */
static void closed_forms(void **state) {
    (void)state;
    for (double t = 1e-3; t < 1e150; t *= 3.7) {
        assert_near(t_two_sided(t, 1), 2 * atan2(1, t) / M_PI, 1e-13);
        double root = sqrt(2 + t * t);
        assert_near(t_two_sided(t, 2), t < 1e150 ? 2 / (root * (root + t)) : 1 / (t * t), 1e-13);
    }
}

/* Tables of Student's t in any textbook; Fisher & Yates (1938), table III. */
static void textbook_table(void **state) {
    (void)state;
    assert_near(t_two_sided_quantile(0.05, 1), 12.706, 1e-4);
    assert_near(t_two_sided_quantile(0.05, 10), 2.228, 1e-3);
    assert_near(t_two_sided_quantile(0.05, 28), 2.048, 1e-3);
    assert_near(t_two_sided_quantile(0.05, 29), 2.045, 1e-3);
    assert_near(t_two_sided_quantile(0.01, 60), 2.660, 1e-3);
    assert_near(normal_upper_quantile(0.025), 1.959963984540054, 1e-14);
    assert_near(normal_upper_tail(1.959963984540054), 0.025, 1e-14);
}

static void quantile_inverts_the_tail(void **state) {
    (void)state;
    for (double df = 0.4; df < 1e7; df *= 1.9)
        for (double p = 0.9999; p > 1e-250; p = p * p * 0.7) {
            double t = t_two_sided_quantile(p, df);
            if (t < 1e140)
                assert_near(t_two_sided(t, df), p, 1e-10);
        }
}

/* The two ways of computing meet between t = 1 and 1.6, and at df = 10. */
static void no_seam(void **state) {
    (void)state;
    for (double df = 0.5; df < 1e5; df *= 1.37)
        for (double at = 1; at < 1.7; at += 0.6) {
            double below = t_two_sided(at * (1 - 1e-15), df), above = t_two_sided(at, df);
            assert_near(below, above, 1e-13);
        }
    assert_near(t_two_sided(1.3, 10), t_two_sided(1.3, 10 * (1 + 1e-15)), 1e-13);
}

static void edges(void **state) {
    (void)state;
    assert_near(t_two_sided(0, 5), 1, 0);
    assert_near(t_two_sided(INFINITY, 5), 0, 0);
    assert_near(t_upper_tail(0, 5), 0.5, 0);
    assert_near(t_upper_tail(-3, 5) + t_upper_tail(3, 5), 1, 1e-15);
    assert_near(t_two_sided(2, INFINITY), erfc(sqrt(2)), 1e-14);
    const double bad[] = {0, -1, NAN};
    for (size_t i = 0; i < 3; i++) {
        assert_nan(t_two_sided(2, bad[i]));
        assert_nan(t_upper_tail(2, bad[i]));
        assert_nan(t_two_sided_quantile(0.05, bad[i]));
        assert_nan(t_two_sided_quantile(bad[i], 5));
        assert_nan(normal_upper_quantile(bad[i]));
    }
    assert_nan(t_two_sided(NAN, 5));
    assert_nan(t_two_sided_quantile(1, 5));
    assert_nan(normal_upper_quantile(1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_r),  cmocka_unit_test(closed_forms),
        cmocka_unit_test(textbook_table), cmocka_unit_test(quantile_inverts_the_tail),
        cmocka_unit_test(no_seam),        cmocka_unit_test(edges),
    };
    return RUN_TESTS(tests);
}
