/* benchstat's filter language: `key:value`, quoted words, /regex/, (a OR b), AND/OR/-negation, `*`,
 * `.unit:…`. */
#ifndef GATE_COMPARE_FILTER_H
#define GATE_COMPARE_FILTER_H

#include "runners/base/arena.h"
#include "runners/base/error.h"

struct filter;

/* Where a filter gets its answers: the value of a key (".name", ".fullname", ".unit", ".file",
 * "/sub", "key") of the thing being filtered, "" when it has none. For ".unit" both spellings are
 * asked for: pass index 0 (tidied) and 1 (as written). */
typedef const char *filter_lookup(void *context, const char *key, int spelling);

/* Parses; PG_USAGE with a caret under the offending character. Lives in the arena. */
bool filter_parse(struct filter **out, const char *query, struct arena *arena,
                  struct pg_error *err);
bool filter_match(const struct filter *filter, filter_lookup *lookup, void *context);

#endif
