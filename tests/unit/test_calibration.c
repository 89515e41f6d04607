#include "tests/unit/test.h"

#include "gate/compare/calibration.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

/* Two recordings of one session whose rows have log-normal noise of the given spread. */
static void record(struct recording *pair[2], const char *name, const char *unit, double spread,
                   uint32_t rounds) {
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 20250101);
    for (size_t side = 0; side < 2; side++) {
        struct strings *strings = pair[side]->strings;
        uint32_t config = recording_config(pair[side], NULL, 0);
        uint32_t unit_id = strings_add(strings, text_of(unit));
        for (uint32_t round = 1; round <= rounds; round++) {
            struct series *series = recording_series(
                pair[side], config, strings_add(strings, text_of(name)), unit_id, unit_id);
            recording_add(pair[side], series, exp(gsl_ran_gaussian(random, spread)), round);
        }
    }
    gsl_rng_free(random);
}

static void new_pair(struct recording *pair[2], struct arena *arena) {
    struct strings *strings = strings_new(arena);
    pair[0] = recording_new("base", "base", strings, arena);
    pair[1] = recording_new("head", "head", strings, arena);
}

static void noise_sets_what_can_be_seen(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct recording *pair[2];
    struct policy policy;
    struct calibration quiet, loud;
    policy_init(&policy);
    new_pair(pair, arena);
    record(pair, "Quiet", "sec/op", 0.01, 60);
    calibrate(&quiet, pair, 20, 1, &policy, arena);
    new_pair(pair, arena);
    record(pair, "Loud", "sec/op", 0.10, 60);
    calibrate(&loud, pair, 20, 1, &policy, arena);
    assert_int_equal(quiet.count, 1);
    assert_int_equal(loud.count, 1);
    assert_int_equal(quiet.rows[0].windows, 41 * 4);
    /* Spread 1 % and 20 pairs: a t test sees about 2.9 * sqrt(2 / 20) = 0.9 %; trimming and
     * combining cost some of it, ten times the spread costs ten times as much. */
    assert_true(quiet.rows[0].detectable > 0.006 && quiet.rows[0].detectable < 0.03);
    assert_true(loud.rows[0].detectable > 6 * quiet.rows[0].detectable);
    assert_true(quiet.rows[0].rounds_needed <= 20);
    assert_true(loud.rows[0].rounds_needed > 60);
    assert_true(quiet.rows[0].threshold_suggested == 0.05);
    assert_true(loud.rows[0].threshold_suggested >= loud.rows[0].detectable);
    assert_true(loud.rows[0].false_alarms < 0.15);
    assert_true(quiet.rows[0].false_reds == 0);
    arena_free(arena);
}

static void constants_and_ungated_units(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct recording *pair[2];
    struct policy policy;
    struct calibration got;
    policy_init(&policy);
    new_pair(pair, arena);
    record(pair, "Exact", "allocs/op", 0, 10);
    record(pair, "Exact", "page-faults/op", 0.1, 10);
    record(pair, "Short", "sec/op", 0.1, 5);
    calibrate(&got, pair, 10, 1, &policy, arena);
    assert_int_equal(got.count, 1);
    assert_string_equal(got.rows[0].unit, "allocs/op");
    assert_true(got.rows[0].detectable == 0 && got.rows[0].false_alarms == 0);
    assert_int_equal(got.rows[0].rounds_needed, 2);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_sets_what_can_be_seen),
        cmocka_unit_test(constants_and_ungated_units),
    };
    return RUN_TESTS(tests);
}
