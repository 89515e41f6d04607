#include "tests/unit/test.h"

#include "gate/compare/noise_notes.h"

#include <stdlib.h>

static struct arena *arena;

/* Roughly normal, mean 0, deviation 1, from a fixed seed. */
static double normal(uint64_t *seed) {
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(*seed >> 11) / 9007199254740992.0;
    }
    return sum - 6;
}

static void calm_noise_is_not_remarkable(void **state) {
    (void)state;
    uint64_t seed = 1;
    int remarked = 0;
    for (int trial = 0; trial < 300; trial++) {
        double values[30];
        for (size_t i = 0; i < 30; i++)
            values[i] = 100 + 2 * normal(&seed);
        struct series_noise noise = series_noise(values, 30, arena);
        remarked += series_noise_text(&noise, arena) != NULL;
    }
    assert_true(remarked <= 15);
}

static void outliers_are_a_share(void **state) {
    (void)state;
    double values[20];
    for (size_t i = 0; i < 20; i++)
        values[i] = i % 5 == 0 ? 130 * pow(2, (double)i / 5) : 100 + (double)(i * 7 % 10) / 10;
    struct series_noise noise = series_noise(values, 20, arena);
    assert_near(noise.outlier_share, 0.2, 1e-12);
    assert_non_null(strstr(series_noise_text(&noise, arena), "20% of the values are outliers"));
}

static void drift_is_seen_by_rank(void **state) {
    (void)state;
    double up[30], down[30];
    for (size_t i = 0; i < 30; i++) {
        up[i] = 100 + (double)i;
        down[i] = 200 - (double)i;
    }
    struct series_noise noise = series_noise(up, 30, arena);
    /* S = 435, variance 30 * 29 * 65 / 18 */
    assert_near(noise.drift_z, 434 / sqrt(30.0 * 29 * 65 / 18), 1e-12);
    assert_near(noise.drift, 124.5 / 104.5 - 1, 1e-12);
    assert_non_null(strstr(series_noise_text(&noise, arena), "drifted by +19.1%"));
    noise = series_noise(down, 30, arena);
    assert_true(noise.drift_z < -6 && noise.drift < 0);
}

static void ties_count_in_the_trend(void **state) {
    (void)state;
    /* S = 24, ties 5 and 5: (10*9*25 - 2*5*4*15) / 18 */
    static const double values[] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 2};
    struct series_noise noise = series_noise(values, 10, arena);
    assert_near(noise.drift_z, 24 / sqrt((10.0 * 9 * 25 - 2 * 5 * 4 * 15) / 18), 1e-12);
}

static void rounds_that_remember(void **state) {
    (void)state;
    uint64_t seed = 5;
    double values[100], last = 0;
    for (size_t i = 0; i < 100; i++) {
        last = 0.8 * last + normal(&seed);
        values[i] = 100 + last;
    }
    struct series_noise noise = series_noise(values, 100, arena);
    assert_true(noise.autocorrelation > 0.6 && noise.autocorrelation < 0.95);
    assert_non_null(strstr(series_noise_text(&noise, arena), "autocorrelation 0."));
}

static void two_modes_are_told_from_one(void **state) {
    (void)state;
    uint64_t seed = 9;
    double values[40];
    for (size_t i = 0; i < 40; i++)
        values[i] = (i % 10 < 3 ? 120 : 100) + normal(&seed);
    struct series_noise noise = series_noise(values, 40, arena);
    assert_near(noise.high_share, 0.3, 1e-12);
    assert_near(noise.low_mode, 100, 0.01);
    assert_near(noise.high_mode, 120, 0.01);
    assert_non_null(strstr(series_noise_text(&noise, arena), "two modes: 30% of the values are "));
    for (size_t i = 0; i < 40; i++)
        values[i] = (double)i; /* uniform */
    noise = series_noise(values, 40, arena);
    assert_nan(noise.high_share);
}

static void too_little_and_constant_say_nothing(void **state) {
    (void)state;
    double values[50];
    for (size_t i = 0; i < 50; i++)
        values[i] = 3;
    struct series_noise noise = series_noise(values, 50, arena);
    assert_nan(noise.outlier_share);
    assert_null(series_noise_text(&noise, arena));
    noise = series_noise(values, 0, arena);
    assert_null(series_noise_text(&noise, arena));
    values[0] = 1e300;
    noise = series_noise(values, 50, arena);
    assert_near(noise.outlier_share, 0.02, 1e-12);
    assert_null(series_noise_text(&noise, arena));
}

static void notes_name_the_worst_and_count_the_rest(void **state) {
    (void)state;
    struct strings *strings = strings_new(arena);
    struct recording *r = recording_new("x", "x", strings, arena);
    uint32_t unit = strings_add(strings, text_of("sec/op")), config = recording_config(r, NULL, 0);
    for (int b = 0; b < 15; b++) {
        uint32_t name = strings_add(strings, text_of(arena_printf(arena, "B%d", b)));
        for (uint32_t i = 0; i < 30; i++)
            recording_add(r, recording_series(r, config, name, unit, unit),
                          1 + i * (b == 7 ? 1 : 0.1) + (b == 7 && i > 15 ? 1000 : 0), i + 1);
    }
    noise_notes_add(r);
    assert_int_equal(r->note_count, 11);
    assert_string_equal(r->notes[0].where, "B7");
    assert_string_equal(r->notes[10].text, "noise of 5 more series is not listed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calm_noise_is_not_remarkable),
        cmocka_unit_test(outliers_are_a_share),
        cmocka_unit_test(drift_is_seen_by_rank),
        cmocka_unit_test(ties_count_in_the_trend),
        cmocka_unit_test(rounds_that_remember),
        cmocka_unit_test(two_modes_are_told_from_one),
        cmocka_unit_test(too_little_and_constant_say_nothing),
        cmocka_unit_test(notes_name_the_worst_and_count_the_rest),
    };
    arena = arena_new();
    int failed = RUN_TESTS(tests);
    arena_free(arena);
    return failed;
}
