#include "stats/overlay.h"

#include "stats/random.h"
#include "stats/summary.h"
#include "tests/unit/auto_noise.h"
#include "tests/unit/test.h"

static const double base[] = {1.00, 1.01, 1.02, 1.05, 1.30};
static const double head[] = {1.03, 1.04, 1.06, 1.09, 1.90, 2.50};

static void unusable_samples_are_named(void **state) {
    (void)state;
    static double many[OVERLAY_MOST_VALUES + 1];
    for (size_t i = 0; i <= OVERLAY_MOST_VALUES; i++)
        many[i] = (double)i;
    assert_true(overlay_shift_near(many, OVERLAY_MOST_VALUES, head, 6, 0, 50, false).usable);
    assert_false(overlay_shift_near(many, OVERLAY_MOST_VALUES + 1, head, 6, 0, 50, false).usable);
    assert_false(overlay_shift_near(base, 5, head, 6, 100, 0.1, false).usable);
    assert_false(overlay_shift_near(base, 5, head, 6, 0, 0, false).usable);
}

static void a_shifted_copy_is_found(void **state) {
    (void)state;
    double copy[5];
    for (size_t i = 0; i < 5; i++)
        copy[i] = base[i] + 0.3;
    struct overlay_shift s = overlay_shift_near(base, 5, copy, 5, 0.28, 0.1, false);
    assert_near(s.shift, 0.3, 1e-2);
}

static void a_wide_kernel_is_the_mean(void **state) {
    (void)state;
    struct overlay_shift s = overlay_shift_near(base, 5, head, 6, 0, 1e6, false);
    assert_true(s.usable);
    assert_near(s.shift, mean_of(head, 6) - mean_of(base, 5), 1e-9);
    assert_near(s.se, sqrt(variance_of(base, 5) / 5 + variance_of(head, 6) / 6), 1e-9);
    double d[5];
    for (size_t i = 0; i < 5; i++)
        d[i] = head[i] - base[i];
    s = overlay_shift_near(base, 5, head, 5, 0, 1e6, true);
    assert_near(s.shift, mean_of(d, 5), 1e-9);
    assert_near(s.se, sqrt(variance_of(d, 5) / 5), 1e-9);
}

static void the_standard_error_is_the_scatter_of_the_shift(void **state) {
    (void)state;
    enum { TIMES = 2000, N = 30 };
    double b[N], h[N], sum = 0, squares = 0, claimed = 0;
    gsl_rng *random = random_new(9);
    for (int i = 0; i < TIMES; i++) {
        noise_rounds(random, NOISE_SLOW_TAIL, N, 1, b, h);
        assert_true(log_values(b, N, b) && log_values(h, N, h));
        struct overlay_shift s = overlay_shift_near(b, N, h, N, 0, 0.05, false);
        assert_true(s.usable);
        sum += s.shift;
        squares += s.shift * s.shift;
        claimed += s.se * s.se;
    }
    random_free(random);
    assert_near(sum / TIMES, 0, 0.0003);
    assert_near(sqrt(claimed / squares), 1, 0.15);
}

static void half_of_the_values_lie_in_the_shortest_half(void **state) {
    (void)state;
    const double sorted[] = {0, 5, 6, 7, 20, 30};
    assert_near(shortest_half(sorted, 6), 7, 0); /* four values between 0 and 7 */
    assert_near(shortest_half(sorted, 2), 5, 0);
    assert_near(shortest_half(sorted, 3), 6, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unusable_samples_are_named),
        cmocka_unit_test(a_shifted_copy_is_found),
        cmocka_unit_test(a_wide_kernel_is_the_mean),
        cmocka_unit_test(the_standard_error_is_the_scatter_of_the_shift),
        cmocka_unit_test(half_of_the_values_lie_in_the_shortest_half),
    };
    return RUN_TESTS(tests);
}
