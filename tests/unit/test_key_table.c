#include "tests/unit/test.h"

#include "runners/symbols/key_table.h"

static void values_stay_with_their_keys(void **state) {
    (void)state;
    static const uint64_t steps[] = {1, 4096, (uint64_t)1 << 40}; /* neighbours, pages, far apart */
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        struct key_table table = {.arena = arena_new()};
        static char values[1000];
        bool known;
        for (size_t i = 0; i < 1000; i++) {
            void **place = key_table_place(&table, i * steps[s], &known);
            assert_false(known);
            assert_null(*place);
            if (i % 10) /* NULL is a value, too */
                *place = &values[i];
        }
        for (size_t i = 0; i < 1000; i++) {
            void **place = key_table_place(&table, i * steps[s], &known);
            assert_true(known);
            assert_ptr_equal(*place, i % 10 ? &values[i] : NULL);
        }
        assert_int_equal(table.count, 1000);
        arena_free(table.arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_stay_with_their_keys)};
    return RUN_TESTS(tests);
}
