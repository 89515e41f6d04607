#include "stats/welch.h"

#include "stats/summary.h"
#include "tests/unit/test.h"

#include "tests/unit/stats_sample.h"

static const struct t_plan plain = {SCALE_RAW, 0, 0, 0.95};

/* Columns of fixtures/stats/t_tests.tsv. */
enum {
    PAIRED,
    LOG,
    LOWER,
    UPPER,
    CONFIDENCE,
    BASE_N,
    HEAD_N,
    SHAPE,
    SEED,
    SCALE,
    OFFSET,
    DELTA,
    DIFFERENCE,
    T,
    DF,
    P,
    P_GREATER,
    P_LESS,
    LOW,
    HIGH
};

static void agrees_with_r(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/t_tests.tsv");
    double deepest = 1;
    while (table_next(&r)) {
        size_t base_n = table_count(&r, BASE_N), head_n = table_count(&r, HEAD_N);
        uint32_t seed = (uint32_t)r.number[SEED];
        const char *shape = r.text[SHAPE];
        double scale = r.number[SCALE], offset = r.number[OFFSET], delta = r.number[DELTA];
        double *base = sample_new(shape, base_n, seed, scale, offset, 0);
        double *head = sample_new(shape, head_n, seed + 500000, scale, offset, delta);
        struct t_plan plan = {r.number[LOG] > 0 ? SCALE_LOG : SCALE_RAW, r.number[LOWER],
                              r.number[UPPER], r.number[CONFIDENCE]};
        struct t_test t = r.number[PAIRED] > 0 ? paired_test(base, head, base_n, plan)
                                               : welch_test(base, base_n, head, head_n, plan);
        assert_int_equal(t.outcome, OUTCOME_OK);
        /* An interval's end may be near zero: its error is held against its width. */
        double width = t.high - t.low, exact = 1e-12;
        assert_near(t.difference, r.number[DIFFERENCE], exact);
        assert_near(t.t, r.number[T], exact);
        assert_near(t.df, r.number[DF], exact);
        assert_near(t.p, r.number[P], exact);
        assert_near(t.p_greater, r.number[P_GREATER], exact);
        assert_near(t.p_less, r.number[P_LESS], exact);
        assert_near(1 + (t.low - r.number[LOW]) / width, 1, exact);
        assert_near(1 + (t.high - r.number[HIGH]) / width, 1, exact);
        deepest = t.p < deepest ? t.p : deepest;
        free(base);
        free(head);
    }
    assert_true(r.rows > 900);
    assert_true(deepest < 1e-200);
}

static void shift_all(double *values, size_t n, double by) {
    for (size_t i = 0; i < n; i++)
        values[i] += by;
}

static void scale_all(double *values, size_t n, double by) {
    for (size_t i = 0; i < n; i++)
        values[i] *= by;
}

static void reverse(double *values, size_t n) {
    for (size_t i = 0; i < n / 2; i++) {
        double value = values[i];
        values[i] = values[n - 1 - i];
        values[n - 1 - i] = value;
    }
}

/* Calls check for every plan and several sizes, with fresh samples each time. */
static void for_each_case(void (*check)(double *base, size_t base_n, double *head, size_t head_n,
                                        struct t_plan plan)) {
    static const struct t_plan plans[] = {{SCALE_RAW, 0, 0, 0.95},
                                          {SCALE_LOG, 0, 0, 0.9},
                                          {SCALE_RAW, 0.2, 0.2, 0.95},
                                          {SCALE_LOG, 0, 0.5, 0.99}};
    static const size_t sizes[][2] = {{4, 4}, {4, 9}, {20, 20}, {300, 257}};
    for (uint32_t i = 0; i < 4; i++)
        for (uint32_t j = 0; j < 4; j++) {
            double *base = sample_new("slow", sizes[j][0], 7 + i * 10 + j, 3, 0, 0);
            double *head = sample_new("slow", sizes[j][1], 900 + i * 10 + j, 3, 0, 0.1);
            check(base, sizes[j][0], head, sizes[j][1], plans[i]);
            free(base);
            free(head);
        }
}

static void check_swap(double *base, size_t base_n, double *head, size_t head_n,
                       struct t_plan plan) {
    struct t_test a = welch_test(base, base_n, head, head_n, plan);
    struct t_test b = welch_test(head, head_n, base, base_n, plan);
    assert_near(b.difference, -a.difference, 1e-12);
    assert_near(b.t, -a.t, 1e-12);
    assert_near(b.df, a.df, 1e-12);
    assert_near(b.p, a.p, 1e-12);
    assert_near(b.p_greater, a.p_less, 1e-12);
    assert_near(b.high, -a.low, 1e-12);
    assert_near(b.low, -a.high, 1e-12);
}

static void check_scale(double *base, size_t base_n, double *head, size_t head_n,
                        struct t_plan plan) {
    struct t_test a = welch_test(base, base_n, head, head_n, plan);
    scale_all(base, base_n, 1024);
    scale_all(head, head_n, 1024);
    struct t_test b = welch_test(base, base_n, head, head_n, plan);
    double factor = plan.scale == SCALE_LOG ? 1 : 1024;
    assert_near(b.difference, factor * a.difference, 1e-12);
    assert_near(b.t, a.t, 1e-12);
    assert_near(b.p, a.p, 1e-12);
    assert_near(b.high, factor * a.high, 1e-12);
    assert_near(b.base_center,
                plan.scale == SCALE_LOG ? a.base_center + log(1024) : 1024 * a.base_center, 1e-12);
}

static void check_permute(double *base, size_t base_n, double *head, size_t head_n,
                          struct t_plan plan) {
    struct t_test a = welch_test(base, base_n, head, head_n, plan);
    reverse(base, base_n);
    reverse(head, head_n);
    struct t_test b = welch_test(base, base_n, head, head_n, plan);
    assert_near(b.t, a.t, 1e-12);
    assert_near(b.df, a.df, 1e-12);
    assert_near(b.p, a.p, 1e-12);
}

/* 2^20 is added to values that are multiples of 2^-32 here: no rounding. */
static void check_shift(double *base, size_t base_n, double *head, size_t head_n,
                        struct t_plan plan) {
    if (plan.scale == SCALE_LOG)
        return;
    for (size_t i = 0; i < base_n; i++)
        base[i] = floor(base[i] * 0x1p30) * 0x1p-30;
    for (size_t i = 0; i < head_n; i++)
        head[i] = floor(head[i] * 0x1p30) * 0x1p-30;
    struct t_test a = welch_test(base, base_n, head, head_n, plan);
    shift_all(base, base_n, 0x1p20);
    shift_all(head, head_n, 0x1p20);
    struct t_test b = welch_test(base, base_n, head, head_n, plan);
    assert_near(b.difference, a.difference, 1e-12);
    assert_near(b.t, a.t, 1e-12);
    assert_near(b.p, a.p, 1e-12);
}

static void swapping_sides_mirrors(void **state) {
    (void)state;
    for_each_case(check_swap);
}

static void scaling_keeps_t(void **state) {
    (void)state;
    for_each_case(check_scale);
}

static void order_does_not_matter(void **state) {
    (void)state;
    for_each_case(check_permute);
}

static void shifting_keeps_t(void **state) {
    (void)state;
    for_each_case(check_shift);
}

/* Where the spread is 1e-15 of the values, a log ratio is the difference over the value. */
static void log_scale_keeps_digits_on_an_offset(void **state) {
    (void)state;
    double *base = sample_new("bell", 30, 5, 1e-3, 1e12, 0);
    double *head = sample_new("bell", 30, 6, 1e-3, 1e12, 0.5);
    struct t_plan log_plan = {SCALE_LOG, 0, 0, 0.95};
    struct t_test raw = welch_test(base, 30, head, 30, plain);
    struct t_test logs = welch_test(base, 30, head, 30, log_plan);
    assert_near(logs.t, raw.t, 1e-12);
    assert_near(logs.p, raw.p, 1e-12);
    assert_near(logs.difference, raw.difference / 1e12, 1e-12);
    free(base);
    free(head);
}

/* Student (1908), Biometrika 6:1-25, table of Cushny & Peebles' data: hours of sleep gained under
 * two drugs. The values of t and p stand in R's ?t.test and in Fisher (1925), Statistical Methods
 * for Research Workers, section 24: mean difference 1.58, standard error .38895, t = 4.06. */
static void student_sleep(void **state) {
    (void)state;
    const double one[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    const double two[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    struct t_test paired = paired_test(one, two, 10, plain);
    assert_near(paired.difference, 1.58, 1e-14);
    assert_near(paired.se, 0.38895, 1e-4);
    assert_near(paired.t, 4.06, 1e-3);
    assert_near(paired.df, 9, 0);
    assert_near(paired.p, 0.002833, 1e-4);
    struct t_test welch = welch_test(one, 10, two, 10, plain);
    assert_near(welch.t, 1.8608, 1e-4);
    assert_near(welch.df, 17.776, 1e-4);
    assert_near(welch.p, 0.07939, 1e-4);
    assert_near(welch.low, -0.2054832, 1e-6);
    assert_near(welch.high, 3.3654832, 1e-6);
}

static void constant_sides(void **state) {
    (void)state;
    const double tenths[] = {0.1, 0.1, 0.1}, thirds[] = {0.3, 0.3, 0.3, 0.3}, some[] = {1, 2, 4};
    struct t_test equal = welch_test(tenths, 3, tenths, 3, plain);
    assert_int_equal(equal.outcome, OUTCOME_CONSTANT_EQUAL);
    assert_near(equal.difference, 0, 0);
    assert_near(equal.se, 0, 0);
    assert_nan(equal.p);
    assert_nan(equal.low);
    struct t_plan logs = {SCALE_LOG, 0, 0.5, 0.95};
    struct t_test different = welch_test(tenths, 3, thirds, 4, plain);
    assert_int_equal(different.outcome, OUTCOME_CONSTANT_DIFFERENT);
    assert_near(different.difference, 0.2, 1e-15);
    assert_nan(different.p);
    different = welch_test(thirds, 4, tenths, 3, (struct t_plan){SCALE_LOG, 0, 0, 0.95});
    assert_int_equal(different.outcome, OUTCOME_CONSTANT_DIFFERENT);
    assert_near(different.difference, -log(3), 1e-15);
    assert_int_equal(welch_test(thirds, 4, thirds, 4, logs).outcome, OUTCOME_CONSTANT_EQUAL);
    /* One side that varies is enough: its own degrees of freedom. */
    struct t_test one = welch_test(tenths, 3, some, 3, plain);
    assert_int_equal(one.outcome, OUTCOME_OK);
    assert_near(one.df, 2, 0);
    const double shifted[] = {2, 3, 5};
    assert_int_equal(paired_test(some, some, 3, plain).outcome, OUTCOME_CONSTANT_EQUAL);
    assert_int_equal(paired_test(some, shifted, 3, plain).outcome, OUTCOME_CONSTANT_DIFFERENT);
    assert_near(paired_test(some, shifted, 3, plain).difference, 1, 0);
}

static void assert_nothing(struct t_test t, enum outcome outcome) {
    assert_int_equal(t.outcome, outcome);
    assert_nan(t.difference);
    assert_nan(t.se);
    assert_nan(t.t);
    assert_nan(t.df);
    assert_nan(t.p);
    assert_nan(t.p_greater);
    assert_nan(t.p_less);
    assert_nan(t.low);
    assert_nan(t.high);
}

/* All of this must hold with GSL's own handler too, which aborts. */
static void bad_input_has_an_outcome(void **state) {
    (void)state;
    gsl_error_handler_t *off = gsl_set_error_handler(NULL);
    const double good[] = {1, 2, 4}, wild[] = {1, NAN, 3}, vast[] = {1, INFINITY, 3};
    const double zero[] = {1, 0, 3}, huge[] = {1e300, -1e300, 1e299}, tiny[] = {1e-300, 2e-300, 0};
    struct t_plan logs = {SCALE_LOG, 0, 0, 0.95};
    assert_nothing(welch_test(good, 0, good, 3, plain), OUTCOME_TOO_FEW);
    assert_nothing(welch_test(good, 3, good, 1, plain), OUTCOME_TOO_FEW);
    assert_nothing(paired_test(good, good, 1, plain), OUTCOME_TOO_FEW);
    assert_nothing(welch_test(good, 3, wild, 3, plain), OUTCOME_OUT_OF_RANGE);
    assert_nothing(welch_test(vast, 3, good, 3, plain), OUTCOME_OUT_OF_RANGE);
    assert_nothing(welch_test(vast, 3, good, 3, logs), OUTCOME_OUT_OF_RANGE);
    assert_nothing(paired_test(vast, good, 3, plain), OUTCOME_OUT_OF_RANGE);
    assert_nothing(welch_test(huge, 3, good, 3, plain), OUTCOME_OUT_OF_RANGE);
    assert_nothing(welch_test(tiny, 3, tiny, 3, plain), OUTCOME_OUT_OF_RANGE);
    assert_nothing(welch_test(good, 3, zero, 3, logs), OUTCOME_NOT_POSITIVE);
    assert_nothing(paired_test(zero, good, 3, logs), OUTCOME_NOT_POSITIVE);
    assert_nothing(welch_test(good, 3, good, 3, (struct t_plan){SCALE_RAW, 0.4, 0.4, 0.95}),
                   OUTCOME_TOO_FEW);
    const struct t_plan bad[] = {{SCALE_RAW, 0.5, 0.5, 0.95}, {SCALE_RAW, -0.1, 0, 0.95},
                                 {SCALE_RAW, NAN, 0, 0.95},   {SCALE_RAW, 0, 0, 1},
                                 {SCALE_RAW, 0, 0, 0},        {SCALE_RAW, 0, 0, NAN}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_nothing(welch_test(good, 3, zero, 3, bad[i]), OUTCOME_BAD_ARGUMENT);
        assert_nothing(paired_test(good, zero, 3, bad[i]), OUTCOME_BAD_ARGUMENT);
    }
    const double wide[] = {1e-300, 1e300, 1}; /* fine as logs */
    assert_int_equal(welch_test(good, 3, wide, 3, logs).outcome, OUTCOME_OK);
    const double small[] = {1e-300, 2e-300, 5e-300}, large[] = {1e300, 2e300, 5e300};
    struct t_test far = welch_test(small, 3, large, 3, logs);
    assert_near(far.difference, 600 * log(10), 1e-12);
    struct t_plan trimmed = {SCALE_RAW, 0, 0.34, 0.95}, cut = {SCALE_RAW, 0.34, 0.34, 0.95};
    assert_nothing(welch_test(good, 3, wild, 3, trimmed), OUTCOME_OUT_OF_RANGE);
    assert_nothing(paired_test(good, zero, 3, cut), OUTCOME_TOO_FEW);
    assert_int_equal(t_side_of_summary(1, 1e200, 5, SCALE_RAW).outcome, OUTCOME_OUT_OF_RANGE);
    assert_int_equal(t_side_of_summary(1, 1e-200, 5, SCALE_RAW).outcome, OUTCOME_OUT_OF_RANGE);
    gsl_set_error_handler(off);
}

static void one_degree_of_freedom_still_has_a_p(void **state) {
    (void)state;
    const double base[] = {1, 1}, head[] = {5, 5 + 1e-9};
    struct t_test t = welch_test(base, 2, head, 2, plain);
    assert_int_equal(t.outcome, OUTCOME_OK);
    assert_near(t.df, 1, 0);
    assert_true(t.p > 0 && t.p < 1e-9);
}

static void trimming_shares_round_kindly(void **state) {
    (void)state;
    double *values = sample_new("bell", 100, 3, 1, 0, 0);
    struct t_side side = t_side_of(values, 100, (struct t_plan){SCALE_RAW, 0.29, 0.57, 0.95});
    assert_int_equal(side.kept, 100 - 29 - 57);
    assert_int_equal(side.n, 100);
    free(values);
}

static void summaries_give_the_same_test(void **state) {
    (void)state;
    double *base = sample_new("bell", 12, 21, 1, 5, 0),
           *head = sample_new("bell", 17, 22, 1, 5, 0.3);
    struct moments b = moments_of(base, 12), h = moments_of(head, 17);
    struct t_test from_values = welch_test(base, 12, head, 17, plain);
    struct t_test from_summaries =
        t_compare(t_side_of_summary(b.mean, sqrt(b.variance), 12, SCALE_RAW),
                  t_side_of_summary(h.mean, sqrt(h.variance), 17, SCALE_RAW), 0.95);
    assert_near(from_summaries.t, from_values.t, 1e-12);
    assert_near(from_summaries.df, from_values.df, 1e-12);
    assert_near(from_summaries.low, from_values.low, 1e-12);
    struct t_side log_side = t_side_of_summary(200, 10, 25, SCALE_LOG);
    assert_near(log_side.origin + log_side.offset, log(200), 1e-15);
    assert_near(log_side.variance, 0.05 * 0.05 / 25, 1e-15);
    assert_int_equal(t_side_of_summary(1, 1, 1, SCALE_RAW).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(t_side_of_summary(1, -1, 5, SCALE_RAW).outcome, OUTCOME_BAD_ARGUMENT);
    assert_int_equal(t_side_of_summary(NAN, 1, 5, SCALE_RAW).outcome, OUTCOME_OUT_OF_RANGE);
    assert_int_equal(t_side_of_summary(0, 1, 5, SCALE_LOG).outcome, OUTCOME_NOT_POSITIVE);
    free(base);
    free(head);
}

/* Welch's test is itself Satterthwaite's sum of two variances: put one side's into the other. */
static void widening_adds_by_satterthwaite(void **state) {
    (void)state;
    double *base = sample_new("bell", 6, 31, 1, 5, 0), *head = sample_new("bell", 9, 32, 2, 5, 0.3);
    struct t_side b = t_side_of(base, 6, plain), h = t_side_of(head, 9, plain);
    struct t_test direct = t_compare(b, h, 0.95);
    struct t_side fixed = {OUTCOME_OK, 1, 1, h.origin, h.offset, 0, 0};
    struct t_test moved = t_compare(t_side_widened(b, h.variance, h.df), fixed, 0.95);
    assert_near(moved.t, direct.t, 1e-12);
    assert_near(moved.df, direct.df, 1e-12);
    assert_near(moved.p, direct.p, 1e-12);
    struct t_side known = t_side_widened(b, 2 * b.variance, INFINITY);
    assert_near(known.variance, 3 * b.variance, 1e-15);
    assert_near(known.df, 9 * b.df, 1e-14); /* (3 v)^2 / (v^2 / f) */
    assert_near(t_side_widened(b, 0, NAN).variance, b.variance, 0);
    assert_int_equal(t_side_widened(b, -1, 3).outcome, OUTCOME_BAD_ARGUMENT);
    assert_int_equal(t_side_widened(b, 1, 0).outcome, OUTCOME_BAD_ARGUMENT);
    assert_int_equal(t_side_widened(b, INFINITY, 3).outcome, OUTCOME_OUT_OF_RANGE);
    free(base);
    free(head);
}

static void outcomes_have_texts(void **state) {
    (void)state;
    for (int i = OUTCOME_OK; i <= OUTCOME_NO_MEMORY; i++)
        for (int j = OUTCOME_OK; j < i; j++)
            assert_string_not_equal(outcome_text((enum outcome)i), outcome_text((enum outcome)j));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_r),
        cmocka_unit_test(student_sleep),
        cmocka_unit_test(swapping_sides_mirrors),
        cmocka_unit_test(scaling_keeps_t),
        cmocka_unit_test(shifting_keeps_t),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(log_scale_keeps_digits_on_an_offset),
        cmocka_unit_test(constant_sides),
        cmocka_unit_test(bad_input_has_an_outcome),
        cmocka_unit_test(one_degree_of_freedom_still_has_a_p),
        cmocka_unit_test(trimming_shares_round_kindly),
        cmocka_unit_test(summaries_give_the_same_test),
        cmocka_unit_test(widening_adds_by_satterthwaite),
        cmocka_unit_test(outcomes_have_texts),
    };
    return RUN_TESTS(tests);
}
