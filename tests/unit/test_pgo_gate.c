#include "tests/unit/test.h"

#include "gate/commands/pgo_builds.h"
#include "gate/pgo/proof.h"
#include "gate/pgo/quality.h"
#include "gate/pgo/sidecar.h"
#include "gate/pgo/staleness.h"

#include <stdlib.h>

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

/* ---- quality ---- */

/* Facts that keep to everything. */
static struct pgo_facts good(void) {
    return (struct pgo_facts){.samples = 30000,
                              .lines = 28000,
                              .line_zero = 1000,
                              .largest = 9000,
                              .largest_name = "work",
                              .hot = 20000,
                              .hot_told = 19000,
                              .hot_untold = "memcpy",
                              .stacks = 30000,
                              .whole_stacks = 29000,
                              .losses = "3.3% in functions without debug information",
                              .binary = "app",
                              .binary_id = "12ab",
                              .sampled_id = "12ab"};
}

static struct pgo_reasons judge(struct pgo_facts facts) {
    struct pgo_limits limits;
    struct pgo_reasons out = {0};
    pgo_limits_init(&limits);
    pgo_quality(&out, &facts, &limits, arena);
    return out;
}

static void check_reason(struct pgo_facts facts, const char *const *parts, size_t count) {
    struct pgo_reasons reasons = judge(facts);
    assert_int_equal(reasons.count, 1);
    for (size_t i = 0; i < count; i++) {
        if (!strstr(reasons.items[0], parts[i]))
            fail_msg("'%s' is not in '%s'", parts[i], reasons.items[0]);
    }
}
#define EXPECT(facts, ...)                                                                         \
    check_reason(facts, (const char *const[]){__VA_ARGS__},                                        \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void each_limit_has_its_reason(void **state) {
    (void)state;
    struct pgo_facts f = good();
    assert_int_equal(judge(f).count, 0);
    f.samples = f.lines = 19999;
    f.line_zero = 0;
    EXPECT(f, "too few samples: 19999", "20000 are asked for (--min-samples)", "--sampled-rounds");
    f = good();
    f.lines = 26000; /* of 29000 */
    EXPECT(f, "too few lines: 89.7%", "90.0% are asked for (--min-lines)", "3.3% in functions");
    f = good();
    f.samples = 40000;
    f.lines = 29000;
    f.line_zero = 10001;
    EXPECT(f, "line 0: 25.0%", "at most 25.0%", "--max-line-zero");
    f = good();
    f.largest = 26700; /* of 28000 */
    EXPECT(f, "one function: 95.4% of the samples are in work", "--max-function");
    f = good();
    f.hot_told = 17900;
    EXPECT(f, "hot functions: 89.5%", "--min-coverage", "without: memcpy");
    f = good();
    f.whole_stacks = 26900;
    assert_int_equal(judge(f).count, 0); /* lines do not need them */
    f.needs_stacks = true;
    EXPECT(f, "cut stacks: 89.7%", "--min-stacks");
    f = good();
    f.sampled_id = "34cd";
    EXPECT(f, "another build: the newest profile is of build id 34cd, and app has 12ab");
    f.binary_id = f.sampled_id = "";
    EXPECT(f, "another build", "none (link it with -Wl,--build-id)");
    f.binary = NULL; /* none was given: nothing to be equal to */
    assert_int_equal(judge(f).count, 0);
}

static void nothing_at_all_falls_short_everywhere(void **state) {
    (void)state;
    struct pgo_facts f = {.hot_untold = "", .losses = "", .largest_name = "", .needs_stacks = true};
    assert_int_equal(judge(f).count, 3); /* samples, lines, stacks; never a division by 0 */
}

/* ---- sidecar ---- */

static struct sidecar example(void) {
    static struct hot_line lines[] = {{0, 0.25}, {7, 0.5}};
    static struct hot_function functions[] = {{"_Z4workv", "work.cc", 12, 0.75, lines, 2},
                                              {"odd \"name\"\n", "", 0, 0.2, NULL, 0}};
    static struct sidecar_source sources[] = {{"rec.txt", 0.5, 1234, "2026-01-31T10:00:00Z", NULL}};
    static const char *reasons[] = {"too few samples: 1"};
    return (struct sidecar){.tool = "perfgate 0.1.0",
                            .format = "clang",
                            .digest = "fnv1a64:cbf29ce484222325",
                            .bytes = 0,
                            .binary = "app",
                            .build_id = NULL,
                            .commit = "abc",
                            .modified = true,
                            .date = "2026-01-31T10:00:00Z",
                            .samples = 617,
                            .told_by_line = 600.5,
                            .forced = true,
                            .reasons = {reasons, 1, 0},
                            .sources = sources,
                            .source_count = 1,
                            .functions = {functions, 2}};
}

static struct text written(const struct sidecar *sidecar) {
    char *bytes = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&bytes, &length);
    sidecar_write(memory, sidecar);
    fclose(memory);
    struct text text = {arena_strndup(arena, bytes, length), length};
    free(bytes);
    return text;
}

static void a_sidecar_is_read_as_it_was_written(void **state) {
    (void)state;
    struct sidecar s = example(), back;
    struct pg_error err = {0};
    struct text bytes = written(&s);
    if (!sidecar_read(&back, "x.json", bytes, arena, &err))
        fail_msg("%s", err.text);
    assert_string_equal(written(&back).at, bytes.at);
    assert_null(back.build_id);
    assert_string_equal(back.functions.items[1].name, "odd \"name\"\n");
    assert_int_equal(back.functions.items[0].lines[1].offset, 7);
    assert_string_equal(sidecar_digest(text_of(""), arena), "fnv1a64:cbf29ce484222325");
    assert_string_equal(sidecar_digest(text_of("a"), arena), "fnv1a64:af63dc4c8601ec8c");
}

static const char *replaced(struct text in, const char *from, const char *to) {
    const char *at = strstr(in.at, from);
    assert_non_null(at);
    return arena_printf(arena, "%.*s%s%s", (int)(at - in.at), in.at, to, at + strlen(from));
}

static void what_is_no_sidecar_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } wrong[] = {
        {"perfgate.pgo/1", "perfgate.pgo/2", "schema: expected"},
        {"\"bytes\": 0", "\"bytes\": -1", "bytes: expected a whole number"},
        {"\"bytes\": 0", "\"bytes\": 0.5", "bytes: expected a whole number"},
        {"\"tool\"", "\"tools\"", "tools: is no member"},
        {"  \"forced\": true,\n", "", "forced: is missing"},
        {"\"modified\": true", "\"modified\": 1", "modified: expected true or false"},
        {"2026-01-31T10", "2026-13-31T10", "date: expected a date"},
        {"\"share\": 0.75", "\"share\": 1.5", "functions[0].share: expected a number from 0"},
        {"\"7\": 0.5", "\"-7\": 0.5", "functions[0].-7: expected lines'"},
        {"\"7\": 0.5", "\"65536\": 0.5", "functions[0].65536: expected lines'"},
        {"\"7\": 0.5", "\"00\": 0.5", "functions[0].00: expected lines' distances"},
        {"\"weight\": 0.5", "\"weight\": null", "sources[0].weight: expected a number"},
        {"\"too few samples: 1\"", "7", "reasons: expected strings"},
        {"\"warnings\": []", "\"warnings\": {}", "warnings: expected an array"},
        {"{", "[", "x.json:"},
    };
    struct sidecar s = example(), back;
    struct text bytes = written(&s);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct pg_error err = {0};
        const char *text = replaced(bytes, wrong[i].from, wrong[i].to);
        assert_false(sidecar_read(&back, "x.json", text_of(text), arena, &err));
        if (!strstr(err.text, wrong[i].message))
            fail_msg("'%s' is not in '%s'", wrong[i].message, err.text);
    }
}

/* ---- staleness ---- */

static struct strings *strings;

static uint32_t text(const char *t) {
    return strings_add(strings, text_of(t));
}

static int by_name(const void *a, const void *b) {
    const struct function_place *x = a, *y = b;
    return (x->name > y->name) - (x->name < y->name);
}

static struct staleness look(struct function_place *functions, size_t count,
                             struct code_line *lines, size_t line_count,
                             const struct hot_function *hot, size_t hot_count) {
    struct sidecar s = {.functions = {(struct hot_function *)hot, hot_count}};
    struct function_places places = {
        .functions = functions, .count = count, .lines = lines, .line_count = line_count};
    qsort(functions, count, sizeof *functions, by_name);
    return staleness_of(&s, &places, strings, arena);
}

static void close_to(double got, double want) {
    assert_true(got > want - 1e-9 && got < want + 1e-9);
}

static void hot_functions_are_looked_for(void **state) {
    (void)state;
    static struct hot_line two[] = {{1, 0.1}, {2, 0.1}}, *none = NULL;
    const struct hot_function hot[] = {
        {"kept", "a.c", 10, 0.2, two, 2},     {"_Z3oldi", "a.c", 30, 0.15, none, 0},
        {"deleted", "a.c", 90, 0.1, none, 0}, {"half", "b.c", 5, 0.2, two, 2},
        {"place", "c.c", 77, 0.05, none, 0},  {"clone", "a.c", 50, 0.1, none, 0},
        {"outer", "d.c", 10, 0.2, two, 2},
    };
    strings = strings_new(arena);
    uint32_t a = text("/src/a.c"), b = text("/src/b.c"), c = text("/new/c.c"), d = text("/src/d.c");
    struct function_place functions[] = {
        {text("kept"), a, 110},       {text("_Z3oldl"), a, 131},         {text("half"), b, 5},
        {text("other"), c, 77},       {text("clone.constprop.0"), 0, 0}, {text("outer"), d, 10},
        {text("outer.func1"), d, 11}, {text("after_half"), b, 7},
    };
    struct code_line lines[] = {{a, 111}, {a, 112}, {b, 6}, {b, 7}, {d, 11}, {d, 12}};
    struct staleness s = look(functions, 8, lines, 6, hot, 7);
    assert_int_equal(s.functions, 7);
    assert_true(s.lines_known);
    close_to(s.gone.share, 0.1); /* deleted */
    assert_string_equal(s.gone.names, "deleted (10.0%)");
    close_to(s.renamed.share, 0.2); /* by parameters, and by its place */
    assert_string_equal(s.renamed.names,
                        "_Z3oldi is now _Z3oldl (15.0%), place is now other (5.0%)");
    close_to(s.moved.share, 0.1); /* of half: line 7 is another function's; closures are outer's */
    assert_string_equal(s.moved.names, "half (10.0%)");
    close_to(s.stale, 0.4);
}

static void the_same_build_is_fresh(void **state) {
    (void)state;
    const struct hot_function hot[] = {{"gone", "a.c", 10, 1, NULL, 0}};
    struct sidecar s = {.build_id = "ab", .functions = {(struct hot_function *)hot, 1}};
    struct function_places places = {.build_id = "ab"};
    strings = strings_new(arena);
    struct staleness out = staleness_of(&s, &places, strings, arena);
    assert_true(out.same_build);
    close_to(out.stale, 0);
}

/* ---- proof ---- */

static struct program_code program(struct function_code *functions, size_t count,
                                   const char *code) {
    struct text *section = ARENA_NEW(arena, struct text, 1);
    *section = text_of(code);
    return (struct program_code){section, 1, section->length, functions, count};
}

static void changed_code_is_counted(void **state) {
    (void)state;
    const struct hot_function hot[] = {
        {"grew", "", 0, 0.3, NULL, 0},    {"same", "", 0, 0.2, NULL, 0},
        {"moved", "", 0, 0.1, NULL, 0},   {"split", "", 0, 0.1, NULL, 0},
        {"inlined", "", 0, 0.1, NULL, 0}, {"laid_out", "", 0, 0.1, NULL, 0},
        {"nowhere", "", 0, 0.1, NULL, 0}};
    const struct hot_functions all = {(struct hot_function *)hot, 7};
    strings = strings_new(arena);
    struct function_code before[] = {{text("grew"), text_of("abc")},
                                     {text("same"), text_of("abcdef")},
                                     {text("moved"), text_of("call 1234 ret")},
                                     {text("split"), text_of("abcdef")},
                                     {text("inlined"), text_of("abc")},
                                     {text("laid_out"), text_of("abcdefgh")}};
    struct function_code after[] = {
        {text("grew"), text_of("abcd")},           {text("same"), text_of("abcdef")},
        {text("moved"), text_of("call 9876 ret")}, {text("split"), text_of("abc")},
        {text("split.cold"), text_of("def")},      {text("laid_out"), text_of("efghabcd")}};
    struct program_code x = program(before, 6, "one"), y = program(after, 6, "two");
    struct code_change change = code_change_of(&x, &y, &all, strings, arena);
    assert_false(change.same);
    assert_int_equal(change.hot, 6);
    assert_int_equal(change.changed, 4);
    assert_string_equal(change.names, "grew, split, inlined, laid_out");
    change = code_change_of(&x, &x, &all, strings, arena);
    assert_true(change.same);
    assert_int_equal(change.changed, 0);
}

/* ---- lines of builds ---- */

static void the_plain_line_has_no_profile(void **state) {
    (void)state;
    static const struct {
        const char *build, *plain, *tuned;
    } lines[] = {
        {"go build -pgo={profile} -o app .", "go build -pgo=off -o app .",
         "go build -pgo=/p -o app ."},
        {"clang -O2 -fprofile-sample-use={profile} a.c", "clang -O2  a.c",
         "clang -O2 -fprofile-sample-use=/p a.c"},
        {"make CFLAGS=\"-O2 -fauto-profile={profile}\"", "make CFLAGS=\"-O2 \"",
         "make CFLAGS=\"-O2 -fauto-profile=/p\""},
        {"P={profile}; export P; make", "; export P; make", "P=/p; export P; make"},
        {"cmake -DF='-g {profile}' && x {profile}", "cmake -DF='-g ' && x ",
         "cmake -DF='-g /p' && x /p"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_string_equal(pgo_plain_line(lines[i].build, arena), lines[i].plain);
        assert_string_equal(pgo_build_line(lines[i].build, "/p", arena), lines[i].tuned);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_has_its_reason),
        cmocka_unit_test(nothing_at_all_falls_short_everywhere),
        cmocka_unit_test(a_sidecar_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_sidecar_is_refused),
        cmocka_unit_test(hot_functions_are_looked_for),
        cmocka_unit_test(the_same_build_is_fresh),
        cmocka_unit_test(changed_code_is_counted),
        cmocka_unit_test(the_plain_line_has_no_profile),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
