#include "tests/unit/test.h"

#include "gate/grid/classic.h"

static struct classic classic_at(double alpha, double confidence) {
    struct classic classic;
    classic_init(&classic, alpha, confidence);
    return classic;
}

static void median_and_interval_of_order_statistics(void **state) {
    (void)state;
    struct classic classic = classic_at(0.05, 0.95);
    const double values[] = {-10, 2, 3, 4, 5, 6};
    struct classic_summary summary = classic_summarise(&classic, values, 6, false);
    assert_true(summary.center == 3.5 && summary.low == -10 && summary.high == 6);
    assert_int_equal(summary.doubt, CLASSIC_SURE);
    summary = classic_summarise(&classic, values, 5, false);
    assert_true(summary.center == 3 && isinf(summary.low) && summary.high == 5);
    assert_int_equal(summary.doubt, CLASSIC_FEW);
    assert_int_equal(classic.need_summary, 6);
    classic_release(&classic);
}

static void exact_units_show_the_mode(void **state) {
    (void)state;
    struct classic classic = classic_at(0.05, 0.95);
    const double values[] = {1, 2, 2, 3, 3};
    struct classic_summary summary = classic_summarise(&classic, values, 5, true);
    assert_true(summary.center == 2 && summary.low == 1 && summary.high == 3);
    assert_int_equal(summary.doubt, CLASSIC_INEXACT);
    assert_int_equal(classic_summarise(&classic, values + 1, 2, true).doubt, CLASSIC_SURE);
    struct classic_test test = classic_compare(&classic, values, 1, values, 1, true);
    assert_true(test.p == 0 && test.significant);
    classic_release(&classic);
}

static void small_samples_are_told_what_they_lack(void **state) {
    (void)state;
    static const struct {
        double alpha, confidence;
        size_t test, summary;
    } rows[] = {{0.05, 0.95, 4, 6}, {0.01, 0.99, 5, 8}, {1, 0.5, 1, 2}, {1e-50, 1, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct classic classic = classic_at(rows[i].alpha, rows[i].confidence);
        assert_int_equal(classic.need_test, rows[i].test);
        assert_int_equal(classic.need_summary, rows[i].summary);
        classic_release(&classic);
    }
}

static void compares_as_benchstat_does(void **state) {
    (void)state;
    struct classic classic = classic_at(0.05, 0.95);
    const double low[] = {-1, -1, -1, -1}, high[] = {1, 1, 1, 1}, mixed[] = {-1, 1, 1, 1};
    struct classic_test test = classic_compare(&classic, low, 4, high, 4, false);
    assert_near(test.p, 0.02857142857142857, 1e-12);
    assert_true(test.significant && test.doubt == CLASSIC_SURE);
    test = classic_compare(&classic, low, 3, high, 3, false);
    assert_near(test.p, 0.1, 1e-12);
    assert_true(!test.significant && test.doubt == CLASSIC_FEW);
    const double other[] = {-1, -1, -1, 1};
    test = classic_compare(&classic, other, 4, mixed, 4, false);
    assert_near(test.p, 0.4857142857142857, 1e-12);
    assert_int_equal(test.doubt, CLASSIC_SURE);
    test = classic_compare(&classic, low, 4, low, 4, false);
    assert_true(test.p == 1 && !test.significant && test.doubt == CLASSIC_EQUAL);
    classic_release(&classic);
}

/* benchstat takes the upper tail as one less the lower: far apart, and only when the base is above,
 * p is 0. */
static void large_samples_far_apart(void **state) {
    (void)state;
    enum { N = 100 };
    struct classic classic = classic_at(0.05, 0.95);
    double low[N], high[N];
    for (int i = 0; i < N; i++) {
        low[i] = i;
        high[i] = 1000 + i;
    }
    assert_true(classic_compare(&classic, high, N, low, N, false).p == 0);
    double p = classic_compare(&classic, low, N, high, N, false).p;
    assert_true(p > 0 && p < 1e-30);
    classic_release(&classic);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_and_interval_of_order_statistics),
        cmocka_unit_test(exact_units_show_the_mode),
        cmocka_unit_test(small_samples_are_told_what_they_lack),
        cmocka_unit_test(compares_as_benchstat_does),
        cmocka_unit_test(large_samples_far_apart),
    };
    return RUN_TESTS(tests);
}
