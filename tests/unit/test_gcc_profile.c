/* GCC's AutoFDO profiles, byte by byte as gcc/auto-profile.cc reads them. What is told is written
 * here as LLVM's text, which is easier to read. */
#include "runners/pgo/pgo_format.h"
#include "tests/unit/texts_fixture.h"

#include <stdlib.h>

static struct source_profile *told(const char *text) {
    struct source_profile *p = NULL;
    if (!clang_pgo_format.read(&p, text_of(text), texts, arena, &err))
        fail_msg("%s", err.text);
    return p;
}

/* Nothing, with the error, when it cannot be written. */
static struct text written(const struct source_profile *source, unsigned version) {
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    bool good =
        gcc_pgo_format.write(out, &(struct pgo_input){.source = source, .version = version}, &err);
    fclose(out);
    assert_true(good == (length > 0));
    struct text copy = {arena_strndup(arena, bytes, length), length};
    free(bytes);
    return copy;
}

static const char *hex(struct text bytes) {
    char *out = ARENA_NEW(arena, char, 2 * bytes.length + 1);
    for (size_t i = 0; i < bytes.length; i++)
        snprintf(out + 2 * i, 3, "%02x", (unsigned char)bytes.at[i]);
    return out;
}

/* `want`: hexadecimal bytes in any groups, and texts in quotes, with their length and the NUL. */
static void assert_bytes(struct text got, const char *want) {
    char *out = ARENA_NEW(arena, char, 2 * strlen(want) + 64);
    size_t used = 0;
    while (*want) {
        if (*want == '"') {
            struct text name = {want + 1, strcspn(want + 1, "\"")};
            used += (size_t)snprintf(out + used, 16, "%02zx000000", name.length + 1);
            used += (size_t)snprintf(out + used, 256, "%s00", hex(name));
            want += name.length + 2;
        } else if (*want++ != ' ') {
            out[used++] = want[-1];
        }
        out = arena_grow(arena, out, used, used + 2 * strlen(want) + 320, 1);
    }
    out[used] = '\0';
    assert_string_equal(hex(got), out);
}

static const char sample[] = "main:45:5\n"
                             " 0: 5\n"
                             " 3.2: 10 puts:7 exit:3\n"
                             " 3.3: 4\n"
                             " 7: 0\n"
                             " 65535: 2\n"
                             " 4.1: inner:28\n"
                             "  1: 20\n"
                             "  2: deepest:8\n"
                             "   0: 8\n"
                             " 9: never:0\n"
                             "  1: 0\n";

#define NAMES "000000aa 3a000000 06000000 \"\" \"deepest\" \"exit\" \"inner\" \"main\" \"puts\" "
#define INSIDE                                                                                     \
    "00000100 00000000 1400000000000000 " /* 1: 20 */                                              \
    "00000200 01000000 01000000 00000000 00000000 00000000 0800000000000000 "
#define END "000000ae 00000000 00000000"

static void gcc_13_to_15_read_version_2(void **state) {
    (void)state;
    static const char want[] = "61646367 02000000 00000000 " NAMES "000000ac c0000000 01000000 "
                               "0500000000000000 04000000 04000000 01000000 "
                               "00000000 00000000 0500000000000000 "
                               "02000300 02000000 0a00000000000000 "
                               "07000000 0500000000000000 0700000000000000 "
                               "07000000 0200000000000000 0300000000000000 "
                               "03000300 00000000 0400000000000000 "
                               "0000ffff 00000000 0200000000000000 "
                               "01000400 03000000 01000000 01000000 " INSIDE END;
    assert_bytes(written(told(sample), 13), want);
    assert_bytes(written(told(sample), 15), want);
    assert_bytes(written(told(sample), 0), want);
}

/* A line's count is that of its most frequent block. */
static void gcc_12_knows_no_discriminators(void **state) {
    (void)state;
    assert_bytes(written(told(sample), 12),
                 "61646367 02000000 00000000 " NAMES "000000ac b0000000 01000000 "
                 "0500000000000000 04000000 03000000 01000000 "
                 "00000000 00000000 0500000000000000 "
                 "00000300 02000000 0a00000000000000 "
                 "07000000 0500000000000000 0700000000000000 "
                 "07000000 0200000000000000 0300000000000000 "
                 "0000ffff 00000000 0200000000000000 "
                 "00000400 03000000 01000000 01000000 " INSIDE END);
}

/* With a summary, the files (without folders) of functions, and when each first ran: 0. */
static void gcc_16_reads_version_3(void **state) {
    (void)state;
    struct source_profile *p = told("main:97:0\n"
                                    " 1: 90\n"
                                    " 2: 7\n"
                                    "other:3:3\n"
                                    " 0: 3\n");
    p->functions[0]->file = strings_add(texts, text_of("/home/ann/src/main.c"));
    assert_bytes(written(p, 16),
                 "61646367 03000000 00000000 "
                 "000000a8 6400000000000000 5a00000000000000 5a00000000000000 0300000000000000 "
                 "0200000000000000 1000000000000000 "
                 "10270000 5a00000000000000 0100000000000000 "
                 "a0860100 5a00000000000000 0100000000000000 "
                 "400d0300 5a00000000000000 0100000000000000 "
                 "e0930400 5a00000000000000 0100000000000000 "
                 "801a0600 5a00000000000000 0100000000000000 "
                 "20a10700 5a00000000000000 0100000000000000 "
                 "c0270900 5a00000000000000 0100000000000000 "
                 "60ae0a00 5a00000000000000 0100000000000000 "
                 "00350c00 5a00000000000000 0100000000000000 "
                 "a0bb0d00 5a00000000000000 0100000000000000 "
                 "f07e0e00 0700000000000000 0200000000000000 "
                 "301b0f00 0300000000000000 0300000000000000 "
                 "583e0f00 0300000000000000 0300000000000000 "
                 "dc410f00 0300000000000000 0300000000000000 "
                 "36420f00 0300000000000000 0300000000000000 "
                 "3f420f00 0300000000000000 0300000000000000 "
                 "000000aa 37000000 01000000 \"main.c\" "
                 "03000000 \"\" ffffffff \"main\" 00000000 \"other\" ffffffff "
                 "000000ac 6c000000 02000000 "
                 "5a00000000000000 0000000000000000 01000000 02000000 00000000 "
                 "00000100 00000000 5a00000000000000 00000200 00000000 0700000000000000 "
                 "0300000000000000 0000000000000000 02000000 01000000 00000000 "
                 "00000000 00000000 0300000000000000 " END);
}

static const char *names_for(const char *text, unsigned version) {
    struct source_profile *again;
    struct text bytes = written(told(text), version);
    const char *out = "";
    assert_true(gcc_pgo_format.read(&again, bytes, texts, arena, &err));
    for (uint32_t i = 0; i < again->function_count; i++)
        out = arena_printf(arena, "%s%s:%.0f ", out, strings_get(texts, again->functions[i]->name),
                           again->functions[i]->total);
    return out;
}

/* GCC up to 15 takes `main._omp_fn.0` for main, and `nested.0` for nested. */
static void names_are_cut_as_the_compiler_cuts_them(void **state) {
    (void)state;
    static const char text[] = "main:1:0\n 1: 1\n"
                               "main._omp_fn.0:20:0\n 1: 20\n"
                               "nested.0:3:0\n 1: 3\n";
    assert_string_equal(names_for(text, 15), "main:1 nested:3 ");
    assert_string_equal(names_for(text, 16), "main:1 main._omp_fn.0:20 nested.0:3 ");
}

static void what_cannot_be_said_is_refused(void **state) {
    (void)state;
    struct source_profile *p = source_profile_new(texts, arena);
    source_profile_finish(p);
    assert_int_equal(written(p, 14).length, 0);
    assert_string_equal(err.text, "no function was seen");
    assert_int_equal(written(told("f:0:0\n 1: 0\n"), 14).length, 0);
    assert_string_equal(err.text, "no function was seen");

    struct source_profile *large = told("f:2:0\n 1: 1\n 2: 1\n");
    large->functions[0]->lines[0]->count = large->functions[0]->lines[1]->count = 0x1p62;
    source_profile_finish(large);
    assert_int_equal(written(large, 14).length, 0);
    assert_string_equal(err.text,
                        "the counts add up to more than 2^63 - 1, beyond which GCC does not count");
    large->functions[0]->lines[1]->count = 0x1p61;
    assert_true(written(large, 14).length > 0);
    large->functions[0]->lines[1]->count = 1e30;
    assert_int_equal(written(large, 16).length, 0);

    struct source_profile *odd = source_profile_new(texts, arena);
    struct source_instance *f =
        source_profile_function(odd, strings_add(texts, text_of("two\nlines")));
    source_profile_line(odd, f, (struct source_site){1, 0})->count = 1;
    source_profile_finish(odd);
    assert_int_equal(written(odd, 14).length, 0);
    assert_string_equal(err.text, "a function's name has a control character");
    f->name = 0;
    assert_int_equal(written(odd, 14).length, 0);
    assert_string_equal(err.text, "a function has no name");
    f->name = strings_add(texts, text_of("with blanks <int, int>"));
    assert_true(written(odd, 14).length > 0);
}

static void what_is_written_is_read_again(void **state) {
    (void)state;
    for (unsigned version = 12; version <= 16; version++) {
        struct source_profile *again;
        struct text bytes = written(told(sample), version);
        assert_true(gcc_pgo_format.read(&again, bytes, texts, arena, &err));
        assert_int_equal(again->function_count, 1);
        const struct source_instance *f = again->functions[0];
        assert_string_equal(strings_get(texts, f->name), "main");
        assert_near(f->head, 5, 0);
        assert_near(f->total, version < 13 ? 45 : 49, 0);
        assert_int_equal(f->calls[0]->at.offset, 4);
        assert_int_equal(f->calls[0]->at.discriminator, version < 13 ? 0 : 1);
        struct text same = written(again, version);
        assert_int_equal(same.length, bytes.length);
        assert_memory_equal(same.at, bytes.at, bytes.length);
    }
}

static void what_is_cut_short_is_refused(void **state) {
    (void)state;
    for (unsigned version = 14; version <= 16; version += 2) {
        struct text whole = written(told(sample), version);
        for (size_t i = 0; i < whole.length; i++) {
            struct source_profile *p;
            char *part = malloc(i + 1); /* so that a byte too far is seen */
            memcpy(part, whole.at, i);
            assert_false(gcc_pgo_format.read(&p, (struct text){part, i}, texts, arena, &err));
            assert_int_equal(err.status, PG_FORMAT);
            free(part);
        }
    }
}

/* The sample for GCC 14 with the bytes at `place` replaced. */
static const char *refused(size_t place, const char *bytes, size_t length) {
    struct source_profile *p;
    struct text whole = written(told(sample), 14);
    char *changed = arena_alloc(arena, whole.length + length);
    memcpy(changed, whole.at, whole.length);
    memcpy(changed + place, bytes, length);
    size_t end = place + length > whole.length ? place + length : whole.length;
    return gcc_pgo_format.read(&p, (struct text){changed, end}, texts, arena, &err) ? "read"
                                                                                    : err.text;
}

static void damage_is_refused_with_its_place(void **state) {
    (void)state;
    static const struct {
        size_t place;
        const char *bytes;
        size_t length;
        const char *want;
    } rows[] = {
        {0, "a", 1, "read"}, /* as it was */
        {0, "gcda", 4, "offset 4: not GCC's AutoFDO profile"},
        {4, "\4", 1, "offset 8: expected version 2 or 3"},
        {12, "x", 1, "offset 16: expected the names"},
        {16, "xxxx", 4, "read"}, /* lengths of sections mean nothing */
        {20, "\xff\xff\xff\xff", 4, "offset 24: more is announced than follows"},
        {24, "\0", 1, "offset 28: expected a text of that many bytes, a NUL only at its end"},
        {33, "\0", 1, "offset 33: expected a text of that many bytes, a NUL only at its end"},
        {78, "x", 1, "offset 82: expected the functions"},
        {98, "\0", 1, "offset 102: expected the number of a name"},
        {98, "\6", 1, "offset 102: expected the number of a name"},
        {125, "\x80", 1, "offset 126: a count is beyond 2^63 - 1"},
        {142, "\x08", 1, "offset 146: expected a target of an indirect call"},
        {278, "x", 1, "offset 282: expected the end of the functions"},
        {286, "\1", 1, "offset 290: expected no modules"},
        {290, "more", 4, "offset 294: expected nothing more"},
        {290, "\0\0\0\xaf....", 8, "read"}, /* the working set that autofdo adds */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(refused(rows[i].place, rows[i].bytes, rows[i].length), rows[i].want);
}

static void deep_nests_are_refused(void **state) {
    (void)state;
    struct source_profile *p = source_profile_new(texts, arena), *again;
    uint32_t name = strings_add(texts, text_of("f"));
    struct source_instance *in = source_profile_function(p, name);
    for (int i = 0; i < 300; i++)
        in = source_profile_call(p, in, (struct source_site){1, 0}, name);
    source_profile_line(p, in, (struct source_site){1, 0})->count = 1;
    source_profile_finish(p);
    assert_false(gcc_pgo_format.read(&again, written(p, 14), texts, arena, &err));
    assert_non_null(strstr(err.text, "more than 256 functions inlined into each other"));
}

int main(void) {
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW(gcc_13_to_15_read_version_2),    ROW(gcc_12_knows_no_discriminators),
        ROW(gcc_16_reads_version_3),         ROW(names_are_cut_as_the_compiler_cuts_them),
        ROW(what_cannot_be_said_is_refused), ROW(what_is_written_is_read_again),
        ROW(what_is_cut_short_is_refused),   ROW(damage_is_refused_with_its_place),
        ROW(deep_nests_are_refused),
    };
    return RUN_TESTS(tests);
}
