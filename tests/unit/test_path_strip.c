/* What paths become when they are handed on. */
#include "runners/profile/path_strip.h"
#include "tests/unit/test.h"

struct texts {
    struct arena *arena;
    struct path_strip strip;
};

static struct texts texts_new(void) {
    struct arena *arena = arena_new();
    return (struct texts){arena, {.strings = strings_new(arena), .arena = arena}};
}

typedef uint32_t stripping(struct path_strip *strip, uint32_t text);

static void becomes(struct texts *t, stripping *how, const char *before, const char *after) {
    uint32_t number = strings_add(t->strip.strings, text_of(before));
    assert_string_equal(strings_get(t->strip.strings, how(&t->strip, number)), after);
}

static void sources(void **state) {
    static const char *const cases[][2] = {
        {"/home/ann/shop/src/cart.c", "shop/src/cart.c"},
        {"/Users/ann/cart.c", "cart.c"},
        {"/root/cart.c", "cart.c"},
        {"/home//ann/./cart.c", "cart.c"},
        {"/home/ann", "~"},
        {"/home/ann/", "~"},
        {"C:\\Users\\ann\\shop\\cart.c", "shop\\cart.c"},
        {"C:/Users/ann/cart.c", "cart.c"},
        {"/tmp/build.x1/src/cart.c", "src/cart.c"},
        {"/tmp/cart.c", "cart.c"},
        {"/tmp/perfgate.a1B2c3/side0002/src/cart.c", "src/cart.c"},
        {"/opt/runner/temp/perfgate.a1B2c3/side0001/cart.c", "cart.c"},
        {"/tmp/perfgate.a1B2c3/side0001/perfgate.a1B2c4/side0002/x.c", "x.c"},
        {"/tmp/perfgate.a1B2c3/side2/cart.c", "side2/cart.c"},
        {"/var/folders/qh/ab/T/cart.c", "T/cart.c"},
        {"/proc/123/root/home/ann/cart.c", "cart.c"},
        {"/proc/self/cwd/src/cart.c", "src/cart.c"},
        {"../../home/ann/src/cart.c", "src/cart.c"},
        {"/build/shop-1.2/src/cart.c", "shop-1.2/src/cart.c"},
        {"/cart.c", "cart.c"},
        /* these stay */
        {"", ""},
        {"src/cart.c", "src/cart.c"},
        {"../src/cart.c", "../src/cart.c"},
        {"../../usr/include/stdio.h", "../../usr/include/stdio.h"},
        {"src/home/page/cart.c", "src/home/page/cart.c"},
        {"/usr/include/c++/12/bits/stl_algo.h", "/usr/include/c++/12/bits/stl_algo.h"},
        {"/usr/src/home/x.c", "/usr/src/home/x.c"},
        {"/usr/local/go/src/runtime/proc.go", "/usr/local/go/src/runtime/proc.go"},
        {"/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libc.so.6"},
        {"/proc/123/root/usr/lib/libz.so", "/proc/123/root/usr/lib/libz.so"},
        {"/nix/store/abc-glibc/x.c", "/nix/store/abc-glibc/x.c"},
        {"C:\\Windows\\System32\\ntdll.dll", "C:\\Windows\\System32\\ntdll.dll"},
        {"[vdso]", "[vdso]"},
        {"//anon", "//anon"},
        {"/", "/"},
    };
    (void)state;
    struct texts t = texts_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        becomes(&t, path_strip_source, cases[i][0], cases[i][1]);
    arena_free(t.arena);
}

static void folders_that_all_share_go(void **state) {
    (void)state;
    struct texts t = texts_new();
    path_strip_learn(&t.strip, "/home/ann/work/shop/src/cart.c");
    path_strip_learn(&t.strip, "/home/ann/work/shop/lib/list.c");
    path_strip_learn(&t.strip, "/srv/ci/agent7/shop/gen/parse.c");
    path_strip_learn(&t.strip, "/usr/include/stdio.h");
    becomes(&t, path_strip_source, "/home/ann/work/shop/src/cart.c", "src/cart.c");
    becomes(&t, path_strip_source, "/home/ann/other.c", "other.c");
    becomes(&t, path_strip_source, "/home/bob/work/shop/x.c", "work/shop/x.c");
    becomes(&t, path_strip_source, "/srv/ci/agent7/shop/gen/parse.c", "parse.c");
    becomes(&t, path_strip_source, "/usr/include/stdio.h", "/usr/include/stdio.h");
    path_strip_learn(&t.strip, "/home/ann/work/shopping/x.c"); /* `shop` is no folder of it */
    becomes(&t, path_strip_source, "/home/ann/work/shopping/x.c", "shopping/x.c");
    becomes(&t, path_strip_source, "/home/ann/work/shop/src/cart.c", "shop/src/cart.c");
    arena_free(t.arena);
}

/* What lies in a tree that perfgate checked out is called what the repository calls it. */
static void trees_share_nothing(void **state) {
    (void)state;
    struct texts t = texts_new();
    path_strip_learn(&t.strip, "/tmp/perfgate.a1B2c3/side0001/lib/src/cart.c");
    path_strip_learn(&t.strip, "/tmp/perfgate.a1B2c3/side0001/lib/src/list.c");
    becomes(&t, path_strip_source, "/tmp/perfgate.a1B2c3/side0001/lib/src/cart.c",
            "lib/src/cart.c");
    becomes(&t, path_strip_text, "at /tmp/perfgate.a1B2c3/side0001/lib/src/cart.c:3",
            "at lib/src/cart.c:3");
    assert_int_equal(path_tree(text_of("/tmp/perfgate.a1B2c3/side0001/cart.c")), 30);
    assert_int_equal(path_tree(text_of("tmp/perfgate.a1B2c3/side0001/cart.c")), 0);
    assert_int_equal(path_tree(text_of("/tmp/perfgate.a1B2c3/side0001")), 0);
    assert_int_equal(path_tree(text_of("/tmp/perfgate.../side0001/cart.c")), 0);
    assert_int_equal(path_tree(text_of("")), 0);
    arena_free(t.arena);
}

static void binaries(void **state) {
    (void)state;
    struct texts t = texts_new();
    becomes(&t, path_strip_binary, "/home/ann/shop/build/shop", "shop");
    becomes(&t, path_strip_binary, "/srv/shop/bin/shop", "shop");
    becomes(&t, path_strip_binary, "/tmp/shop", "shop");
    becomes(&t, path_strip_binary, "/usr/lib/libz.so.1", "/usr/lib/libz.so.1");
    becomes(&t, path_strip_binary, "build/shop", "build/shop");
    becomes(&t, path_strip_binary, "[vdso]", "[vdso]");
    arena_free(t.arena);
}

static void paths_in_texts(void **state) {
    static const char *const cases[][2] = {
        {"LazyCompile:*add /home/ann/shop/cart.js:3:9", "LazyCompile:*add shop/cart.js:3:9"},
        {"add file:///home/ann/cart.js:3", "add file://cart.js:3"},
        {"<impl at /Users/ann/a/lib.rs:1:2>::f", "<impl at a/lib.rs:1:2>::f"},
        {"cc -I/home/ann/include -o '/tmp/b.1/x'", "cc -Iinclude -o 'x'"},
        {"cd /home/ann; ls", "cd ~; ls"},
        {"open C:\\Users\\ann\\x.c now", "open x.c now"},
        {"/srv/agent/shop/x.js:3", "x.js:3"}, /* learnt */
        /* these stay */
        {"github.com/home/ann/pkg.Run", "github.com/home/ann/pkg.Run"},
        {"operator/(Big const&, Big const&)", "operator/(Big const&, Big const&)"},
        {"a / b", "a / b"},
        {"/pay/now", "/pay/now"},
        {"/usr/bin/env", "/usr/bin/env"},
        {"main", "main"},
    };
    (void)state;
    struct texts t = texts_new();
    path_strip_learn(&t.strip, "/srv/agent/shop/x.js");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        becomes(&t, path_strip_text, cases[i][0], cases[i][1]);
    arena_free(t.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources), cmocka_unit_test(folders_that_all_share_go),
        cmocka_unit_test(trees_share_nothing), cmocka_unit_test(binaries),
        cmocka_unit_test(paths_in_texts)};
    return RUN_TESTS(tests);
}
