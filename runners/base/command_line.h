/* Command lines as text: split as a POSIX shell splits words, and quoted so that a shell reads them
 * back. */
#ifndef RUNNERS_BASE_COMMAND_LINE_H
#define RUNNERS_BASE_COMMAND_LINE_H

#include "runners/base/arena.h"
#include "runners/base/error.h"

/* Splits at blanks; '…', "…" (with \" \\ \$ \`) and \x quote as in sh. Nothing is expanded and
 * globs stay as they are. The result is NULL-terminated. Errors: PG_USAGE for an open quote, a
 * trailing backslash, no word at all, and for what only a shell could do (unquoted | & ; < > ( ) `,
 * and $ before a name), naming --shell. */
bool command_split(const char *const **argv, const char *text, struct arena *arena,
                   struct pg_error *err);

/* The words, quoted where needed, joined by blanks. */
const char *command_quote(const char *const *argv, struct arena *arena);

#endif
