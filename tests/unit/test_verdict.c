#include "tests/unit/test.h"

#include "gate/compare/verdict.h"

static void exit_codes_are_those_of_the_table(void **state) {
    (void)state;
    static const struct {
        enum verdict verdict;
        const char *name;
        int code;
    } rows[] = {{VERDICT_PASS, "pass", 0},
                {VERDICT_REGRESSION, "regression", 1},
                {VERDICT_USAGE, "usage", 2},
                {VERDICT_INCONCLUSIVE, "inconclusive", 3},
                {VERDICT_BROKEN, "broken", 4}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(verdict_name(rows[i].verdict), rows[i].name);
        assert_int_equal(verdict_exit_code(rows[i].verdict), rows[i].code);
    }
}

static void every_row_verdict_and_reason_has_a_name(void **state) {
    (void)state;
    static const char *const names[] = {"regressed",    "improved", "same",
                                        "inconclusive", "new",      "missing",
                                        "incomparable", "failed",   "waived"};
    for (int i = 0; i < ROW_VERDICT_COUNT; i++)
        assert_string_equal(row_verdict_name((enum row_verdict)i), names[i]);
    assert_null(reason_name(REASON_NONE));
    assert_string_equal(reason_name(REASON_IO), "io");
    assert_string_equal(reason_name(REASON_DAMAGED_INPUT), "damaged-input");
    assert_string_equal(reason_name(REASON_NO_BASELINE), "no-baseline");
    assert_string_equal(reason_name(REASON_FINGERPRINT), "fingerprint");
    assert_string_equal(reason_name(REASON_FAILED_ROWS), "failed-rows");
    assert_string_equal(reason_name(REASON_NOTHING_COMPARABLE), "nothing-comparable");
    assert_string_equal(reason_name(REASON_MISSING_ROWS), "missing-rows");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_codes_are_those_of_the_table),
        cmocka_unit_test(every_row_verdict_and_reason_has_a_name),
    };
    return RUN_TESTS(tests);
}
