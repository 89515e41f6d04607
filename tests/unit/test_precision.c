#include "tests/unit/test.h"

#include "gate/compare/precision.h"

static struct arena *arena;
static struct strings *strings;

static void add(struct recording *r, const char *name, const char *unit, const double *values,
                uint32_t n) {
    uint32_t number = strings_add(strings, text_of(name));
    uint32_t of = strings_add(strings, text_of(unit));
    for (uint32_t i = 0; i < n; i++)
        recording_add(r, recording_series(r, recording_config(r, NULL, 0), number, of, of),
                      values[i], i + 1);
}

static struct policy policy_of(double threshold) {
    struct policy policy;
    policy_init(&policy);
    policy.threshold = threshold;
    return policy;
}

static const double wide[] = {1, 1.4, 0.8, 1.2, 0.9, 1.3, 1.1, 0.7};
static const double narrow[] = {1, 1.001, 0.999, 1.002, 0.998, 1.001, 1, 0.999};

static void the_widest_gated_row_decides(void **state) {
    (void)state;
    struct recording *r = recording_new("a", "a", strings, arena);
    const struct recording *sides[] = {r};
    struct policy policy = policy_of(0.05);
    add(r, "Narrow", "sec/op", narrow, 8);
    struct precision precision = precision_of(sides, 1, &policy);
    assert_true(precision.enough);
    assert_true(precision.half_width < 0.01);
    add(r, "Wide", "sec/op", wide, 8);
    precision = precision_of(sides, 1, &policy);
    assert_false(precision.enough);
    assert_string_equal(precision.name, "Wide");
    assert_true(precision.half_width > 0.05);
    policy.threshold = 10;
    assert_true(precision_of(sides, 1, &policy).enough);
}

static void what_is_not_gated_or_exact_needs_nothing(void **state) {
    (void)state;
    struct recording *r = recording_new("a", "a", strings, arena);
    const struct recording *sides[] = {r};
    struct policy policy = policy_of(0.05);
    add(r, "A", "page-faults/op", wide, 8);
    add(r, "A", "allocs/op", wide, 8);
    add(r, "A", "widgets", wide, 8);
    add(r, "Constant", "sec/op", (const double[]){2, 2, 2, 2}, 4);
    assert_true(precision_of(sides, 1, &policy).enough);
}

static void one_value_is_not_enough(void **state) {
    (void)state;
    struct recording *r = recording_new("a", "a", strings, arena);
    const struct recording *sides[] = {r};
    struct policy policy = policy_of(0.05);
    add(r, "A", "sec/op", wide, 1);
    assert_false(precision_of(sides, 1, &policy).enough);
}

/* Noise that both sides of a round share cancels; and a large difference is no reason to stop or to
 * go on. */
static void rounds_are_paired(void **state) {
    (void)state;
    struct recording *a = recording_new("a", "a", strings, arena);
    struct recording *b = recording_new("b", "b", strings, arena);
    const struct recording *sides[] = {a, b};
    struct policy policy = policy_of(0.05);
    double twice[8];
    for (size_t i = 0; i < 8; i++)
        twice[i] = 2 * wide[i] * (1 + 0.0001 * (double)(i % 3));
    add(a, "Only/in/a", "sec/op", wide, 8);
    add(a, "A", "sec/op", wide, 8);
    add(b, "A", "sec/op", twice, 8);
    struct precision precision = precision_of(sides, 2, &policy);
    assert_true(precision.enough);
    assert_string_equal(precision.name, "A");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_widest_gated_row_decides),
        cmocka_unit_test(what_is_not_gated_or_exact_needs_nothing),
        cmocka_unit_test(one_value_is_not_enough),
        cmocka_unit_test(rounds_are_paired),
    };
    arena = arena_new();
    strings = strings_new(arena);
    int failed = RUN_TESTS(tests);
    arena_free(arena);
    return failed;
}
