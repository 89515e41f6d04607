/* The inlined functions of one function, as its debug information tells them. */
#ifndef RUNNERS_SYMBOLS_SCOPE_TREE_H
#define RUNNERS_SYMBOLS_SCOPE_TREE_H

#include "runners/symbols/die_reader.h"
#include "runners/symbols/ranges.h"
#include "runners/symbols/unit_lines.h"

struct scope_function {
    const char *name; /* linkage name where there is one; NULL: nameless */
    int start_line;
    const char *declared_in;
};

/* A function, an inlined call, or a block around such calls. */
struct scope {
    const uint8_t *die, *inside; /* `inside`: the first entry in it; NULL without any */
    const uint8_t *origin;       /* what was inlined here, when it is in the same unit */
    bool block, expanded;
    uint32_t inner_start, inner_count; /* once it is expanded: the scopes right inside */
    uint32_t range_start, range_count; /* of the tree's ranges */
    /* Read when first needed: */
    bool known, call_known;
    struct scope_function function;
    const char *call_file; /* where it was inlined to */
    int call_line, call_column;
    uint32_t call_discriminator;
};

/* Scopes are read as far as addresses lead into them. The first is the function. */
struct scope_tree {
    const struct die_unit *unit;
    struct scope *scopes;
    size_t count, capacity;
    struct ranges ranges;
    uint64_t *visits; /* counted down; at 0 no more is read */
    struct unit_lines *lines;
    struct arena *arena;
    struct scope_origin *origins; /* those of the last ones: much is inlined again and again */
};

/* How far hostile debug information may lead: scopes within each other that are followed, and
 * entries of one module that are visited. */
enum { SCOPE_DEPTH = 256 };
#define SCOPE_VISITS ((uint64_t)1 << 28)

struct scope_tree scope_tree_new(uint64_t *visits, struct unit_lines *lines, struct arena *arena);

/* Makes it the tree of a function of that unit; the room of the last one is used again. */
void scope_tree_begin(struct scope_tree *tree, const struct die_unit *unit,
                      const uint8_t *function);

/* The functions and inlined calls around the address, the innermost first, at most SCOPE_DEPTH;
 * they stay where they are until the next call. */
size_t scope_tree_find(struct scope_tree *tree, uint64_t address,
                       struct scope *out[static SCOPE_DEPTH]);

/* Fills `function`; or the call_… fields. */
void scope_name(struct scope_tree *tree, struct scope *scope);
void scope_call(const struct scope_tree *tree, struct scope *scope);

/* Adds the address ranges of an entry that begin at `lowest` or above (lower ones are what the
 * linker dropped). */
void die_ranges(struct ranges *ranges, const struct die_unit *unit, const struct die *die,
                uint64_t lowest, uint32_t of, uint64_t *visits, struct arena *arena);

/* The same of a whole unit. */
void unit_ranges(struct ranges *ranges, Dwarf_Die *unit, uint64_t lowest, uint32_t of,
                 uint64_t *visits, struct arena *arena);

#endif
