/* What is known of a number: an address, or a pointer whose target stays where it is. */
#ifndef RUNNERS_SYMBOLS_KEY_TABLE_H
#define RUNNERS_SYMBOLS_KEY_TABLE_H

#include "runners/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct key_table {
    struct key_slot *slots;
    size_t count, capacity; /* a power of two, or 0 */
    struct arena *arena;    /* the one thing to be set before the first use */
};

/* The place of the key's value, until the next call: NULL stands there when the key was not
 * `known` before. */
void **key_table_place(struct key_table *table, uint64_t key, bool *known);

#endif
