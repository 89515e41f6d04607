/* Red rows asked again. A row that regressed is measured a second time; it stays red only if the
 * fresh rounds alone say so too: raw p <= alpha, change and difference beyond the margin. Otherwise
 * it becomes what the fresh rounds say. So a change that is not there is red with at most alpha x
 * alpha, whatever the noise of one moment did, at the price of the power of both tests together. It
 * never goes the other way: rows that are not red are not asked again, and the fresh rounds cannot
 * make them red. Both results stand in the row's notes. */
#ifndef GATE_COMPARE_CONFIRM_H
#define GATE_COMPARE_CONFIRM_H

#include "gate/compare/comparison.h"

/* Does the row ask for confirmation: gated and regressed? */
bool confirm_wanted(const struct row *row);

/* The policy that fresh rounds are judged by: as the first, but without correction, since each red
 * row is one question. */
struct policy confirm_policy(const struct policy *policy);

/* Applies the comparison of the fresh rounds (built with confirm_policy) and concludes anew. What
 * it brings in is fresh's, which must live as long. `rounds` is for the notes. Returns how many
 * rows stayed red. `unconfirmed`, row_count entries, is set for those that did not. */
size_t confirm_rows(struct comparison *comparison, const struct comparison *fresh, unsigned rounds,
                    bool *unconfirmed);

#endif
