/* Red functions asked again, as compare/confirm.h asks rows: a function that regressed stays red
 * only where the fresh rounds alone, judged by confirm_policy, say that it regressed. */
#ifndef GATE_FUNCTIONS_FUNCTION_CONFIRM_H
#define GATE_FUNCTIONS_FUNCTION_CONFIRM_H

#include "gate/functions/function_compare.h"

/* Has the slice a function that decides? */
bool function_confirm_wanted(const struct comparison *comparison, size_t slice);

/* Applies what functions_compare found in the fresh rounds (of which `fresh` must live as long) to
 * the functions that decide, and concludes anew. One that is not confirmed becomes what the fresh
 * rounds say, or inconclusive: where they say improved, or have not enough samples of it, or where
 * their profile is unsound. Both results stand in the row's notes. `unconfirmed`, by slice, is set
 * where the fresh rounds' profile decided against a row. */
void functions_confirm(struct comparison *comparison, const struct comparison *fresh,
                       bool *unconfirmed);

#endif
