#include "runners/symbols/key_table.h"

enum { FIRST_CAPACITY = 64 };

struct key_slot {
    uint64_t key;
    void *value;
    bool taken;
};

static struct key_slot *find_slot(struct key_table *table, uint64_t key) {
    size_t mask = table->capacity - 1, at = (size_t)(key * 0x9E3779B97F4A7C15u >> 32) & mask;
    while (table->slots[at].taken && table->slots[at].key != key)
        at = (at + 1) & mask;
    return &table->slots[at];
}

static void grow(struct key_table *table) {
    struct key_slot *old = table->slots;
    size_t count = table->capacity;
    table->capacity = count ? 2 * count : FIRST_CAPACITY;
    table->slots = ARENA_NEW(table->arena, struct key_slot, table->capacity);
    for (size_t i = 0; i < count; i++) {
        if (old[i].taken)
            *find_slot(table, old[i].key) = old[i];
    }
}

void **key_table_place(struct key_table *table, uint64_t key, bool *known) {
    if (2 * table->count >= table->capacity)
        grow(table);
    struct key_slot *slot = find_slot(table, key);
    *known = slot->taken;
    table->count += slot->taken ? 0 : 1;
    slot->taken = true;
    slot->key = key;
    return &slot->value;
}
