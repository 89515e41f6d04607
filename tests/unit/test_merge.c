/* Merging, on profiles small enough to add up by hand. The rules are those of google/pprof's
 * profile/merge.go but for three slips of it, which have a test each here. */
#include "runners/profile/builder.h"
#include "runners/profile/merge.h"
#include "runners/profile/tally.h"
#include "tests/unit/texts_fixture.h"

static uint32_t add(const char *text) {
    return strings_add(texts, text_of(text));
}

static struct profile_type type(const char *name, const char *unit) {
    return (struct profile_type){add(name), add(unit)};
}

/* A builder of one sample type, cpu in ns. */
static struct profile_builder *cpu_builder(void) {
    struct profile_type cpu = type("cpu", "ns");
    return profile_builder_new(texts, &cpu, 1, arena);
}

static void sample(struct profile_builder *b, const char *leaf, const char *root, int64_t value) {
    uint32_t frames[] = {profile_builder_name(b, text_of(leaf)),
                         profile_builder_name(b, text_of(root))};
    profile_builder_sample(b, &(struct profile_stack){.frames = frames, .frame_count = 2}, &value);
}

static struct profile *finish(struct profile_builder *b) {
    struct profile *p = NULL;
    assert_true(profile_builder_finish(&p, b, &err));
    assert_true(profile_check(p, &err));
    return p;
}

static struct profile *merged(const struct profile *a, const struct profile *b) {
    const struct profile *both[] = {a, b};
    struct profile *out = NULL;
    if (!profile_merge(&out, both, 2, arena, &err))
        fail_msg("%s", err.text);
    assert_true(profile_check(out, &err));
    return out;
}

static void equal_stacks_are_one_and_their_values_add_up(void **state) {
    (void)state;
    struct profile_builder *a = cpu_builder(), *b = cpu_builder();
    sample(a, "leaf", "main", 3);
    sample(a, "other", "main", 4);
    sample(b, "other", "main", 50);
    sample(b, "main", "leaf", 60);
    sample(b, "leaf", "main", 0);
    const struct profile *m = merged(finish(a), finish(b));
    assert_int_equal(m->sample_count, 3);
    assert_int_equal(m->values[0], 3);
    assert_int_equal(m->values[1], 54);
    assert_int_equal(m->values[2], 60);
    assert_int_equal(m->location_count, 3);
    assert_int_equal(m->function_count, 3);
}

/* One frame and the labels k = number and j = text, in either order. */
static void labelled(struct profile_builder *b, int64_t number, bool turned) {
    uint32_t frame = profile_builder_name(b, text_of("f"));
    struct profile_label labels[] = {{add("k"), 0, add("bytes"), number},
                                     {add("j"), add("text"), 0, 0}};
    struct profile_label other[] = {labels[1], labels[0]};
    int64_t value = 1;
    profile_builder_sample(b, &(struct profile_stack){&frame, 1, turned ? other : labels, 2},
                           &value);
}

static void labels_tell_samples_apart_in_any_order(void **state) {
    (void)state;
    struct profile_builder *a = cpu_builder(), *b = cpu_builder();
    labelled(a, 7, false);
    labelled(b, 7, true);
    labelled(b, 8, true);
    const struct profile *m = merged(finish(a), finish(b));
    assert_int_equal(m->sample_count, 2);
    assert_int_equal(m->values[0], 2);
    assert_int_equal(m->label_start[2], 4);
}

/* One sample at `offset` in a library loaded at `start`, in column `column` of a line. */
static struct profile *loaded_at(uint64_t start, uint64_t size, uint64_t offset, int64_t column) {
    struct profile_builder *b = cpu_builder();
    struct profile_mapping program = {.start = 1, .limit = 2, .file = add("program")};
    struct profile_mapping library = {.start = start, .limit = start + size, .file = add("lib")};
    struct profile_function f = {.name = add("f")};
    int64_t value = 1;
    profile_builder_mapping(b, &program);
    struct profile_location location = {start + offset, profile_builder_mapping(b, &library),
                                        false};
    struct profile_line lines[] = {{profile_builder_function(b, &f), 3, column},
                                   {profile_builder_function(b, &f), 4, 1}};
    uint32_t frame = profile_builder_location(b, &location, lines, 2);
    profile_builder_sample(b, &(struct profile_stack){.frames = &frame, .frame_count = 1}, &value);
    return finish(b);
}

static void where_a_library_was_loaded_does_not_count(void **state) {
    (void)state;
    const struct profile *m =
        merged(loaded_at(0x10000, 0x1001, 0x40, 1), loaded_at(0x70000, 0x1fff, 0x40, 1));
    assert_int_equal(m->sample_count, 1);
    assert_int_equal(m->mapping_count, 2);
    assert_string_equal(strings_get(texts, m->mappings[0].file), "program");
    assert_int_equal(m->locations[0].address, 0x10040);
    m = merged(loaded_at(0x10000, 0x1001, 0x40, 1), loaded_at(0x70000, 0x1001, 0x44, 1));
    assert_int_equal(m->sample_count, 2);
    assert_int_equal(m->locations[1].address, 0x10044);
    m = merged(loaded_at(0x10000, 0x1000, 0x40, 1), loaded_at(0x10000, 0x1001, 0x40, 1));
    assert_int_equal(m->mapping_count, 3);
}

/* pprof keeps the column of the last line only. */
static void columns_of_every_line_tell_locations_apart(void **state) {
    (void)state;
    const struct profile *m =
        merged(loaded_at(0x10000, 0x1000, 0x40, 1), loaded_at(0x10000, 0x1000, 0x40, 2));
    assert_int_equal(m->location_count, 2);
}

static void headers_are_joined(void **state) {
    (void)state;
    uint32_t one[] = {add("a"), add("b")}, two[] = {add("b"), add("c")};
    struct profile *a = finish(cpu_builder()), *b = finish(cpu_builder());
    *a = (struct profile){.strings = texts,
                          .types = a->types,
                          .type_count = 1,
                          .stack_start = a->stack_start,
                          .label_start = a->label_start,
                          .line_start = a->line_start,
                          .comments = one,
                          .comment_count = 2,
                          .time_ns = 70,
                          .duration_ns = 5,
                          .period = 2,
                          .keep_frames = add("k"),
                          .period_type = type("cpu", "us"),
                          .drop_frames = add("d")};
    *b = *a;
    b->comments = two;
    b->time_ns = 60;
    b->duration_ns = 6;
    b->period = 2500;
    b->period_type = type("cpu", "nanoseconds");
    b->drop_frames = add("other");
    b->default_type = add("cpu");
    b->doc_url = add("url");
    const struct profile *m = merged(a, b);
    assert_int_equal(m->time_ns, 60);
    assert_int_equal(m->duration_ns, 11);
    assert_int_equal(m->period, 2500);
    assert_string_equal(strings_get(texts, m->period_type.unit), "nanoseconds");
    assert_int_equal(m->comment_count, 3);
    assert_string_equal(strings_get(texts, m->drop_frames), "d");
    assert_string_equal(strings_get(texts, m->keep_frames), "k");
    assert_string_equal(strings_get(texts, m->default_type), "cpu");
    assert_string_equal(strings_get(texts, m->doc_url), "url");
    /* pprof: 0 as soon as a later profile has none */
    b->time_ns = 0;
    assert_int_equal(merged(a, b)->time_ns, 70);
    b->period_type = type("wall", "nanoseconds");
    assert_false(
        profile_merge(&(struct profile *){NULL}, (const struct profile *[]){a, b}, 2, arena, &err));
    assert_string_equal(err.text, "profile 2: the period in wall, but in cpu before");
}

static struct profile *typed(const struct profile_type *types, size_t count,
                             const int64_t *values) {
    struct profile_builder *b = profile_builder_new(texts, types, count, arena);
    uint32_t frame = profile_builder_name(b, text_of("f"));
    profile_builder_sample(b, &(struct profile_stack){.frames = &frame, .frame_count = 1}, values);
    return finish(b);
}

static void common_types_in_the_order_of_the_first_and_the_finest_unit(void **state) {
    (void)state;
    const struct profile_type first[] = {type("gone", "count"), type("space", "MB"),
                                         type("time", "ns")};
    const struct profile_type second[] = {type("time", "seconds"), type("space", "kilobytes"),
                                          type("more", "count")};
    const struct profile *m = merged(typed(first, 3, (const int64_t[]){9, 2, 5}),
                                     typed(second, 3, (const int64_t[]){3, 7, 9}));
    assert_int_equal(m->type_count, 2);
    assert_string_equal(strings_get(texts, m->types[0].name), "space");
    assert_string_equal(strings_get(texts, m->types[0].unit), "kilobytes");
    assert_string_equal(strings_get(texts, m->types[1].unit), "ns");
    assert_int_equal(m->values[0], 2 * 1024 + 7);
    assert_int_equal(m->values[1], 3000000005);
}

static void types_that_do_not_fit_are_refused(void **state) {
    (void)state;
    const struct profile_type time = type("x", "ns"), space = type("x", "bytes"),
                              y = type("y", "ns");
    const struct profile *a = typed(&time, 1, (const int64_t[]){1});
    struct profile *out = NULL;
    const struct profile *clash[] = {a, typed(&space, 1, (const int64_t[]){1})};
    assert_false(profile_merge(&out, clash, 2, arena, &err));
    assert_string_equal(err.text, "profile 2: x in bytes, but in ns before");
    const struct profile *strange[] = {a, typed(&y, 1, (const int64_t[]){1})};
    assert_false(profile_merge(&out, strange, 2, arena, &err));
    assert_string_equal(err.text, "the profiles have no sample type in common");
    assert_int_equal(err.status, PG_FORMAT);
}

static void what_cancels_is_gone_with_its_places(void **state) {
    (void)state;
    struct profile_builder *a = cpu_builder(), *b = cpu_builder();
    sample(a, "same", "main", 5);
    sample(a, "more", "main", 9);
    sample(b, "same", "main", 5);
    sample(b, "more", "main", 7);
    const struct merge_part parts[] = {{.profile = finish(a), .factor = 1},
                                       {.profile = finish(b), .factor = -1}};
    struct profile *m;
    assert_true(profile_merge_parts(&m, parts, 2, arena, &err));
    assert_int_equal(m->sample_count, 1);
    assert_int_equal(m->values[0], 2);
    assert_int_equal(m->function_count, 2);
    assert_int_equal(tally_total(m, 0), 2);
}

/* pprof drops a sample whose only value is in a column that needs no scaling. */
static void normalizing_scales_each_column_to_the_others_sum(void **state) {
    (void)state;
    const struct profile_type types[] = {type("n", "count"), type("cpu", "ns")};
    const struct profile *p = typed(types, 2, (const int64_t[]){10, 30}),
                         *like = typed(types, 2, (const int64_t[]){10, 45});
    const struct merge_part part = {.profile = p, .factor = -1, .normalize_to = like};
    struct profile *m;
    assert_true(profile_merge_parts(&m, &part, 1, arena, &err));
    assert_int_equal(m->values[0], -10);
    assert_int_equal(m->values[1], -45);
    like = typed(types, 2, (const int64_t[]){10, 0});
    assert_true(profile_merge_parts(
        &m, &(struct merge_part){.profile = p, .factor = 1, .normalize_to = like}, 1, arena, &err));
    assert_int_equal(m->values[0], 10);
    assert_int_equal(m->values[1], 0);
}

static void scaling_rounds_half_away_from_zero_and_stays_in_range(void **state) {
    (void)state;
    assert_int_equal(profile_scaled(5, 0.5), 3);
    assert_int_equal(profile_scaled(-5, 0.5), -3);
    assert_int_equal(profile_scaled(INT64_MIN + 1, -1), INT64_MAX);
    assert_true(profile_scaled(INT64_MAX, 2) == INT64_MAX);
    assert_true(profile_scaled(INT64_MAX, -2) == INT64_MIN);
}

/* Thousands of pieces, so that every table and array grows; the sum is that of 0 … 9999 twice. */
static void many_pieces(void **state) {
    (void)state;
    struct profile_builder *b = cpu_builder();
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10000; i++)
            sample(b, arena_printf(arena, "f%d", i), arena_printf(arena, "f%d", i / 7), i);
    }
    const struct profile *p = finish(b);
    assert_int_equal(p->sample_count, 9999);
    assert_int_equal(p->function_count, 10000);
    assert_int_equal(tally_total(p, 0), 9999 * 10000);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(equal_stacks_are_one_and_their_values_add_up),
        ROW(labels_tell_samples_apart_in_any_order),
        ROW(where_a_library_was_loaded_does_not_count),
        ROW(columns_of_every_line_tell_locations_apart),
        ROW(headers_are_joined),
        ROW(common_types_in_the_order_of_the_first_and_the_finest_unit),
        ROW(types_that_do_not_fit_are_refused),
        ROW(what_cancels_is_gone_with_its_places),
        ROW(normalizing_scales_each_column_to_the_others_sum),
        ROW(scaling_rounds_half_away_from_zero_and_stays_in_range),
        ROW(many_pieces),
    };
    return RUN_TESTS(tests);
}
