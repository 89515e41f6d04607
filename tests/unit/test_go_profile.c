/* default.pgo, read back by pprof's reader and by Go's rules. */
#include "runners/pgo/go_edges.h"
#include "runners/pgo/pgo_format.h"
#include "runners/profile/profile_file.h"
#include "tests/unit/go_stacks.h"
#include "tests/unit/texts_fixture.h"

#include <stdio.h>
#include <stdlib.h>

static struct text written(const struct profile *p, const char *note) {
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    bool good = go_pgo_format.write(out, &(struct pgo_input){.profile = p, .note = note}, &err);
    fclose(out);
    assert_true(good == (length > 0));
    struct text copy = {arena_strndup(arena, bytes, length), length};
    free(bytes);
    return copy;
}

static const struct profile *read_back(const struct profile *p, const char *note) {
    struct text bytes = written(p, note);
    struct profile *again = NULL;
    if (!bytes.length)
        fail_msg("%s", err.text);
    assert_memory_equal(bytes.at, "\x1f\x8b", 2);
    assert_true(profile_read_binary(&again, "default.pgo", bytes, texts, arena, &err));
    return again;
}

static uint32_t text(const char *words) {
    return strings_add(texts, text_of(words));
}

static void assert_type(const struct profile *p, size_t i, const char *name, const char *unit) {
    assert_true(i < p->type_count);
    assert_string_equal(strings_get(texts, p->types[i].name), name);
    assert_string_equal(strings_get(texts, p->types[i].unit), unit);
}

static struct profile *two_stacks(const char *type, const char *unit) {
    return go_stacks((const struct go_stack[]){{"b@20-15;main.a@10-5", 2000},
                                               {"c@30-28,b@21-15;main.a@10-5", 5000}},
                     2, type, unit, texts, arena);
}

static void set_period(struct profile *p, int64_t period, const char *unit) {
    p->period_type = (struct profile_type){text("cpu"), text(unit)};
    p->period = period;
}

static void calls_stay_with_their_weights_and_lines(void **state) {
    (void)state;
    struct go_edges edges;
    const struct profile *p = read_back(two_stacks("samples", "count"), NULL);
    assert_true(go_edges_read(&edges, p, arena, &err));
    go_edges_order(&edges, texts, arena);
    assert_int_equal(edges.count, 2);
    assert_int_equal(edges.total, 12000);
    assert_string_equal(strings_get(texts, edges.edges[0].caller), "main.a");
    assert_string_equal(strings_get(texts, edges.edges[0].callee), "b");
    assert_int_equal(edges.edges[0].offset, 5);
    assert_int_equal(edges.edges[0].weight, 7000);
    assert_string_equal(strings_get(texts, edges.edges[1].callee), "c");
    assert_int_equal(edges.edges[1].offset, 6);
}

static void samples_and_cpu_time_are_worked_out_from_each_other(void **state) {
    (void)state;
    static const struct {
        const char *type, *unit, *period_unit;
        int64_t period, samples, cpu;
    } rows[] = {
        {"cpu", "nanoseconds", "nanoseconds", 1000, 2, 2000},
        {"cpu", "microseconds", "microseconds", 1000, 2, 2000000},
        {"samples", "count", "milliseconds", 3, 2000, 6000000000},
        {"samples", "count", "nanoseconds", 0, 2000, -1},
        {"samples", "count", "cycles", 100, 2000, -1},
        {"cpu", "ns", "nanoseconds", 0, -1, 2000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct profile *p = two_stacks(rows[i].type, rows[i].unit);
        set_period(p, rows[i].period, rows[i].period_unit);
        const struct profile *again = read_back(p, NULL);
        size_t column = 0;
        if (rows[i].samples >= 0) {
            assert_type(again, column, "samples", "count");
            assert_int_equal(again->values[column++], rows[i].samples);
        }
        if (rows[i].cpu >= 0) {
            assert_type(again, column, "cpu", "nanoseconds");
            assert_int_equal(again->values[column++], rows[i].cpu);
        }
        assert_int_equal(again->type_count, column);
    }
}

static void other_types_and_labels_are_left_out(void **state) {
    (void)state;
    struct profile *p = two_stacks("samples", "count");
    static struct profile_type types[3];
    static int64_t values[] = {7, 1, 10, 8, 2, 20};
    static struct profile_label labels[2];
    static uint32_t starts[] = {0, 1, 2};
    types[0] = (struct profile_type){text("wall"), text("nanoseconds")};
    types[1] = p->types[0];
    types[2] = (struct profile_type){text("cpu"), text("nanoseconds")};
    for (size_t i = 0; i < 2; i++)
        labels[i] = (struct profile_label){.key = text("round"), .number = (int64_t)i + 1};
    p->types = types;
    p->type_count = 3;
    p->values = values;
    p->labels = labels;
    p->label_start = starts;
    /* one stack in two rounds */
    p->stack_start[2] = 2 * p->stack_start[1];
    memcpy(p->frames + p->stack_start[1], p->frames, p->stack_start[1] * sizeof *p->frames);
    const struct profile *again = read_back(p, NULL);
    assert_type(again, 0, "samples", "count");
    assert_type(again, 1, "cpu", "nanoseconds");
    assert_int_equal(again->sample_count, 1);
    assert_int_equal(again->values[0], 3);
    assert_int_equal(again->values[1], 30);
    assert_int_equal(again->label_start[1], 0);
}

static void names_are_the_linkers_and_paths_nobodys(void **state) {
    (void)state;
    struct profile *p = two_stacks("samples", "count");
    static struct profile_mapping mapping = {.start = 0x1000, .limit = 0x100000};
    mapping.file = text("/home/ann/shop/bin/cart");
    mapping.build_id = text("abcd");
    p->mappings = &mapping;
    p->mapping_count = 1;
    for (size_t i = 0; i < p->location_count; i++)
        p->locations[i] = (struct profile_location){0x2000 + i, 0, false};
    p->functions[0].system_name = text("runtime.mcall.abi0");
    p->functions[1].system_name = text("main.total[go.shape.interface { A(int) int }]");
    p->functions[1].name = text("main.total[...]");
    for (size_t i = 0; i < p->function_count; i++)
        p->functions[i].file = text("/home/ann/shop/src/main.go");
    const struct profile *again = read_back(p, NULL);
    assert_string_equal(strings_get(texts, again->functions[0].name), "runtime.mcall");
    assert_string_equal(strings_get(texts, again->functions[1].name),
                        "main.total[go.shape.interface { A(int) int }]");
    assert_null(strstr(strings_get(texts, again->functions[1].file), "ann"));
    assert_string_equal(strings_get(texts, again->mappings[0].file), "cart");
    assert_string_equal(strings_get(texts, again->mappings[0].build_id), "abcd");
    assert_int_equal(again->locations[0].address, 0x2000);
}

static void equal_input_gives_equal_bytes(void **state) {
    (void)state;
    struct text a = written(two_stacks("samples", "count"), NULL);
    struct text b = written(two_stacks("samples", "count"), NULL);
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.at, b.at, a.length);
}

static void a_note_is_a_comment(void **state) {
    (void)state;
    const struct profile *p = read_back(two_stacks("samples", "count"), "forced: too few samples");
    assert_int_equal(p->comment_count, 1);
    assert_string_equal(strings_get(texts, p->comments[0]), "forced: too few samples");
    assert_int_equal(read_back(two_stacks("samples", "count"), NULL)->comment_count, 0);
}

static const char *refused(const struct profile *p) {
    assert_int_equal(written(p, NULL).length, 0);
    return err.text;
}

static const char *refused_stack(const char *stack, int64_t value) {
    return refused(
        go_stacks(&(const struct go_stack){stack, value}, 1, "samples", "count", texts, arena));
}

static void what_go_would_take_nothing_from_is_refused(void **state) {
    (void)state;
    static const char alone[] = "no sample shows a call: every stack is one function alone, and Go "
                                "uses nothing but calls; profile with whole stacks";
    assert_string_equal(refused_stack("b@20-15", 3), alone);
    assert_string_equal(refused_stack("b@20-15;b@20-15", 3), alone);
    assert_string_equal(refused(profile_new(texts, arena)),
                        "no sample type is samples in count or cpu in nanoseconds, and Go reads no "
                        "other");
    assert_string_equal(refused(go_stacks(NULL, 0, "samples", "count", texts, arena)), alone);
    assert_string_equal(refused(two_stacks("alloc_space", "bytes")),
                        "no sample type is samples in count or cpu in nanoseconds, and Go reads no "
                        "other");
    assert_string_equal(refused_stack("b@20;a@10", 3),
                        "no function has the line where it is declared (Function.start_line)");
    assert_string_equal(refused_stack("b@20-15;a@10-5", -3),
                        "sample 1 has a value below 0: the difference of two profiles tells the "
                        "compiler nothing");
    assert_string_equal(refused_stack("b\nc@20-15;a@10-5", 3),
                        "a function's name has a line break, which Go cannot read: b\nc");
}

int main(void) {
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW(calls_stay_with_their_weights_and_lines),
        ROW(samples_and_cpu_time_are_worked_out_from_each_other),
        ROW(other_types_and_labels_are_left_out),
        ROW(names_are_the_linkers_and_paths_nobodys),
        ROW(equal_input_gives_equal_bytes),
        ROW(a_note_is_a_comment),
        ROW(what_go_would_take_nothing_from_is_refused),
    };
    return RUN_TESTS(tests);
}
