/* Who runs when: the order of the sides and the padding of each round, the same for the same seed.
 */
#ifndef RUNNERS_SCHEDULE_H
#define RUNNERS_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

/* ABBA: sides in order in odd rounds, in reverse in even ones, so that drift within a round favours
 * none. */
enum run_order { ORDER_ABBA, ORDER_SHUFFLE };

struct schedule {
    enum run_order order;
    size_t sides;
    uint64_t state; /* of splitmix64, begun with the seed */
};

/* Fills sides[0 … count-1] with the order of round `round` (from 1; call it once a round, in turn)
 * and returns its padding, 0 … most. */
uint32_t schedule_round(struct schedule *schedule, uint32_t round, size_t *sides, uint32_t most);

#endif
