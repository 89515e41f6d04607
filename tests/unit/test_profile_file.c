/* Several files read as one give what a merge of all of them gives, whatever types they have. */
#include "runners/profile/builder.h"
#include "runners/profile/merge.h"
#include "runners/profile/pprof.h"
#include "runners/profile/profile_file.h"
#include "tests/unit/texts_fixture.h"

#include <stdlib.h>
#include <unistd.h>

enum { FILES = 5 };

static uint32_t add(const char *text) {
    return strings_add(texts, text_of(text));
}

/* Samples of one or two types, of stacks that the files share in part. */
static struct profile *make_profile(int which, const struct profile_type *types, size_t count) {
    struct profile_builder *b = profile_builder_new(texts, types, count, arena);
    struct profile *p = profile_builder_profile(b);
    p->comments = ARENA_NEW(arena, uint32_t, 2);
    p->comments[p->comment_count++] = add("all");
    p->comments[p->comment_count++] = add(arena_printf(arena, "comment %d", which));
    p->duration_ns = 10 + which;
    p->time_ns = 1000 - which;
    p->period = 1 + which;
    for (int i = 0; i < 300; i++) {
        uint32_t frames[3];
        int64_t values[] = {i + 1, 10 * (i + 1)};
        struct profile_label labels[] = {{.key = add("round"), .number = which},
                                         {.key = add("part"), .text = add(i % 2 ? "a" : "b")}};
        for (int f = 0; f < 3; f++)
            frames[f] = profile_builder_name(b, text_of(arena_printf(arena, "f%d", i * which + f)));
        profile_builder_sample(
            b, &(struct profile_stack){frames, (size_t)i % 4, labels, (size_t)(i + which) % 3},
            values);
    }
    assert_true(profile_builder_finish(&p, b, &err));
    return p;
}

static const char *write_profile(const struct profile *p, const char *folder, int which) {
    const char *path = arena_printf(arena, "%s/%d", folder, which);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_true(pprof_write(out, p, arena, &err));
    assert_int_equal(fclose(out), 0);
    return path;
}

static void check_order(const char *const *paths) {
    struct strings *own = strings_new(arena), *others = strings_new(arena);
    const struct profile *parts[FILES];
    struct profile *got, *want, *one;
    if (!profile_read_all(&got, paths, FILES, own, arena, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < FILES; i++) {
        assert_true(profile_read(&one, paths[i], others, arena, &err));
        parts[i] = one;
    }
    assert_true(profile_merge(&want, parts, FILES, arena, &err));
    assert_true(profile_check(got, &err));
    struct text a = pprof_message(got, arena), b = pprof_message(want, arena);
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.at, b.at, b.length);
}

static void several_files_are_as_their_merge(void **state) {
    (void)state;
    char folder[] = "/tmp/perfgate-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const struct profile_type wall = {add("wall"), add("ns")}, fine = {add("cpu"), add("ns")},
                              coarse = {add("cpu"), add("ms")};
    const struct profile_type both[] = {wall, fine}, turned[] = {coarse, wall},
                              twice[] = {fine, fine};
    const char *both1 = write_profile(make_profile(1, both, 2), folder, 1),
               *both2 = write_profile(make_profile(2, both, 2), folder, 2),
               *both3 = write_profile(make_profile(3, both, 2), folder, 3),
               *other = write_profile(make_profile(4, turned, 2), folder, 4),
               *single = write_profile(make_profile(5, &coarse, 1), folder, 5),
               *double_type = write_profile(make_profile(6, twice, 2), folder, 6);
    check_order((const char *[]){both1, both2, both3, both1, both2});
    check_order((const char *[]){both1, both2, other, both3, single});
    check_order((const char *[]){single, both1, both2, other, both3});
    check_order((const char *[]){double_type, both1, both2, double_type, both3});
    check_order((const char *[]){both1, both2, both3, both1, double_type});
    for (int i = 1; i <= 6; i++)
        unlink(arena_printf(arena, "%s/%d", folder, i));
    rmdir(folder);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {ROW(several_files_are_as_their_merge)};
    return RUN_TESTS(tests);
}
