/* Regular expressions in filters, through PCRE2, the only file that knows it. Patterns are those of
 * Go (and what PCRE2 has beyond); a match is unanchored. Neither a pattern nor a subject can make
 * it hang: compilation is capped in size and nesting, matching in steps and memory. */
#ifndef GATE_GRID_REGEX_H
#define GATE_GRID_REGEX_H

#include "runners/base/arena.h"
#include "runners/base/text.h"

struct regex;

/* Largest pattern in bytes, deepest nesting of groups, most steps of one match (some milliseconds).
 */
enum { REGEX_LENGTH = 1000, REGEX_NESTING = 100, REGEX_STEPS = 200000 };

/* Compiles; everything lives in the arena. False with *why (in the arena) for a bad pattern. */
bool regex_compile(struct regex **out, struct text pattern, struct arena *arena, const char **why);

enum regex_answer { REGEX_NO, REGEX_YES, REGEX_TOO_COSTLY };
enum regex_answer regex_match(const struct regex *regex, struct text subject);

#endif
