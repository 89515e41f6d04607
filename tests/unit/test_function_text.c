/* Function verdicts in words. Programs without weather, so every figure can be counted by hand. */
#include "tests/unit/test.h"

#include "gate/report/function_report.h"
#include "gate/report/function_text.h"
#include "tests/unit/function_profiles.h"

struct scene {
    struct arena *arena;
    struct policy policy;
    const struct function_findings *findings;
};

static struct function_side *side_of(struct function_names *names, const char *lines,
                                     uint32_t rounds, struct arena *arena) {
    static const struct weather calm = {NULL, 0, 0};
    struct function_cut cut = {.slice_label = "benchmark", .round_label = "round"};
    struct function_side *side = function_side_new(names, cut);
    struct program program;
    struct pg_error err;
    program_read(&program, lines, names->strings);
    assert_true(
        function_side_add(side, program_profile(&program, rounds, "B", &calm, arena), "x", &err));
    function_side_finish(side);
    return side;
}

static void compare(struct scene *s, const char *base, const char *head, uint32_t rounds,
                    bool by_share) {
    s->arena = arena_new();
    struct function_names *names = function_names_new(strings_new(s->arena), s->arena);
    struct function_request *request = ARENA_NEW(s->arena, struct function_request, 1);
    policy_init(&s->policy);
    *request = (struct function_request){.base = side_of(names, base, rounds, s->arena),
                                         .head = side_of(names, head, rounds, s->arena),
                                         .policy = &s->policy,
                                         .floor = by_share ? 0.01 : 0.005,
                                         .by_share = by_share};
    s->findings = functions_judge(request, s->arena);
}

static void check_headline(struct scene *s, const char *want) {
    assert_string_equal(function_headline(s->findings, &s->findings->slices[0], s->arena), want);
    arena_free(s->arena);
}

static void headlines_name_a_few_and_count_the_rest(void **state) {
    (void)state;
    struct scene s;
    compare(&s, "m 500\nm;a 100\nm;b 100\nm;c 100\nm;d 100\nm;e 100\n",
            "m 510\nm;a 150\nm;b 140\nm;c 130\nm;d 120\nm;e 110\n", 6, false);
    check_headline(&s, "B +16.00% (p = 0.002): a +5.00 points of it (31%), b +4.00 points (25%), c "
                       "+3.00 points (19%), 2 more +3.00 points, rest 6%");
    compare(&s, "m 500\nm;a 100\n", "m 500\nm;a 100\nm;n 100\n", 6, false);
    check_headline(&s, "B +16.67% (p = 0.002): new callee n +16.67 points of it (100%), rest 0%");
    compare(&s, "m 500\nm;a 100\n", "m 500\nm;a 50\n", 6, false);
    check_headline(&s, "B -8.33% (p = 0.002): a -8.33 points");
    compare(&s, "m 500\nm;a 100\n", "m 500\nm;renamed 100\n", 6, false);
    check_headline(&s, "B 0.00% (p = 1.000): only moved: renamed from a");
    compare(&s, "m 500\nm;a 100\n", "m 500\nm;a 100\n", 6, false);
    check_headline(&s, "B 0.00% (p = 1.000): no function changed among 2 that were tested");
    compare(&s, "m 500\nm;a 100\n", "m 500\nm;a 200\n", 4, false);
    check_headline(&s, "B +16.67%: too few profiled rounds to test 2 functions");
    compare(&s, "m;x 500\nm;a 100\n", "m;x 450\nm;a 150\n", 6, true);
    check_headline(&s, "B: a +8.33 points; x -8.33 points");
}

static void lines_fit_the_width_and_what_is_left_out_is_counted(void **state) {
    (void)state;
    struct scene s;
    const char *base = "m 9000\n", *head = "m 9000\n";
    char *text = NULL;
    size_t length;
    struct report_style style = {.width = 60};
    compare(&s, base, head, 6, false);
    arena_free(s.arena);
    struct arena *arena = arena_new();
    for (int i = 0; i < 14; i++) {
        base = arena_printf(arena, "%sm;f%d 100\n", base, i);
        head = arena_printf(arena, "%sm;f%d 300\n", head, i);
    }
    compare(&s, base, head, 6, false);
    FILE *out = open_memstream(&text, &length);
    function_report_text(out, s.findings, &style, s.arena);
    fclose(out);
    assert_non_null(strstr(text, "\n  regressed     f0: +200.00% (100.0 ms to 300.0 ms), p ="));
    assert_non_null(strstr(text, "\n                and 4 more functions\n"));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 60);
    const char *page = function_report_markdown(s.findings, &s.findings->slices[0], s.arena);
    assert_non_null(strstr(page, "| f0 | **regressed** | 100.0 ms | 300.0 ms | +200.00% | "));
    assert_non_null(strstr(page, "_4 more functions: the JSON report has all._"));
    free(text);
    arena_free(s.arena);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headlines_name_a_few_and_count_the_rest),
        cmocka_unit_test(lines_fit_the_width_and_what_is_left_out_is_counted),
    };
    return RUN_TESTS(tests);
}
