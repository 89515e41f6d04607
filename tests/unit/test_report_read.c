/* A JSON report read back: what may stand in it and what may not, and what GitHub is told of it.
 * The report is a seed of the fuzz corpus, changed by replacing texts. */
#include "tests/unit/texts_fixture.h"

#include "gate/report/report.h"
#include "gate/report/report_members.h"
#include "gate/report/report_read.h"
#include "runners/base/source.h"

#include <stdlib.h>

#define CORPUS "fixtures/fuzz/report_read/seed-"

static struct comparison comparison;
static struct policy policy;

static const char *file(const char *name) {
    struct source *source;
    struct text text;
    if (!source_open(&source, arena_printf(arena, CORPUS "%s", name), &err) ||
        !source_rest(source, 1 << 20, arena, &text, &err))
        fail_msg("%s", err.text);
    source_close(source);
    return text.at;
}

/* The text with the first `from` replaced, which must be there. */
static const char *edited(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    if (!at)
        fail_msg("no '%s' in the report", from);
    return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static bool read_it(const char *text) {
    err = (struct pg_error){0};
    return report_read(&comparison, &policy, "in", text_of(text), arena, &err);
}

static void must_read(const char *text) {
    if (!read_it(text))
        fail_msg("%s", err.text);
}

static void refused(const char *text, const char *want) {
    assert_false(read_it(text));
    if (!strstr(err.text, want))
        fail_msg("'%s' does not say '%s'", err.text, want);
}

static const char *render(const struct report_format *format,
                          const struct publication *publication) {
    struct report_style style = {.byte_budget = MARKDOWN_BUDGET, .publication = publication};
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    assert_true(format->write(out, &comparison, &style, &err));
    fclose(out);
    const char *text = arena_strndup(arena, bytes, length);
    assert_int_equal(strlen(text), length);
    free(bytes);
    return text;
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        if (!strstr((text), (part)))                                                               \
            fail_msg("no '%s' in:\n%s", (part), (text));                                           \
    } while (0)

/* ---- reading ---- */

static void what_was_written_comes_back_byte_for_byte(void **state) {
    (void)state;
    static const char *const seeds[] = {"rows", "functions", "share", "gate", "no-baseline"};
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        const char *text = file(seeds[i]);
        must_read(text);
        assert_string_equal(render(&json_report, NULL), text);
    }
}

static void places_of_functions_come_back_and_are_shown(void **state) {
    (void)state;
    const char *text = edited(file("functions"), "\"file\": \"utf8.c\"",
                              "\"file\": \"a|b.c\",\n      \"line\": 7");
    must_read(text);
    assert_string_equal(render(&json_report, NULL), text);
    assert_has(render(&markdown_report, NULL), ", a&#124;b.c:7 |");
    refused(edited(text, "\"line\": 7", "\"line\": -7"), "functions[0].line");
    refused(edited(text, "\"line\": 7", "\"line\": null"), "functions[0].line");
}

static void changes_from_nothing_are_infinite_again(void **state) {
    (void)state;
    must_read(file("functions"));
    assert_has(render(&markdown_report, NULL), "| from 0 |");
}

static void counts_verdict_and_exit_code_are_worked_out_again(void **state) {
    (void)state;
    const char *good = file("rows");
    static const struct {
        const char *from, *to, *want;
    } lies[] = {
        {"\"verdict\": \"regression\"", "\"verdict\": \"pass\"", "the rows make it \"regression\""},
        {"\"verdict\": \"regression\"", "\"verdict\": \"usage\"", "the rows make it"},
        {"\"exit_code\": 1", "\"exit_code\": 0", "exit_code: 0, but \"regression\" is 1"},
        {"\"regressed\": 1", "\"regressed\": 0", "counts.regressed: 0, but the rows have 1"},
        {"\"gated_counts\": {\n    \"regressed\": 1", "\"gated_counts\": {\n    \"regressed\": 2",
         "gated_counts.regressed: 2"},
        {"\"missing-rows\"", "\"failed-rows\"", "reasons: are not those"},
        {"\"missing-rows\"", "\"missing-rows\", \"missing-rows\"", "each once"},
        {"\"missing-rows\"", "\"bored\"", "known reasons"},
        {"\"reason\": null", "\"reason\": \"io\"", "reason: expected null"},
        {"\"family\": 2", "\"family\": 99", "family: more than"},
        {"\"verdict\": \"regressed\"", "\"verdict\": \"same\"", "counts.regressed"},
        {"\"verdict\": \"regressed\"", "\"verdict\": \"waived\"", "benchmarks[0].unwaived"},
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        refused(edited(good, lies[i].from, lies[i].to), lies[i].want);
    assert_int_equal(err.status, PG_FORMAT);
}

static void a_red_row_is_what_the_policy_calls_red(void **state) {
    (void)state;
    const char *good = file("rows");
    refused(edited(good, "\"alpha\": 0.05,\n      \"notes\"", "\"alpha\": 1e-30,\n      \"notes\""),
            "benchmarks[0].verdict: regressed, but p_adjusted is over alpha");
    refused(edited(good, "\"test\": \"combined, log scale\"", "\"test\": null"),
            "benchmarks[0].verdict: regressed without a test");
    refused(edited(good, "\"n\": 10", "\"n\": 0"), "without samples");
}

static void every_member_has_its_type_and_range(void **state) {
    (void)state;
    const char *good = file("rows");
    static const struct {
        const char *from, *to, *want;
    } bad[] = {
        {"perfgate.report/1", "perfgate.report/2", "schema: expected \"perfgate.report/1\""},
        {"\"schema\"", "\"scheme\"", "schema: expected"},
        {"\"n\": 10", "\"n\": -1", "benchmarks[0].base.n: expected a whole number"},
        {"\"n\": 10", "\"n\": 1.5", "base.n"},
        {"\"n\": 10", "\"n\": 1e10", "base.n"},
        {"\"n\": 10", "\"n\": null", "base.n"},
        {"\"p\": ", "\"p\": 1.5, \"q\": ", "benchmarks[0].p: expected a number from 0 to 1"},
        {"\"p\": ", "\"p\": -0.1, \"q\": ", "benchmarks[0].p: expected"},
        {"\"change\": ", "\"change\": \"1\", \"q\": ", "change: expected a number or null"},
        {"\"threshold\": 0.05", "\"threshold\": -0.05", "policy.threshold"},
        {"\"threshold\": 0.05", "\"threshold\": null", "policy.threshold"},
        {"\"alpha\": 0.05", "\"alpha\": 0", "policy.alpha: expected over 0"},
        {"\"confidence\": 0.95", "\"confidence\": 1", "policy.confidence"},
        {"\"correction\": \"bh\"", "\"correction\": \"b\"", "policy.correction: expected one of"},
        {"\"strict\": false", "\"strict\": 0", "policy.strict: expected true or false"},
        {"\"gated\": true", "\"gated\": \"yes\"", "benchmarks[0].gated"},
        {"\"better\": \"lower\"", "\"better\": \"faster\"",
         "expected one of lower|higher, or null"},
        {"\"notes\": []", "\"notes\": [1]", "notes: expected strings"},
        {"\"notes\": []", "\"notes\": {}", "notes: expected an array"},
        {"\"rules\": []", "\"rules\": [[]]", "policy.rules[0]"},
        {"\"rules\": []", "\"rules\": [{\"benchmark\": 1}]", "policy.rules[0].benchmark"},
        {"\"functions\": []", "\"functions\": [{}]", "where \"profiles\" says 0"},
        {"\"profiles\": []", "\"profiles\": [{}]", "profiles[0].benchmark: is missing"},
        {"\"artifacts\": {}", "\"artifacts\": {\"flame\": []}", "artifacts.flame: expected"},
        {"\"artifacts\": {}", "\"artifacts\": {}, \"more\": 1", "more: is no member"},
        {"\"label\": \"old.txt\"", "\"label\": 7", "environment.base.label"},
        {"\"label\": \"old.txt\"", "\"label\": \"x\", \"a b\": \"c\"", "without blanks"},
        {"\"name\": \"Parse/1k-8\"", "\"nom\": \"Parse/1k-8\"", "benchmarks[0].nom: is no member"},
        {"\"verdict\": \"regressed\",\n", "", "benchmarks[0].verdict: is missing"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(edited(good, bad[i].from, bad[i].to), bad[i].want);
    refused("[]", "expected an object");
    refused("{}", "schema");
}

static void json_that_is_none_is_refused(void **state) {
    (void)state;
    const char *good = file("rows");
    refused(edited(good, "0.05", "NaN"), "expected a value");
    refused(edited(good, "0.05", "1e999"), "number out of range");
    refused(edited(good, "\"family\": 2", "\"family\": 2, \"family\": 2"), "twice");
    refused(edited(good, "\"family\": 2", "\"Family\": 2"), "Family: is no member");
    refused(file("deep"), "nested deeper");
    char *cut = arena_strdup(arena, good);
    cut[strlen(cut) / 2] = '\0';
    refused(cut, "is cut");
}

static void what_is_too_many_is_refused(void **state) {
    (void)state;
    const char *good = file("rows");
    char *notes = arena_array(arena, 101, 4), *at = notes;
    for (int i = 0; i < 101; i++)
        at = stpcpy(at, i ? ",\"\"" : "\"\"");
    refused(edited(good, "\"notes\": []", arena_printf(arena, "\"notes\": [%s]", notes)),
            "benchmarks[0].notes: has 101 items; at most 100 are read");
    assert_int_equal(err.status, PG_LIMIT);
    assert_false(report_read(&comparison, &policy, "in",
                             (struct text){"", (size_t)REPORT_MOST_BYTES + 1}, arena, &err));
    assert_int_equal(err.status, PG_LIMIT);
}

static void long_names_are_cut_and_hidden_characters_shown(void **state) {
    (void)state;
    char name[301];
    memset(name, 'x', 300);
    name[300] = '\0';
    must_read(edited(file("rows"), "Parse/1k-8", arena_printf(arena, "%s\\u202e", name)));
    assert_int_equal(text_characters(text_of(comparison.rows[0].name)), REPORT_MOST_NAME);
    assert_has(comparison.rows[0].name, "x\xEF\xBF\xBD");
    assert_has(comparison.notes[comparison.note_count - 1].text, "1 names over 200");
}

static void functions_belong_to_their_profiles(void **state) {
    (void)state;
    const char *good = file("share");
    refused(edited(good, "\"benchmark\": \"Parse/1k\"", "\"benchmark\": \"other\""),
            "functions[0].benchmark");
    refused(edited(good, "\"verdict\": \"regression\"", "\"verdict\": \"pass\""),
            "the rows make it \"regression\"");
    refused(edited(good, "\"class\": null", "\"class\": \"moved\""), "functions[0].domain");
    refused(edited(good, "\"verdict\": \"regressed\"", "\"verdict\": \"same\""),
            "the rows make it \"pass\"");
}

/* ---- for GitHub ---- */

static void the_first_line_says_what_was_enforced(void **state) {
    (void)state;
    const char *good = file("rows");
    must_read(good);
    const char *summary = render(&github_summary_report, NULL);
    assert_int_equal(
        strncmp(summary, "### ❌ perfgate: regression, also missing-rows: 1 of 5 rows got worse\n",
                strcspn(summary, "\n")),
        0);
    must_read(file("no-baseline"));
    assert_has(render(&github_summary_report, NULL),
               "### ⚠️ perfgate: NOT ENFORCED: broken: no-base");
    assert_has(render(&github_annotations_report, NULL),
               "::warning title=perfgate NOT ENFORCED%3A broken%3A no-baseline");
    comparison.verdict = VERDICT_INCONCLUSIVE;
    comparison.reasons = 0;
    assert_has(render(&github_comment_report, NULL),
               "### ⚠️ perfgate: NOT ENFORCED: inconclusive: the data cannot decide\n");
}

/* What somebody understands who knows no statistics comes before any table. */
static void plain_words_come_first(void **state) {
    (void)state;
    must_read(file("rows"));
    const char *comment = render(&github_comment_report, NULL);
    const char *slower = strstr(comment, "\n- **Parse/1k-8** takes **"),
               *table = strstr(comment, "| bench");
    assert_non_null(slower);
    assert_true(slower < table);
    assert_has(comment, "% longer**: ");
    assert_has(comment, "** is gone: the base has it, the head has not.\n");
    assert_has(comment, "<details><summary>How to read this</summary>");
    assert_null(strstr(comment, "Functions** stand"));
    assert_null(strstr(render(&markdown_report, NULL), " takes **"));
    must_read(file("no-baseline"));
    assert_has(render(&github_comment_report, NULL),
               "**This change was not checked.** Nothing was");
    must_read(file("gate"));
    comment = render(&github_summary_report, NULL);
    assert_has(comment, "<details><summary>");
    assert_has(comment, " that do not decide (not gated)</summary>");
    assert_has(comment, "on how it was measured</summary>");
    assert_null(strstr(strstr(comment, "How to read this"), ", not gated |"));
    assert_true(strstr(comment, "<details>") < strstr(comment, ", not gated |"));
}

static void the_marker_is_the_first_line_and_its_key_is_tame(void **state) {
    (void)state;
    static const struct {
        const char *key, *want;
    } rows[] = {
        {NULL, "default"},
        {"linux-x86.64_a", "linux-x86.64_a"},
        {"a -->\n<b> &", "a-b"},
        {"--", "default"},
        {"", "default"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789",
         "0123456789012345678901234567890123456789012345678901234567890123"},
    };
    must_read(file("rows"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct publication publication = {.key = rows[i].key};
        const char *comment = render(&github_comment_report, &publication);
        const char *want = arena_printf(arena, "<!-- perfgate:v1 key=%s -->\n### ❌", rows[i].want);
        assert_int_equal(strncmp(comment, want, strlen(want)), 0);
    }
}

static void links_commit_and_doubts_are_told(void **state) {
    (void)state;
    struct publication publication = {.artifact_url = "https://host/a?b=1&c=2",
                                      .flame_url = "https://host/f(1)",
                                      .commit = "0123456789abcdef",
                                      .untrusted = true};
    must_read(file("gate"));
    const char *comment = render(&github_comment_report, &publication);
    assert_has(comment,
               "[Full report](https://host/a?b=1&amp;c=2) · [Flame graph](https://host/f%281%29)");
    assert_has(comment, "**about** commit 0123456789abcdef");
    assert_has(comment, "Measured by an untrusted job");
    assert_has(comment, "AMD EPYC"); /* the CPU */
    assert_has(comment, "**head** (commit ");
}

static void who_accepted_is_said_with_each_change(void **state) {
    (void)state;
    struct publication publication = {0};
    assert_true(publication_overridden(&publication, "perf: <ok>:ann@x", arena, &err));
    assert_string_equal(publication.label, "perf: <ok>");
    must_read(file("rows"));
    const char *comment = render(&github_comment_report, &publication);
    assert_has(comment,
               "### ⚠️ perfgate: overridden: regression, also missing-rows: 1 of 5 rows got "
               "worse, accepted with the label perf: &lt;ok&gt; by ann@\xE2\x80\x8Bx\n");
    assert_has(comment, "| **regressed**, accepted |");
    const char *lines = render(&github_annotations_report, &publication);
    assert_int_equal(count_of(lines, "::error "), 0);
    assert_has(lines, "::warning title=regressed%2C accepted%3A Parse/1k-8 sec/op::");
    comparison.verdict = VERDICT_PASS;
    comparison.reasons = 0;
    assert_null(strstr(render(&github_comment_report, &publication), "overridden"));
    static const char *const wrong[] = {"label", ":actor", "label:"};
    for (size_t i = 0; i < 3; i++)
        assert_false(publication_overridden(&publication, wrong[i], arena, &err));
}

static void names_cannot_command_mention_or_mark(void **state) {
    (void)state;
    must_read(file("hostile"));
    const char *comment = render(&github_comment_report, NULL);
    const char *summary = render(&github_summary_report, NULL);
    for (int i = 0; i < 2; i++) {
        const char *text = i ? summary : comment;
        assert_int_equal(count_of(text, "<!--"), i ? 0 : 1);
        assert_null(strstr(text, "</script"));
        assert_null(strstr(text, "@team"));
        assert_null(strstr(text, " #1"));
        assert_null(strstr(text, "://"));
        assert_null(strstr(text, "\n::"));
        assert_null(strstr(text, "\xE2\x80\xAE")); /* turns the direction of text */
    }
    for (const char *line = render(&github_annotations_report, NULL); *line;) {
        size_t length = strcspn(line, "\n");
        assert_true(length < 4096);
        assert_true(strncmp(line, "::error title=", 14) == 0 ||
                    strncmp(line, "::notice title=", 15) == 0);
        line += length + 1;
    }
}

/* As many rows as make every cap count. */
static void must_read_many(size_t rows, const char *name) {
    struct row *all = ARENA_NEW(arena, struct row, rows);
    must_read(file("rows"));
    for (size_t i = 0; i < rows; i++) {
        all[i] = comparison.rows[0];
        all[i].name = arena_printf(arena, "%s%zu", name, i);
        all[i].change += (double)i;
    }
    comparison.rows = all;
    comparison.row_count = rows;
    comparison_recount(&comparison);
}

static void budgets_hold_and_nothing_is_cut_in_two(void **state) {
    (void)state;
    must_read_many(20000, "ä|𝄞ßßßßßßßßßßßßßßßßßßßßßßß/`@x`/");
    const char *comment = render(&github_comment_report, NULL);
    size_t characters = text_characters(text_of(comment));
    assert_true(characters <= 60000 && characters > 45000);
    assert_true(strlen(comment) > 60000); /* characters, not bytes */
    assert_has(comment, "rows left out for size");
    const char *summary = render(&github_summary_report, NULL);
    assert_true(strlen(summary) <= 900 * 1024 && strlen(summary) > 700 * 1024);
    const char *worst = strstr(comment, "| **regressed** |");
    assert_true(strstr(comment, "/19999 ") < worst && strstr(comment, "/19999 "));
}

static void ten_annotations_a_level_with_the_rest_as_a_number(void **state) {
    (void)state;
    static const struct {
        size_t rows, errors;
        const char *more; /* the verdict is one, too */
    } cases[] = {
        {8, 9, NULL}, {9, 10, NULL}, {10, 10, "and 2 more: "}, {5000, 10, "and 4992 more: "}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        must_read_many(cases[i].rows, "B");
        const char *lines = render(&github_annotations_report, NULL);
        assert_int_equal(count_of(lines, "::error "), cases[i].errors);
        assert_true(!cases[i].more == !strstr(lines, "more: "));
        if (cases[i].more)
            assert_has(lines, cases[i].more);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_comes_back_byte_for_byte),
        TEST(places_of_functions_come_back_and_are_shown),
        TEST(changes_from_nothing_are_infinite_again),
        TEST(counts_verdict_and_exit_code_are_worked_out_again),
        TEST(a_red_row_is_what_the_policy_calls_red),
        TEST(every_member_has_its_type_and_range),
        TEST(json_that_is_none_is_refused),
        TEST(what_is_too_many_is_refused),
        TEST(long_names_are_cut_and_hidden_characters_shown),
        TEST(functions_belong_to_their_profiles),
        TEST(the_first_line_says_what_was_enforced),
        TEST(plain_words_come_first),
        TEST(the_marker_is_the_first_line_and_its_key_is_tame),
        TEST(links_commit_and_doubts_are_told),
        TEST(who_accepted_is_said_with_each_change),
        TEST(names_cannot_command_mention_or_mark),
        TEST(budgets_hold_and_nothing_is_cut_in_two),
        TEST(ten_annotations_a_level_with_the_rest_as_a_number),
    };
    return RUN_TESTS(tests);
}
