/* The entries of one unit of debug information, walked straight on: libdw finds the units and their
 * abbreviations; what is met millions of times (which entry follows, how it is abbreviated, where
 * its code is) is read from the bytes. DWARF 2 to 5, sections 7.5.3 to 7.5.6. */
#ifndef RUNNERS_SYMBOLS_DIE_READER_H
#define RUNNERS_SYMBOLS_DIE_READER_H

#include "runners/base/arena.h"
#include "runners/symbols/die_shapes.h"

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

/* What is there besides the entries; what is missing is empty. */
struct die_sections {
    Dwarf *dwarf;
    struct cursor strings, string_offsets, addresses;
    struct cursor ranges, range_lists; /* up to DWARF 4, and from 5 on */
};

struct die_sections die_sections_of(Dwarf *dwarf);

struct die_unit {
    Dwarf_CU *cu;
    const uint8_t *start, *end; /* from the unit's header on; belongs to the DWARF */
    struct dwarf_coding coding;
    struct die_shapes shapes;
    /* Empty, or NULL, where they are not known: */
    const struct die_sections *sections;
    struct cursor addresses, string_offsets; /* from the unit's first one on */
    uint64_t base, lists; /* of addresses; of the range lists that have numbers */
};

struct die {
    const uint8_t *at, *inside; /* where it begins, and what follows its attributes */
    const struct die_shape *shape;
    /* What follows all inside it, and of an inlined call the entry that it is an instance of; NULL
     * when that is not told, or not in this unit. */
    const uint8_t *sibling, *origin;
    /* Of functions, inlined calls and blocks: [low, high) when `whole`, a list at `ranges` when
     * `listed`; with neither, libdw is to be asked. */
    uint64_t low, high, ranges;
    bool whole, listed;
};

/* Reads the unit's abbreviations; `of` is its first entry. Its DWARF and the sections must outlive
 * it. False, and the unit is empty, when something in it is not understood. */
bool die_unit_open(struct die_unit *unit, Dwarf_Die *of, const struct die_sections *sections,
                   struct arena *arena);

/* The entry at `at`. False at an end of siblings (*next is what follows it) and where the bytes are
 * not understood (*next is NULL). */
bool die_read(const struct die_unit *unit, const uint8_t *at, struct die *out,
              const uint8_t **next);

/* What follows the entry and all inside it, NULL when that is not to be found. Every entry that is
 * passed counts *visits down; at 0 it gives up. */
const uint8_t *die_behind(const struct die_unit *unit, const struct die *die, uint64_t *visits);

/* The entry at an offset of the unit, NULL when that is not in it. */
static inline const uint8_t *die_at(const struct die_unit *unit, uint64_t offset) {
    return offset < (uint64_t)(unit->end - unit->start) ? unit->start + offset : NULL;
}

/* The same entry for libdw. */
static inline Dwarf_Die die_of(const struct die_unit *unit, const uint8_t *at) {
    return (Dwarf_Die){.addr = (void *)(uintptr_t)at, .cu = unit->cu};
}

#endif
