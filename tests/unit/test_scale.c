#include "tests/unit/test.h"

#include "gate/report/scale.h"

#include <stdio.h>
#include <stdlib.h>

static void scales_as_benchstat_does(void **state) {
    (void)state;
    static const struct {
        double value;
        bool binary;
        const char *want;
    } rows[] = {
        {0, false, "0.000"},
        {1, false, "1.000"},
        {-1.5, false, "-1.500"},
        {1.718e-6, false, "1.718\xC2\xB5"},
        {0.99994, false, "999.9m"},
        {0.99995, false, "1.000"},
        {9.9994, false, "9.999"},
        {9.9995, false, "10.00"},
        {99.994, false, "99.99"},
        {99.995, false, "100.0"},
        {999.94, false, "999.9"},
        {999.95, false, "1.000k"},
        {999.949, false, "999.9"},
        {1e12, false, "1.000T"},
        {1e16, false, "10000.0T"},
        {1e-9, false, "1.000n"},
        {1.2345e-10, false, "0.1234n"},
        {1.2345e-12, false, "0.001234n"},
        {9.9995e-17, false, "0.0000001000n"},
        {1e-25, false, "0.0000000000n"},
        {1023, true, "1023.0"},
        {1024, true, "1.000Ki"},
        {1023.9, true, "1023.9"},
        {1023.95, true, "1.000Ki"},
        {0.5, true, "0.5000"},
        {1536, true, "1.500Ki"},
        {1048576, true, "1.000Mi"},
        {0x1p40, true, "1.000Ti"},
        {0.00001234, true, "0.00001234"},
    };
    char text[FIXED_TEXT];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scale scale = scale_of(&rows[i].value, 1, rows[i].binary);
        size_t length = scale_print(text, scale, rows[i].value);
        assert_string_equal(text, rows[i].want);
        assert_int_equal(length, strlen(text));
    }
}

static void the_smallest_value_sets_the_scale_of_a_row(void **state) {
    (void)state;
    char text[FIXED_TEXT];
    const double values[] = {0, 5e-3, -20e-6, NAN};
    struct scale scale = scale_of(values, 4, false);
    scale_print(text, scale, values[1]);
    assert_string_equal(text, "5000.00\xC2\xB5");
    scale_print(text, scale, values[2]);
    assert_string_equal(text, "-20.00\xC2\xB5");
    scale_print(text, scale, 0);
    assert_string_equal(text, "0.00\xC2\xB5");
}

/* The fast path must be printf's to the digit, halves included. */
static void prints_fixed_decimals_as_printf(void **state) {
    (void)state;
    char got[FIXED_TEXT], want[FIXED_TEXT];
    srand(7);
    for (int i = 0; i < 300000; i++) {
        int decimals = rand() % (SCALE_DECIMALS + 1);
        double value = ((double)rand() - RAND_MAX / 2.0) / (1 << rand() % 30);
        if (i % 3 == 0)
            value = (rand() % 200001 - 100000) / 1000.0 + (rand() % 3 - 1) * 0x1p-40;
        if (i % 3 == 1)
            value = (rand() % 4097 - 2048) / 64.0; /* exact halves */
        fixed_print(got, value, decimals, i % 2);
        snprintf(want, sizeof want, i % 2 ? "%+.*f" : "%.*f", decimals, value);
        assert_string_equal(got, want);
    }
    fixed_print(got, 1e300, 3, false);
    snprintf(want, sizeof want, "%.3f", 1e300);
    assert_string_equal(got, want);
    fixed_print(got, -0.0, 2, true);
    assert_string_equal(got, "-0.00");
    fixed_print(got, INFINITY, 0, false);
    assert_string_equal(got, "+Inf");
    fixed_print(got, NAN, 2, false);
    assert_string_equal(got, "NaN");
}

static void prints_the_shortest_text_in_gos_layout(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *want;
    } rows[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {100000, "100000"},
        {1234567, "1.234567e+06"},
        {1e20, "1e+20"},
        {0.0001, "0.0001"},
        {0.00001234, "1.234e-05"},
        {-0.05, "-0.05"},
        {1.718e-6, "1.718e-06"},
        {12.5, "12.5"},
        {123456789012, "1.23456789012e+11"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1718 * 1e-9, "1.7180000000000001e-06"},
        {1e-300, "1e-300"},
        {INFINITY, "+Inf"},
        {10, "10"},
        {999999, "999999"},
        {999999.5, "999999.5"},
    };
    char text[FIXED_TEXT];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(shortest_print(text, rows[i].value), strlen(rows[i].want));
        assert_string_equal(text, rows[i].want);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_as_benchstat_does),
        cmocka_unit_test(the_smallest_value_sets_the_scale_of_a_row),
        cmocka_unit_test(prints_fixed_decimals_as_printf),
        cmocka_unit_test(prints_the_shortest_text_in_gos_layout),
    };
    return RUN_TESTS(tests);
}
