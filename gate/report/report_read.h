/* A JSON report (report.schema.json) → the comparison it was written from, as far as it goes:
 * without the values of single rounds and without profiles. The report may come from somebody who
 * wants harm (a fork's pull request): sizes, depth and counts are capped, every member is checked
 * against the schema, counts, reasons, verdict and exit code are worked out again from the rows and
 * must be what the report says. What it claims to have measured stays its claim. */
#ifndef GATE_REPORT_REPORT_READ_H
#define GATE_REPORT_REPORT_READ_H

#include "gate/compare/comparison.h"

enum {
    REPORT_MOST_BYTES = 64 * 1024 * 1024,
    REPORT_MOST_ROWS = 100000,
    REPORT_MOST_FUNCTIONS = 200000,
    REPORT_MOST_PROFILES = 20000,
    REPORT_MOST_NOTES = 10000,
    REPORT_MOST_ROW_NOTES = 100,
    REPORT_MOST_RULES = 1000,
    REPORT_MOST_KEYS = 200 /* of an environment */
};

/* Errors: PG_FORMAT and PG_LIMIT, `name: benchmarks[3].p: expected …`. `policy` is filled, and the
 * comparison keeps it. Everything lives in the arena. */
bool report_read(struct comparison *out, struct policy *policy, const char *name, struct text text,
                 struct arena *arena, struct pg_error *err);

#endif
