/* The parts of reading a report, for the files that do it: report_read.c the whole, report_rows.c
 * the rows and their grid, report_functions.c the functions, report_environment.c the builds. */
#ifndef GATE_REPORT_REPORT_PARTS_H
#define GATE_REPORT_REPORT_PARTS_H

#include "gate/compare/comparison.h"
#include "gate/report/report_members.h"

/* Row verdicts as a MEMBER_CHOICE. */
#define REPORT_ROW_VERDICT(name, text) text "|"
#define REPORT_ROW_VERDICTS ROW_VERDICTS(REPORT_ROW_VERDICT)

/* The rows, and a grid with tables, rows and columns but without cells. `base` is the label of the
 * base's column, NULL without one. */
bool report_read_rows(struct member_reader *reader, const cJSON *list, const char *base,
                      struct comparison *out);

/* The members "functions" and "profiles"; NULL findings when both are empty. */
bool report_read_functions(struct member_reader *reader, const cJSON *functions,
                           const cJSON *profiles, struct comparison *out);

/* A recording of one environment, which says of it what reports show; NULL for an empty one. */
bool report_read_environment(struct member_reader *reader, const char *side, const cJSON *object,
                             const struct recording **out);

#endif
