#include "tests/unit/test.h"

#include "gate/compare/waiver.h"

static struct arena *arena;
static struct pg_error err;

static bool read_text(struct policy *policy, const char *text) {
    struct source *source;
    policy_init(policy);
    assert_true(source_memory(&source, "waivers.txt", text_of(text), &err));
    bool good = waivers_read_source(policy, source, arena, &err);
    source_close(source);
    return good;
}

static void reads_names_units_ceilings_dates_and_reasons(void **state) {
    (void)state;
    struct policy policy;
    if (!read_text(&policy, "# accepted for now\n"
                            "\n"
                            "Parse/size=1k  sec/op  12%  2026-12-31  validation, issue 414\n"
                            "\t\"two words \\\"x\\\" \\\\\" ns/op 0.5 2028-02-29 # is a reason\r\n"
                            "  # indented comment\n"))
        fail_msg("%s", err.text);
    assert_int_equal(policy.waiver_count, 2);
    const struct waiver *first = &policy.waivers[0], *second = &policy.waivers[1];
    assert_string_equal(first->benchmark, "Parse/size=1k");
    assert_string_equal(first->unit, "sec/op");
    assert_true(first->ceiling == 0.12);
    assert_string_equal(first->expires, "2026-12-31");
    assert_string_equal(first->reason, "validation, issue 414");
    assert_string_equal(first->where, "waivers.txt:3");
    assert_string_equal(second->benchmark, "two words \"x\" \\");
    assert_string_equal(second->unit, "sec/op");
    assert_true(second->ceiling == 0.5);
    assert_string_equal(second->reason, "# is a reason");
}

static void an_empty_file_waives_nothing(void **state) {
    (void)state;
    struct policy policy;
    assert_true(read_text(&policy, "") && policy.waiver_count == 0);
    assert_true(read_text(&policy, "\n# nothing\n") && policy.waiver_count == 0);
}

static void faults_name_file_line_and_what_was_expected(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"A\n", ":1: the line ends before the unit"},
        {"\nA sec/op\n", ":2: the line ends before the ceiling"},
        {"A sec/op 5%\n", "before the expiry date"},
        {"A sec/op 5% 2026-12-31\n", "the reason is missing"},
        {"A sec/op 5% 2026-12-31   \n", "the reason is missing"},
        {"A sec/op five 2026-12-31 r\n", "ceiling 'five'"},
        {"A sec/op 0% 2026-12-31 r\n", "ceiling '0%'"},
        {"A sec/op -5% 2026-12-31 r\n", "ceiling '-5%'"},
        {"A sec/op inf 2026-12-31 r\n", "ceiling 'inf'"},
        {"A sec/op 5% 31.12.2026 r\n", "expiry '31.12.2026'"},
        {"A sec/op 5% 2026-02-29 r\n", "expiry '2026-02-29'"},
        {"A sec/op 5% 2026-13-01 r\n", "expiry '2026-13-01'"},
        {"A sec/op 5% 2026-00-10 r\n", "expiry"},
        {"A sec/op 5% 2026-04-31 r\n", "expiry"},
        {"A sec/op 5% never r\n", "expiry 'never'"},
        {"\"A sec/op 5% 2026-12-31 r\n", "a quote is not closed"},
        {"\"\" sec/op 5% 2026-12-31 r\n", "encloses nothing"},
        {"A sec/op 5% 2026-12-31 r\nA ns/op 6% 2027-01-01 s\n", "already waived at waivers.txt:1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct policy policy;
        if (read_text(&policy, rows[i].text))
            fail_msg("accepted: %s", rows[i].text);
        assert_int_equal(err.status, PG_USAGE);
        if (strncmp(err.text, "waivers.txt:", 12) != 0 || !strstr(err.text, rows[i].want))
            fail_msg("%s gave: %s", rows[i].text, err.text);
    }
}

static void the_last_day_still_counts(void **state) {
    (void)state;
    struct waiver waiver = {.expires = "2026-12-31"};
    assert_false(waiver_expired(&waiver, "2026-12-30"));
    assert_false(waiver_expired(&waiver, "2026-12-31"));
    assert_true(waiver_expired(&waiver, "2027-01-01"));
}

int main(void) {
    arena = arena_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_units_ceilings_dates_and_reasons),
        cmocka_unit_test(an_empty_file_waives_nothing),
        cmocka_unit_test(faults_name_file_line_and_what_was_expected),
        cmocka_unit_test(the_last_day_still_counts),
    };
    int failed = RUN_TESTS(tests);
    arena_free(arena);
    return failed;
}
