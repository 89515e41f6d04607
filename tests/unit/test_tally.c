/* Flat and cumulative values on a profile small enough to count by hand. */
#include "runners/profile/tally.h"
#include "tests/unit/test.h"

/* Functions 0 a, 1 b, 2 nameless; locations 0 a, 1 b inlined into a, 2 without lines in lib.so,
 * 3 without lines and mapping. */
static struct profile *make(struct strings *strings, struct arena *arena) {
    static struct profile_type types[] = {{0, 0}};
    static struct profile_function functions[3];
    static struct profile_line lines[] = {{0, 1, 0}, {1, 2, 0}, {0, 3, 0}};
    static struct profile_mapping mappings[1];
    static struct profile_location locations[] = {
        {1, 0, false}, {2, 0, false}, {3, 0, false}, {4, PROFILE_NONE, false}};
    static uint32_t line_start[] = {0, 1, 3, 3, 3};
    static uint32_t frames[] = {0, 0, 0, 1, 0, 2, 1, 3}, stack_start[] = {0, 3, 5, 7, 8, 8};
    static uint32_t label_start[6];
    static int64_t values[] = {1, 10, 100, -1000, 5};
    struct profile *p = profile_new(strings, arena);
    functions[0].name = strings_add(strings, text_of("a"));
    functions[1].name = strings_add(strings, text_of("b"));
    mappings[0].file = strings_add(strings, text_of("/lib/lib.so"));
    *p = (struct profile){.strings = strings,
                          .types = types,
                          .type_count = 1,
                          .functions = functions,
                          .function_count = 3,
                          .lines = lines,
                          .mappings = mappings,
                          .mapping_count = 1,
                          .locations = locations,
                          .location_count = 4,
                          .line_start = line_start,
                          .frames = frames,
                          .stack_start = stack_start,
                          .label_start = label_start,
                          .values = values,
                          .sample_count = 5};
    return p;
}

static void check_row(const struct tally *t, uint32_t at, const char *name, int64_t flat,
                      int64_t cum) {
    assert_true(at < t->row_count);
    assert_string_equal(strings_get(t->strings, t->rows[at].name), name);
    assert_int_equal(t->rows[at].flat, flat);
    assert_int_equal(t->rows[at].cum, cum);
}

static void recursion_counts_once_and_inlined_leaves_are_flat(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct pg_error err;
    const struct profile *p = make(strings, arena);
    assert_true(profile_check(p, &err));
    struct tally *t = tally_new(strings, arena);
    tally_add(t, &(struct tally_part){.profile = p, .factor = 1});
    tally_finish(t, false);
    assert_int_equal(t->row_count, 4);
    check_row(t, 0, "<unknown>", -1000, -1000);
    check_row(t, 1, "[lib.so]", 100, 100);
    check_row(t, 2, "b", 10, 110);
    check_row(t, 3, "a", 1, 111);
    assert_int_equal(tally_total(p, 0), 1116);
    arena_free(arena);
}

static void a_profile_less_itself_is_nothing_and_skipped_samples_do_not_count(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    const struct profile *p = make(strings, arena);
    const bool skip[] = {false, true, true, true, true};
    struct tally *t = tally_new(strings, arena);
    tally_add(t, &(struct tally_part){.profile = p, .factor = 1});
    tally_add(t, &(struct tally_part){.profile = p, .factor = -1});
    tally_add(t, &(struct tally_part){.profile = p, .skip = skip, .factor = 2.5});
    tally_finish(t, true);
    assert_int_equal(t->row_count, 1);
    check_row(t, 0, "a", 3, 3);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recursion_counts_once_and_inlined_leaves_are_flat),
        cmocka_unit_test(a_profile_less_itself_is_nothing_and_skipped_samples_do_not_count),
    };
    return RUN_TESTS(tests);
}
