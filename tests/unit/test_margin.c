#include "stats/margin.h"

#include "stats/tdist.h"
#include "tests/unit/test.h"

#include "tests/unit/stats_sample.h"

static const struct t_plan plain = {SCALE_RAW, 0, 0, 0.9};

static void agrees_with_r(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/margins.tsv");
    while (table_next(&r)) {
        size_t base_n = table_count(&r, 0), head_n = table_count(&r, 1);
        uint32_t seed = (uint32_t)r.number[2];
        double *base = sample_new("bell", base_n, seed, 1, 0, 0);
        double *head = sample_new("bell", head_n, seed + 500000, 1, 0, r.number[3]);
        struct t_test t = welch_test(base, base_n, head, head_n, plain);
        assert_near(margin_greater(&t, r.number[4]).p, r.number[5], 1e-12);
        assert_near(margin_less(&t, r.number[4]).p, r.number[6], 1e-12);
        free(base);
        free(head);
    }
    assert_int_equal(r.rows, 36);
}

static void zero_margin_is_the_test_itself(void **state) {
    (void)state;
    const double base[] = {1, 2, 4, 7}, head[] = {3, 4, 4.5, 9};
    struct t_test t = welch_test(base, 4, head, 4, plain);
    assert_near(margin_greater(&t, 0).p, t.p_greater, 0);
    assert_near(margin_less(&t, 0).p, t.p_less, 0);
    assert_near(margin_greater(&t, 0).t, t.t, 0);
}

/* p <= alpha exactly when the interval at 1 - 2 alpha lies inside the margins. */
static void equivalence_is_the_interval(void **state) {
    (void)state;
    size_t inside = 0;
    for (uint32_t seed = 0; seed < 200; seed++) {
        double *base = sample_new("bell", 20, seed, 1, 10, 0);
        double *head = sample_new("bell", 20, seed + 1000, 1, 10, 0);
        struct t_test t = welch_test(base, 20, head, 20, plain);
        struct equivalence e = equivalence_test(&t, -0.4, 0.5);
        assert_int_equal(e.outcome, OUTCOME_OK);
        assert_near(e.p, fmax(e.p_lower, e.p_upper), 0);
        int within = -0.4 < t.low && t.high < 0.5;
        assert_int_equal(e.p <= 0.05, within);
        inside += (size_t)within;
        free(base);
        free(head);
    }
    assert_true(inside > 20 && inside < 180);
}

static void bad_input_has_an_outcome(void **state) {
    (void)state;
    const double same[] = {2, 2, 2}, some[] = {1, 2, 3};
    struct t_test constant = welch_test(same, 3, same, 3, plain);
    assert_int_equal(margin_greater(&constant, 1).outcome, OUTCOME_CONSTANT_EQUAL);
    assert_nan(margin_greater(&constant, 1).p);
    assert_nan(margin_less(&constant, 1).p);
    assert_int_equal(equivalence_test(&constant, -1, 1).outcome, OUTCOME_CONSTANT_EQUAL);
    assert_nan(equivalence_test(&constant, -1, 1).p);
    struct t_test t = welch_test(same, 3, some, 3, plain);
    assert_int_equal(margin_less(&t, NAN).outcome, OUTCOME_BAD_ARGUMENT);
    assert_int_equal(equivalence_test(&t, 1, 1).outcome, OUTCOME_BAD_ARGUMENT);
    assert_int_equal(equivalence_test(&t, NAN, 1).outcome, OUTCOME_BAD_ARGUMENT);
    assert_near(margin_greater(&t, -INFINITY).p, 0, 0);
    assert_near(margin_greater(&t, INFINITY).p, 1, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_r),
        cmocka_unit_test(zero_margin_is_the_test_itself),
        cmocka_unit_test(equivalence_is_the_interval),
        cmocka_unit_test(bad_input_has_an_outcome),
    };
    return RUN_TESTS(tests);
}
