#include "stats/summary.h"

#include "tests/unit/test.h"

#include "tests/unit/stats_sample.h"

static void agrees_with_r(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/summary.tsv");
    while (table_next(&r)) {
        size_t n = table_count(&r, 0);
        double *x = sample_new(r.text[1], n, (uint32_t)r.number[2], r.number[3], r.number[4], 0);
        struct moments m = moments_of(x, n);
        /* A mean near zero is held against the spread. */
        double deviation = sqrt(m.variance);
        assert_near(1 + (m.mean - r.number[5]) / (deviation + fabs(m.mean)), 1, 1e-13);
        assert_near(m.variance, r.number[6], 1e-12);
        assert_near(median_of(x, n), r.number[8], 1e-13);
        assert_true(sort_values(x, n));
        assert_near(quantile_sorted(x, n, 0.1), r.number[7], 1e-12);
        assert_near(quantile_sorted(x, n, 0.5), r.number[8], 1e-13);
        assert_near(quantile_sorted(x, n, 0.75), r.number[9], 1e-12);
        if (isnan(r.number[10]))
            assert_nan(geometric_mean(x, n));
        else
            assert_near(geometric_mean(x, n), r.number[10], 1e-12);
        free(x);
    }
    assert_true(r.rows >= 60);
}

/* 1e12 + k 2^-10: the spread is 1e-3 and every sum below is exact by hand. */
static void offset_keeps_digits(void **state) {
    (void)state;
    double x[10000];
    for (int i = 0; i < 10000; i++)
        x[i] = 1e12 + (i % 5) * 0x1p-10;
    struct moments m = moments_of(x, 10000);
    assert_near(m.origin - 1e12 + m.offset, 2 * 0x1p-10, 1e-12);
    assert_near(m.variance, 2.0 * 10000 / 9999 * 0x1p-20, 1e-14);
}

static void constants_have_no_variance(void **state) {
    (void)state;
    double x[1000];
    const double values[] = {0.1, 1.0 / 3, 1e-300, 1e300, -7.7, 0};
    for (size_t i = 0; i < 6; i++)
        for (size_t n = 2; n < 1000; n = n * 3 + 1) {
            for (size_t j = 0; j < n; j++)
                x[j] = values[i];
            assert_near(variance_of(x, n), 0, 0);
            assert_near(mean_of(x, n), values[i], 0);
        }
}

static void too_few_or_not_finite(void **state) {
    (void)state;
    const double one[] = {3}, wild[] = {1, NAN, 2}, vast[] = {1, INFINITY},
                 big[] = {1.5e308, 1.7e308};
    assert_nan(mean_of(one, 0));
    assert_near(mean_of(one, 1), 3, 0);
    assert_nan(variance_of(one, 1));
    assert_nan(mean_of(wild, 3));
    assert_nan(moments_of(wild, 3).min);
    assert_nan(median_of(wild, 3));
    assert_nan(median_of(one, 0));
    assert_nan(variance_of(vast, 2));
    assert_near(mean_of(big, 2), 1.6e308, 1e-15);
    assert_nan(quantile_sorted(one, 0, 0.5));
    assert_nan(quantile_sorted(one, 1, NAN));
    assert_nan(geometric_mean(one, 0));
    assert_nan(geometric_mean(wild, 3));
    assert_near(quantile_sorted(big, 2, -1), 1.5e308, 0);
    assert_near(quantile_sorted(big, 2, 2), 1.7e308, 0);
    assert_near(quantile_sorted(one, 1, 0.3), 3, 0);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sorts_as_qsort_does(void **state) {
    (void)state;
    static const char *const shapes[] = {"uniform", "heavy", "ties"};
    for (uint32_t i = 0; i < 3; i++)
        for (size_t n = 0; n < 3000; n = n * 2 + 1) {
            double *x = sample_new(shapes[i], n, 17 + i, -1e-3, 0, -0.5);
            double *y = sample_new(shapes[i], n, 17 + i, -1e-3, 0, -0.5);
            assert_true(sort_values(x, n));
            qsort(y, n, sizeof *y, by_value);
            assert_memory_equal(x, y, n * sizeof *x);
            free(x);
            free(y);
        }
    double edge[] = {INFINITY, 0.0, -1e308, 1e-310, -INFINITY, -1e-310, 1e308};
    assert_true(sort_values(edge, 7));
    for (size_t i = 1; i < 7; i++)
        assert_true(edge[i - 1] < edge[i]);
}

/* The library that benchstat uses, run: fixtures/stats/make_benchstat.go. */
static void median_orders_are_benchstats(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/benchstat_orders.tsv");
    while (table_next(&r)) {
        struct order_interval interval = median_orders(table_count(&r, 0), r.number[1]);
        assert_int_equal(interval.low_order, table_count(&r, 2));
        assert_int_equal(interval.high_order, table_count(&r, 3));
        assert_near(interval.confidence, r.number[4], 1e-9);
    }
    assert_int_equal(r.rows, 840);
    assert_int_equal(median_orders(5, 1).high_order, 6);
    assert_int_equal(median_orders(40, 2).low_order, 0);
    assert_nan(median_orders(0, 0.95).confidence);
    assert_nan(median_orders(9, NAN).confidence);
    assert_true(median_orders(4, 0.9).ambiguous);
    assert_false(median_orders(4, 0.001).ambiguous);
}

/* The order interval covers the median of a continuous distribution with the stated binomial
 * probability. */
static void median_interval_covers(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6, 7};
    struct median_interval seven = median_interval_sorted(x, 7, 0.95);
    assert_near(seven.median, 4, 0);
    assert_near(seven.low, 1, 0);
    assert_near(seven.high, 7, 0);
    assert_near(seven.confidence, 1 - 2.0 / 128, 1e-15);
    struct median_interval five = median_interval_sorted(x, 5, 0.95);
    assert_near(five.low, -INFINITY, 0);
    assert_near(five.high, 5, 0);
    assert_near(five.confidence, 1 - 1.0 / 32, 1e-15);
    assert_int_equal(median_interval_needs(0.95), 6);
    assert_int_equal(median_interval_needs(0.99), 8);
    assert_int_equal(median_interval_needs(1 - 1e-16), 0);
    assert_nan(median_interval_sorted(x, 0, 0.95).low);
}

static void logs(void **state) {
    (void)state;
    double x[] = {1, M_E, 1e300};
    assert_true(log_values(x, 3, x));
    assert_near(x[1], 1, 1e-15);
    const double bad[] = {0, -1, NAN, INFINITY};
    double out;
    for (size_t i = 0; i < 4; i++)
        assert_false(log_values(&bad[i], 1, &out));
    const double powers[] = {1e-200, 1e200, 1e3};
    assert_near(geometric_mean(powers, 3), 10, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_r),
        cmocka_unit_test(offset_keeps_digits),
        cmocka_unit_test(constants_have_no_variance),
        cmocka_unit_test(too_few_or_not_finite),
        cmocka_unit_test(sorts_as_qsort_does),
        cmocka_unit_test(median_orders_are_benchstats),
        cmocka_unit_test(median_interval_covers),
        cmocka_unit_test(logs),
    };
    return RUN_TESTS(tests);
}
