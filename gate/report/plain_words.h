/* A comparison for people who have never heard of a test, as markdown for GitHub. */
#ifndef GATE_REPORT_PLAIN_WORDS_H
#define GATE_REPORT_PLAIN_WORDS_H

#include "gate/compare/comparison.h"

/* What it comes to, in a sentence or two, then what changed, worst first: "- **Parse** takes
 * **7.12% longer**: 1.000 ms before, 1.071 ms now". Rows in this order, as
 * comparison_worst_first() has them; at most five, the rest is counted. Escaped; ends with an empty
 * line, or "" where there is nothing to say. `accepted`: what stands in the way of a pass was. In
 * the comparison's arena. */
const char *plain_words(const struct comparison *comparison, const size_t *order, bool accepted);

/* "How to read this", folded: what columns and verdicts mean, and by which rule rows are judged. */
const char *plain_legend(const struct comparison *comparison);

#endif
