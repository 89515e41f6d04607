/* Comparison → bytes. A report is data in, bytes out; the table of them is in report.c. */
#ifndef GATE_REPORT_REPORT_H
#define GATE_REPORT_REPORT_H

#include "gate/compare/comparison.h"
#include "gate/history/timeline.h"
#include "gate/report/publication.h"
#include "runners/base/error.h"

#include <stdio.h>

struct report_style {
    bool colour;
    bool benchstat;     /* exactly benchstat's bytes */
    int width;          /* columns of the terminal; 0: unlimited */
    bool all;           /* text: also the rows of processes that are not gated */
    size_t byte_budget; /* markdown: largest size in bytes, 65536 */
    const char
        *flame_path;      /* of the flame graphs' report, as given; NULL: none, or nothing in it */
    const char *pgo_path; /* of the profile for a compiler that was written; or NULL */
    const char *flame_link;         /* its URL from where this report stands */
    const struct timeline *history; /* html: what the store says of the benchmarks; or NULL */
    const struct publication *publication; /* of reports for GitHub; NULL: none */
    FILE *warnings; /* where benchstat's style tells of doubts that it keeps out of the table; or
                       NULL */
};

enum { MARKDOWN_BUDGET = 65536, MARKDOWN_LEAST_BUDGET = 8192 };

struct report_format {
    const char *name; /* as `--report NAME=PATH` has it */
    bool (*write)(FILE *out, const struct comparison *comparison, const struct report_style *style,
                  struct pg_error *err);
};

extern const struct report_format text_report, json_report, markdown_report, csv_report,
    junit_report, html_report, flame_report, github_summary_report, github_comment_report,
    github_annotations_report;

/* Their names, for messages and help. */
#define REPORT_FORMATS                                                                             \
    "text, json, markdown, csv, junit, html, flame, github-summary, github-comment, "              \
    "github-annotations"

/* By name; NULL when there is none. */
const struct report_format *report_find(const char *name);

/* `FORMAT=PATH` options (`-` is stdout and then replaces the table). Files are opened by
 * reports_open (before the first round), written by reports_write after the verdict, all of them,
 * before a failing exit. What went to stdout is checked by gate/main.c. */
struct reports;
bool reports_open(struct reports **out, const char *const *options, size_t count,
                  struct arena *arena, struct pg_error *err);
bool reports_have(const struct reports *reports, const struct report_format *format);
bool reports_take_stdout(const struct reports *reports);

/* Fills in where a report that stands at `path` (NULL: stdout) finds the flame graphs, if one of
 * the reports has them. */
void reports_link(const struct reports *reports, const struct comparison *comparison,
                  const char *path, struct report_style *style);
bool reports_write(struct reports *reports, const struct comparison *comparison,
                   const struct report_style *style, FILE *standard, struct pg_error *err);
void reports_abandon(struct reports *reports);

/* A line of these: `what`, and behind it the text, escaped and broken at blanks where the terminal
 * is narrower. */
enum { REPORT_INDENT = 14 };
void report_line(FILE *out, const struct report_style *style, struct arena *arena, const char *what,
                 const char *text);

/* The same, the text from another column on. */
void report_line_at(FILE *out, const struct report_style *style, struct arena *arena, int indent,
                    const char *what, const char *text);

/* The gate's last lines under the table: functions, verdict, counts, what inconclusive rows could
 * have seen.
 */
void report_summary(FILE *out, const struct comparison *comparison,
                    const struct report_style *style);

#endif
