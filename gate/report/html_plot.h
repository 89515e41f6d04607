/* The rounds of a row, drawn. */
#ifndef GATE_REPORT_HTML_PLOT_H
#define GATE_REPORT_HTML_PLOT_H

#include "gate/compare/comparison.h"
#include "gate/history/timeline.h"

#include <stdio.h>

/* The rounds: every value of the base above, of the head below, on one scale, as a dot whose height
 * follows the order of the rounds; the centre as a line, its interval as a bar. Values far beyond
 * the rest stand at the edge, hollow. More than a few hundred are thinned evenly. Nothing for a row
 * without values on both sides. Then html_history's line, or without one, where
 * the base is of three stored sessions or more, their medians in time and behind them the head's.
 * Classes are those of report.css. */
void html_plot(FILE *out, const struct comparison *comparison, const struct row *row,
               const struct timeline *history);

#endif
