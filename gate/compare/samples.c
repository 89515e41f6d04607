#include "gate/compare/samples.h"

#include "stats/summary.h"

#include <stdlib.h>

static void reserve(struct sample_buffer *buffer, size_t n, struct arena *arena) {
    if (n <= buffer->capacity)
        return;
    buffer->capacity = n < 64 ? 64 : 2 * n;
    buffer->values = ARENA_NEW(arena, double, buffer->capacity);
    buffer->sorted = ARENA_NEW(arena, double, buffer->capacity);
    buffer->rounds = ARENA_NEW(arena, uint32_t, buffer->capacity);
    buffer->order = ARENA_NEW(arena, uint32_t, buffer->capacity);
}

static bool ascending(const uint32_t *rounds, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        if (rounds[i] <= rounds[i - 1])
            return false;
    }
    return true;
}

static int by_round(const void *left, const void *right, void *context) {
    const uint32_t *rounds = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (rounds[a] != rounds[b])
        return rounds[a] < rounds[b] ? -1 : 1;
    return a < b ? -1 : a > b;
}

struct samples samples_of(const double *values, const uint32_t *rounds, uint32_t count,
                          struct sample_buffer *buffer, struct arena *arena) {
    if (!rounds || ascending(rounds, count))
        return (struct samples){values, rounds, count, 1};
    reserve(buffer, count, arena);
    for (uint32_t i = 0; i < count; i++)
        buffer->order[i] = i;
    qsort_r(buffer->order, count, sizeof *buffer->order, by_round, (void *)rounds);
    struct samples out = {buffer->values, buffer->rounds, 0, 1};
    for (uint32_t i = 0, next; i < count; i = next) {
        uint32_t round = rounds[buffer->order[i]];
        for (next = i; next < count && rounds[buffer->order[next]] == round; next++)
            buffer->sorted[next - i] = values[buffer->order[next]];
        if (next - i > out.per_round)
            out.per_round = next - i;
        buffer->rounds[out.n] = round;
        buffer->values[out.n++] = median_of(buffer->sorted, next - i);
    }
    return out;
}

static uint32_t common_rounds(const struct samples *base, const struct samples *head) {
    uint32_t count = 0;
    for (uint32_t b = 0, h = 0; b < base->n && h < head->n;) {
        if (base->rounds[b] == head->rounds[h]) {
            count++, b++, h++;
        } else if (base->rounds[b] < head->rounds[h]) {
            b++;
        } else {
            h++;
        }
    }
    return count;
}

/* The samples of the rounds that `other` has too. Safe where the samples are the buffer's already:
 * what is written lies at or before what is read. */
static void keep_common(struct samples *side, const uint32_t *other, uint32_t other_n,
                        struct sample_buffer *buffer, struct arena *arena) {
    if (side->values != buffer->values)
        reserve(buffer, side->n, arena);
    uint32_t kept = 0;
    for (uint32_t i = 0, o = 0; i < side->n; i++) {
        while (o < other_n && other[o] < side->rounds[i])
            o++;
        if (o < other_n && other[o] == side->rounds[i]) {
            buffer->values[kept] = side->values[i];
            buffer->rounds[kept++] = side->rounds[i];
        }
    }
    side->values = buffer->values;
    side->rounds = buffer->rounds;
    side->n = kept;
}

uint32_t samples_pair(struct samples *base, struct samples *head, struct sample_scratch *scratch,
                      struct arena *arena) {
    if (!base->rounds || !head->rounds)
        return UINT32_MAX;
    if (base->n == head->n && base->n >= 2 &&
        memcmp(base->rounds, head->rounds, base->n * sizeof *base->rounds) == 0)
        return 0;
    uint32_t common = common_rounds(base, head);
    if (common < 2)
        return UINT32_MAX;
    uint32_t left_out = base->n - common + (head->n - common);
    keep_common(base, head->rounds, head->n, &scratch->base, arena);
    keep_common(head, base->rounds, base->n, &scratch->head, arena);
    return left_out;
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

const double *samples_sorted(const struct samples *samples, struct sample_buffer *buffer,
                             struct arena *arena) {
    if (samples->values != buffer->values)
        reserve(buffer, samples->n, arena);
    memcpy(buffer->sorted, samples->values, samples->n * sizeof *buffer->sorted);
    if (!sort_values(buffer->sorted, samples->n))
        qsort(buffer->sorted, samples->n, sizeof *buffer->sorted, by_value);
    return buffer->sorted;
}
