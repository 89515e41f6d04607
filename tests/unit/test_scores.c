#include "stats/scores.h"

#include "stats/random.h"
#include "stats/summary.h"
#include "tests/unit/auto_noise.h"
#include "tests/unit/test.h"

/* In the order of rounds, and ascending. */
static const double base[] = {1.05, 1.00, 1.30, 1.01, 1.02};
static const double base_sorted[] = {1.00, 1.01, 1.02, 1.05, 1.30};
static const double head[] = {1.90, 1.04, 1.09, 1.03, 1.06, 2.50};
static const double head_sorted[] = {1.03, 1.04, 1.06, 1.09, 1.90, 2.50};
static const struct score_sides apart = {base, head, base_sorted, head_sorted, 5, 6, false, true};

/* The definitions, without any of the short cuts. The shortest interval with six of the eleven
 * between its ends is 1.00 to 1.06. */
static double defined(enum score score, double z) {
    double sharp = score == SCORE_MODES_WIDE ? 2.0 : 0.9, slope = 0, density = 0, place = 0;
    double width = sharp * (0.06 * pow(20.0 / 11, 0.2) + 1e-6 * 1.5);
    for (size_t i = 0; i < 11; i++) {
        double other = i < 5 ? base[i] : head[i - 5], u = (z - other) / width;
        slope += fabs(u) < 1 ? u * pow(1 - u * u, 2) : 0;
        density += fabs(u) < 1 ? pow(1 - u * u, 3) : 0;
        place += other < z ? 1.0 / 11 : other == z ? 0.5 / 11 : 0;
    }
    return score == SCORE_CORE      ? slope
           : score == SCORE_LOW_END ? -1 / (place + 0.1)
                                    : slope / density;
}

static void scores_are_as_defined(void **state) {
    (void)state;
    struct score_test tests[SCORES];
    score_tests(&apart, tests);
    for (int k = 0; k < SCORES; k++) {
        double b[5], h[6];
        for (size_t i = 0; i < 5; i++)
            b[i] = defined((enum score)k, base[i]);
        for (size_t i = 0; i < 6; i++)
            h[i] = defined((enum score)k, head[i]);
        double t =
            (mean_of(h, 6) - mean_of(b, 5)) / sqrt(variance_of(b, 5) / 5 + variance_of(h, 6) / 6);
        assert_true(tests[k].usable);
        assert_near(tests[k].t, t, 1e-9);
        assert_near(tests[k].df, 9, 0);
    }
}

static void pairs_are_told_by_their_rounds(void **state) {
    (void)state;
    struct score_sides pairs = apart;
    pairs.head_n = 5;
    pairs.head_sorted = (const double[]){1.03, 1.04, 1.06, 1.09, 1.90};
    pairs.paired = true;
    double b[5], h[5];
    for (size_t i = 0; i < 5; i++) {
        size_t below_b = 0, below_h = 0;
        for (size_t j = 0; j < 5; j++) {
            below_b += (size_t)(base[j] < base[i]) + (size_t)(head[j] < base[i]);
            below_h += (size_t)(base[j] < head[i]) + (size_t)(head[j] < head[i]);
        }
        b[i] = ((double)below_b + 0.5) / 10;
        h[i] = ((double)below_h + 0.5) / 10;
    }
    struct score_test tests[SCORES], direct = pairs_t(b, h, 5);
    pairs.low_end = false;
    score_tests(&pairs, tests);
    assert_near(tests[SCORE_RANK].t, direct.t, 1e-9);
    assert_near(tests[SCORE_RANK].df, direct.df, 1e-9);
}

/* Between what pairs say and what two samples say, by how much they have in common. */
static void pairs_give_what_they_have_in_common(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6}, near_x[] = {2.1, 2.9, 4.2, 5.1, 5.8, 7.2};
    const double shuffled[] = {5.1, 2.1, 5.8, 7.2, 2.9, 4.2};
    double d[6], mean = mean_of(near_x, 6) - mean_of(x, 6);
    for (size_t i = 0; i < 6; i++)
        d[i] = near_x[i] - x[i];
    double as_pairs = mean / sqrt(variance_of(d, 6) / 6);
    double as_samples = mean / sqrt((variance_of(x, 6) + variance_of(near_x, 6)) / 6);
    struct score_test alike = pairs_t(x, near_x, 6), not = pairs_t(x, shuffled, 6);
    assert_true(alike.t > 2 * as_samples && alike.t < as_pairs);
    assert_true(alike.df > 5 && alike.df < 6);
    assert_near(not .t, as_samples, 0.05);
    assert_true(not .df > 9 && not .df <= 10);
    assert_near(pairs_t(near_x, x, 6).t, -alike.t, 1e-12);
    assert_false(pairs_t(d, d, 0).usable);
}

static void far_values_weigh_nothing(void **state) {
    (void)state;
    double far[6];
    memcpy(far, head_sorted, sizeof far);
    far[5] = 1e3;
    struct score_sides sides = apart;
    struct score_test near_tests[SCORES], far_tests[SCORES];
    score_tests(&sides, near_tests);
    sides.head_sorted = far;
    score_tests(&sides, far_tests);
    for (int k = 0; k < SCORES; k++)
        assert_near(far_tests[k].t, near_tests[k].t, 0.05);
}

static void unusable_samples_are_named(void **state) {
    (void)state;
    const double same[] = {2, 2, 2, 2, 2};
    static double many[SCORES_MOST_VALUES + 1];
    for (size_t i = 0; i <= SCORES_MOST_VALUES; i++)
        many[i] = (double)i;
    size_t most = SCORES_MOST_VALUES;
    const struct score_sides refused[] = {
        {base, head, base_sorted, head_sorted, 4, 6, false, true},
        {same, same, same, same, 5, 5, true, true},
        {many, head, many, head_sorted, most + 1, 6, false, true},
    };
    struct score_test tests[SCORES];
    for (size_t i = 0; i < 3; i++) {
        score_tests(&refused[i], tests);
        for (int k = 0; k < SCORES; k++)
            assert_false(tests[k].usable);
    }
    for (int paired = 0; paired < 2; paired++) {
        struct score_sides equal = {many, many, many, many, most, most, paired, true};
        score_tests(&equal, tests);
        for (int k = 0; k < SCORES; k++) {
            assert_true(tests[k].usable);
            assert_near(tests[k].t, 0, 1e-9);
        }
    }
}

static double *ascending(const double *values, size_t n, double *out) {
    memcpy(out, values, n * sizeof *out);
    sort_values(out, n);
    return out;
}

/* Each by itself, since a combination may hide one that does not. */
static void every_score_holds_its_level(void **state) {
    (void)state;
    enum { TIMES = 4000, N = 12 };
    for (int noise = 0; noise < NOISE_KINDS; noise++) {
        for (int paired = 0; paired < 2; paired++) {
            gsl_rng *random = random_new(4);
            size_t found[SCORES] = {0};
            for (int i = 0; i < TIMES; i++) {
                double b[N], h[N], b_sorted[N], h_sorted[N];
                noise_rounds(random, (enum noise)noise, N, 1, b, h);
                struct score_sides sides = {
                    b, h, ascending(b, N, b_sorted), ascending(h, N, h_sorted), N, N, paired, true};
                struct score_test tests[SCORES];
                score_tests(&sides, tests);
                /* Student's t with 11 and with 22 degrees of freedom, at 0.05. */
                for (int k = 0; k < SCORES; k++)
                    found[k] += fabs(tests[k].t) >= 2.201 - 0.127 * (tests[k].df - 11) / 11;
            }
            random_free(random);
            for (int k = 0; k < SCORES; k++)
                assert_true((double)found[k] / TIMES <= 0.062);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_as_defined),
        cmocka_unit_test(pairs_are_told_by_their_rounds),
        cmocka_unit_test(pairs_give_what_they_have_in_common),
        cmocka_unit_test(far_values_weigh_nothing),
        cmocka_unit_test(unusable_samples_are_named),
        cmocka_unit_test(every_score_holds_its_level),
    };
    return RUN_TESTS(tests);
}
