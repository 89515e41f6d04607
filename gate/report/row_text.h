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

/* Why a verdict that is no pass is what it is: "2 of 7 rows got worse, 1 function"; or "". */
const char *verdict_why(const struct comparison *comparison);

/* The counts of gated rows, and how many rows are not. */
const char *gated_words(const struct comparison *comparison);

/* When a row is regressed, and by which tests. */
const char *policy_words(const struct comparison *comparison);

/* "+7.12% (+6.20% … +8.04%)": a change with its interval, where it has one. */
const char *interval_words(const struct row *row, struct arena *arena);

/* The rows of a report in groups, by verdict. */
struct report_section {
    const char *title;
    unsigned verdicts; /* bit set */
    bool folded;
    bool seen; /* with the smallest change that could have been seen */
};
enum { REPORT_SECTIONS = 4 };
extern const struct report_section report_sections[REPORT_SECTIONS];
bool section_has(const struct report_section *section, const struct row *row);
size_t section_count(const struct report_section *section, const struct comparison *comparison);

/* The tests that rows had, with how many had each: "combined, log scale (35); exact (4)"; "" for
 * none. */
const char *tests_words(const struct comparison *comparison);

#endif
