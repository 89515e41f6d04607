/* Renames in profiles: labels and functions of a copy. */
#include "gate/functions/function_rename.h"
#include "runners/profile/builder.h"
#include "tests/unit/test.h"

struct made {
    struct arena *arena;
    struct strings *texts;
    struct profile *profile;
    struct policy policy;
    struct comparison comparison;
};

static uint32_t put(struct made *m, const char *text) {
    return strings_add(m->texts, text_of(text));
}

/* A sample for each benchmark, in a function of its name. */
static void make(struct made *m, const char *const *benchmarks, size_t count) {
    *m = (struct made){.arena = arena_new()};
    m->texts = strings_new(m->arena);
    m->comparison = (struct comparison){.arena = m->arena, .policy = &m->policy};
    struct profile_type cpu = {put(m, "cpu"), put(m, "nanoseconds")};
    struct profile_builder *b = profile_builder_new(m->texts, &cpu, 1, m->arena);
    for (size_t i = 0; i < count; i++) {
        uint32_t frame = profile_builder_name(b, text_of(benchmarks[i]));
        struct profile_label labels[] = {
            {.key = put(m, "benchmark"), .text = put(m, benchmarks[i])},
            {.key = put(m, "zone"), .text = put(m, benchmarks[i])}};
        profile_builder_sample(b, &(struct profile_stack){&frame, 1, labels, 2}, &(int64_t){1});
    }
    struct pg_error err;
    assert_true(profile_builder_finish(&m->profile, b, &err));
}

static void rename_benchmark(struct made *m, const char *from, const char *to) {
    struct renamed renamed = {put(m, from), put(m, to)};
    ARENA_PUSH(m->arena, m->comparison.renamed, m->comparison.renamed_count,
               m->comparison.renamed_capacity, renamed);
}

static void rename_function(struct made *m, const char *from, const char *to) {
    struct rename_rule rule = {from, to, "--rename"};
    ARENA_PUSH(m->arena, m->policy.renames, m->policy.rename_count, m->policy.rename_capacity,
               rule);
}

static const char *benchmark(const struct made *m, const struct profile *p, size_t sample) {
    return strings_get(m->texts, p->labels[p->label_start[sample]].text);
}

static const char *function(const struct made *m, const struct profile *p, size_t number) {
    return strings_get(m->texts, p->functions[number].name);
}

static void benchmarks_trade_names(void **state) {
    static const char *const names[] = {"A", "B", "tool", "C"};
    (void)state;
    struct made m;
    make(&m, names, 4);
    rename_benchmark(&m, "A-8", "B-8"); /* Go's suffix is in the recording alone */
    rename_benchmark(&m, "B", "A");
    rename_benchmark(&m, "process/tool", "process/utility");
    for (int again = 0; again < 2; again++) { /* the profile itself stays */
        const struct profile *p = function_renamed(m.profile, &m.comparison, NULL);
        assert_string_equal(benchmark(&m, p, 0), "B");
        assert_string_equal(benchmark(&m, p, 1), "A");
        assert_string_equal(benchmark(&m, p, 2), "utility");
        assert_string_equal(benchmark(&m, p, 3), "C");
        assert_string_equal(strings_get(m.texts, p->labels[1].text), "A"); /* of another key */
        assert_string_equal(function(&m, p, 0), "A");
        assert_string_equal(benchmark(&m, m.profile, 0), "A");
    }
    arena_free(m.arena);
}

static void functions_by_name_or_joined_name(void **state) {
    static const char *const names[] = {"parse", "scan.isra.0", "main"};
    (void)state;
    struct made m;
    make(&m, names, 3);
    rename_function(&m, "function:parse", "read");
    rename_function(&m, "function:scan", "walk");
    rename_function(&m, "function:nobody", "x");
    rename_function(&m, "main", "y"); /* a benchmark */
    bool used[4] = {false};
    const struct profile *p = function_renamed(m.profile, &m.comparison, used);
    assert_string_equal(function(&m, p, 0), "read");
    assert_string_equal(function(&m, p, 1), "walk");
    assert_string_equal(function(&m, p, 2), "main");
    assert_string_equal(function(&m, m.profile, 0), "parse");
    assert_string_equal(benchmark(&m, p, 0), "parse");
    assert_true(used[0] && used[1] && !used[2] && !used[3]);
    function_renames_note(&m.comparison, used);
    assert_int_equal(m.comparison.note_count, 1);
    assert_string_equal(m.comparison.notes[0].text,
                        "rename is not used: the baseline's profiles have no function 'nobody'");
    arena_free(m.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(benchmarks_trade_names),
                                       cmocka_unit_test(functions_by_name_or_joined_name)};
    return RUN_TESTS(tests);
}
