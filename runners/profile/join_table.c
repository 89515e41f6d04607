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

uint32_t join_table_put(struct join_table *table, uint64_t hash, uint32_t fresh, join_equal *equal,
                        const void *things, const void *wanted) {
    uint32_t short_hash = (uint32_t)hash;
    size_t at = short_hash & table->mask;
    for (; table->slots[at].taken; at = (at + 1) & table->mask) {
        const struct join_slot *slot = &table->slots[at];
        if (slot->hash == short_hash && equal(things, slot->taken - 1, wanted))
            return slot->taken - 1;
    }
    table->slots[at] = (struct join_slot){short_hash, fresh + 1};
    if (++table->count > table->mask / 2)
        widen(table);
    return fresh;
}
