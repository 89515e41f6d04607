#include "runners/profile/join_table.h"

struct join_table join_table_new(size_t count, struct arena *arena) {
    struct join_table table = {.mask = 63, .arena = arena};
    while (table.mask < 2 * count)
        table.mask = 2 * table.mask + 1;
    table.slots = ARENA_NEW(arena, struct join_slot, table.mask + 1);
    return table;
}

static void widen(struct join_table *table) {
    struct join_slot *old = table->slots;
    size_t count = table->mask + 1;
    table->mask = 2 * table->mask + 1;
    table->slots = ARENA_NEW(table->arena, struct join_slot, table->mask + 1);
    for (size_t i = 0; i < count; i++) {
        size_t at = old[i].hash & table->mask;
        while (old[i].taken && table->slots[at].taken)
            at = (at + 1) & table->mask;
        if (old[i].taken)
            table->slots[at] = old[i];
    }
}

/* The slot of what is equal, or the empty one where it belongs. */
static struct join_slot *slot_of(const struct join_table *table, uint64_t hash, join_equal *equal,
                                 const void *things, const void *wanted) {
    uint32_t short_hash = (uint32_t)hash;
    size_t at = short_hash & table->mask;
    for (; table->slots[at].taken; at = (at + 1) & table->mask) {
        const struct join_slot *slot = &table->slots[at];
        if (slot->hash == short_hash && equal(things, slot->taken - 1, wanted))
            break;
    }
    return &table->slots[at];
}

uint32_t join_table_find(const struct join_table *table, uint64_t hash, join_equal *equal,
                         const void *things, const void *wanted) {
    return slot_of(table, hash, equal, things, wanted)->taken;
}

uint32_t join_table_put(struct join_table *table, uint64_t hash, uint32_t fresh, join_equal *equal,
                        const void *things, const void *wanted) {
    struct join_slot *slot = slot_of(table, hash, equal, things, wanted);
    if (slot->taken)
        return slot->taken - 1;
    *slot = (struct join_slot){(uint32_t)hash, fresh + 1};
    if (++table->count > table->mask / 2)
        widen(table);
    return fresh;
}
