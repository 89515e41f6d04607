/* What Go takes from profiles, on stacks written here by hand. What `go tool preprofile` says of
 * whole profiles, tests/interop/pgo_go.sh asks it. */
#include "runners/pgo/go_edges.h"

#include "runners/profile/builder.h"
#include "tests/unit/go_stacks.h"
#include "tests/unit/texts_fixture.h"

#include <inttypes.h>

static const char *edges_of(const struct profile *p) {
    struct go_edges edges;
    const char *out = "";
    if (!go_edges_read(&edges, p, arena, &err))
        return err.text;
    go_edges_order(&edges, texts, arena);
    for (size_t i = 0; i < edges.count; i++) {
        const struct go_edge *e = &edges.edges[i];
        out = arena_printf(arena, "%s%s %s %" PRId64 " %" PRId64 "\n", out,
                           strings_get(texts, e->caller), strings_get(texts, e->callee), e->offset,
                           e->weight);
    }
    return out;
}

#define EDGES(...)                                                                                 \
    edges_of(go_stacks((const struct go_stack[]){__VA_ARGS__},                                     \
                       sizeof((const struct go_stack[]){__VA_ARGS__}) / sizeof(struct go_stack),   \
                       "samples", "count", texts, arena))

static void only_the_innermost_call_counts(void **state) {
    (void)state;
    assert_string_equal(EDGES({"c@30-28;b@20-5;a@10-3", 5}), "b c 15 5\n");
    assert_string_equal(EDGES({"c@30-28", 5}), "");
    assert_string_equal(EDGES({"c@30-28;b@4-5", 5}), "b c -1 5\n");
}

static void inlined_calls_of_both_locations_count(void **state) {
    (void)state;
    assert_string_equal(EDGES({"d@40-38,c@30-28;b@20-5,a@10-3;main@2-1", 7}),
                        "a b 7 7\nb c 15 7\nc d 2 7\n");
    assert_string_equal(EDGES({"c@30-28,b@20-5", 7}), "b c 15 7\n");
}

static void a_stack_counts_a_call_once(void **state) {
    (void)state;
    assert_string_equal(EDGES({"g@9-8,f@5-1,g@9-8,f@5-1;a@2-1", 3}), "a f 1 3\nf g 4 3\ng f 1 3\n");
    /* the same place as its own caller is no call */
    assert_string_equal(EDGES({"f@5-1;f@5-1", 3}), "");
    /* another line of it is */
    assert_string_equal(EDGES({"f@6-1;f@5-1", 3}), "f f 4 3\n");
}

static void calls_add_up_by_name_and_line(void **state) {
    (void)state;
    assert_string_equal(EDGES({"c@30-28;b@20-5", 5}, {"c@31-28;b@20-5;a@1-1", 6},
                              {"c@31-28;b@21-5", 7}, {"b@20-5,c@30-28;z@3-1", 7}),
                        "b c 15 11\nb c 16 7\nc b 2 7\nz c 2 7\n");
    /* moved as a whole: the same call */
    assert_string_equal(EDGES({"c@30-28;b@20-5", 5}, {"c@30-28;b@120-105", 6}), "b c 15 11\n");
}

static void a_place_without_function_has_no_name(void **state) {
    (void)state;
    assert_string_equal(EDGES({"c@30-28;?", 5}, {"?;c@30-28", 6}), "c  2 6\n c 0 5\n");
}

static void what_has_no_value_is_nothing(void **state) {
    (void)state;
    assert_string_equal(EDGES({"c@30-28;b@20-5", 0}, {"c@30-28;b@20-5", 0}), "");
    assert_string_equal(edges_of(profile_new(texts, arena)), "");
}

static void declarations_must_be_known_where_it_looks(void **state) {
    (void)state;
    static const char none[] =
        "no function has the line where it is declared (Function.start_line)";
    assert_string_equal(EDGES({"c@30;b@20", 5}), none);
    assert_string_equal(EDGES({"c@30;b@20;a@10-3", 5}), none);
    assert_string_equal(EDGES({"c@30-28;b@20", 5}), "b c 20 5\n");
}

static void the_first_sample_type_that_fits_is_read(void **state) {
    (void)state;
    static const struct {
        const char *name, *unit, *want;
    } rows[] = {
        {"samples", "count", "b c 15 5\n"},
        {"cpu", "nanoseconds", "b c 15 5\n"},
        {"cpu", "count", "no sample type is samples in count or cpu in nanoseconds"},
        {"sample", "count", "no sample type is samples in count or cpu in nanoseconds"},
    };
    const struct go_stack stack = {"c@30-28;b@20-5", 5};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(
            edges_of(go_stacks(&stack, 1, rows[i].name, rows[i].unit, texts, arena)), rows[i].want);
    /* of several, wherever it stands */
    struct profile *p = go_stacks(&stack, 1, "cpu", "nanoseconds", texts, arena);
    int64_t values[] = {3, 50, 5};
    struct profile_type types[] = {
        {strings_add(texts, text_of("wall")), strings_add(texts, text_of("nanoseconds"))},
        p->types[0],
        {strings_add(texts, text_of("samples")), strings_add(texts, text_of("count"))}};
    p->types = types;
    p->type_count = 3;
    p->values = values;
    assert_string_equal(edges_of(p), "b c 15 50\n");
}

static void values_out_of_bounds_are_refused(void **state) {
    (void)state;
    assert_string_equal(EDGES({"c@30-28;b@20-5", -1}),
                        "sample 1 has a value below 0: the difference of two profiles tells the "
                        "compiler nothing");
    assert_int_equal(err.status, PG_FORMAT);
    assert_string_equal(EDGES({"c@30-28;b@20-5", INT64_MAX}, {"c@30-28;b@20-5;a@1-1", 1}),
                        "the values of a call add up to more than 2^63 - 1");
    assert_int_equal(err.status, PG_LIMIT);
    assert_string_equal(EDGES({"c@30-28;b@20-5", INT64_MAX}, {"c@30-28;b@21-5;a@1-1", 1}),
                        "the values of all calls add up to more than 2^63 - 1");
    assert_string_equal(EDGES({"c@30-28;b@20-5", INT64_MAX}), "b c 15 9223372036854775807\n");
}

int main(void) {
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW(only_the_innermost_call_counts),
        ROW(inlined_calls_of_both_locations_count),
        ROW(a_stack_counts_a_call_once),
        ROW(calls_add_up_by_name_and_line),
        ROW(a_place_without_function_has_no_name),
        ROW(what_has_no_value_is_nothing),
        ROW(declarations_must_be_known_where_it_looks),
        ROW(the_first_sample_type_that_fits_is_read),
        ROW(values_out_of_bounds_are_refused),
    };
    return RUN_TESTS(tests);
}
