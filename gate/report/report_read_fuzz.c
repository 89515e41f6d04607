/* Any bytes as a JSON report: refused with a message, or a comparison that every format can write;
 * written as JSON and read again it is the same, and what GitHub gets keeps to its limits. */
#include "gate/report/report.h"
#include "gate/report/report_read.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct text render(const struct report_format *format, const struct comparison *c) {
    struct report_style style = {.byte_budget = MARKDOWN_BUDGET};
    struct pg_error err = {0};
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    bool good = out && format->write(out, c, &style, &err);
    assert(good);
    if (out)
        fclose(out);
    return (struct text){bytes, length};
}

static void check_annotations(struct text text) {
    size_t lines = 0;
    for (size_t at = 0; at < text.length; at++) {
        if (at && text.at[at - 1] != '\n')
            continue;
        lines++;
        assert(text_starts((struct text){text.at + at, text.length - at}, "::"));
    }
    assert(lines >= 1 && lines <= 30);
}

static void check_formats(const struct comparison *c) {
    const struct report_format *const others[] = {&text_report, &markdown_report,
                                                  &csv_report,  &junit_report,
                                                  &html_report, &github_summary_report};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        free((char *)render(others[i], c).at);
    struct text comment = render(&github_comment_report, c);
    assert(text_characters(comment) <= 60000);
    assert(text_starts(comment, "<!-- perfgate:v1 key=default -->\n### "));
    free((char *)comment.at);
    struct text annotations = render(&github_annotations_report, c);
    check_annotations(annotations);
    free((char *)annotations.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct comparison first, second;
    struct policy policy, policy_again;
    struct pg_error err = {0};
    if (report_read(&first, &policy, "fuzz.json", (struct text){(const char *)data, size}, arena,
                    &err)) {
        struct text once = render(&json_report, &first);
        bool again = report_read(&second, &policy_again, "again.json", once, arena, &err);
        assert(again);
        struct text twice = render(&json_report, &second);
        assert(once.length == twice.length && memcmp(once.at, twice.at, once.length) == 0);
        assert(first.verdict == second.verdict);
        free((char *)once.at);
        free((char *)twice.at);
        check_formats(&first);
    } else {
        assert((err.status == PG_FORMAT || err.status == PG_LIMIT) && err.text[0]);
    }
    arena_free(arena);
    return 0;
}
