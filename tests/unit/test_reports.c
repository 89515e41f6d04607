#include "tests/unit/test.h"

#include "gate/report/amount.h"
#include "gate/report/report.h"
#include "runners/base/json.h"

#include <stdio.h>
#include <stdlib.h>

static const char hostile[] =
    "a|b<script>alert(1)</script>\x1b[31m\n::error::\"'&]]>`@org #1 ![x](y)\xff";

/* A comparison made by hand: what reports read, without a judge. */
struct scene {
    struct arena *arena;
    struct grid grid;
    struct policy policy;
    struct comparison comparison;
    char *bytes;
    size_t length;
};

static void scene_begin(struct scene *s, size_t rows) {
    *s = (struct scene){.arena = arena_new()};
    policy_init(&s->policy);
    s->comparison = (struct comparison){.grid = &s->grid,
                                        .policy = &s->policy,
                                        .arena = s->arena,
                                        .verdict = VERDICT_PASS,
                                        .row_capacity = rows};
    s->comparison.rows = ARENA_NEW(s->arena, struct row, rows);
}

static void scene_end(struct scene *s) {
    free(s->bytes);
    arena_free(s->arena);
}

static struct row *add_row(struct scene *s, const char *name, enum row_verdict verdict,
                           double change) {
    struct row *row = &s->comparison.rows[s->comparison.row_count++];
    *row = (struct row){
        .name = name,
        .unit = "sec/op",
        .verdict = verdict,
        .unwaived = verdict,
        .policy = {.threshold = 0.05, .better = BETTER_LOWER, .gated = true, .expected = true},
        .test = "welch",
        .base = {10, 1e-3, 0.9e-3, 1.1e-3},
        .head = {10, 1e-3 * (1 + change), NAN, INFINITY},
        .change = change,
        .change_low = change - 0.01,
        .change_high = change + 0.01,
        .t = 3.5,
        .df = 17.2,
        .p = 0.001,
        .p_adjusted = 0.002,
        .smallest_detectable_change = 0.033,
    };
    s->comparison.counts[verdict]++;
    s->comparison.gated_counts[verdict]++;
    return row;
}

static const char *render(struct scene *s, const struct report_format *format, size_t budget) {
    struct report_style style = {.byte_budget = budget};
    struct pg_error err = {0};
    free(s->bytes);
    s->bytes = NULL;
    FILE *out = open_memstream(&s->bytes, &s->length);
    assert_non_null(out);
    bool good = format->write(out, &s->comparison, &style, &err);
    fclose(out);
    if (!good)
        fail_msg("%s", err.text);
    return s->bytes;
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

static void amounts_have_four_digits_and_a_prefix(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *unit, *want;
    } rows[] = {
        {1.234567e-3, "sec/op", "1.235 ms"},
        {12.34567e-9, "sec/op", "12.35 ns"},
        {123.4567, "sec/op", "123.5 s"},
        {999.96e-6, "sec/op", "1.000 ms"},
        {4096, "B/op", "4.000 KiB"},
        {512, "B/op", "512 B"},
        {1.5e9, "B/s", "1.397 GiB"},
        {17, "allocs/op", "17"},
        {1234567, "allocs/op", "1.235 M"},
        {0.25, "widgets", "0.250"},
        {0, "sec/op", "0 s"},
        {-2e-3, "sec/op", "-2.000 ms"},
        {1e-13, "sec/op", "1.000e-04 ns"},
        {NAN, "sec/op", "-"},
        {INFINITY, "B/op", "∞"},
    };
    char text[AMOUNT_TEXT];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(amount_text(text, rows[i].value, rows[i].unit), rows[i].want);
    assert_string_equal(percent_text(text, 0.0712, true), "+7.12%");
    assert_string_equal(percent_text(text, 0.0712, false), "7.12%");
    assert_string_equal(percent_text(text, -0.5, true), "-50.00%");
    assert_string_equal(percent_text(text, INFINITY, true), "+∞%");
    assert_string_equal(percent_text(text, 1e300, true), "+1e+302%");
    assert_string_equal(percent_text(text, NAN, true), "-");
    assert_string_equal(change_text(text, INFINITY), "from 0");
    assert_string_equal(change_text(text, -0.5), "-50.00%");
    assert_string_equal(p_text(text, 0.0434), "0.043");
    assert_string_equal(p_text(text, 3.14e-7), "3.1e-07");
    assert_string_equal(p_text(text, 0), "0.000");
}

static void json_reads_back_with_hostile_names_and_nulls(void **state) {
    (void)state;
    struct scene s;
    scene_begin(&s, 2);
    struct row *row = add_row(&s, hostile, ROW_REGRESSED, INFINITY);
    const char *note = hostile;
    row->notes = &note;
    row->note_count = 1;
    comparison_note(&s.comparison, NOTE_WARNING, "file:3", "%s", hostile);
    s.comparison.verdict = VERDICT_BROKEN;
    s.comparison.reason = REASON_MISSING_ROWS;
    s.comparison.reasons = 1U << REASON_MISSING_ROWS;
    struct pg_error err = {0};
    cJSON *tree;
    render(&s, &json_report, 0);
    assert_null(strstr(s.bytes, "<script"));
    assert_null(strchr(s.bytes, '\x1b'));
    if (!json_parse(&tree, "report", (struct text){s.bytes, s.length}, &err))
        fail_msg("%s", err.text);
    assert_string_equal(json_string(tree, "schema"), "perfgate.report/1");
    assert_string_equal(json_string(tree, "verdict"), "broken");
    assert_string_equal(json_string(tree, "reason"), "missing-rows");
    double code;
    assert_true(json_number(tree, "exit_code", &code) && code == 4);
    const cJSON *out = cJSON_GetArrayItem(json_array(tree, "benchmarks"), 0);
    const char *name = json_string(out, "name");
    assert_true(strncmp(name, hostile, strlen(hostile) - 1) == 0);
    assert_string_equal(name + strlen(hostile) - 1, "\xef\xbf\xbd");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(out, "change")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json_object(out, "head"), "low")));
    double p;
    assert_true(json_number(out, "p_adjusted", &p) && p == 0.002);
    assert_int_equal(cJSON_GetArraySize(json_array(tree, "notes")), 1);
    cJSON_Delete(tree);
    scene_end(&s);
}

static void markdown_puts_the_verdict_first_and_folds_what_did_not_change(void **state) {
    (void)state;
    struct scene s;
    scene_begin(&s, 4);
    add_row(&s, "Same", ROW_SAME, 0.001);
    add_row(&s, "Slow", ROW_REGRESSED, 0.1);
    add_row(&s, "Slower", ROW_REGRESSED, 0.3);
    add_row(&s, "Noisy", ROW_INCONCLUSIVE, 0.02);
    s.comparison.verdict = VERDICT_REGRESSION;
    const char *text = render(&s, &markdown_report, 65536);
    const char *headline = strstr(text, "perfgate: regression — 2 of 4 rows");
    const char *slower = strstr(text, "| Slower |"), *slow = strstr(text, "| Slow |");
    const char *noisy = strstr(text, "| Noisy |"), *seen = strstr(text, "3.30%");
    const char *fold = strstr(text, "<details>"), *same = strstr(text, "| Same |");
    assert_true(headline && slower && slow && noisy && seen && fold && same);
    assert_true(headline < slower && slower < slow && slow < noisy && noisy < fold);
    assert_true(fold < same && same < strstr(text, "</details>"));
    scene_end(&s);
}

static void markdown_of_hostile_names_is_harmless(void **state) {
    (void)state;
    struct scene s;
    scene_begin(&s, 1);
    struct row *row = add_row(&s, hostile, ROW_REGRESSED, 0.1);
    const char *note = hostile;
    row->notes = &note;
    row->note_count = 1;
    comparison_note(&s.comparison, NOTE_WARNING, hostile, "%s", hostile);
    const char *text = render(&s, &markdown_report, 65536);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "\n::error"));
    assert_null(strstr(text, " @org"));
    assert_null(strchr(text, '\x1b'));
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (*line != '|')
            continue;
        size_t bars = 0;
        for (const char *at = line; *at && *at != '\n'; at++)
            bars += *at == '|';
        assert_int_equal(bars, 9);
    }
    scene_end(&s);
}

/* Every row is on the page or counted as left out, and no line is cut. */
static void check_budget(struct scene *s, size_t budget) {
    const char *text = render(s, &markdown_report, budget);
    if (s->length > budget)
        fail_msg("%zu bytes for a budget of %zu", s->length, budget);
    size_t shown = count_of(text, "| sec/op |"), left = 0;
    for (const char *at = text; (at = strstr(at, "rows left out")); at++) {
        const char *number = at;
        while (*number != '_')
            number--;
        left += strtoul(number + 1, NULL, 10);
    }
    assert_int_equal(shown + left, s->comparison.row_count);
    assert_int_equal(count_of(text, "<details>"), count_of(text, "</details>"));
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        size_t length = strcspn(line, "\n");
        if (*line == '|')
            assert_true(length > 2 && line[length - 1] == '|' && line[length] == '\n');
    }
}

static void markdown_stays_within_its_budget(void **state) {
    (void)state;
    static const enum row_verdict verdicts[] = {ROW_SAME, ROW_REGRESSED, ROW_INCONCLUSIVE, ROW_NEW};
    for (size_t kinds = 1; kinds <= 4; kinds++) {
        struct scene s;
        scene_begin(&s, 3000);
        const char *note = hostile;
        for (int i = 0; i < 3000; i++) {
            struct row *row =
                add_row(&s, arena_printf(s.arena, "Bench|<mark>%d/%0*d", i, i % 300, i),
                        verdicts[(size_t)i % kinds], 0.1);
            row->notes = &note;
            row->note_count = i % 3 == 0;
        }
        check_budget(&s, MARKDOWN_LEAST_BUDGET);
        check_budget(&s, 20000);
        check_budget(&s, 65536);
        check_budget(&s, 16 << 20);
        assert_null(strstr(s.bytes, "left out"));
        scene_end(&s);
    }
}

static void junit_has_a_case_a_gated_row(void **state) {
    (void)state;
    struct scene s;
    scene_begin(&s, 6);
    add_row(&s, hostile, ROW_REGRESSED, 0.1);
    add_row(&s, "Same", ROW_SAME, 0);
    add_row(&s, "Gone", ROW_MISSING, NAN);
    add_row(&s, "Noisy", ROW_INCONCLUSIVE, 0.02);
    struct row *faults = add_row(&s, "Faults", ROW_REGRESSED, 0.5);
    faults->policy.gated = faults->policy.expected = false;
    struct row *crashed = add_row(&s, "Crashed", ROW_FAILED, NAN);
    const char *note = "exit status 3 <&\"";
    crashed->notes = &note;
    crashed->note_count = 1;
    s.comparison.verdict = VERDICT_REGRESSION;
    const char *text = render(&s, &junit_report, 0);
    assert_non_null(strstr(text, "tests=\"6\" failures=\"3\" errors=\"0\" skipped=\"1\""));
    assert_int_equal(count_of(text, "<testcase "), 6);
    assert_int_equal(count_of(text, "<failure "), 3);
    assert_int_equal(count_of(text, "<skipped "), 1);
    assert_non_null(strstr(text, "exit status 3 &lt;&amp;&quot;</system-out>"));
    assert_null(strstr(text, "Faults"));
    assert_null(strstr(text, "<script"));
    assert_null(strchr(text, '\x1b'));
    scene_end(&s);
}

/* 4 values of the base, 3 of the head of which one lies far out: 7 dots, two intervals. */
static void html_shows_every_round_and_no_name_breaks_out(void **state) {
    (void)state;
    struct scene s;
    double old[] = {1.0e-3, 1.01e-3, 0.99e-3, 1.02e-3}, new[] = {1.1e-3, 1.11e-3, 9e-3};
    const struct series series[] = {{.values = old, .count = 4}, {.values = new, .count = 3}};
    struct cell_source source = {0};
    struct cell cells[] = {{&series[0], &source}, {&series[1], &source}};
    const uint32_t numbers[] = {0, 1};
    struct grid_row grid_row = {.cells = cells};
    struct grid_table table = {.column_numbers = numbers, .column_count = 2};
    scene_begin(&s, 3);
    struct row *row = add_row(&s, hostile, ROW_REGRESSED, 0.1);
    const char *note = hostile;
    row->notes = &note;
    row->note_count = 1;
    row->table = &table;
    row->grid_row = &grid_row;
    row->column = 1;
    add_row(&s, "Gone", ROW_MISSING, NAN);
    add_row(&s, "Same", ROW_SAME, 0);
    s.grid.column_count = 2;
    s.comparison.verdict = VERDICT_REGRESSION;
    const char *text = render(&s, &html_report, 0);
    assert_int_equal(count_of(text, "<svg class=\"plot\""), 1);
    assert_int_equal(count_of(text, "<circle "), 7);
    assert_int_equal(count_of(text, "class=\"far\""), 1);
    assert_int_equal(count_of(text, "<rect class=\"range "), 1); /* the head's is not finite */
    assert_int_equal(count_of(text, "<tr><td class=\"name\">"), 3);
    assert_int_equal(count_of(text, "a|b&lt;script&gt;alert(1)"), 3); /* row, its note twice */
    assert_non_null(strstr(text, "<p class=\"why\">1 of 3 rows got worse</p>"));
    assert_null(strstr(text, "<script"));
    assert_null(strchr(text, '\x1b'));
    assert_true(text_is_utf8(text_of(text)));
    const struct cell_part sessions[] = {
        {NULL, 0, 1, NULL}, {NULL, 1, 1, NULL}, {NULL, 2, 2, NULL}};
    source.parts = sessions;
    source.part_count = 3;
    text = render(&s, &html_report, 0);
    assert_non_null(strstr(text, "medians of 3 stored sessions"));
    assert_int_equal(count_of(text, "<circle "), 7 + 4);
    /* 1, 1.01, (0.99 + 1.02) / 2, and 1.11 ms for the head at the top */
    assert_non_null(strstr(text, "points=\"6.0,28.0 88.7,26.0 171.3,27.0 254.0,6.0\""));
    scene_end(&s);
}

static void junit_of_a_broken_comparison_is_not_green(void **state) {
    (void)state;
    struct scene s;
    scene_begin(&s, 1);
    comparison_broken(&s.comparison, &s.policy, REASON_NO_BASELINE, "old.txt: gone", s.arena);
    const char *text = render(&s, &junit_report, 0);
    assert_non_null(strstr(text, "tests=\"1\" failures=\"0\" errors=\"1\""));
    assert_non_null(strstr(text, "<error type=\"no-baseline\""));
    assert_non_null(strstr(text, "old.txt: gone"));
    scene_end(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_have_four_digits_and_a_prefix),
        cmocka_unit_test(json_reads_back_with_hostile_names_and_nulls),
        cmocka_unit_test(markdown_puts_the_verdict_first_and_folds_what_did_not_change),
        cmocka_unit_test(markdown_of_hostile_names_is_harmless),
        cmocka_unit_test(markdown_stays_within_its_budget),
        cmocka_unit_test(junit_has_a_case_a_gated_row),
        cmocka_unit_test(html_shows_every_round_and_no_name_breaks_out),
        cmocka_unit_test(junit_of_a_broken_comparison_is_not_green),
    };
    return RUN_TESTS(tests);
}
