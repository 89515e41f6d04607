/* What single entries are called and where they stand, for those few that are asked: the names and
 * lines of functions, and of calls that were inlined. */
#ifndef RUNNERS_SYMBOLS_DIE_FACTS_H
#define RUNNERS_SYMBOLS_DIE_FACTS_H

#include "runners/symbols/die_reader.h"

/* Each is there when its bit is set. */
struct die_facts {
    uint32_t has;
    const char *texts[DIE_LINKED_NAME + 1]; /* they belong to the DWARF */
    uint64_t numbers[DIE_FACTS];
    const uint8_t *origin; /* NULL: there is no further entry to ask */
};

/* Those facts of the entry at `at` (bits) that are not there yet; the origin becomes its own. False
 * when one of them is not understood: then libdw is to be asked. */
bool die_facts_add(struct die_facts *facts, uint32_t wanted, const struct die_unit *unit,
                   const uint8_t *at);

#endif
