#include "tests/unit/test.h"

#include "gate/compare/policy.h"

#include <stdlib.h>
#include <unistd.h>

static struct arena *arena;
static struct pg_error err;

static struct row_policy resolve(const struct policy *policy, const char *benchmark,
                                 const char *unit, enum better stated) {
    struct unit_metadata metadata = {.better = stated};
    struct row_policy of_unit = policy_for_unit(policy, unit, &metadata);
    return policy_for(policy, &of_unit, benchmark, unit, NULL);
}

static void defaults_are_those_of_the_documentation(void **state) {
    (void)state;
    struct policy policy;
    policy_init(&policy);
    struct row_policy row = resolve(&policy, "Parse-8", "sec/op", BETTER_UNKNOWN);
    assert_true(row.threshold == 0.05 && row.alpha == 0.05 && row.absolute_floor == 0);
    assert_true(row.gated && row.expected && row.better == BETTER_LOWER);
    assert_true(policy.confidence == 0.95 && policy.correction == CORRECTION_BH);
    assert_true(policy.test == TEST_AUTO && !policy.strict);
}

static void direction_comes_from_rule_then_metadata_then_unit(void **state) {
    (void)state;
    struct policy policy;
    policy_init(&policy);
    assert_int_equal(resolve(&policy, "x", "B/s", BETTER_UNKNOWN).better, BETTER_HIGHER);
    assert_int_equal(resolve(&policy, "x", "B/s", BETTER_LOWER).better, BETTER_LOWER);
    assert_int_equal(resolve(&policy, "x", "points", BETTER_UNKNOWN).better, BETTER_UNKNOWN);
    assert_true(policy_add_rule(&policy, ":B/s:better=higher", "--rule", arena, &err));
    struct row_policy row = resolve(&policy, "x", "B/s", BETTER_LOWER);
    assert_true(row.better == BETTER_HIGHER && row.ruled_better);
}

static void what_has_no_direction_or_only_informs_is_not_gated(void **state) {
    (void)state;
    struct policy policy;
    policy_init(&policy);
    struct row_policy points = resolve(&policy, "x", "points", BETTER_UNKNOWN);
    assert_true(!points.gated && points.expected);
    struct row_policy faults = resolve(&policy, "x", "page-faults", BETTER_UNKNOWN);
    assert_true(!faults.gated && !faults.expected);
    assert_false(resolve(&policy, "x", "context-switches/op", BETTER_LOWER).gated);
    assert_false(resolve(&policy, "x", "user-sec/op", BETTER_LOWER).gated);
    assert_true(resolve(&policy, "x", "cpu-sec/op", BETTER_LOWER).gated);
    assert_false(resolve(&policy, "process/x", "sec/op", BETTER_LOWER).gated);
    assert_true(policy_add_rule(&policy, ":page-faults:gate=yes", "--rule", arena, &err));
    assert_true(policy_add_rule(&policy, ":points:better=lower", "--rule", arena, &err));
    assert_true(resolve(&policy, "x", "page-faults", BETTER_UNKNOWN).gated);
    assert_true(policy_add_rule(&policy, "process/*:sec/op:gate=yes", "--rule", arena, &err));
    assert_true(resolve(&policy, "process/x", "sec/op", BETTER_LOWER).gated);
    assert_true(resolve(&policy, "x", "points", BETTER_UNKNOWN).gated);
}

static void the_last_matching_rule_that_sets_a_field_wins(void **state) {
    (void)state;
    struct policy policy;
    policy_init(&policy);
    assert_true(policy_add_rule(&policy, "Parse*::threshold=10%,alpha=0.01", "a", arena, &err));
    assert_true(policy_add_rule(&policy, "Parse/b:ns/op:threshold=0.2", "b", arena, &err));
    assert_true(policy_add_rule(&policy, "*:B/op:gate=no", "c", arena, &err));
    bool used[3] = {false};
    struct row_policy of_unit = policy_for_unit(&policy, "sec/op", NULL);
    struct row_policy row = policy_for(&policy, &of_unit, "Parse/b", "sec/op", used);
    assert_true(row.threshold == 0.2 && row.alpha == 0.01);
    assert_string_equal(row.where, "b");
    assert_true(used[0] && used[1] && !used[2]);
    row = resolve(&policy, "Parse/a", "sec/op", BETTER_UNKNOWN);
    assert_true(row.threshold == 0.1 && row.gated);
    row = resolve(&policy, "Parse/a", "B/op", BETTER_UNKNOWN);
    assert_true(!row.gated && !row.expected);
}

static void names_may_hold_colons(void **state) {
    (void)state;
    struct policy policy;
    policy_init(&policy);
    assert_true(policy_add_rule(&policy, "std::sort/*:sec/op:threshold=1%", "a", arena, &err));
    assert_true(resolve(&policy, "std::sort/9", "sec/op", BETTER_UNKNOWN).threshold == 0.01);
    assert_true(resolve(&policy, "std::find/9", "sec/op", BETTER_UNKNOWN).threshold == 0.05);
}

static void floors_know_units_and_prefixes(void **state) {
    (void)state;
    static const struct {
        const char *text, *unit;
        double want;
    } rows[] = {
        {"sec/op=50us", "sec/op", 50e-6},
        {"ns/op=200", "sec/op", 200e-9},
        {"ns/op=200ns", "sec/op", 200e-9},
        {"sec/op=0.5", "sec/op", 0.5},
        {"B/op=4Ki", "B/op", 4096},
        {"B/op=4KiB", "B/op", 4096},
        {"allocs/op=3", "allocs/op", 3},
        {"MB/s=2", "B/s", 2e6},
        {"instructions=5M", "instructions", 5e6},
        {"a=b=1", "a=b", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct policy policy;
        policy_init(&policy);
        if (!policy_add_floor(&policy, rows[i].text, "--floor", arena, &err))
            fail_msg("%s", err.text);
        assert_near(resolve(&policy, "x", rows[i].unit, BETTER_UNKNOWN).absolute_floor,
                    rows[i].want, 1e-15);
    }
}

static void bad_rules_and_floors_are_refused_with_what_was_expected(void **state) {
    (void)state;
    static const struct {
        bool (*add)(struct policy *, const char *, const char *, struct arena *, struct pg_error *);
        const char *text, *want;
    } rows[] = {
        {policy_add_rule, "threshold=5%", "BENCHMARK:UNIT:key=value"},
        {policy_add_rule, "a:b", "BENCHMARK:UNIT:key=value"},
        {policy_add_rule, "a:b:", "not one of threshold"},
        {policy_add_rule, "a:b:thresh=5%", "'thresh' is not one of threshold"},
        {policy_add_rule, "a:b:threshold=-5%", "share"},
        {policy_add_rule, "a:b:threshold=nan", "share"},
        {policy_add_rule, "a:b:alpha=0", "probability"},
        {policy_add_rule, "a:b:alpha=0.9", "probability"},
        {policy_add_rule, "a:b:floor=fast", "amount"},
        {policy_add_rule, "a:b:better=more", "lower or higher"},
        {policy_add_rule, "a:b:gate=maybe", "yes or no"},
        {policy_add_rule, "a:b:gate=yes,", "not one of threshold"},
        {policy_add_floor, "50us", "UNIT=VALUE"},
        {policy_add_floor, "=50us", "UNIT=VALUE"},
        {policy_add_floor, "sec/op=", "UNIT=VALUE"},
        {policy_add_floor, "sec/op=-1us", "UNIT=VALUE"},
        {policy_add_floor, "B/op=5us", "UNIT=VALUE"},
        {policy_add_floor, "B/op=1e999", "UNIT=VALUE"},
        {policy_add_rename, "old", "OLD=NEW"},
        {policy_add_rename, "=new", "OLD=NEW"},
        {policy_add_rename, "old=", "OLD=NEW"},
        {policy_add_rename, "a=b=c", "OLD=NEW"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct policy policy;
        policy_init(&policy);
        if (rows[i].add(&policy, rows[i].text, "--option", arena, &err))
            fail_msg("'%s' was accepted", rows[i].text);
        assert_int_equal(err.status, PG_USAGE);
        if (strncmp(err.text, "--option: ", 10) != 0 || !strstr(err.text, rows[i].want))
            fail_msg("'%s' gave: %s", rows[i].text, err.text);
    }
}

static void renames_split_where_both_names_have_the_same_shape(void **state) {
    (void)state;
    struct policy policy;
    policy_init(&policy);
    assert_true(policy_add_rename(&policy, "Old=New", "a", arena, &err));
    assert_true(policy_add_rename(&policy, "P/size=1k=P/bytes=1k", "a", arena, &err));
    assert_true(policy_add_rename(&policy, "Q/size=1k=>Q1k", "a", arena, &err));
    assert_string_equal(policy.renames[0].to, "New");
    assert_string_equal(policy.renames[1].from, "P/size=1k");
    assert_string_equal(policy.renames[1].to, "P/bytes=1k");
    assert_string_equal(policy.renames[2].to, "Q1k");
    assert_false(policy_add_rename(&policy, "Old=Newer", "a", arena, &err));
}

static void rename_files_have_quotes_comments_and_line_numbers(void **state) {
    (void)state;
    char path[] = "/tmp/perfgate_renames_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static const char good[] = "# old new\n\nA/x=1 B/x=1\n\"two words\" \"a \\\"b\\\"\" # why\n";
    assert_int_equal(write(fd, good, sizeof good - 1), sizeof good - 1);
    struct policy policy;
    policy_init(&policy);
    bool read = policy_read_renames(&policy, path, arena, &err);
    static const char bad[] = "C\n";
    assert_int_equal(write(fd, bad, sizeof bad - 1), sizeof bad - 1);
    struct policy other;
    policy_init(&other);
    bool refused = !policy_read_renames(&other, path, arena, &err);
    close(fd);
    unlink(path);
    assert_true(read && policy.rename_count == 2);
    assert_string_equal(policy.renames[1].from, "two words");
    assert_string_equal(policy.renames[1].to, "a \"b\"");
    assert_true(refused && strstr(err.text, ":5: expected OLD NEW"));
}

static void names_of_choices_read_back(void **state) {
    (void)state;
    for (int i = 0; i < TEST_CHOICE_COUNT; i++) {
        enum test_choice choice = TEST_CHOICE_COUNT;
        assert_true(test_choice_parse(test_choice_name((enum test_choice)i), &choice));
        assert_int_equal(choice, i);
    }
    for (int i = 0; i < CORRECTION_COUNT; i++) {
        enum correction correction = CORRECTION_COUNT;
        assert_true(correction_parse(correction_name((enum correction)i), &correction));
        assert_int_equal(correction, i);
    }
    enum test_choice choice;
    enum correction correction;
    assert_false(test_choice_parse("student", &choice));
    assert_false(correction_parse("", &correction));
}

static void suffix_is_what_go_appends(void **state) {
    (void)state;
    assert_int_equal(name_without_suffix("Parse-8"), 5);
    assert_int_equal(name_without_suffix("Parse"), 5);
    assert_int_equal(name_without_suffix("Parse-"), 6);
    assert_int_equal(name_without_suffix("Parse/n-1-16"), 9);
    assert_int_equal(name_without_suffix("8"), 1);
    assert_int_equal(name_without_suffix("-8"), 2);
    assert_int_equal(name_without_suffix(""), 0);
}

static void allow_missing_is_a_list_of_globs(void **state) {
    (void)state;
    struct policy policy;
    policy_init(&policy);
    assert_false(policy_allows_missing(&policy, "Old/a"));
    ARENA_PUSH(arena, policy.allow_missing, policy.allow_missing_count,
               policy.allow_missing_capacity, "Gone");
    ARENA_PUSH(arena, policy.allow_missing, policy.allow_missing_count,
               policy.allow_missing_capacity, "Old/*");
    assert_true(policy_allows_missing(&policy, "Old/a/b"));
    assert_true(policy_allows_missing(&policy, "Gone"));
    assert_false(policy_allows_missing(&policy, "GoneToo"));
}

int main(void) {
    arena = arena_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_documentation),
        cmocka_unit_test(direction_comes_from_rule_then_metadata_then_unit),
        cmocka_unit_test(what_has_no_direction_or_only_informs_is_not_gated),
        cmocka_unit_test(the_last_matching_rule_that_sets_a_field_wins),
        cmocka_unit_test(names_may_hold_colons),
        cmocka_unit_test(floors_know_units_and_prefixes),
        cmocka_unit_test(bad_rules_and_floors_are_refused_with_what_was_expected),
        cmocka_unit_test(renames_split_where_both_names_have_the_same_shape),
        cmocka_unit_test(rename_files_have_quotes_comments_and_line_numbers),
        cmocka_unit_test(names_of_choices_read_back),
        cmocka_unit_test(suffix_is_what_go_appends),
        cmocka_unit_test(allow_missing_is_a_list_of_globs),
    };
    int failed = RUN_TESTS(tests);
    arena_free(arena);
    return failed;
}
