#include "tests/unit/test.h"

#include "runners/pgo/source_profile.h"
#include "runners/symbols/discriminator.h"

static struct arena *arena;
static struct strings *texts;

static int set_up(void **state) {
    (void)state;
    arena = arena_new();
    texts = strings_new(arena);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static uint32_t text(const char *name) {
    return strings_add(texts, text_of(name));
}

/* One address in `inner`, inlined into `outer` at 4.1, or of `outer` alone without one. */
static void add(struct source_profile *p, const char *inner, uint32_t offset, double count,
                const char *outer) {
    const struct source_frame frames[] = {{text(inner ? inner : outer), 0, 10, {offset, 0}},
                                          {text(outer), text("a.c"), 20, {4, 1}}};
    source_profile_add(p, frames, inner ? 2 : 1, count, count);
}

static void a_line_ran_as_often_as_the_most_seen_of_its_addresses(void **state) {
    (void)state;
    struct source_profile *p = source_profile_new(texts, arena);
    add(p, NULL, 3, 5, "outer");
    add(p, NULL, 3, 9, "outer");
    add(p, NULL, 3, 7, "outer");
    add(p, NULL, 1, 2, "outer");
    add(p, "inner", 3, 4, "outer");
    source_profile_finish(p);
    assert_int_equal(p->function_count, 1);
    const struct source_instance *outer = p->functions[0];
    assert_int_equal(outer->line_count, 2);
    assert_int_equal(outer->lines[0]->site.offset, 1);
    assert_near(outer->lines[1]->count, 9, 0);
    assert_int_equal(outer->call_count, 1);
    assert_int_equal(outer->calls[0]->at.offset, 4);
    assert_int_equal(outer->calls[0]->at.discriminator, 1);
    assert_near(outer->calls[0]->total, 4, 0);
    assert_near(outer->total, 2 + 9 + 4, 0);
    assert_near(outer->samples, 5 + 9 + 7 + 2 + 4, 0);
}

static void builds_are_added_up_and_clones_are_their_function(void **state) {
    (void)state;
    struct source_profile *a = source_profile_new(texts, arena),
                          *b = source_profile_new(texts, arena),
                          *all = source_profile_new(texts, arena);
    add(a, NULL, 3, 5, "f");
    add(a, NULL, 3, 4, "f.constprop.0");
    add(a, NULL, 8, 2, "f.part.1.cold");
    add(b, NULL, 3, 10, "f");
    add(b, "g", 1, 10, "f");
    add(b, "g", 1, 6, "h");
    struct source_line *line =
        source_profile_line(b, source_profile_function(b, text("f")), (struct source_site){8, 0});
    source_profile_target(b, line, text("x"), 1);
    source_profile_target(b, line, text("y"), 3);
    source_profile_target(b, line, text("x"), 1);
    source_profile_join(all, a, 1);
    source_profile_join(all, b, 0.5);
    source_profile_finish(all);
    assert_int_equal(all->function_count, 2);
    const struct source_instance *f = all->functions[0];
    assert_string_equal(strings_get(texts, f->name), "f");
    assert_int_equal(f->declared, 10);
    assert_int_equal(f->line_count, 2);
    assert_near(f->lines[0]->count, 5 + 4 + 5, 0);
    assert_near(f->lines[1]->count, 2, 0);
    assert_int_equal(f->lines[1]->target_count, 2);
    assert_string_equal(strings_get(texts, f->lines[1]->targets[0].name), "y");
    assert_near(f->lines[1]->targets[1].count, 1, 0);
    assert_near(f->samples, 11 + 10, 0);
    assert_near(f->calls[0]->lines[0]->count, 5, 0);
    assert_string_equal(strings_get(texts, all->functions[1]->name), "h");
}

static void the_order_does_not_depend_on_the_order_of_adding(void **state) {
    (void)state;
    static const char *const names[] = {"b", "a", "c"};
    struct source_profile *one = source_profile_new(texts, arena),
                          *other = source_profile_new(texts, arena);
    for (size_t i = 0; i < 3; i++) {
        add(one, names[i], (uint32_t)i, 1, names[2 - i]);
        add(one, names[i], (uint32_t)i, 1, "z");
        add(other, names[2 - i], (uint32_t)(2 - i), 1, names[i]);
        add(other, names[2 - i], (uint32_t)(2 - i), 1, "z");
    }
    source_profile_finish(one);
    source_profile_finish(other);
    for (uint32_t i = 0; i < 4; i++) {
        const struct source_instance *left = one->functions[i], *right = other->functions[i];
        assert_int_equal(left->name, right->name);
        assert_int_equal(left->call_count, right->call_count);
        for (uint32_t k = 0; k < left->call_count; k++)
            assert_int_equal(left->calls[k]->name, right->calls[k]->name);
    }
}

static void what_compilers_append_is_not_part_of_a_name(void **state) {
    (void)state;
    static const struct {
        const char *symbol, *name;
    } rows[] = {
        {"f", "f"},
        {"f.cold", "f"},
        {"f.cold.12", "f"},
        {"f.part.0", "f"},
        {"f.isra.0.constprop.3", "f"},
        {"f.llvm.8721", "f"},
        {"_ZL1fi.__uniq.123", "_ZL1fi.__uniq.123"},
        {"_ZL1fi.__uniq.123.llvm.5", "_ZL1fi.__uniq.123"},
        {"_ZL1fi.__uniq.123.cold", "_ZL1fi.__uniq.123"},
        {"f.lto_priv.0", "f"},
        {"f.part", "f.part"}, /* nobody's clone */
        {"f.1", "f.1"},
        {".cold", ".cold"},
        {"main.(*T).part.func1", "main.(*T).part.func1"},
        {"7", "7"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text name = source_function_name(text_of(rows[i].symbol));
        assert_string_equal(arena_strndup(arena, name.at, name.length), rows[i].name);
    }
}

/* Seen in what clang 22 writes: `for` with `if`, not unrolled and unrolled four times. The others
 * follow the description in DebugInfoMetadata.h. */
static void llvm_packs_three_numbers_into_a_discriminator(void **state) {
    (void)state;
    static const struct {
        uint32_t raw, base, copies;
    } rows[] = {
        {0, 0, 1},    {2, 1, 1},     {4, 2, 1},         {6, 3, 1},   {17, 0, 4},    {1026, 1, 4},
        {1030, 3, 4}, {0xd0, 40, 1}, {0x3ffe, 4095, 1}, {62, 31, 1}, {0xc0, 32, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct discriminator d = discriminator_decode(rows[i].raw, DEBUG_COMPILER_LLVM);
        assert_int_equal(d.base, rows[i].base);
        assert_int_equal(d.copies, rows[i].copies);
    }
    assert_int_equal(discriminator_decode(1030, DEBUG_COMPILER_GCC).base, 1030);
    assert_int_equal(discriminator_decode(1030, DEBUG_COMPILER_GCC).copies, 1);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(a_line_ran_as_often_as_the_most_seen_of_its_addresses),
        ROW(builds_are_added_up_and_clones_are_their_function),
        ROW(the_order_does_not_depend_on_the_order_of_adding),
        ROW(what_compilers_append_is_not_part_of_a_name),
        ROW(llvm_packs_three_numbers_into_a_discriminator),
    };
    return RUN_TESTS(tests);
}
