/* Regressions that are accepted for a while, in a file of the repository:
 *
 *   # benchmark       unit     up to  until        reason
 *   Parse/size=1k     sec/op   12%    2026-12-31   validation added, issue 414
 *   "Name with blank" B/op     5%     2026-12-31   buffers are pooled later
 *   Parse/size=1k     function:utf8_check   8%   2026-12-31   validation, too
 *
 * One waiver a line, fields divided by blanks, `#` starts a comment where a field could start. The
 * benchmark's name is exact (the suffix `-8` that Go appends may be left out); in double quotes it
 * may hold blanks, with \" and \\ for these two. The unit is as in the table (`sec/op`) or as the
 * harness writes it (`ns/op`); `function:NAME` is a function as profiles name it (a name with
 * blanks needs quotes around the whole, "function:operator new"), of which the ceiling is of its
 * own cost, or where the base has none of it, of the whole benchmark's. The ceiling is a percentage
 * or ratio. The waiver holds up to and including the given day (UTC). The reason is the rest of the
 * line and must not be empty. */
#ifndef GATE_COMPARE_WAIVER_H
#define GATE_COMPARE_WAIVER_H

#include "gate/compare/policy.h"
#include "runners/base/source.h"

/* Adds the waivers of a file to the policy. Errors: PG_USAGE with `file:line: …` and what was
 * expected; a second waiver of the same benchmark and unit is one; PG_IO. */
bool waivers_read(struct policy *policy, const char *path, struct arena *arena,
                  struct pg_error *err);
bool waivers_read_source(struct policy *policy, struct source *source, struct arena *arena,
                         struct pg_error *err);

/* True if the waiver is over on that day (YYYY-MM-DD). */
bool waiver_expired(const struct waiver *waiver, const char *today);

/* Takes a word, bare or in double quotes, off the front of a line, copied to the arena; blanks
 * around it are passed over. False at the end of the line or at a comment (*bad false) and for an
 * unclosed quote (*bad true). */
bool quoted_field(struct text *rest, const char **out, bool *bad, struct arena *arena);

#endif
