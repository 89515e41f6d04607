#include "tests/unit/test.h"

#include "runners/base/error.h"

#include <errno.h>

static void sets_and_prefixes(void **state) {
    (void)state;
    struct pg_error err = {PG_OK, ""};
    assert_false(pg_error_set(&err, PG_FORMAT, "offset %d: expected %s", 17, "a name"));
    assert_int_equal(err.status, PG_FORMAT);
    assert_string_equal(err.text, "offset 17: expected a name");
    assert_false(pg_error_in(&err, "cpu.pb.gz"));
    assert_string_equal(err.text, "cpu.pb.gz: offset 17: expected a name");
    assert_int_equal(err.status, PG_FORMAT);
}

static void tells_what_the_system_said(void **state) {
    (void)state;
    struct pg_error err;
    errno = ENOENT;
    assert_false(pg_error_errno(&err, "%s: cannot open", "a"));
    assert_int_equal(err.status, PG_IO);
    assert_string_equal(err.text, "a: cannot open: No such file or directory");
}

static void long_texts_are_cut(void **state) {
    (void)state;
    struct pg_error err;
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    pg_error_set(&err, PG_LIMIT, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    pg_error_in(&err, text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_memory_equal(err.text + 398, "xx: xx", 6);
    errno = ENOENT;
    pg_error_errno(&err, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_and_prefixes),
        cmocka_unit_test(tells_what_the_system_said),
        cmocka_unit_test(long_texts_are_cut),
    };
    return RUN_TESTS(tests);
}
