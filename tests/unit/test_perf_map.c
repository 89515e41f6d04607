/* Maps of just-in-time compilers; what holds where was worked out by hand. */
#include "runners/symbols/perf_map.h"

#include "tests/unit/test.h"

static struct arena *arena;

static int set_up(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct perf_map read_map(const char *text) {
    struct perf_map map;
    struct pg_error err;
    assert_true(perf_map_read(&map, text_of(text), arena, &err));
    return map;
}

static void check(const struct perf_map *map, uint64_t address, const char *name) {
    struct text found = perf_map_find(map, address);
    assert_string_equal(found.at ? arena_strndup(arena, found.at, found.length) : "-", name);
}

static void names_are_the_rest_of_the_line(void **state) {
    (void)state;
    struct perf_map map = read_map("7f01 10 LazyCompile:~add /a b.js:3\r\n0xAB00 0x1 py::f:/x.py");
    assert_int_equal(map.count, 2);
    assert_int_equal(map.skipped, 0);
    check(&map, 0x7f00, "-");
    check(&map, 0x7f01, "LazyCompile:~add /a b.js:3");
    check(&map, 0x7f10, "LazyCompile:~add /a b.js:3");
    check(&map, 0x7f11, "-");
    check(&map, 0xab00, "py::f:/x.py");
    check(&map, UINT64_MAX, "-");
}

static void of_overlapping_lines_the_later_holds(void **state) {
    (void)state;
    /* a covers all, b its middle, c begins inside b and ends behind a; d is older than e, which
     * hides it */
    struct perf_map map = read_map("100 100 a\n140 40 b\n170 100 c\n300 10 d\n2f0 40 e\n");
    check(&map, 0x100, "a");
    check(&map, 0x13f, "a");
    check(&map, 0x140, "b");
    check(&map, 0x16f, "b");
    check(&map, 0x170, "c");
    check(&map, 0x26f, "c");
    check(&map, 0x270, "-");
    check(&map, 0x2f0, "e");
    check(&map, 0x305, "e");
    check(&map, 0x32f, "e");
    check(&map, 0x330, "-");
    assert_int_equal(map.count, 4);
    map = read_map("100 100 old\n140 10 new\n");
    check(&map, 0x13f, "old");
    check(&map, 0x140, "new");
    check(&map, 0x150, "old");
    assert_int_equal(map.count, 3);
    map = read_map("100 10 one\n100 10 two\n100 10 three\n");
    check(&map, 0x108, "three");
    assert_int_equal(map.count, 1);
}

static void broken_lines_are_counted(void **state) {
    (void)state;
    struct perf_map map = read_map("10 0 empty\nzz 1 no\n11\n12 1\n1ffffffffffffffff 1 wide\n\n"
                                   "fffffffffffffff0 20 over\n20 1 good\nffffffffffffffff 1");
    assert_int_equal(map.skipped, 8);
    assert_int_equal(map.count, 1);
    check(&map, 0x20, "good");
    assert_int_equal(read_map("").count, 0);
    map = read_map("fffffffffffffff0 f top\n");
    check(&map, UINT64_MAX - 1, "top");
}

/* Against the rule itself, on random lines: the last line that covers an address names it. */
static void random_maps_follow_the_rule(void **state) {
    (void)state;
    enum { LINES = 60, SPACE = 256 };
    uint32_t random = 12345;
    for (int round = 0; round < 50; round++) {
        char bytes[LINES * 16] = "";
        int holds[SPACE + 64];
        size_t length = 0;
        memset(holds, 0xff, sizeof holds);
        for (int line = 0; line < LINES; line++) {
            random = random * 1664525 + 1013904223;
            unsigned start = random >> 24, size = 1 + (random >> 16 & 31);
            length += (size_t)snprintf(bytes + length, sizeof bytes - length, "%x %x n%d\n", start,
                                       size, line);
            for (unsigned at = start; at < start + size; at++)
                holds[at] = line;
        }
        struct perf_map map = read_map(bytes);
        for (unsigned at = 0; at < SPACE + 64; at++)
            check(&map, at, holds[at] < 0 ? "-" : arena_printf(arena, "n%d", holds[at]));
    }
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(names_are_the_rest_of_the_line),
        ROW(of_overlapping_lines_the_later_holds),
        ROW(broken_lines_are_counted),
        ROW(random_maps_follow_the_rule),
    };
    return RUN_TESTS(tests);
}
