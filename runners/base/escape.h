/* One escaper an output language. Names, labels and paths are hostile: everything that came from
 * outside passes through one of these on its way out. Control characters (but none is kept) become
 * U+FFFD or a visible form; bytes that are not UTF-8 become U+FFFD. */
#ifndef RUNNERS_BASE_ESCAPE_H
#define RUNNERS_BASE_ESCAPE_H

#include "runners/base/arena.h"
#include "runners/base/text.h"

#include <stdio.h>

/* What all of them begin with: any bytes, NUL among them, as UTF-8 that shows what it is. */
const char *escape_visible(struct arena *arena, struct text text);

/* For a terminal or plain text: no control characters, no escape sequences, no bidirectional
 * overrides. */
const char *escape_text(struct arena *arena, const char *text);

/* A text that escape_text gave, with `…` for its middle when it has more than `most` characters (0:
 * however many), so that a name does not push the figures beside it out of sight. */
const char *cut_middle(struct arena *arena, const char *text, size_t most);

/* The first words of what was not expected, in quotes, on one line and as escape_text; `nothing`
 * when there is none. */
const char *escape_first_words(struct arena *arena, struct text text);

/* For one cell of a GitHub markdown table: `|`, backquotes, `<`, `>`, `&`, `*`, `_`, `[`, `]`, `#`,
 * `@`, `!`, newlines… are made harmless; no mention (@user), no issue link, no HTML, no image comes
 * out. At most `most` characters, then `…`. */
const char *escape_markdown(struct arena *arena, const char *text, size_t most);

/* For GitHub's workflow commands (`::error title=PROPERTY::DATA`): `%`, CR and LF as the runner
 * undoes them, in properties `:` and `,` as well. At most `most` characters, then `…`. */
const char *escape_command_data(struct arena *arena, const char *text, size_t most);
const char *escape_command_property(struct arena *arena, const char *text, size_t most);

/* An address as the target of a link in GitHub's markdown, `[…](HERE)`: https or http with a host,
 * ASCII without blanks, double quotes, angle brackets, backslashes and the like, at most 2000
 * bytes; NULL for any other. Parentheses and what markdown has a meaning for are percent-encoded,
 * `&` is an entity. */
const char *escape_markdown_url(struct arena *arena, const char *url);

/* For XML text and attributes (JUnit) and HTML: the five entities; characters XML 1.0 forbids
 * become U+FFFD. */
const char *escape_xml(struct arena *arena, const char *text);

/* For one CSV field (RFC 4180 quoting as Go's encoding/csv writes it). */
const char *escape_csv(struct arena *arena, const char *text);

/* The same for a name in a file that is opened in a spreadsheet, which would take a cell that
 * begins with = + - @ for a formula: such a name that is no number gets a `'` before it, which
 * makes it text. */
const char *escape_cell(struct arena *arena, const char *text);

#endif
