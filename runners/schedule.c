#include "runners/schedule.h"

static uint64_t next(struct schedule *schedule) {
    uint64_t z = schedule->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 … most, evenly: the high half of a product of 32 bits has a bias of at most most / 2^32. */
static uint32_t up_to(struct schedule *schedule, uint32_t most) {
    return (uint32_t)(((next(schedule) >> 32) * ((uint64_t)most + 1)) >> 32);
}

uint32_t schedule_round(struct schedule *schedule, uint32_t round, size_t *sides, uint32_t most) {
    size_t count = schedule->sides;
    for (size_t i = 0; i < count; i++)
        sides[i] = schedule->order == ORDER_ABBA && round % 2 == 0 ? count - 1 - i : i;
    for (size_t i = count; schedule->order == ORDER_SHUFFLE && i > 1; i--) {
        size_t other = up_to(schedule, (uint32_t)(i - 1)), kept = sides[i - 1];
        sides[i - 1] = sides[other];
        sides[other] = kept;
    }
    return up_to(schedule, most);
}
