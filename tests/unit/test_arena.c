#include "tests/unit/test.h"

#include "runners/base/arena.h"
#include "runners/base/checked.h"

#include <stdalign.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_zero(const unsigned char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

static void memory_is_zeroed_aligned_and_apart(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    unsigned char *blocks[2000];
    for (size_t i = 0; i < 2000; i++) {
        blocks[i] = arena_alloc(arena, i);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        assert_true(is_zero(blocks[i], i));
        memset(blocks[i], (int)(i % 251) + 1, i);
    }
    for (size_t i = 0; i < 2000; i++) {
        for (size_t k = 0; k < i; k++)
            assert_int_equal(blocks[i][k], i % 251 + 1);
    }
    unsigned char *large = arena_alloc(arena, 50 * 1024 * 1024);
    assert_true(is_zero(large, 50 * 1024 * 1024));
    assert_true(arena_bytes(arena) >= 51 * 1024 * 1024);
    arena_free(arena);
    arena_free(NULL);
}

static void arrays_grow(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    uint32_t *items = NULL;
    size_t count = 0, capacity = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        ARENA_PUSH(arena, items, count, capacity, i * 3);
        if (i % 1000 == 0)
            arena_alloc(arena, 1); /* so that it cannot always grow in place */
    }
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(items[i], i * 3);
    assert_true(is_zero((unsigned char *)(items + count), (capacity - count) * sizeof *items));

    char *text = arena_strdup(arena, "abc");
    char *more = arena_grow(arena, text, 4, 100, 1);
    assert_true(more == text); /* the last one grows in place */
    assert_string_equal(more, "abc");
    assert_true(is_zero((unsigned char *)more + 4, 96));
    arena_free(arena);
}

/* Large arrays have a mapping of their own: they may move, keep what they hold, and what is new is
 * zero. */
static void large_arrays_grow(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct arena_mark mark = arena_mark(arena);
    for (int pass = 0; pass < 2; pass++) {
        uint64_t *one = NULL, *two = NULL;
        size_t counts[2] = {0, 0}, capacities[2] = {0, 0};
        for (uint64_t i = 0; i < 700000; i++) {
            ARENA_PUSH(arena, one, counts[0], capacities[0], i);
            if (i % 3 == 0)
                ARENA_PUSH(arena, two, counts[1], capacities[1], ~i);
            if (i % 10000 == 0)
                memset(arena_alloc(arena, i % 500000), 0xAA, i % 500000);
        }
        for (uint64_t i = 0; i < 700000; i++)
            assert_true(one[i] == i && (i % 3 || two[i / 3] == ~i));
        assert_true(
            is_zero((unsigned char *)(one + counts[0]), (capacities[0] - counts[0]) * sizeof *one));
        size_t before = arena_bytes(arena);
        char *whole = arena_alloc(arena, 3 * 1024 * 1024);
        memset(whole, 7, 3 * 1024 * 1024);
        whole = arena_grow(arena, whole, 3 * 1024 * 1024, 9 * 1024 * 1024, 1);
        assert_int_equal(arena_bytes(arena) - before, 9 * 1024 * 1024);
        assert_int_equal(whole[3 * 1024 * 1024 - 1], 7);
        assert_true(is_zero((unsigned char *)whole + 3 * 1024 * 1024, 6 * 1024 * 1024));
        arena_reset(arena, mark);
        assert_int_equal(arena_bytes(arena), 0);
    }
    arena_free(arena);
}

static void marks_give_back(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct arena_mark empty = arena_mark(arena);
    memset(arena_alloc(arena, 100), 1, 100);
    char *kept = arena_strdup(arena, "kept");
    size_t before = arena_bytes(arena);
    struct arena_mark mark = arena_mark(arena);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            unsigned char *bytes = arena_alloc(arena, 10000);
            assert_true(is_zero(bytes, 10000));
            memset(bytes, 0xFF, 10000);
        }
        arena_reset(arena, mark);
        assert_int_equal(arena_bytes(arena), before);
        assert_string_equal(kept, "kept");
    }
    arena_reset(arena, empty);
    assert_int_equal(arena_bytes(arena), 0);
    assert_true(is_zero(arena_alloc(arena, 1000), 1000));
    arena_free(arena);
}

static void texts(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(arena_strdup(arena, ""), "");
    assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
    assert_string_equal(arena_printf(arena, "%d-%s", 7, "x"), "7-x");
    char *longer = arena_printf(arena, "%5000d", 1);
    assert_int_equal(strlen(longer), 5000);
    arena_free(arena);
}

static void one_adopts_another(void **state) {
    (void)state;
    for (int filled = 0; filled < 2; filled++) {
        struct arena *arena = arena_new(), *other = arena_new();
        char *own = filled ? arena_strdup(arena, "own") : NULL;
        char *text = arena_strdup(other, "text");
        arena_alloc(other, 300000);
        size_t total = arena_bytes(arena) + arena_bytes(other);
        struct arena_mark mark = arena_mark(arena);
        arena_adopt(arena, other);
        assert_int_equal(arena_bytes(arena), total);
        memset(arena_alloc(arena, 100000), 1, 100000);
        if (filled)
            arena_reset(arena, mark);
        assert_string_equal(text, "text");
        assert_true(!filled || strcmp(own, "own") == 0);
        arena_adopt(arena, arena_new());
        assert_string_equal(arena_strdup(arena, "more"), "more");
        arena_free(arena);
    }
}

static void emptied_it_is_as_new_and_keeps_its_memory(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    arena_empty(arena);
    for (int round = 0; round < 4; round++) {
        const size_t sizes[] = {100, 5000000, 70000, 9000000, 1};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            unsigned char *bytes = arena_alloc(arena, sizes[i]);
            for (size_t at = 0; at < sizes[i]; at += 999)
                assert_int_equal(bytes[at], 0);
            memset(bytes, 1, sizes[i]);
        }
        size_t held = arena_bytes(arena);
        arena_empty(arena);
        assert_int_equal(arena_bytes(arena), held);
    }
    arena_free(arena);
}

/* Has a forked process the memory? */
static bool is_inherited(unsigned char *memory) {
    uintptr_t page = (uintptr_t)memory & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
    pid_t child = fork();
    if (child == 0) {
        unsigned char resident;
        _exit(mincore((void *)page, 1, &resident) == 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) == 1;
}

/* What was read is not the memory of what is started. */
static void forks_inherit_only_what_is_meant_for_them(void **state) {
    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        struct arena *arena = shared ? arena_new_inherited() : arena_new();
        unsigned char *large = arena_alloc(arena, 3 << 20), *small = NULL;
        large[0] = 1;
        for (int i = 0; i < 5000; i++)
            small = arena_alloc(arena, 1000);
        assert_int_equal(is_inherited(large), shared);
        assert_int_equal(is_inherited(small), shared);
        large = arena_grow(arena, large, 3 << 20, 9 << 20, 1);
        assert_int_equal(is_inherited(large), shared);
        arena_free(arena);
    }
}

/* Sizes that overflow end the program with the exit code for trouble, not with a small block. */
static void overflow_ends_the_program(void **state) {
    (void)state;
    for (int way = 0; way < 2; way++) {
        pid_t child = fork();
        if (child == 0) {
            close(STDERR_FILENO);
            struct arena *arena = arena_new();
            if (way == 0)
                arena_array(arena, SIZE_MAX / 8 + 2, 8);
            else
                arena_alloc(arena, SIZE_MAX);
            _exit(0);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
    }
    size_t out;
    assert_true(checked_mul(1 << 20, 1 << 20, &out) && out == (size_t)1 << 40);
    assert_false(checked_mul(SIZE_MAX, 2, &out));
    assert_true(checked_add(1, 2, &out) && out == 3);
    assert_false(checked_add(SIZE_MAX, 1, &out));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test(large_arrays_grow),
        cmocka_unit_test(marks_give_back),
        cmocka_unit_test(texts),
        cmocka_unit_test(one_adopts_another),
        cmocka_unit_test(emptied_it_is_as_new_and_keeps_its_memory),
        cmocka_unit_test(forks_inherit_only_what_is_meant_for_them),
        cmocka_unit_test(overflow_ends_the_program),
    };
    return RUN_TESTS(tests);
}
