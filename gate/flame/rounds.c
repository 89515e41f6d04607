#include "gate/flame/rounds.h"

#include <stdlib.h>

struct round {
    int64_t number;
    uint32_t text;
};

static int compare_rounds(const void *left, const void *right) {
    const struct round *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->text < b->text ? -1 : a->text > b->text;
}

static uint32_t rounds_of(const struct tally_part *part, struct arena *arena) {
    const struct profile *p = part->profile;
    struct round *rounds = NULL;
    uint32_t count = 0, capacity = 0, distinct = 0, key;
    if (!strings_find(p->strings, text_of("round"), &key))
        return 0;
    for (size_t i = 0; i < p->sample_count; i++) {
        for (uint32_t l = p->label_start[i]; l < p->label_start[i + 1]; l++) {
            const struct profile_label *label = &p->labels[l];
            struct round round = {label->number, label->text};
            if (label->key != key || (part->skip && part->skip[i]) ||
                (count && compare_rounds(&rounds[count - 1], &round) == 0))
                continue;
            ARENA_PUSH(arena, rounds, count, capacity, round);
        }
    }
    if (count)
        qsort(rounds, count, sizeof *rounds, compare_rounds);
    for (uint32_t i = 0; i < count; i++)
        distinct += i == 0 || compare_rounds(&rounds[i - 1], &rounds[i]) != 0;
    return distinct;
}

void count_rounds(uint32_t out[FLAME_SIDES], const struct tally_part *const parts[FLAME_SIDES],
                  struct arena *arena) {
    bool all = true;
    for (int side = 0; side < FLAME_SIDES; side++) {
        out[side] = parts[side] ? rounds_of(parts[side], arena) : 0;
        all &= !parts[side] || out[side] > 0;
    }
    for (int side = 0; side < FLAME_SIDES && !all; side++)
        out[side] = 0;
}
