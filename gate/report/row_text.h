/* A row in words, unescaped. */
#ifndef GATE_REPORT_ROW_TEXT_H
#define GATE_REPORT_ROW_TEXT_H

#include "gate/compare/comparison.h"

/* What the verdict of a row rests on, by verdict: "+7.12% (1.000 ms to 1.071 ms), p = 0.003, 5%
 * allowed"; "-1.20%, a change of 8.1% could have been seen"; "" where there is nothing to say
 * beyond the notes. In the comparison's arena. */
const char *row_words(const struct comparison *comparison, const struct row *row);

/* "Parse/size=1k sec/op", with the head column in brackets where there are several. */
const char *row_title(const struct comparison *comparison, const struct row *row);

/* "2 regressed, 0 improved, …": every row verdict. */
const char *counts_words(const size_t counts[ROW_VERDICT_COUNT], struct arena *arena);

/* "pass", "regression, also missing-rows", "broken: missing-rows, damaged-input". */
const char *verdict_words(const struct comparison *comparison);

/* The tests that rows had, with how many had each: "combined, log scale (35); exact (4)"; "" for
 * none. */
const char *tests_words(const struct comparison *comparison);

#endif
