/* Changes single values of a configuration and leaves every other byte of it, comments above all,
 * as it was. */
#ifndef GATE_CONFIG_CONFIG_EDIT_H
#define GATE_CONFIG_CONFIG_EDIT_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"

/* Sets `key: value  # comment` in the block-style map whose first key stands on line `line` (from
 * 1): the key's line is replaced where it is there, and comes after the first one where it is not.
 * `*out` is the new text, in the arena. Errors: PG_USAGE (without a file name) for a map that is
 * not in block style, or a value that spans lines. */
bool config_edit_set(struct text *out, struct text yaml, unsigned line, const char *key,
                     const char *value, const char *comment, struct arena *arena,
                     struct pg_error *err);

#endif
