#include "runners/schedule.h"

#include "runners/base/splitmix64.h"

/* 0 … most, evenly: the high half of a product of 32 bits has a bias of at most most / 2^32. */
static uint32_t up_to(struct schedule *schedule, uint32_t most) {
    return (uint32_t)(((splitmix64_next(&schedule->state) >> 32) * ((uint64_t)most + 1)) >> 32);
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
