/* Links between files that are written. */
#include "gate/report/link.h"
#include "tests/unit/test.h"

struct link_row {
    const char *name, *target, *from, *want;
};

static const struct link_row rows[] = {
    {"same folder", "flame.html", "report.html", "flame.html"},
    {"same folder below", "out/flame.html", "out/report.html", "flame.html"},
    {"down", "out/a/flame.html", "out/report.html", "a/flame.html"},
    {"up", "flame.html", "out/a/report.html", "../../flame.html"},
    {"beside", "x/flame.html", "xy/report.html", "../x/flame.html"},
    {"working folder", "out/flame.html", NULL, "out/flame.html"},
    {"both absolute", "/a/b/flame.html", "/a/c/report.html", "../b/flame.html"},
    {"dots and slashes", "./out//flame.html", "out/./report.html", "flame.html"},
    {"hostile", "javascript:alert(1)\"><&[]()\n.html", "report.html",
     "javascript%3Aalert%281%29%22%3E%3C%26%5B%5D%28%29%0A.html"},
    {"no host", "//host/flame.html", "/report.html", "host/flame.html"},
    {"bytes", "\xC3\xA4.html", "r.html", "%C3%A4.html"},
};

static void a_link_leads_from_one_to_the_other(void **state) {
    const struct link_row *row = *state;
    struct arena *arena = arena_new();
    assert_string_equal(link_to(row->target, row->from, arena), row->want);
    arena_free(arena);
}

static void a_folder_that_climbs_needs_the_whole_path(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    const char *link = link_to("out/flame.html", "../report.html", arena);
    assert_true(link[0] == '/' && link[1] != '/');
    assert_non_null(strstr(link, "/out/flame.html"));
    arena_free(arena);
}

int main(void) {
    struct CMUnitTest tests[sizeof rows / sizeof *rows + 1] = {
        cmocka_unit_test(a_folder_that_climbs_needs_the_whole_path)};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tests[i + 1] = (struct CMUnitTest){rows[i].name, a_link_leads_from_one_to_the_other, NULL,
                                           NULL, (void *)&rows[i]};
    return RUN_TESTS(tests);
}
