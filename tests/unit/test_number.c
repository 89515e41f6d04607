#include "tests/unit/test.h"

#include "runners/base/number.h"

static void reads_doubles_correctly_rounded(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double want;
    } rows[] = {{"0", 0},           {"1.5", 1.5},
                {"-2.25", -2.25},   {"1e3", 1e3},
                {"123456", 123456}, {"0.1", 0.1},
                {"1e-300", 1e-300}, {"9007199254740993", 9007199254740992.0},
                {"1e22", 1e22},     {"+1", 1},
                {".5", .5},         {"5.", 5},
                {"0x1p4", 16},      {"3.14159265358979323846", 3.14159265358979323846}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double got = NAN;
        assert_true(number_double(text_of(rows[i].text), &got));
        assert_true(got == rows[i].want);
    }
}

static void refuses_what_is_not_a_finite_number(void **state) {
    (void)state;
    static const char *const rows[] = {
        "",    "-",  ".",   "1e999", "nan", "NaN", "inf",  "-Inf", "1.5x", " 1",     "1 ",
        "1,5", "e5", "--1", "+-1",   "1e",  "+",   "-.e1", "0x10", "0x",   "-0x1.8", "1_000"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double got = 42;
        if (number_double(text_of(rows[i]), &got))
            fail_msg("accepted '%s' as %g", rows[i], got);
        assert_true(got == 42);
    }
}

static void reads_durations_and_ratios(void **state) {
    (void)state;
    double got;
    assert_true(number_duration(text_of("1.5s"), &got) && got == 1.5);
    assert_true(number_duration(text_of("2m"), &got) && got == 120);
    assert_true(number_duration(text_of("100ms"), &got));
    assert_near(got, 0.1, 1e-15);
    assert_true(number_duration(text_of("7"), &got) && got == 7);
    assert_false(number_duration(text_of("-1s"), &got));
    assert_false(number_duration(text_of("1 s"), &got));
    assert_false(number_duration(text_of("1parsec"), &got));
    assert_true(number_ratio(text_of("5%"), &got) && got == 0.05);
    assert_true(number_ratio(text_of("0.05"), &got) && got == 0.05);
    assert_true(number_ratio(text_of("1"), &got) && got == 1);
    assert_true(number_ratio(text_of("500%"), &got) && got == 5);
    assert_false(number_ratio(text_of("5"), &got));
    assert_false(number_ratio(text_of("%"), &got));
    assert_false(number_ratio(text_of("nan%"), &got));
}

static void writes_the_shortest_text_that_reads_back(void **state) {
    (void)state;
    char text[NUMBER_TEXT];
    number_text(text, 0.1);
    assert_string_equal(text, "0.1");
    number_text(text, 1e15);
    assert_string_equal(text, "1e+15");
    double awkward = 0.1 + 0.2, back;
    number_text(text, awkward);
    assert_true(number_double(text_of(text), &back) && back == awkward);
}

static void integers_do_not_overflow(void **state) {
    (void)state;
    uint64_t u;
    int64_t i;
    assert_true(number_u64(text_of("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(number_u64(text_of("18446744073709551616"), &u));
    assert_false(number_u64(text_of("-1"), &u));
    assert_true(number_i64(text_of("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_false(number_i64(text_of("9223372036854775808"), &i));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_doubles_correctly_rounded),
        cmocka_unit_test(refuses_what_is_not_a_finite_number),
        cmocka_unit_test(reads_durations_and_ratios),
        cmocka_unit_test(writes_the_shortest_text_that_reads_back),
        cmocka_unit_test(integers_do_not_overflow),
    };
    return RUN_TESTS(tests);
}
