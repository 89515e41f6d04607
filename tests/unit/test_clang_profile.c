#include "tests/unit/test.h"

#include "runners/pgo/pgo_format.h"

#include <stdlib.h>

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

static bool read_text(struct source_profile **out, const char *text, struct pg_error *err) {
    return clang_pgo_format.read(out, text_of(text), texts, arena, err);
}

/* What is written of a profile; NULL and the error when it cannot be. */
static const char *written(const struct source_profile *source, const char *note,
                           struct pg_error *err) {
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    bool good =
        clang_pgo_format.write(out, &(struct pgo_input){.source = source, .note = note}, err);
    fclose(out);
    const char *copy = good ? arena_strndup(arena, bytes, length) : NULL;
    free(bytes);
    return copy;
}

/* As `llvm-profdata merge --sample --text` prints it. */
static const char sample[] = "_ZL4mainv.__uniq.12:1130:40\n"
                             " 0: 40\n"
                             " 3.1: 600 puts:400 _ZN1a1bEv:200\n"
                             " 65530: 40\n"
                             " 4: inner:450\n"
                             "  1: 300\n"
                             "  2.7: deepest:150\n"
                             "   0: 150\n"
                             "a b:c:20:20\n"
                             " 1: 20\n"
                             "other:20:20\n"
                             " 1: 20\n";

static void what_is_read_is_written_again(void **state) {
    (void)state;
    struct source_profile *p;
    struct pg_error err;
    assert_true(read_text(&p, sample, &err));
    assert_int_equal(p->function_count, 3);
    const struct source_instance *main_at = p->functions[0];
    assert_string_equal(strings_get(texts, main_at->name), "_ZL4mainv.__uniq.12");
    assert_near(main_at->head, 40, 0);
    assert_int_equal(main_at->line_count, 3);
    assert_int_equal(main_at->lines[1]->site.discriminator, 1);
    assert_int_equal(main_at->lines[1]->target_count, 2);
    assert_near(main_at->lines[1]->targets[1].count, 200, 0);
    assert_int_equal(main_at->calls[0]->calls[0]->at.discriminator, 7);
    assert_near(main_at->calls[0]->total, 450, 0);
    assert_string_equal(written(p, NULL, &err), sample);
    assert_string_equal(written(p, "forced", &err), arena_printf(arena, "# forced\n%s", sample));
}

static void comments_and_what_belongs_to_probes_are_passed_over(void **state) {
    (void)state;
    struct source_profile *p;
    struct pg_error err;
    assert_true(read_text(&p,
                          "# a note\n\nf:7:1\r\n 1: 7\n  \n !CFGChecksum: 123\n !Attributes: 1\n"
                          " 1: 3",
                          &err));
    assert_string_equal(written(p, NULL, &err), "f:10:1\n 1: 10\n");
}

static void counts_are_whole_and_never_nothing(void **state) {
    (void)state;
    struct source_profile *p = source_profile_new(texts, arena);
    struct source_instance *f = source_profile_function(p, strings_add(texts, text_of("f"))), *in;
    struct pg_error err;
    const double counts[] = {0.2, 1.4, 2.5, 0};
    for (uint32_t i = 0; i < 4; i++)
        source_profile_line(p, f, (struct source_site){i + 2, 0})->count = counts[i];
    in = source_profile_call(p, f, (struct source_site){1, 0}, strings_add(texts, text_of("in")));
    source_profile_line(p, in, (struct source_site){0, 0})->count = 8;
    source_profile_finish(p);
    /* entered as often as its first line ran, which is one of `in` */
    assert_string_equal(written(p, NULL, &err), "f:13:8\n 2: 1\n 3: 1\n 4: 3\n 1: in:8\n  0: 8\n");
    source_profile_line(p, f, (struct source_site){0, 0});
    in =
        source_profile_call(p, f, (struct source_site){0, 0}, strings_add(texts, text_of("never")));
    source_profile_line(p, in, (struct source_site){0, 0});
    source_profile_finish(p);
    assert_string_equal(written(p, NULL, &err), "f:13:8\n 2: 1\n 3: 1\n 4: 3\n 1: in:8\n  0: 8\n");
    f->head = 3;
    source_profile_line(p, f, (struct source_site){4, 0})->count = 1e30;
    source_profile_finish(p);
    assert_non_null(strstr(written(p, NULL, &err), ":3\n 2: 1\n"));
    assert_non_null(strstr(written(p, NULL, &err), " 4: 9223372036854775808\n"));
}

static void what_cannot_be_said_is_refused(void **state) {
    (void)state;
    static const char *const tops[] = {"", " f", "#f", "[f", "a\nb", "\x7f"};
    static const char *const inlined[] = {"1f", "a\tb"};
    struct pg_error err;
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
        struct source_profile *p = source_profile_new(texts, arena);
        source_profile_function(p, strings_add(texts, text_of(tops[i])));
        source_profile_finish(p);
        assert_null(written(p, NULL, &err));
        assert_int_equal(err.status, PG_FORMAT);
    }
    for (size_t i = 0; i < sizeof inlined / sizeof *inlined; i++) {
        struct source_profile *p = source_profile_new(texts, arena);
        struct source_instance *f = source_profile_function(p, strings_add(texts, text_of("1f")));
        assert_non_null(written(p, NULL, &err));
        struct source_instance *in = source_profile_call(p, f, (struct source_site){1, 0},
                                                         strings_add(texts, text_of(inlined[i])));
        source_profile_line(p, in, (struct source_site){0, 0})->count = 1;
        source_profile_finish(p);
        assert_null(written(p, NULL, &err));
        assert_non_null(strstr(err.text, "cannot say"));
    }
    struct source_profile *p;
    assert_true(read_text(&p, "f:1:1\n 1: 1 1#:7 #\xc2\xa0:3\n", &err));
    assert_string_equal(written(p, NULL, &err), "f:1:1\n 1: 1 1#:7 #\xc2\xa0:3\n");
    source_profile_target(p, p->functions[0]->lines[0], strings_add(texts, text_of("a b")), 1);
    assert_null(written(p, NULL, &err));
}

static void damage_is_told_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *fault;
    } rows[] = {
        {"", "no function is in it"},
        {"# only this\n\n", "no function is in it"},
        {"f:1\n", "line 1: expected NAME:TOTAL:HEAD"},
        {":1:1\n", "line 1: expected NAME:TOTAL:HEAD"},
        {"f:1:x\n", "line 1: expected NAME:TOTAL:HEAD"},
        {"f:-1:1\n", "line 1: expected NAME:TOTAL:HEAD"},
        {"f:99999999999999999999:1\n", "line 1: expected NAME:TOTAL:HEAD"},
        {"f\t:1:1\n", "line 1: expected NAME:TOTAL:HEAD"},
        {"[main:3 @ f]:1:1\n", "line 1: profiles by calling context are not read"},
        {" 1: 1\n", "line 1: indented more"},
        {"f:1:1\n  1: 1\n", "line 2: indented more"},
        {"f:1:1\n 1: 1\n  1: 1\n", "line 3: indented more"},
        {"f:1:1\n -3: 1\n", "line 2: expected OFFSET"},
        {"f:1:1\n 65536: 1\n", "line 2: expected OFFSET"},
        {"f:1:1\n 1.4294967296: 1\n", "line 2: expected OFFSET"},
        {"f:1:1\n 1.: 1\n", "line 2: expected OFFSET"},
        {"f:1:1\n .1: 1\n", "line 2: expected OFFSET"},
        {"f:1:1\n 1:1\n", "line 2: expected OFFSET"},
        {"f:1:1\n 1\n", "line 2: expected OFFSET"},
        {"f:1:1\n 1: \n", "line 2: expected OFFSET"},
        {"f:1:1\n 1: 1x\n", "line 2: expected a count"},
        {"f:1:1\n 1: 1 g\n", "line 2: expected CALLEE:COUNT"},
        {"f:1:1\n 1: 1  g:3\n", "line 2: expected CALLEE:COUNT"},
        {"f:1:1\n 1:  g:3\n", "line 2: expected INLINED_FUNCTION:TOTAL"},
        {"f:1:1\n 1: 1 :3\n", "line 2: expected CALLEE:COUNT"},
        {"f:1:1\n 1: g\n", "line 2: expected INLINED_FUNCTION:TOTAL"},
        {"f:1:1\n 1: g:x\n", "line 2: expected INLINED_FUNCTION:TOTAL"},
        {"f:1:1\n !Secret: 1\n", "line 2: expected !CFGChecksum"},
        {"f:1:1\n !Attributes: x\n", "line 2: expected a number"},
    };
    struct source_profile *p;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pg_error err = {0};
        assert_false(read_text(&p, rows[i].text, &err));
        assert_int_equal(err.status, PG_FORMAT);
        if (!strstr(err.text, rows[i].fault))
            fail_msg("%s: %s, not: %s", rows[i].text, err.text, rows[i].fault);
    }
}

static void depth_has_an_end(void **state) {
    (void)state;
    struct source_profile *p;
    struct pg_error err;
    for (int depth = 255; depth <= 256; depth++) {
        const char *text = "f:1:1\n";
        for (int i = 1; i <= depth; i++)
            text = arena_printf(arena, "%s%*s1: f:1\n", text, i, "");
        assert_int_equal(read_text(&p, text, &err), depth < 256);
    }
    assert_non_null(strstr(err.text, "line 257: more than 256 functions"));
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(what_is_read_is_written_again),
        ROW(comments_and_what_belongs_to_probes_are_passed_over),
        ROW(counts_are_whole_and_never_nothing),
        ROW(what_cannot_be_said_is_refused),
        ROW(damage_is_told_with_its_line),
        ROW(depth_has_an_end),
    };
    return RUN_TESTS(tests);
}
