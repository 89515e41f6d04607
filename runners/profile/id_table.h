/* The ids of one kind of message (any numbers but 0) → its index. Ids that are about as small as
 * they are many, as all known writers number them, are looked up in an array, others in a hash
 * table. */
#ifndef RUNNERS_PROFILE_ID_TABLE_H
#define RUNNERS_PROFILE_ID_TABLE_H

#include "runners/base/strings.h"

struct id_table {
    uint32_t *dense; /* index + 1 by id, or 0 */
    uint64_t dense_limit;
    struct id_slot {
        uint64_t id;
        uint32_t taken; /* index + 1, or 0 */
    } * slots;
    size_t mask;
    const struct strings *strings; /* for their seeded hash */
};

/* A table for `count` ids, in the arena. */
struct id_table id_table_new(size_t count, const struct strings *strings, struct arena *arena);

/* False when the id is 0 or there already. */
bool id_table_put(struct id_table *table, uint64_t id, uint32_t index);

uint32_t id_table_find_sparse(const struct id_table *table, uint64_t id);

/* UINT32_MAX for an id that was not put. */
static inline uint32_t id_table_get(const struct id_table *table, uint64_t id) {
    return id < table->dense_limit ? table->dense[id] - 1 : id_table_find_sparse(table, id);
}

#endif
