#include "stats/adjust.h"

#include "tests/unit/test.h"

#include "tests/unit/stats_sample.h"

static void same_or_nan(double got, double want) {
    if (isnan(want))
        assert_nan(got);
    else
        assert_near(got, want, 1e-14);
}

static void agrees_with_r(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/adjust.tsv");
    double p[1000], bh[1000], holm[1000], got[1000];
    size_t n = 0;
    int more = table_next(&r);
    for (double family = 1; more; family++) {
        for (n = 0; more && r.number[0] == family; n++) {
            p[n] = r.number[1];
            bh[n] = r.number[2];
            holm[n] = r.number[3];
            more = table_next(&r);
        }
        assert_true(adjust_benjamini_hochberg(p, n, got));
        for (size_t i = 0; i < n; i++)
            same_or_nan(got[i], bh[i]);
        assert_true(adjust_holm(p, n, got));
        for (size_t i = 0; i < n; i++)
            same_or_nan(got[i], holm[i]);
    }
    assert_int_equal(n, 1000);
}

/* Benjamini & Hochberg (1995), section 4.1: 15 hypotheses of a study of thrombolysis. At .05 their
 * procedure rejects the first four, Holm's (as Bonferroni's there) the first three. */
static void published_example(void **state) {
    (void)state;
    const double p[] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                        .0459, .3240, .4262, .5719, .6528, .7590, 1.000};
    double bh[15], holm[15];
    assert_true(adjust_benjamini_hochberg(p, 15, bh));
    assert_true(adjust_holm(p, 15, holm));
    for (size_t i = 0; i < 15; i++) {
        assert_int_equal(bh[i] <= 0.05, i < 4);
        assert_int_equal(holm[i] <= 0.05, i < 3);
        assert_true(bh[i] >= p[i] && holm[i] >= bh[i]);
    }
}

static void outsiders_do_not_count(void **state) {
    (void)state;
    const double with[] = {NAN, 0.01, -0.1, 0.04, 1.1, INFINITY, 0.03};
    double p[7];
    memcpy(p, with, sizeof p);
    assert_true(adjust_benjamini_hochberg(p, 7, p)); /* in place */
    assert_near(p[1], 0.03, 1e-15);
    assert_near(p[3], 0.04, 1e-15);
    assert_near(p[6], 0.04, 1e-15);
    assert_nan(p[0]);
    assert_nan(p[2]);
    assert_nan(p[4]);
    assert_nan(p[5]);
    assert_true(adjust_holm(with, 0, p));
    assert_true(adjust_benjamini_hochberg(with, 1, p));
    assert_nan(p[0]);
}

/* Extremes of the order of bits: zeros of both signs, subnormals, neighbours, equal values. */
static void any_p_is_in_order(void **state) {
    (void)state;
    double p[] = {1, 0.5, 5e-324, -0.0, 0.5 + 0x1p-53, 0, 1e-308, 0.5, 1e-300};
    size_t n = sizeof p / sizeof *p;
    double got[sizeof p / sizeof *p];
    assert_true(adjust_holm(p, n, got));
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++)
            assert_true(!(p[i] < p[k]) || got[i] <= got[k]);
    }
    assert_true(got[3] == 0 && got[5] == 0 && got[0] == 1);
    assert_near(got[2], 7 * 5e-324, 1e-14);
    assert_near(got[8], 5 * 1e-300, 1e-14);
}

static void large_family(void **state) {
    (void)state;
    size_t n = 300000;
    double *p = sample_new("uniform", n, 1, 1, 0, 0), *bh = malloc(n * sizeof *bh);
    for (size_t i = 0; i < 1000; i++)
        p[i * 300] = 1e-300 * (double)(i + 1);
    assert_true(adjust_benjamini_hochberg(p, n, bh));
    size_t red = 0;
    for (size_t i = 0; i < n; i++)
        red += bh[i] <= 0.05;
    assert_true(red >= 1000 && red < 1150); /* at most 5 % of the red ones are false, on average */
    assert_near(bh[0], 300000.0 / 1000 * 1e-297, 1e-12); /* all thousand share one rate */
    free(p);
    free(bh);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_r),          cmocka_unit_test(published_example),
        cmocka_unit_test(outsiders_do_not_count), cmocka_unit_test(any_p_is_in_order),
        cmocka_unit_test(large_family),
    };
    return RUN_TESTS(tests);
}
