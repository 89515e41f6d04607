/* Lists of the address ranges of an entry whose code is not in one piece. DWARF 2 to 5, sections
 * 2.17.3 and 7.25. */
#ifndef RUNNERS_SYMBOLS_RANGE_LISTS_H
#define RUNNERS_SYMBOLS_RANGE_LISTS_H

#include "runners/symbols/die_reader.h"
#include "runners/symbols/ranges.h"

/* Adds the ranges of the list at `offset` that begin at `lowest` or above (lower ones are what the
 * linker dropped) to those of thing `of`. Every one counts *visits down; at 0 it stops. False, and
 * none is added, when something in the list is not understood. */
bool range_list_add(struct ranges *ranges, const struct die_unit *unit, uint64_t offset,
                    uint64_t lowest, uint32_t of, uint64_t *visits, struct arena *arena);

#endif
