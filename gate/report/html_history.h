/* What a store says of a row's benchmark, as a line. */
#ifndef GATE_REPORT_HTML_HISTORY_H
#define GATE_REPORT_HTML_HISTORY_H

#include "gate/compare/comparison.h"
#include "gate/history/timeline.h"

#include <stdio.h>

/* The centres of the stored recordings, oldest first, and behind them the head's (of class `head`);
 * with the levels between the change points, each change as an upright line, and the newest ones in
 * words. Nothing, and false, where the history (or NULL) has fewer than three recordings of the
 * benchmark and unit, or of several packages. */
bool html_history(FILE *out, const struct row *row, const char *head,
                  const struct timeline *history, struct arena *arena);

#endif
