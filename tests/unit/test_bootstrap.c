#include "stats/bootstrap.h"

#include "stats/summary.h"
#include "tests/unit/test.h"

#include "tests/unit/stats_sample.h"

static const struct bootstrap_plan plan = {2000, 1, 0.9};

static double plug_in_variance(double *base, size_t base_n, double *head, size_t head_n,
                               void *context) {
    (void)head;
    (void)head_n;
    (void)context;
    return variance_of(base, base_n) * (double)(base_n - 1) / (double)base_n;
}

static double mean_difference(double *base, size_t base_n, double *head, size_t head_n,
                              void *context) {
    if (context)
        ++*(size_t *)context;
    return mean_of(head, head_n) - mean_of(base, base_n);
}

static double median_statistic(double *base, size_t base_n, double *head, size_t head_n,
                               void *context) {
    (void)head;
    (void)head_n;
    (void)context;
    sort_values(base, base_n); /* the statistic may reorder */
    return quantile_sorted(base, base_n, 0.5);
}

/* Efron & Tibshirani (1993), An Introduction to the Bootstrap, table 14.1 (test A) and 14.2:
 * variance 171.5, z0 .146, a .061, BCa interval at 90 % (115.8, 259.6) from 2000 replicates. */
static void published_example(void **state) {
    (void)state;
    const double a[] = {48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
                        0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};
    struct bootstrap_plan many = {100000, 7, 0.9};
    struct bootstrap_interval i = bootstrap_bca(a, 26, NULL, 0, plug_in_variance, NULL, many);
    assert_int_equal(i.outcome, OUTCOME_OK);
    assert_near(i.estimate, 171.5, 1e-3);
    assert_near(i.acceleration, 0.061, 0.02);
    assert_near(i.bias_correction, 0.146, 0.3); /* theirs: 2000 replicates, +- .028 */
    assert_near(i.low, 115.8, 0.03);
    assert_near(i.high, 259.6, 0.03);
}

static void equal_seeds_equal_results(void **state) {
    (void)state;
    double *x = sample_new("slow", 15, 3, 1, 0, 0), *y = sample_new("slow", 12, 4, 1, 0, 0.2);
    size_t calls = 0;
    struct bootstrap_interval a = bootstrap_bca(x, 15, y, 12, mean_difference, &calls, plan);
    struct bootstrap_interval b = bootstrap_bca(x, 15, y, 12, mean_difference, NULL, plan);
    assert_memory_equal(&a.low, &b.low, sizeof a.low);
    assert_memory_equal(&a.high, &b.high, sizeof a.high);
    assert_int_equal(calls, 2000 + 15 + 12 + 1);
    assert_near(a.estimate, mean_of(y, 12) - mean_of(x, 15), 1e-14);
    assert_true(a.low < a.estimate && a.estimate < a.high);
    struct bootstrap_plan other = {2000, 2, 0.9};
    struct bootstrap_interval c = bootstrap_bca(x, 15, y, 12, mean_difference, NULL, other);
    assert_true(c.low != a.low);
    assert_near(c.high - c.low, a.high - a.low, 0.1);
    free(x);
    free(y);
}

/* Seeded simulation: 90 % intervals of a skewed sample's mean difference hold the truth in about 90
 * % of cases. */
static void covers_the_truth(void **state) {
    (void)state;
    size_t held = 0;
    for (uint32_t seed = 0; seed < 400; seed++) {
        double *x = sample_new("bell", 25, seed, 1, 0, 0);
        double *y = sample_new("bell", 25, seed + 7000, 2, 0, 0); /* means 2 and 4 */
        struct bootstrap_plan few = {400, seed, 0.9};
        struct bootstrap_interval i = bootstrap_bca(x, 25, y, 25, mean_difference, NULL, few);
        held += i.low <= 2 && 2 <= i.high;
        free(x);
        free(y);
    }
    assert_in_range(held, 335, 380); /* 4 standard errors about .895 of 400 */
}

static void shifts_and_scales(void **state) {
    (void)state;
    double *x = sample_new("bell", 21, 9, 1, 0, 0), *y = sample_new("bell", 21, 9, 4, 0, 2);
    struct bootstrap_interval a = bootstrap_bca(x, 21, NULL, 0, median_statistic, NULL, plan);
    struct bootstrap_interval b = bootstrap_bca(y, 21, NULL, 0, median_statistic, NULL, plan);
    assert_near(b.low, 4 * (a.low + 2), 1e-12);
    assert_near(b.high, 4 * (a.high + 2), 1e-12);
    free(x);
    free(y);
}

/* Many replicates equal the estimate: counted half, a symmetric sample has no bias. */
static void ties_are_no_bias(void **state) {
    (void)state;
    const double x[] = {1, 1, 2, 2, 2, 3, 3};
    struct bootstrap_interval i = bootstrap_bca(x, 7, NULL, 0, median_statistic, NULL, plan);
    assert_in_range(1000 + 1000 * i.bias_correction, 900, 1100);
}

static double not_a_number(double *base, size_t base_n, double *head, size_t head_n,
                           void *context) {
    (void)base;
    (void)base_n;
    (void)head;
    (void)head_n;
    (void)context;
    return NAN;
}

static void bad_input_has_an_outcome(void **state) {
    (void)state;
    const double good[] = {1, 2, 3}, same[] = {5, 5, 5}, wild[] = {1, INFINITY, 2};
    bootstrap_statistic *f = median_statistic;
    assert_int_equal(bootstrap_bca(good, 1, NULL, 0, f, NULL, plan).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(bootstrap_bca(good, 3, good, 1, f, NULL, plan).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(bootstrap_bca(wild, 3, NULL, 0, f, NULL, plan).outcome, OUTCOME_OUT_OF_RANGE);
    assert_int_equal(bootstrap_bca(good, 3, NULL, 0, not_a_number, NULL, plan).outcome,
                     OUTCOME_OUT_OF_RANGE);
    struct bootstrap_interval flat = bootstrap_bca(same, 3, NULL, 0, f, NULL, plan);
    assert_int_equal(flat.outcome, OUTCOME_CONSTANT_EQUAL);
    assert_near(flat.low, 5, 0);
    const struct bootstrap_plan bad[] = {
        {99, 1, 0.9}, {1000001, 1, 0.9}, {500, 1, 1}, {500, 1, NAN}};
    for (size_t i = 0; i < 4; i++) {
        struct bootstrap_interval b = bootstrap_bca(good, 3, NULL, 0, f, NULL, bad[i]);
        assert_int_equal(b.outcome, OUTCOME_BAD_ARGUMENT);
        assert_nan(b.low);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_example), cmocka_unit_test(equal_seeds_equal_results),
        cmocka_unit_test(covers_the_truth),  cmocka_unit_test(shifts_and_scales),
        cmocka_unit_test(ties_are_no_bias),  cmocka_unit_test(bad_input_has_an_outcome),
    };
    return RUN_TESTS(tests);
}
