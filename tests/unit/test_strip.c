/* What of a profile is handed on. */
#include "runners/profile/builder.h"
#include "runners/profile/strip.h"
#include "tests/unit/test.h"

struct made {
    struct arena *arena;
    struct strings *texts;
    struct profile *profile;
};

static uint32_t put(struct made *m, const char *text) {
    return strings_add(m->texts, text_of(text));
}

static const char *get(const struct made *m, uint32_t text) {
    return strings_get(m->texts, text);
}

/* `count` samples with labels: benchmark and round, request (all different), zone (two values),
 * thread (a number), bytes (an amount), path (one text). */
static struct made make(size_t count) {
    struct made m = {.arena = arena_new()};
    m.texts = strings_new(m.arena);
    struct profile_type cpu = {put(&m, "cpu"), put(&m, "nanoseconds")};
    struct profile_builder *b = profile_builder_new(m.texts, &cpu, 1, m.arena);
    uint32_t program = profile_builder_mapping(
        b, &(struct profile_mapping){.start = 1 << 16,
                                     .limit = 1 << 20,
                                     .file = put(&m, "/home/ann/shop/build/shop"),
                                     .build_id = put(&m, "abc")});
    uint32_t work = profile_builder_function(
        b, &(struct profile_function){.name = put(&m, "<impl at /home/ann/shop/a.rs:1>::work"),
                                      .system_name = put(&m, "_Z4workv"),
                                      .file = put(&m, "/home/ann/shop/src/a.rs"),
                                      .start_line = 7});
    struct profile_location place = {.address = 1 << 17, .mapping = program};
    struct profile_line line = {work, 9, 2};
    uint32_t frame = profile_builder_location(b, &place, &line, 1);
    for (size_t i = 0; i < count; i++) {
        const struct profile_label labels[] = {
            {.key = put(&m, "benchmark"),
             .text = put(&m, arena_printf(m.arena, "/home/ann/b%zu", i))},
            {.key = put(&m, "round"), .number = (int64_t)i},
            {.key = put(&m, "request"), .text = put(&m, arena_printf(m.arena, "r%zu", i))},
            {.key = put(&m, "zone"), .text = put(&m, i % 2 ? "a" : "b")},
            {.key = put(&m, "thread"), .number = (int64_t)i},
            {.key = put(&m, "bytes"), .number = (int64_t)i},
            {.key = put(&m, "path"), .text = put(&m, "/home/ann/data")}};
        profile_builder_sample(b, &(struct profile_stack){&frame, 1, labels, 7}, &(int64_t){1});
    }
    struct pg_error err;
    assert_true(profile_builder_finish(&m.profile, b, &err));
    m.profile->comments = ARENA_NEW(m.arena, uint32_t, 1);
    m.profile->comments[0] = put(&m, "shop --password=x");
    m.profile->comment_count = 1;
    m.profile->doc_url = put(&m, "file:///home/ann/doc.html");
    return m;
}

/* The text or number of a sample's label; NULL when it has none. */
static const char *label(const struct made *m, size_t sample, const char *key) {
    const struct profile *p = m->profile;
    for (uint32_t l = p->label_start[sample]; l < p->label_start[sample + 1]; l++) {
        if (strcmp(get(m, p->labels[l].key), key) == 0)
            return p->labels[l].text ? get(m, p->labels[l].text)
                                     : arena_printf(m->arena, "%d", (int)p->labels[l].number);
    }
    return NULL;
}

static void what_tells_of_people_goes(void **state) {
    (void)state;
    struct made m = make(65);
    struct pg_error err;
    assert_string_equal(profile_strip(m.profile, m.arena),
                        "not handed on without --keep-paths: label 'request', 'thread' "
                        "(more than 64 values), 1 comment");
    const struct profile *p = m.profile;
    assert_true(profile_check(p, &err));
    assert_int_equal(p->sample_count, 65);
    assert_string_equal(get(&m, p->mappings[0].file), "shop");
    assert_string_equal(get(&m, p->mappings[0].build_id), "abc");
    assert_string_equal(get(&m, p->functions[0].file), "a.rs");
    assert_string_equal(get(&m, p->functions[0].name), "<impl at shop/a.rs:1>::work");
    assert_string_equal(get(&m, p->functions[0].system_name), "_Z4workv");
    assert_string_equal(get(&m, p->doc_url), "file://doc.html");
    assert_int_equal(p->comment_count, 0);
    for (size_t i = 0; i < 65; i++) {
        assert_int_equal(p->label_start[i + 1] - p->label_start[i], 5);
        assert_string_equal(label(&m, i, "benchmark"), arena_printf(m.arena, "/home/ann/b%zu", i));
        assert_string_equal(label(&m, i, "round"), arena_printf(m.arena, "%zu", i));
        assert_string_equal(label(&m, i, "bytes"), arena_printf(m.arena, "%zu", i));
        assert_string_equal(label(&m, i, "zone"), i % 2 ? "a" : "b");
        assert_string_equal(label(&m, i, "path"), "data");
        assert_null(label(&m, i, "request"));
    }
    assert_null(profile_strip(m.profile, m.arena)); /* nothing is left to be left out */
    arena_free(m.arena);
}

static void bounded_labels_stay(void **state) {
    (void)state;
    struct made m = make(64);
    m.profile->comment_count = 0;
    assert_null(profile_strip(m.profile, m.arena));
    assert_int_equal(m.profile->label_start[64], 64 * 7);
    assert_string_equal(label(&m, 63, "request"), "r63");
    arena_free(m.arena);
}

static void paths_alone(void **state) {
    (void)state;
    struct made m = make(65);
    profile_strip_paths(m.profile, m.arena);
    assert_string_equal(get(&m, m.profile->functions[0].file), "a.rs");
    assert_string_equal(get(&m, m.profile->mappings[0].file), "shop");
    assert_string_equal(label(&m, 3, "path"), "/home/ann/data");
    assert_string_equal(label(&m, 3, "request"), "r3");
    assert_int_equal(m.profile->comment_count, 1);
    arena_free(m.arena);
}

/* Also when it is stripped again, as a profile that is compared twice is. */
static void files_of_trees_are_of_the_repository(void **state) {
    (void)state;
    struct made m = make(1);
    struct profile_function *work = &m.profile->functions[0];
    profile_strip_paths(m.profile, m.arena);
    assert_false(work->in_repository);
    work->file = put(&m, "/tmp/perfgate.a1B2c3/side0001/src/a.rs");
    for (int i = 0; i < 2; i++) {
        profile_strip_paths(m.profile, m.arena);
        assert_string_equal(get(&m, work->file), "src/a.rs");
        assert_true(work->in_repository);
    }
    arena_free(m.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(files_of_trees_are_of_the_repository),
                                       cmocka_unit_test(what_tells_of_people_goes),
                                       cmocka_unit_test(bounded_labels_stay),
                                       cmocka_unit_test(paths_alone)};
    return RUN_TESTS(tests);
}
