/* From the values of two cells to the samples of a test: one a process, paired where they can be.
 */
#ifndef GATE_COMPARE_SAMPLES_H
#define GATE_COMPARE_SAMPLES_H

#include "gate/grid/grid.h"

/* Memory that is used again from row to row. Start from zeroes. */
struct sample_buffer {
    double *values, *sorted;
    uint32_t *rounds, *order;
    size_t capacity;
};
struct sample_scratch {
    struct sample_buffer base, head;
};

/* Samples of one side: the values themselves, or in the buffer one median for each round, by round.
 * They are valid until the buffer's next use. */
struct samples {
    const double *values;
    const uint32_t *rounds; /* ascending, each once; NULL when not numbered */
    uint32_t n;
    uint32_t per_round; /* most values that one round had; 1 when nothing was merged */
};
struct samples samples_of(const double *values, const uint32_t *rounds, uint32_t count,
                          struct sample_buffer *buffer, struct arena *arena);

/* Keeps, in place, the samples whose round both sides have, so that base->values[i] and
 * head->values[i] are of one round. Returns how many rounds of both sides together were left out;
 * leaves everything alone and returns UINT32_MAX when fewer than two pairs would be left or a side
 * is not numbered. */
uint32_t samples_pair(struct samples *base, struct samples *head, struct sample_scratch *scratch,
                      struct arena *arena);

/* A sorted copy of the samples, in the buffer. */
const double *samples_sorted(const struct samples *samples, struct sample_buffer *buffer,
                             struct arena *arena);

#endif
