/* Which of many equal things came first: a hash table of 32-bit indices into an array that its user
 * keeps, where equal things are one. */
#ifndef RUNNERS_PROFILE_JOIN_TABLE_H
#define RUNNERS_PROFILE_JOIN_TABLE_H

#include "runners/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct join_table {
    struct join_slot {
        uint32_t hash, taken; /* index + 1, or 0 */
    } * slots;
    size_t mask, count;
    struct arena *arena;
};

/* Room for `count` things before it first grows. */
struct join_table join_table_new(size_t count, struct arena *arena);

/* Is the thing at `index` equal to the one looked for? */
typedef bool join_equal(const void *things, uint32_t index, const void *wanted);

/* Has memory fetch what join_table_put will first look at: the wait for it is most of its time in a
 * large table. */
static inline void join_table_expect(const struct join_table *table, uint64_t hash) {
    __builtin_prefetch(&table->slots[(uint32_t)hash & table->mask], 1);
}

/* The index of what is equal to `wanted`, which is `fresh` (and noted as such) when there is none
 * yet. */
uint32_t join_table_put(struct join_table *table, uint64_t hash, uint32_t fresh, join_equal *equal,
                        const void *things, const void *wanted);

/* The index + 1 of what is equal to `wanted`; 0 when there is none. */
uint32_t join_table_find(const struct join_table *table, uint64_t hash, join_equal *equal,
                         const void *things, const void *wanted);

#endif
