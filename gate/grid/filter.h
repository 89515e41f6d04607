/* benchstat's filter language: `key:value`, quoted words, /regex/, (a OR b), AND/OR/-negation, `*`,
 * `.unit:…`. */
#ifndef GATE_GRID_FILTER_H
#define GATE_GRID_FILTER_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/strings.h"

struct filter;

/* Deepest nesting of parentheses and negations. */
enum { FILTER_NESTING = 200 };

/* Parses; PG_USAGE with a caret under the offending character. Lives in the arena; values become
 * numbers of `strings`. */
bool filter_parse(struct filter **out, const char *query, struct strings *strings,
                  struct arena *arena, struct pg_error *err);

/* The distinct keys that the filter asks for: ".name", ".fullname", ".unit", ".file", "/sub",
 * "key".
 * ".unit" is always among them. */
size_t filter_key_count(const struct filter *filter);
const char *filter_key(const struct filter *filter, size_t index);

/* True for `*` and the like: nothing need be asked. */
bool filter_matches_all(const struct filter *filter);

/* Where a filter gets its answers: the value (number of a string, 0 when there is none) of
 * filter_key(index) of the thing being filtered. For ".unit" both spellings are asked for: 0
 * tidied, 1 as written. */
typedef uint32_t filter_lookup(void *context, size_t index, int spelling);

/* Does the thing match? PG_LIMIT when a regular expression took more than REGEX_STEPS (regex.h).
 * Answers of regular expressions are remembered in the filter, a byte a string. */
bool filter_match(struct filter *filter, filter_lookup *lookup, void *context, bool *matches,
                  struct pg_error *err);

#endif
