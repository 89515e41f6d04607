/* Function verdicts → bytes, for the reports of a comparison and of a canary. */
#ifndef GATE_REPORT_FUNCTION_REPORT_H
#define GATE_REPORT_FUNCTION_REPORT_H

#include "gate/functions/function_findings.h"
#include "gate/report/report.h"
#include "runners/base/json.h"

/* A headline a slice, and under it the functions that stand out, worst first; both bounded, and
 * what is left out is counted. */
void function_report_text(FILE *out, const struct function_findings *findings,
                          const struct report_style *style, struct arena *arena);

/* The same for one slice as markdown: a line and a table; "" where nothing stands out and the slice
 * did not change. */
const char *function_report_markdown(const struct function_findings *findings,
                                     const struct function_slice *slice, struct arena *arena);

/* The members "functions" and "profiles" of report.schema.json: every function that was tested, and
 * the slices that they are of. NULL findings are empty lists. */
void function_report_json(struct json_writer *w, const struct function_findings *findings);

#endif
