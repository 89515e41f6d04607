/* The abbreviations of a unit's entries, made ready for walking the entries: which bytes to pass,
 * and which to take. DWARF 2 to 5, section 7.5.3. */
#ifndef RUNNERS_SYMBOLS_DIE_SHAPES_H
#define RUNNERS_SYMBOLS_DIE_SHAPES_H

#include "runners/base/arena.h"
#include "runners/symbols/dwarf_forms.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#ifndef DW_AT_GNU_discriminator /* older elfutils do not name it */
#define DW_AT_GNU_discriminator 0x2136
#endif

/* What an entry says of a function, or of a call that was inlined. */
enum die_fact {
    DIE_NAME,
    DIE_LINKED_NAME,
    DIE_DECLARED_FILE,
    DIE_DECLARED_LINE,
    DIE_CALL_FILE,
    DIE_CALL_LINE,
    DIE_CALL_COLUMN,
    DIE_CALL_DISCRIMINATOR,
    /* The entry that says the rest: the function that this is an instance of, or its declaration.
     */
    DIE_ORIGIN,
    DIE_DECLARATION,
    DIE_FACTS,
};
#define DIE_OF_FUNCTION                                                                            \
    (1u << DIE_NAME | 1u << DIE_LINKED_NAME | 1u << DIE_DECLARED_FILE | 1u << DIE_DECLARED_LINE |  \
     1u << DIE_ORIGIN | 1u << DIE_DECLARATION)
#define DIE_OF_CALL                                                                                \
    (1u << DIE_CALL_FILE | 1u << DIE_CALL_LINE | 1u << DIE_CALL_COLUMN |                           \
     1u << DIE_CALL_DISCRIMINATOR)

/* How an attribute is read, or passed when its size varies. */
enum step_kind {
    STEP_LOW,
    STEP_LOW_INDEX,
    STEP_HIGH,
    STEP_LENGTH,
    STEP_RANGES,
    STEP_RANGES_INDEX,
    STEP_SIBLING,
    STEP_ORIGIN,
    STEP_STRANGE, /* code, in a way that only libdw understands */
    STEP_BLOCK,
    STEP_VARINT,
    STEP_FORM,
};

struct die_step {
    uint16_t before; /* bytes to pass */
    uint16_t form;
    uint8_t kind, size; /* size 0: it varies */
};

struct die_field {
    uint16_t form;
    uint8_t fact;     /* or DIE_FACTS */
    int8_t size;      /* in bytes; -1: it varies */
    int32_t constant; /* that stands here and not in the entry, when the form says so */
};

#define DIE_VARIES UINT16_MAX

/* An abbreviation. */
struct die_shape {
    uint64_t code;
    uint16_t tag, field_count, step_count;
    bool children, has_code; /* has_code: low_pc or ranges */
    uint16_t rest;           /* bytes behind the last step */
    /* Bytes of all attributes, and before the one that tells what follows the entry and all inside
     * it; DIE_VARIES when they vary, or it is not there. */
    uint16_t size, to_sibling;
    uint8_t sibling_size; /* of what is there */
    struct die_field *fields;
    struct die_step *steps; /* past the fields, to what struct die has of them */
};

struct die_shapes {
    struct die_shape *items; /* by code */
    size_t count, capacity;
};

/* Reads those of the unit whose first entry is `of`. False, and there are none, when something in
 * them is not understood. */
bool die_shapes_read(struct die_shapes *out, const struct dwarf_coding *coding, Dwarf_Die *of,
                     struct arena *arena);

/* NULL when there is none of that code. */
const struct die_shape *die_shape_search(const struct die_shapes *shapes, uint64_t code);

/* The same; codes mostly count from 1. */
static inline const struct die_shape *die_shape_find(const struct die_shapes *shapes,
                                                     uint64_t code) {
    if (code - 1 < shapes->count && shapes->items[code - 1].code == code)
        return &shapes->items[code - 1];
    return die_shape_search(shapes, code);
}

/* Does the form refer to an entry of the same unit by its offset? */
bool form_is_within(unsigned form);

#endif
