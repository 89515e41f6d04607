/* A YAML file as a tree with line numbers. The only file that knows libyaml. */
#ifndef GATE_CONFIG_YAML_TREE_H
#define GATE_CONFIG_YAML_TREE_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

/* Lists have items; maps have as many keys (scalars, no two alike) as items. Aliases share nodes,
 * so that a node may be met several times and even hold itself: whoever walks the tree bounds the
 * depth and the number of steps. */
struct yaml_value {
    enum yaml_kind kind;
    unsigned line;    /* from 1 */
    const char *text; /* of a scalar, NUL-terminated, "" for an empty one; NULL otherwise */
    bool quoted;      /* the scalar stood in quotes or in a block, so it is text and never null */
    const struct yaml_value **items;
    const struct yaml_value **keys;
    size_t count;
};

enum {
    YAML_BYTES_LIMIT = 1024 * 1024, /* size of a file */
    YAML_MAP_LIMIT = 10000          /* keys of one map */
};

/* Parses one document. Refused, with `name:line: …`: bytes that are not UTF-8 text, tabs as
 * indentation, a second document, a key twice in one map, keys that are not scalars, U+0000. A file
 * without a document gives *out NULL. */
bool yaml_tree_parse(const struct yaml_value **out, const char *name, struct text bytes,
                     struct arena *arena, struct pg_error *err);

/* An empty plain scalar, `~` or `null`. */
bool yaml_is_null(const struct yaml_value *value);

#endif
