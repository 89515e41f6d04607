#include "tests/unit/test.h"

#include "runners/shard.h"

#include <stdio.h>

static void shards_are_parsed(void **state) {
    (void)state;
    uint32_t index = 0, count = 0;
    struct pg_error err;
    assert_true(shard_parse("2/5", &index, &count, &err));
    assert_true(index == 2 && count == 5);
    static const char *const bad[] = {"",    "2",    "/",    "0/5", "6/5",     "2/0",
                                      "a/5", "2/5x", "-1/5", "1/-", "1/10001", "1/5/6"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (shard_parse(bad[i], &index, &count, &err))
            fail_msg("accepted '%s'", bad[i]);
        assert_int_equal(err.status, PG_USAGE);
    }
}

/* These numbers are a promise: a name must stay in its shard from version to version. */
static void a_name_has_its_shard_for_good(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint32_t of_4, of_7;
    } rows[] = {{"Parse/size=1k", 4, 6}, {"Encode", 1, 1}, {"BM_Sort/64", 4, 4}, {"", 2, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text name = text_of(rows[i].name);
        if (shard_of(name, 4) != rows[i].of_4 || shard_of(name, 7) != rows[i].of_7)
            fail_msg("'%s' is in %u/4 and %u/7", rows[i].name, shard_of(name, 4),
                     shard_of(name, 7));
        assert_int_equal(shard_of(name, 1), 1);
    }
}

static void cores_in_a_name_do_not_matter(void **state) {
    (void)state;
    assert_int_equal(shard_of(text_of("Parse-8"), 1000), shard_of(text_of("Parse"), 1000));
    assert_int_equal(shard_of(text_of("Parse-64"), 1000), shard_of(text_of("Parse-8"), 1000));
    assert_int_not_equal(shard_of(text_of("Parse-x8"), 1000), shard_of(text_of("Parse"), 1000));
    assert_int_not_equal(shard_of(text_of("Parse-"), 1000), shard_of(text_of("Parse"), 1000));
    assert_true(shard_of(text_of("-8"), 3) >= 1);
}

static void shares_are_about_equal(void **state) {
    (void)state;
    unsigned seen[6] = {0};
    char name[32];
    for (int i = 0; i < 6000; i++) {
        snprintf(name, sizeof name, "Bench/case=%d", i);
        uint32_t shard = shard_of(text_of(name), 5);
        assert_in_range(shard, 1, 5);
        seen[shard]++;
    }
    for (size_t i = 1; i <= 5; i++)
        assert_in_range(seen[i], 1000, 1400);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards_are_parsed),
        cmocka_unit_test(a_name_has_its_shard_for_good),
        cmocka_unit_test(cores_in_a_name_do_not_matter),
        cmocka_unit_test(shares_are_about_equal),
    };
    return RUN_TESTS(tests);
}
