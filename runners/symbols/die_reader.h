/* The entries of one unit of debug information, walked straight on: libdw finds the units and the
 * meaning of most attributes; what is met millions of times (which entry follows, how it is
 * abbreviated, where its code is) is read from the bytes. DWARF 2 to 5, sections 7.5.3 to 7.5.6. */
#ifndef RUNNERS_SYMBOLS_DIE_READER_H
#define RUNNERS_SYMBOLS_DIE_READER_H

#include "runners/base/arena.h"
#include "runners/symbols/dwarf_forms.h"

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

struct die_field {
    uint16_t name, form;
    int8_t size; /* in bytes; -1: it varies */
    bool kept;   /* something that struct die has */
};

/* An abbreviation. */
struct die_shape {
    uint64_t code;
    uint16_t tag, field_count;
    bool children, has_code; /* has_code: low_pc or ranges */
    bool plain;              /* nothing that is kept below is in it */
    uint32_t size;           /* of the attributes, when all have fixed sizes; else UINT32_MAX */
    struct die_field *fields;
};

struct die_unit {
    Dwarf_CU *cu;
    const uint8_t *start, *end; /* from the unit's header on; belongs to the DWARF */
    struct dwarf_coding coding;
    struct die_shape *shapes; /* by code */
    size_t count, capacity;
};

struct die {
    const uint8_t *at, *inside; /* where it begins, and what follows its attributes */
    const struct die_shape *shape;
    /* That its attributes tell, when it is not plain: what follows all inside it, and the entry
     * that it is an instance of; or NULL. */
    const uint8_t *sibling, *origin;
    uint64_t low, high; /* [low, high) when `whole` */
    bool whole;         /* its code is one range and is known; else libdw is to be asked */
};

/* Reads the unit's abbreviations; `of` is its first entry, and its DWARF must outlive it. False,
 * and the unit is empty, when something in it is not understood. */
bool die_unit_open(struct die_unit *unit, Dwarf_Die *of, struct arena *arena);

/* The entry at `at`. False at an end of siblings (*next is what follows it) and where the bytes are
 * not understood (*next is NULL). */
bool die_read(const struct die_unit *unit, const uint8_t *at, struct die *out,
              const uint8_t **next);

/* What follows the entry and all inside it, NULL when that is not to be found. Every entry that is
 * passed counts *visits down; at 0 it gives up. */
const uint8_t *die_behind(const struct die_unit *unit, const struct die *die, uint64_t *visits);

/* The same entry for libdw. */
static inline Dwarf_Die die_of(const struct die_unit *unit, const uint8_t *at) {
    return (Dwarf_Die){.addr = (void *)(uintptr_t)at, .cu = unit->cu};
}

#endif
