/* A label on every sample: added, and in place of one of the same key. */
#include "runners/profile/builder.h"
#include "runners/profile/set_label.h"
#include "tests/unit/test.h"

static void each_sample_has_it_once(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *texts = strings_new(arena);
    struct pg_error err = {0};
    uint32_t key = strings_add(texts, text_of("round")),
             other = strings_add(texts, text_of("comm"));
    uint32_t old = strings_add(texts, text_of("old"));
    struct profile_type cpu = {strings_add(texts, text_of("cpu")),
                               strings_add(texts, text_of("ns"))};
    struct profile_builder *b = profile_builder_new(texts, &cpu, 1, arena);
    uint32_t frame = profile_builder_name(b, text_of("work"));
    const struct profile_label labels[] = {{.key = key, .text = old}, {.key = other, .text = old}};
    /* without labels, with both, with the other */
    profile_builder_sample(b, &(struct profile_stack){&frame, 1, NULL, 0}, &(int64_t){1});
    profile_builder_sample(b, &(struct profile_stack){&frame, 1, labels, 2}, &(int64_t){2});
    profile_builder_sample(b, &(struct profile_stack){&frame, 1, labels + 1, 1}, &(int64_t){3});
    struct profile *p;
    assert_true(profile_builder_finish(&p, b, &err));

    assert_true(profile_set_label(p, (struct profile_label){.key = key, .number = 7}, arena, &err));
    assert_true(profile_check(p, &err));
    static const uint32_t starts[] = {0, 1, 3, 5};
    assert_memory_equal(p->label_start, starts, sizeof starts);
    for (size_t i = 0; i < 3; i++) {
        struct profile_label last = p->labels[p->label_start[i + 1] - 1];
        assert_true(last.key == key && last.number == 7 && !last.text);
    }
    assert_true(p->labels[1].key == other && p->labels[3].key == other);
    arena_free(arena);
}

static void no_samples_no_labels(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *texts = strings_new(arena);
    struct pg_error err = {0};
    struct profile *p = profile_new(texts, arena);
    assert_true(profile_set_label(p, (struct profile_label){.key = 1}, arena, &err));
    assert_int_equal(p->label_start[0], 0);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_sample_has_it_once),
                                       cmocka_unit_test(no_samples_no_labels)};
    return RUN_TESTS(tests);
}
