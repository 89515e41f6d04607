#include "stats/auto_test.h"

#include "stats/random.h"
#include "stats/summary.h"
#include "stats/tdist.h"
#include "stats/welch.h"
#include "tests/unit/auto_noise.h"
#include "tests/unit/test.h"

static const struct auto_plan plan = {0.95, true, true, false, 0};

/* Twenty values whose fastest two are `fastest` and 1 % more, and slow ones that do not matter. */
static void session(double fastest, double *values) {
    for (size_t i = 0; i < 20; i++)
        values[i] = fastest * (i < 2 ? 1 + 0.01 * (double)i : 1.5 + 0.1 * (double)(i % 7));
}

static void the_formula_is_the_header_s(void **state) {
    (void)state;
    const double fastest[] = {1.00, 1.04, 0.97, 1.01};
    double values[4][20], head[20], centers[4];
    struct auto_session sessions[4];
    for (size_t k = 0; k < 4; k++) {
        session(fastest[k], values[k]);
        sessions[k] = (struct auto_session){values[k], 20};
        centers[k] = log(fastest[k]) + log(1.01) / 2;
    }
    session(1.2, head);
    struct auto_result r = auto_test_history(sessions, 4, head, 20, plan);
    double shift = log(1.2) + log(1.01) / 2 - mean_of(centers, 4);
    double se = sqrt(variance_of(centers, 4) * 1.25);
    assert_int_equal(r.outcome, OUTCOME_OK);
    assert_string_equal(r.name, "stored sessions t, log scale");
    assert_near(r.t, shift / se, 1e-9);
    assert_near(r.df, 3, 0);
    assert_near(r.p, t_two_sided(shift / se, 3), 1e-9);
    assert_near(r.change, expm1(shift), 1e-9);
    assert_near(r.change_low, expm1(shift - t_two_sided_quantile(0.05, 3) * se), 1e-9);
    assert_int_equal(r.base.n, 80);
    assert_int_equal(r.head.n, 20);
    assert_nan(r.tail.p);
}

static void agreeing_sessions_are_not_taken_at_their_word(void **state) {
    (void)state;
    double values[20], head[20];
    session(1, values);
    session(1.004, head);
    struct auto_session sessions[3] = {{values, 20}, {values, 20}, {values, 20}};
    struct auto_result r = auto_test_history(sessions, 3, head, 20, plan);
    assert_int_equal(r.outcome, OUTCOME_OK);
    assert_true(r.p > 0.2);
    /* The floor is what the rounds of a session leave open. */
    double logs[20];
    assert_true(log_values(values, 20, logs));
    double v = t_side_of(logs, 20, (struct t_plan){SCALE_RAW, 0, 0.9, 0.95}).variance;
    assert_near(r.t, log(1.004) / sqrt(v * (1 + 1.0 / 3)), 1e-9);
}

/* Sessions of n rounds, each at a level of its own, `between` apart (standard deviation). */
static void draw(gsl_rng *random, double between, size_t n, double ratio, double *values) {
    double level = ratio * exp(gsl_ran_gaussian(random, between));
    for (size_t i = 0; i < n; i++)
        values[i] = noise_one(random, NOISE_SLOW_TAIL, level);
}

struct shares {
    double history, welch;
};

static struct shares red(double between, double ratio) {
    enum { TIMES = 2000, K = 5, N = 20 };
    double values[K][N], head[N];
    struct auto_session sessions[K];
    struct shares out = {0, 0};
    gsl_rng *random = random_new(21);
    for (int i = 0; i < TIMES; i++) {
        for (size_t k = 0; k < K; k++) {
            draw(random, between, N, 1, values[k]);
            sessions[k] = (struct auto_session){values[k], N};
        }
        draw(random, between, N, ratio, head);
        out.history += auto_test_history(sessions, K, head, N, plan).p <= 0.05;
        struct t_plan upper = {SCALE_LOG, 0, 0.65, 0.95};
        out.welch += welch_test(values[K - 1], N, head, N, upper).p <= 0.05;
    }
    random_free(random);
    out.history /= TIMES;
    out.welch /= TIMES;
    return out;
}

static void variance_between_sessions_enters(void **state) {
    (void)state;
    const double between[] = {0, 0.01, 0.03, 0.1};
    for (size_t i = 0; i < 4; i++) {
        struct shares equal = red(between[i], 1);
        assert_true(equal.history <= 0.06);
        assert_true(i < 2 || equal.welch > 0.4);
    }
    assert_true(red(0.01, 1.05).history > 0.8);
    assert_true(red(0.03, 1.2).history > 0.8);
}

static void one_session_is_a_plain_comparison(void **state) {
    (void)state;
    double base[20], head[20];
    session(1, base);
    session(1.1, head);
    struct auto_plan apart = plan;
    apart.paired = false;
    struct auto_session sessions[3] = {{NULL, 0}, {base, 20}, {base, 0}};
    struct auto_result one = auto_test_history(sessions, 3, head, 20, plan);
    struct auto_result two = auto_test(base, 20, head, 20, apart);
    assert_near(one.p, two.p, 0);
    assert_near(one.change, two.change, 0);
}

static void sessions_of_one_value_count(void **state) {
    (void)state;
    const double a = 1, b = 1.02, c = 0.99, new[] = {1.5, 1.52};
    struct auto_session sessions[] = {{&a, 1}, {&b, 1}, {&c, 1}};
    struct auto_result r = auto_test_history(sessions, 3, new, 2, plan);
    assert_int_equal(r.outcome, OUTCOME_OK);
    assert_true(r.p < 0.05 && r.change > 0.4);
    r = auto_test_history(sessions, 3, new, 1, plan);
    assert_int_equal(r.outcome, OUTCOME_OK);
    struct auto_session equal[] = {{&a, 1}, {&a, 1}};
    assert_int_equal(auto_test_history(equal, 2, &a, 1, plan).outcome, OUTCOME_CONSTANT_EQUAL);
    assert_int_equal(auto_test_history(equal, 2, &b, 1, plan).outcome, OUTCOME_CONSTANT_DIFFERENT);
}

static void rates_zeros_and_bad_input(void **state) {
    (void)state;
    double values[3][20], head[20], rates[3][20], rate[20];
    struct auto_session sessions[3], fast[3];
    for (size_t k = 0; k < 3; k++) {
        session(1 + 0.01 * (double)k, values[k]);
        for (size_t i = 0; i < 20; i++)
            rates[k][i] = 1 / values[k][i];
        sessions[k] = (struct auto_session){values[k], 20};
        fast[k] = (struct auto_session){rates[k], 20};
    }
    session(1.1, head);
    for (size_t i = 0; i < 20; i++)
        rate[i] = 1 / head[i];
    struct auto_plan larger = plan;
    larger.larger_is_better = true;
    struct auto_result r = auto_test_history(fast, 3, rate, 20, larger);
    struct auto_result t = auto_test_history(sessions, 3, head, 20, plan);
    assert_near(r.p, t.p, 1e-9);
    assert_near(1 + r.change, 1 / (1 + t.change), 1e-9);
    head[7] = 0;
    assert_false(auto_test_history(sessions, 3, head, 20, plan).log_scale);
    head[7] = NAN;
    assert_int_equal(auto_test_history(sessions, 3, head, 20, plan).outcome, OUTCOME_OUT_OF_RANGE);
    assert_int_equal(auto_test_history(sessions, 0, rate, 20, plan).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(auto_test_history(sessions, 3, rate, 0, plan).outcome, OUTCOME_TOO_FEW);
    larger.confidence = 0;
    assert_int_equal(auto_test_history(fast, 3, rate, 20, larger).outcome, OUTCOME_BAD_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formula_is_the_header_s),
        cmocka_unit_test(agreeing_sessions_are_not_taken_at_their_word),
        cmocka_unit_test(variance_between_sessions_enters),
        cmocka_unit_test(one_session_is_a_plain_comparison),
        cmocka_unit_test(sessions_of_one_value_count),
        cmocka_unit_test(rates_zeros_and_bad_input),
    };
    return RUN_TESTS(tests);
}
