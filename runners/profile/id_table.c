#include "runners/profile/id_table.h"

struct id_table id_table_new(size_t count, const struct strings *strings, struct arena *arena) {
    struct id_table table = {.dense_limit = 2 * count + 64, .mask = 15, .strings = strings};
    table.dense = ARENA_NEW(arena, uint32_t, table.dense_limit);
    while (table.mask < 2 * count)
        table.mask = 2 * table.mask + 1;
    table.slots = ARENA_NEW(arena, struct id_slot, table.mask + 1);
    return table;
}

static struct id_slot *slot_of(const struct id_table *table, uint64_t id) {
    size_t at = strings_hash(table->strings, &id, sizeof id) & table->mask;
    while (table->slots[at].taken && table->slots[at].id != id)
        at = (at + 1) & table->mask;
    return &table->slots[at];
}

bool id_table_put(struct id_table *table, uint64_t id, uint32_t index) {
    struct id_slot *slot = id < table->dense_limit ? NULL : slot_of(table, id);
    uint32_t *taken = slot ? &slot->taken : &table->dense[id];
    if (id == 0 || *taken)
        return false;
    *taken = index + 1;
    if (slot)
        slot->id = id;
    return true;
}

uint32_t id_table_find_sparse(const struct id_table *table, uint64_t id) {
    return slot_of(table, id)->taken - 1;
}
