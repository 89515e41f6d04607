#include "runners/symbols/root_tails.h"

/* TAIL: _start, __libc_start_main, its helper and one more. A table that is half full starts anew:
 * what is needed is soon learnt again. */
enum { TAIL = 4, SLOTS = 1 << 14 };

struct tail_slot {
    uint64_t process, address, caller; /* caller 0: the address is at the root */
    bool taken, ambiguous;
};

struct root_tails {
    struct tail_slot *slots;
    size_t count;
};

struct root_tails *root_tails_new(struct arena *arena) {
    struct root_tails *tails = ARENA_NEW(arena, struct root_tails, 1);
    tails->slots = ARENA_NEW(arena, struct tail_slot, SLOTS);
    return tails;
}

static struct tail_slot *find(const struct root_tails *tails, uint64_t process, uint64_t address) {
    uint64_t hash = (address ^ process * 0xD6E8FEB86659FD93u) * 0x9E3779B97F4A7C15u;
    size_t at = (size_t)(hash >> 32) % SLOTS;
    while (tails->slots[at].taken &&
           (tails->slots[at].address != address || tails->slots[at].process != process))
        at = (at + 1) % SLOTS;
    return &tails->slots[at];
}

void root_tails_learn(struct root_tails *tails, uint64_t process, const uint64_t *addresses,
                      size_t count) {
    if (tails->count + TAIL > SLOTS / 2) {
        for (size_t i = 0; i < SLOTS; i++)
            tails->slots[i] = (struct tail_slot){0};
        tails->count = 0;
    }
    for (size_t i = count > TAIL ? count - TAIL : 0; i < count; i++) {
        uint64_t caller = i + 1 < count ? addresses[i + 1] : 0;
        struct tail_slot *slot = find(tails, process, addresses[i]);
        if (slot->taken) {
            slot->ambiguous |= slot->caller != caller;
            continue;
        }
        *slot = (struct tail_slot){process, addresses[i], caller, true, false};
        tails->count++;
    }
}

bool root_tails_follow(const struct root_tails *tails, uint64_t process, uint64_t *addresses,
                       size_t *count, size_t most) {
    size_t end = *count;
    while (end > 0) {
        const struct tail_slot *slot = find(tails, process, addresses[end - 1]);
        if (!slot->taken || slot->ambiguous)
            return false;
        if (slot->caller == 0) {
            *count = end;
            return true;
        }
        if (end == most || end > *count + TAIL)
            return false;
        addresses[end++] = slot->caller;
    }
    return false;
}
