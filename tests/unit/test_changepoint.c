#include "stats/changepoint.h"

#include "tests/unit/test.h"

#include "tests/unit/stats_sample.h"

static const struct changepoint_plan plan = {10, 199, 0.05, 1};

/* Matteson & James's q by its definition: left stretch [0, tau), right stretch [tau, kappa). */
static double q_by_definition(const double *x, size_t tau, size_t kappa) {
    double between = 0, left = 0, right = 0;
    double a = (double)tau, b = (double)(kappa - tau);
    for (size_t i = 0; i < kappa; i++)
        for (size_t j = 0; j < i; j++) {
            double distance = fabs(x[i] - x[j]);
            if (i < tau)
                left += distance;
            else if (j >= tau)
                right += distance;
            else
                between += distance;
        }
    double energy = 2 * between / (a * b) - left / (a * (a - 1) / 2) - right / (b * (b - 1) / 2);
    return a * b / (a + b) * energy;
}

static void statistic_by_definition(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 20; seed++) {
        size_t n = 14 + seed, best_at = 0;
        double *x = sample_new("bell", n, seed, 1, 0, 0), best = -1;
        for (size_t i = n / 2; i < n; i++)
            x[i] += 4;
        for (size_t tau = 3; tau + 3 <= n; tau++)
            for (size_t kappa = tau + 3; kappa <= n; kappa++) {
                double q = q_by_definition(x, tau, kappa);
                if (q > best) {
                    best = q;
                    best_at = tau;
                }
            }
        struct changepoint point;
        struct changepoint_plan small = {3, 99, 0.05, seed};
        struct changepoints found = changepoints_find(x, n, small, &point, 1);
        assert_int_equal(found.count, 1);
        assert_near(point.statistic, best, 1e-12);
        assert_int_equal(point.index, best_at);
        assert_near(point.p, 0.01, 1e-14);
        free(x);
    }
}

/* Flow of the Nile at Aswan, 1871-1970: Cobb (1978), Biometrika 65:243-251. It fell after 1898. */
static void nile(void **state) {
    (void)state;
    static const double flow[] = {
        1120, 1160, 963, 1210, 1160, 1160, 813,  1230, 1370, 1140, 995,  935,  1110, 994,  1020,
        960,  1180, 799, 958,  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774,  840,
        874,  694,  940, 833,  701,  916,  692,  1020, 1050, 969,  831,  726,  456,  824,  702,
        1120, 1100, 832, 764,  821,  768,  845,  864,  862,  698,  845,  744,  796,  1040, 759,
        781,  865,  845, 944,  984,  897,  822,  1010, 771,  676,  649,  846,  812,  742,  801,
        1040, 860,  874, 848,  890,  744,  749,  838,  1050, 918,  986,  797,  923,  975,  815,
        1020, 906,  901, 1170, 912,  746,  919,  718,  714,  740};
    struct changepoint points[10];
    struct changepoint_plan careful = {10, 499, 0.01, 1};
    struct changepoints found = changepoints_find(flow, 100, careful, points, 10);
    assert_int_equal(found.outcome, OUTCOME_OK);
    assert_int_equal(found.count, 1);
    assert_int_equal(1871 + points[0].index, 1899);
    assert_near(points[0].p, 0.002, 1e-14);
}

static void finds_shifts_in_order(void **state) {
    (void)state;
    double *x = sample_new("bell", 200, 11, 1, 0, 0);
    for (size_t i = 60; i < 140; i++)
        x[i] += 2;
    struct changepoint points[10], again[10];
    struct changepoints found = changepoints_find(x, 200, plan, points, 10);
    assert_int_equal(found.count, 2);
    assert_in_range(points[0].index, 58, 62);
    assert_in_range(points[1].index, 138, 142);
    assert_true(points[0].p <= 0.05 && points[1].p <= 0.05);
    assert_int_equal(changepoints_find(x, 200, plan, again, 10).count, 2);
    assert_memory_equal(&points[0].statistic, &again[0].statistic, sizeof points[0].statistic);
    assert_int_equal(changepoints_find(x, 200, plan, again, 1).count, 1);
    for (size_t i = 0; i < 200; i++) /* shift and scale by powers of two change nothing but q */
        x[i] = x[i] * 8 + 64;
    assert_int_equal(changepoints_find(x, 200, plan, again, 10).count, 2);
    assert_int_equal(again[0].index, points[0].index);
    assert_near(again[1].statistic, 8 * points[1].statistic, 1e-10);
    free(x);
}

/* The large step is found first; the small one before it must then be judged by its own segment
 * alone. */
static void small_step_beside_a_large_one(void **state) {
    (void)state;
    double *x = sample_new("bell", 200, 13, 1, 0, 0);
    for (size_t i = 60; i < 200; i++)
        x[i] += i < 120 ? 1 : 100;
    struct changepoint points[10];
    assert_int_equal(changepoints_find(x, 200, plan, points, 10).count, 2);
    assert_in_range(points[0].index, 54, 66);
    assert_int_equal(points[1].index, 120);
    assert_true(points[0].statistic < points[1].statistic);
    assert_near(points[0].p, 1.0 / 200, 1e-14);
    free(x);
}

static void finds_a_change_of_spread(void **state) {
    (void)state;
    double *x = sample_new("bell", 160, 12, 1, 0, -2);
    for (size_t i = 80; i < 160; i++)
        x[i] *= 6;
    struct changepoint points[10];
    assert_true(changepoints_find(x, 160, plan, points, 10).count >= 1);
    assert_in_range(points[0].index, 74, 86);
    free(x);
}

/* Seeded simulation: a series without a change is split in about alpha of cases. */
static void holds_its_level(void **state) {
    (void)state;
    size_t split = 0;
    for (uint32_t seed = 0; seed < 200; seed++) {
        double *x = sample_new("heavy", 40, seed, 1, 0, 0);
        struct changepoint points[4];
        struct changepoint_plan quick = {5, 99, 0.05, seed};
        split += changepoints_find(x, 40, quick, points, 4).count > 0;
        free(x);
    }
    assert_in_range(split, 1, 22); /* 10 expected; 4 standard errors */
}

static void bad_input_has_an_outcome(void **state) {
    (void)state;
    double x[40] = {0};
    struct changepoint point;
    struct changepoints flat = changepoints_find(x, 40, plan, &point, 1);
    assert_int_equal(flat.outcome, OUTCOME_OK);
    assert_int_equal(flat.count, 0);
    assert_int_equal(changepoints_find(x, 19, plan, &point, 1).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(changepoints_find(x, 0, plan, &point, 1).outcome, OUTCOME_TOO_FEW);
    x[7] = NAN;
    assert_int_equal(changepoints_find(x, 40, plan, &point, 1).outcome, OUTCOME_OUT_OF_RANGE);
    const struct changepoint_plan bad[] = {
        {1, 199, 0.05, 1}, {5, 18, 0.05, 1}, {5, 10001, 0.05, 1}, {5, 99, 0, 1}, {5, 99, NAN, 1}};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(changepoints_find(x, 40, bad[i], &point, 1).outcome, OUTCOME_BAD_ARGUMENT);
    assert_int_equal(changepoints_find(x, CHANGEPOINT_MOST_VALUES + 1, plan, &point, 1).outcome,
                     OUTCOME_BAD_ARGUMENT);
}

/* C(7, 3) = 35, C(8, 4) = 70: 2/35 > 0.05 >= 2/70. C(9, 4) = 126, C(10, 5) = 252: 2/126 > 0.01. */
static void few_values_can_show_nothing(void **state) {
    (void)state;
    assert_int_equal(changepoints_need(2, 0.05), 8);
    assert_int_equal(changepoints_need(3, 0.01), 10);
    assert_int_equal(changepoints_need(3, 2.0 / 70), 8);
    assert_int_equal(changepoints_need(10, 0.05), 20);
    assert_int_equal(changepoints_need(3, 0), 0);
    assert_int_equal(changepoints_need(3, NAN), 0);
    assert_int_equal(changepoints_need(CHANGEPOINT_MOST_VALUES, 0.05), 0);
    const double seven[] = {1, 1.01, 1.02, 2, 2.01, 2.02, 2.03};
    const double eight[] = {1, 1.01, 1.02, 1.03, 2, 2.01, 2.02, 2.03};
    struct changepoint point;
    struct changepoint_plan small = {3, 9999, 0.05, 1};
    assert_int_equal(changepoints_find(seven, 7, small, &point, 1).count, 0);
    assert_int_equal(changepoints_find(eight, 8, small, &point, 1).count, 1);
    assert_near(point.p, 2.0 / 70, 0.2); /* 9999 draws: a standard error of 6 % */
    assert_int_equal(point.index, 4);
}

/* The large step divides the whole series, the small one a part of it. */
static void the_first_split_is_known(void **state) {
    (void)state;
    double *x = sample_new("bell", 200, 13, 1, 0, 0);
    for (size_t i = 60; i < 200; i++)
        x[i] += i < 120 ? 1 : 100;
    struct changepoint points[10];
    assert_int_equal(changepoints_find(x, 200, plan, points, 10).count, 2);
    assert_int_equal(points[0].order, 1);
    assert_int_equal(points[1].order, 0);
    free(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_values_can_show_nothing),   cmocka_unit_test(the_first_split_is_known),
        cmocka_unit_test(statistic_by_definition),       cmocka_unit_test(nile),
        cmocka_unit_test(small_step_beside_a_large_one), cmocka_unit_test(finds_shifts_in_order),
        cmocka_unit_test(finds_a_change_of_spread),      cmocka_unit_test(holds_its_level),
        cmocka_unit_test(bad_input_has_an_outcome),
    };
    return RUN_TESTS(tests);
}
