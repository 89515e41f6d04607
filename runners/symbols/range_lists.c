#include "runners/symbols/range_lists.h"

#include <dwarf.h>

struct list {
    const struct die_unit *unit;
    struct cursor c;
    uint64_t base, start, end; /* [start, end): the last range */
};

enum found { FOUND_RANGE, FOUND_NONE, FOUND_END };

static uint64_t take_address(struct list *l) {
    return take_number(&l->unit->coding, &l->c, l->unit->coding.address_size);
}

static uint64_t take_indexed(struct list *l) {
    uint64_t index = take_varint(&l->c), address = 0;
    if (!number_at(&l->unit->coding, l->unit->addresses, index, l->unit->coding.address_size,
                   &address))
        l->c.bad = true;
    return address;
}

/* Pairs of addresses: two zeros end them, behind the largest address a new base stands. */
static enum found take_pair(struct list *l) {
    uint64_t largest = l->unit->coding.address_size == 4 ? UINT32_MAX : UINT64_MAX;
    uint64_t first = take_address(l), second = take_address(l);
    if (first == largest) {
        l->base = second;
        return FOUND_NONE;
    }
    l->start = l->base + first;
    l->end = l->base + second;
    return first || second ? FOUND_RANGE : FOUND_END;
}

static enum found take_entry(struct list *l) {
    switch (take_number(&l->unit->coding, &l->c, 1)) {
    case DW_RLE_end_of_list:
        return FOUND_END;
    case DW_RLE_base_addressx:
        l->base = take_indexed(l);
        return FOUND_NONE;
    case DW_RLE_base_address:
        l->base = take_address(l);
        return FOUND_NONE;
    case DW_RLE_startx_endx:
        l->start = take_indexed(l);
        l->end = take_indexed(l);
        return FOUND_RANGE;
    case DW_RLE_startx_length:
        l->start = take_indexed(l);
        l->end = l->start + take_varint(&l->c);
        return FOUND_RANGE;
    case DW_RLE_offset_pair:
        l->start = l->base + take_varint(&l->c);
        l->end = l->base + take_varint(&l->c);
        return FOUND_RANGE;
    case DW_RLE_start_end:
        l->start = take_address(l);
        l->end = take_address(l);
        return FOUND_RANGE;
    case DW_RLE_start_length:
        l->start = take_address(l);
        l->end = l->start + take_varint(&l->c);
        return FOUND_RANGE;
    default:
        l->c.bad = true;
        return FOUND_END;
    }
}

bool range_list_add(struct ranges *ranges, const struct die_unit *unit, uint64_t offset,
                    uint64_t lowest, uint32_t of, uint64_t *visits, struct arena *arena) {
    bool pairs = unit->coding.version < 5;
    struct list l = {
        .unit = unit,
        .c = pairs ? unit->sections->ranges : unit->sections->range_lists,
        .base = unit->base,
    };
    size_t before = ranges->count;
    enum found found = FOUND_NONE;
    skip_bytes(&l.c, offset);
    while (found != FOUND_END && !l.c.bad && *visits) {
        --*visits;
        found = pairs ? take_pair(&l) : take_entry(&l);
        if (!l.c.bad && found == FOUND_RANGE && l.start < l.end && l.start >= lowest)
            ranges_add(ranges, l.start, l.end, of, arena);
    }
    if (l.c.bad)
        ranges->count = before;
    return !l.c.bad;
}
