/* Flame graphs of profiles small enough to count by hand. */
#include "gate/flame/flame.h"
#include "gate/flame/flame_folded.h"
#include "gate/flame/flame_html.h"
#include "gate/flame/flame_json.h"
#include "gate/flame/flame_svg.h"
#include "gate/flame/stack_sort.h"
#include "runners/base/json.h"
#include "tests/unit/stack_profile.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const struct stack_row old_rows[] = {
    {"main;print", 12, 1}, {"main;parse;ws", 10, 1}, {"main;parse", 5, 2},
    {"main;print", 8, 2},  {"bye", 25, 2},
};
static const struct stack_row new_rows[] = {
    {"main;parse;ws", 30, 1},
    {"main;parse", 5, 2},
    {"main;parse;check", 15, 3},
    {"main;print", 10, 1},
};

struct graph {
    struct arena *arena;
    struct strings *strings;
    struct tally_part parts[FLAME_SIDES];
    struct flame_input input;
    struct flame flame;
    struct pg_error err;
};

static void start(struct graph *g, const struct stack_row *old, size_t old_count,
                  const struct stack_row *new, size_t new_count) {
    *g = (struct graph){.arena = arena_new(), .input = {.from = {.labels = {"old", "new"}}}};
    g->strings = strings_new(g->arena);
    const struct stack_row *rows[] = {old, new};
    size_t counts[] = {old_count, new_count};
    for (int side = 0; side < FLAME_SIDES; side++) {
        if (!rows[side])
            continue;
        g->parts[side].profile =
            stack_profile(rows[side], counts[side], "nanoseconds", g->strings, g->arena);
        g->input.from.parts[side] = &g->parts[side];
    }
}

static void build(struct graph *g) {
    assert_true(flame_build(&g->flame, &g->input, g->arena, &g->err));
}

static void check_frame(const struct graph *g, size_t at, const char *name, uint32_t level,
                        const int64_t self[2], const int64_t total[2]) {
    assert_true(at < g->flame.frame_count);
    const struct flame_frame *f = &g->flame.frames[at];
    assert_string_equal(flame_name(&g->flame, f, g->arena), name);
    assert_int_equal(f->level, level);
    for (int side = 0; side < FLAME_SIDES; side++) {
        assert_int_equal(f->self[side], self[side]);
        assert_int_equal(f->total[side], total[side]);
    }
}
#define FRAME(at, name, level, self_old, self_new, old, new)                                       \
    check_frame(&g, at, name, level, (int64_t[]){self_old, self_new}, (int64_t[]){old, new})

static void the_tree_has_the_frames_of_both_sides(void **state) {
    (void)state;
    struct graph g;
    start(&g, old_rows, COUNT(old_rows), new_rows, COUNT(new_rows));
    build(&g);
    assert_int_equal(g.flame.frame_count, 7);
    FRAME(0, "all", 0, 0, 0, 60, 60);
    FRAME(1, "bye", 1, 25, 0, 25, 0);
    FRAME(2, "main", 1, 0, 0, 35, 60);
    FRAME(3, "parse", 2, 5, 5, 15, 50);
    FRAME(4, "check", 3, 0, 15, 0, 15);
    FRAME(5, "ws", 3, 10, 30, 10, 30);
    FRAME(6, "print", 2, 20, 10, 20, 10);
    assert_int_equal(g.flame.gone, 25);
    assert_int_equal(g.flame.gone_count, 1);
    arena_free(g.arena);
}

/* Half of either side is 30. */
static void narrow_frames_are_one_per_caller_and_nothing_is_lost(void **state) {
    (void)state;
    struct graph g;
    start(&g, old_rows, COUNT(old_rows), new_rows, COUNT(new_rows));
    g.input.min_share = 0.5;
    build(&g);
    assert_int_equal(g.flame.frame_count, 7);
    FRAME(0, "all", 0, 0, 0, 60, 60);
    FRAME(1, "main", 1, 0, 0, 35, 60);
    FRAME(2, "parse", 2, 5, 5, 15, 50);
    FRAME(3, "ws", 3, 10, 30, 10, 30);
    FRAME(4, "1 narrow frame", 3, 0, 15, 0, 15);
    FRAME(5, "1 narrow frame", 2, 20, 10, 20, 10);
    FRAME(6, "1 narrow frame", 1, 25, 0, 25, 0);
    g.input.min_share = 1;
    build(&g);
    assert_int_equal(g.flame.frame_count, 4);
    FRAME(1, "main", 1, 0, 0, 35, 60);
    FRAME(2, "4 narrow frames", 2, 35, 60, 35, 60);
    FRAME(3, "1 narrow frame", 1, 25, 0, 25, 0);
    assert_int_equal(g.flame.narrow_count, 5);
    arena_free(g.arena);
}

/* Cost per round (2 and 3): all 30 and 20, main 17.5 and 20, parse 7.5 and 16.7, ws 5 and 10, print
 * 10 and 3.3; shares in 60ths: main 35 and 60, parse 15 and 50, ws 10 and 30, print 20 and 10. */
static void costs_are_per_round_and_colours_follow_them(void **state) {
    (void)state;
    struct graph g;
    char class[FLAME_CLASS];
    const char *const by_cost[] = {"down5", "gone", "up4", "up7", "new", "up7", "down6"};
    const char *const by_share[] = {"same", "gone", "up6", "up7", "new", "up7", "down6"};
    start(&g, old_rows, COUNT(old_rows), new_rows, COUNT(new_rows));
    build(&g);
    assert_int_equal(g.flame.rounds[FLAME_OLD], 2);
    assert_int_equal(g.flame.rounds[FLAME_NEW], 3);
    assert_near(flame_change(&g.flame, g.flame.frames[2].total), 20 / 17.5 - 1, 1e-14);
    for (int share = 0; share < 2; share++) {
        g.flame.input.measure = share ? FLAME_BY_SHARE : FLAME_BY_COST;
        for (size_t i = 0; i < 7; i++) {
            flame_class(class, &g.flame, &g.flame.frames[i]);
            assert_string_equal(class, (share ? by_share : by_cost)[i]);
        }
    }
    arena_free(g.arena);
}

static void what_is_not_significant_is_grey(void **state) {
    (void)state;
    struct graph g;
    char class[FLAME_CLASS];
    const struct flame_mark regressed = {.total = {{0.002, true}, {0.5, false}}};
    const struct flame_mark open = {.total = {{0.2, false}, {0.2, false}}};
    const struct flame_mark *marks[64] = {NULL};
    start(&g, old_rows, COUNT(old_rows), new_rows, COUNT(new_rows));
    build(&g);
    marks[stack_text(g.strings, "ws")] = &regressed;
    marks[stack_text(g.strings, "check")] = &open;
    flame_set_marks(&g.flame, marks, 64);
    g.flame.tested[FLAME_BY_COST] = g.flame.tested[FLAME_BY_SHARE] = true;
    g.flame.root.total[FLAME_BY_COST] = (struct flame_test){0.01, true};
    /* all, bye, main, parse, check, ws, print: what has no test is not significant */
    const char *const by_cost[] = {"down5", "gone0", "same", "same", "new0", "up7", "same"};
    const char *const by_share[] = {"same", "gone0", "same", "same", "new0", "same", "same"};
    for (int share = 0; share < 2; share++) {
        g.flame.input.measure = share ? FLAME_BY_SHARE : FLAME_BY_COST;
        for (size_t i = 0; i < 7; i++) {
            flame_class(class, &g.flame, &g.flame.frames[i]);
            assert_string_equal(class, (share ? by_share : by_cost)[i]);
        }
    }
    g.flame.input.measure = FLAME_BY_COST;
    struct flame_frame other_way = g.flame.frames[5];
    other_way.total[FLAME_NEW] = 5;
    flame_class(class, &g.flame, &other_way);
    assert_string_equal(class, "same");
    arena_free(g.arena);
}

static void joined_names_are_one_frame(void **state) {
    (void)state;
    struct graph g;
    uint32_t joined[64];
    start(&g, old_rows, COUNT(old_rows), new_rows, COUNT(new_rows));
    for (uint32_t i = 0; i < 64; i++)
        joined[i] = i;
    joined[stack_text(g.strings, "bye")] = stack_text(g.strings, "main");
    g.input.from.joined = joined;
    g.input.from.texts = strings_count(g.strings);
    build(&g);
    assert_int_equal(g.flame.frame_count, 6);
    FRAME(1, "main", 1, 25, 0, 60, 60);
    arena_free(g.arena);
}

static void recursion_counts_once_for_a_function(void **state) {
    (void)state;
    struct graph g;
    const struct stack_row rows[] = {{"f;g;f", 3, 0}, {"f;f;f", 4, 0}, {"g", 1, 0}};
    start(&g, NULL, 0, rows, COUNT(rows));
    build(&g);
    assert_false(flame_is_difference(&g.flame));
    assert_int_equal(g.flame.functions[0].cum[FLAME_NEW], 7);
    assert_int_equal(g.flame.functions[0].flat[FLAME_NEW], 7);
    assert_int_equal(g.flame.functions[1].cum[FLAME_NEW], 4);
    assert_int_equal(g.flame.functions[1].flat[FLAME_NEW], 1);
    assert_int_equal(g.flame.rounds[FLAME_NEW], 0);
    arena_free(g.arena);
}

static void widths_are_of_the_side_that_is_asked_for(void **state) {
    (void)state;
    struct graph g;
    start(&g, old_rows, COUNT(old_rows), new_rows, COUNT(new_rows));
    build(&g);
    const int64_t *parse = g.flame.frames[3].total;
    assert_near(flame_width_of(&g.flame, parse), 50 / 3.0, 1e-14);
    g.flame.input.width = FLAME_WIDTH_OLD;
    assert_near(flame_width_of(&g.flame, parse), 7.5, 1e-14);
    g.flame.input.width = FLAME_WIDTH_BOTH;
    assert_near(flame_width_of(&g.flame, parse), 7.5 + 50 / 3.0, 1e-14);
    g.flame.input.measure = FLAME_BY_SHARE;
    assert_near(flame_width_of(&g.flame, parse), 15 / 60.0 + 50 / 60.0, 1e-14);
    arena_free(g.arena);
}

static int order_of(const struct flame_stack *a, const struct flame_stack *b) {
    for (uint32_t i = 0; i < a->depth && i < b->depth; i++) {
        if (a->frames[i] != b->frames[i])
            return a->frames[i] < b->frames[i] ? -1 : 1;
    }
    return a->depth < b->depth ? -1 : a->depth > b->depth;
}

/* Stacks that share long beginnings, of few names and of more than 16 bits of them. */
static void stacks_are_sorted_and_all_there(void **state) {
    (void)state;
    enum { STACKS = 6000, DEPTH = 40 };
    const uint32_t names[] = {2, 70000};
    for (size_t n = 0; n < COUNT(names); n++) {
        struct arena *arena = arena_new();
        struct flame_stack *stacks = ARENA_NEW(arena, struct flame_stack, STACKS);
        uint64_t random = 88172645463325252ULL, before = 0, after = 0;
        for (size_t i = 0; i < STACKS; i++) {
            uint32_t *frames = ARENA_NEW(arena, uint32_t, DEPTH);
            for (size_t d = 0; d < DEPTH; d++) {
                random = random * 6364136223846793005ULL + 1442695040888963407ULL;
                frames[d] = d < 30 && i % 3 ? names[n] - 1 : (uint32_t)(random >> 33) % names[n];
            }
            stacks[i] = (struct flame_stack){
                frames, (uint32_t)(random >> 50) % (DEPTH + 1), {(int64_t)i, 1}};
            before += i * (stacks[i].depth + 1);
        }
        stack_sort(stacks, STACKS, names[n], arena);
        for (size_t i = 0; i < STACKS; i++) {
            after += (uint64_t)stacks[i].value[0] * (stacks[i].depth + 1);
            assert_true(i == 0 || order_of(&stacks[i - 1], &stacks[i]) <= 0);
        }
        assert_int_equal(before, after);
        arena_free(arena);
    }
}

static void what_cannot_be_drawn_is_refused(void **state) {
    (void)state;
    struct graph g;
    const struct stack_row negative[] = {{"a", 1, 0}, {"b", -2, 0}};
    const struct stack_row large[] = {{"a", INT64_MAX, 0}, {"b", 1, 0}};
    start(&g, old_rows, COUNT(old_rows), negative, COUNT(negative));
    assert_false(flame_build(&g.flame, &g.input, g.arena, &g.err));
    assert_int_equal(g.err.status, PG_FORMAT);
    assert_string_equal(g.err.text, "new: sample 1 has the value -2; a flame graph needs amounts, "
                                    "of a difference both profiles");
    arena_free(g.arena);
    start(&g, NULL, 0, large, COUNT(large));
    assert_false(flame_build(&g.flame, &g.input, g.arena, &g.err));
    assert_int_equal(g.err.status, PG_LIMIT);
    arena_free(g.arena);
    start(&g, NULL, 0, large, 0);
    assert_false(flame_build(&g.flame, &g.input, g.arena, &g.err));
    assert_string_equal(g.err.text, "new: no sample has a stack and a value of cpu");
    g.parts[FLAME_OLD].profile = stack_profile(old_rows, 1, "bytes", g.strings, g.arena);
    g.input.from.parts[FLAME_OLD] = &g.parts[FLAME_OLD];
    assert_false(flame_build(&g.flame, &g.input, g.arena, &g.err));
    assert_string_equal(g.err.text, "old counts bytes, but new nanoseconds");
    arena_free(g.arena);
}

typedef void writer(FILE *out, const struct flame *flame, struct arena *arena);

static char *written(struct graph *g, writer *write) {
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    assert_non_null(out);
    write(out, &g->flame, g->arena);
    fclose(out);
    char *copy = arena_strndup(g->arena, bytes, length);
    free(bytes);
    return copy;
}

static void write_folded(FILE *out, const struct flame *flame, struct arena *arena) {
    (void)arena;
    flame_write_folded(out, flame);
}

static void write_page(FILE *out, const struct flame *flame, struct arena *arena) {
    flame_write_html(out, flame, 1, 0, arena);
}

/* The old values are multiplied by 3 rounds / 2 rounds. */
static void folded_lines_have_both_values(void **state) {
    (void)state;
    struct graph g;
    start(&g, old_rows, COUNT(old_rows), new_rows, COUNT(new_rows));
    build(&g);
    assert_string_equal(written(&g, write_folded), "bye 38 0\n"
                                                   "main;parse 8 5\n"
                                                   "main;parse;check 0 15\n"
                                                   "main;parse;ws 15 30\n"
                                                   "main;print 30 10\n");
    g.input.from.parts[FLAME_OLD] = NULL;
    build(&g);
    assert_string_equal(written(&g, write_folded), "main;parse 5\n"
                                                   "main;parse;check 15\n"
                                                   "main;parse;ws 30\n"
                                                   "main;print 10\n");
    arena_free(g.arena);
}

/* However a function is called, it stays a text. */
static void hostile_names_stay_texts(void **state) {
    (void)state;
    struct graph g;
    const struct stack_row rows[] = {{"</script><script>alert(1)</script>", 50, 0},
                                     {"<!--<script>", 50, 0},
                                     {"zz]]>&\"'", 50, 0},
                                     {"\xE2\x80\xA8\xE2\x80\xAE", 50, 0},
                                     {"\xFF\xC0\x80\x1B[31m\r\n", 50, 0}};
    start(&g, NULL, 0, rows, COUNT(rows));
    build(&g);
    const char *data = written(&g, flame_write_json), *page = written(&g, write_page);
    const char *picture = written(&g, flame_write_svg);
    assert_null(strpbrk(data, "<>&\x1B\r"));
    assert_null(strstr(page, "alert(1)</script>"));
    assert_null(strstr(page, "<!--"));
    assert_null(strstr(picture, "<script"));
    assert_non_null(strstr(picture, "&lt;!--&lt;script&gt;"));
    assert_true(text_is_utf8(text_of(page)) && text_is_utf8(text_of(picture)));
    cJSON *tree;
    assert_true(json_parse(&tree, "data", text_of(data), &g.err));
    const cJSON *names = json_array(tree, "names");
    assert_string_equal(cJSON_GetArrayItem(names, 2)->valuestring, "<!--<script>");
    assert_string_equal(cJSON_GetArrayItem(names, 3)->valuestring, rows[0].stack);
    cJSON_Delete(tree);
    arena_free(g.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_has_the_frames_of_both_sides),
        cmocka_unit_test(narrow_frames_are_one_per_caller_and_nothing_is_lost),
        cmocka_unit_test(costs_are_per_round_and_colours_follow_them),
        cmocka_unit_test(what_is_not_significant_is_grey),
        cmocka_unit_test(joined_names_are_one_frame),
        cmocka_unit_test(recursion_counts_once_for_a_function),
        cmocka_unit_test(widths_are_of_the_side_that_is_asked_for),
        cmocka_unit_test(stacks_are_sorted_and_all_there),
        cmocka_unit_test(what_cannot_be_drawn_is_refused),
        cmocka_unit_test(folded_lines_have_both_values),
        cmocka_unit_test(hostile_names_stay_texts),
    };
    return RUN_TESTS(tests);
}
