#include "tests/unit/test.h"

#include "runners/recording/unit.h"

static void tidies_numerators_only(void **state) {
    (void)state;
    static const struct {
        const char *unit, *tidied;
        double factor;
    } rows[] = {
        {"ns/op", "sec/op", 1e-9},
        {"MB/s", "B/s", 1e6},
        {"B/op", "B/op", 1},
        {"ns", "sec", 1e-9},
        {"p99-ns", "p99-sec", 1e-9},
        {"cpu-ns/op", "cpu-sec/op", 1e-9},
        {"op/ns", "op/ns", 1},
        {"x/ns*ns", "x/ns*sec", 1e-9},
        {"MB*MB/s", "B*B/s", 1e6 * 1e6},
        {"ns-MB", "sec-B", 1e-9 * 1e6},
        {"instructions", "instructions", 1},
        {"nsx/op", "nsx/op", 1},
        {"", "", 1},
        {"-ns-", "-sec-", 1e-9},
        {"ns/op-ns", "sec/op-ns", 1e-9},
        {"ms/op", "ms/op", 1},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double factor;
        struct text tidied = unit_tidy(text_of(rows[i].unit), &factor, arena);
        if (!text_equal(tidied, rows[i].tidied))
            fail_msg("%s: got %.*s", rows[i].unit, TEXT_ARG(tidied, 100));
        assert_true(factor == rows[i].factor);
    }
    arena_free(arena);
}

static void long_units_fit(void **state) {
    (void)state;
    char unit[3000];
    for (size_t i = 0; i < sizeof unit; i += 3)
        memcpy(unit + i, "ns*", 3);
    struct arena *arena = arena_new();
    double factor;
    struct text tidied = unit_tidy((struct text){unit, sizeof unit}, &factor, arena);
    assert_int_equal(tidied.length, 4000);
    assert_true(factor == 0);
    arena_free(arena);
}

static void knows_what_units_mean(void **state) {
    (void)state;
    static const struct {
        const char *unit;
        enum better better;
        bool binary, time, deterministic, informational;
    } rows[] = {
        {"sec/op", BETTER_LOWER, false, true, false, false},
        {"cpu-sec/op", BETTER_LOWER, false, true, false, false},
        {"p99-sec", BETTER_LOWER, false, true, false, false},
        {"ms/op", BETTER_LOWER, false, true, false, false},
        {"user-sec/op", BETTER_LOWER, false, true, false, true},
        {"cycles", BETTER_LOWER, false, true, false, false},
        {"B/s", BETTER_HIGHER, true, false, false, false},
        {"ops/s", BETTER_HIGHER, false, false, false, false},
        {"items/sec", BETTER_HIGHER, false, false, false, false},
        {"B/op", BETTER_LOWER, true, false, true, false},
        {"allocs/op", BETTER_LOWER, false, false, true, false},
        {"instructions", BETTER_LOWER, false, false, true, false},
        {"peak-RSS-bytes", BETTER_LOWER, true, false, false, false},
        {"text-bytes", BETTER_LOWER, true, false, true, false},
        {"page-faults", BETTER_LOWER, false, false, false, true},
        {"op/B", BETTER_UNKNOWN, false, false, false, false},
        {"hits", BETTER_UNKNOWN, false, false, false, false},
        {"", BETTER_UNKNOWN, false, false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *unit = rows[i].unit;
        if (unit_better(unit) != rows[i].better || unit_is_binary(unit) != rows[i].binary ||
            unit_is_time(unit) != rows[i].time ||
            unit_is_deterministic(unit) != rows[i].deterministic ||
            unit_is_informational(unit) != rows[i].informational)
            fail_msg("'%s': better %d, binary %d, time %d, deterministic %d, informational %d",
                     unit, unit_better(unit), unit_is_binary(unit), unit_is_time(unit),
                     unit_is_deterministic(unit), unit_is_informational(unit));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tidies_numerators_only),
        cmocka_unit_test(long_units_fit),
        cmocka_unit_test(knows_what_units_mean),
    };
    return RUN_TESTS(tests);
}
