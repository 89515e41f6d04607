#include "stats/adjust.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct member {
    double p;
    size_t index;
};

/* Digits of a radix sort. Of doubles from 0 to 1 the order is that of their bits, 62 at most. */
enum { DIGIT_BITS = 11, DIGITS = 6, DIGIT_VALUES = 1 << DIGIT_BITS };

static size_t digit(double p, int number) {
    uint64_t bits;
    memcpy(&bits, &p, sizeof bits);
    return bits >> number * DIGIT_BITS & (DIGIT_VALUES - 1);
}

/* Sorts by p, stably, least digit first. Both arrays hold n; returns the one that has the result.
 */
static struct member *sort_by_p(struct member *from, struct member *to, size_t n) {
    for (int d = 0; d < DIGITS; d++) {
        size_t ends[DIGIT_VALUES + 1] = {0};
        for (size_t i = 0; i < n; i++)
            ends[digit(from[i].p, d) + 1]++;
        if (ends[digit(n ? from[0].p : 0, d) + 1] == n)
            continue;
        for (size_t v = 0; v < DIGIT_VALUES; v++)
            ends[v + 1] += ends[v];
        for (size_t i = 0; i < n; i++)
            to[ends[digit(from[i].p, d)]++] = from[i];
        struct member *sorted = to;
        to = from;
        from = sorted;
    }
    return from;
}

/* p-values in ascending order; `memory` is NULL when there was none. */
struct family {
    struct member *memory, *sorted;
    size_t size;
};

static struct family family_of(const double *p, size_t n) {
    struct family family = {malloc(2 * (n + 1) * sizeof *family.memory), NULL, 0};
    if (!family.memory)
        return family;
    for (size_t i = 0; i < n; i++)
        if (p[i] >= 0 && p[i] <= 1)
            family.memory[family.size++] = (struct member){p[i] + 0.0, i}; /* no -0 */
    family.sorted = sort_by_p(family.memory, family.memory + n, family.size);
    return family;
}

/* Scatters the family's adjusted values; the rest are NaN. Ends the family. */
static void spread(struct family family, size_t n, double *adjusted) {
    for (size_t i = 0; i < n; i++)
        adjusted[i] = NAN;
    for (size_t k = 0; k < family.size; k++)
        adjusted[family.sorted[k].index] = family.sorted[k].p;
    free(family.memory);
}

bool adjust_benjamini_hochberg(const double *p, size_t n, double *adjusted) {
    struct family family = family_of(p, n);
    if (!family.memory)
        return false;
    double least = 1;
    for (size_t k = family.size; k > 0; k--) {
        double scaled = (double)family.size / (double)k * family.sorted[k - 1].p;
        least = scaled < least ? scaled : least;
        family.sorted[k - 1].p = least;
    }
    spread(family, n, adjusted);
    return true;
}

bool adjust_holm(const double *p, size_t n, double *adjusted) {
    struct family family = family_of(p, n);
    if (!family.memory)
        return false;
    double most = 0;
    for (size_t k = 0; k < family.size; k++) {
        double scaled = (double)(family.size - k) * family.sorted[k].p;
        most = scaled > most ? scaled : most;
        family.sorted[k].p = most < 1 ? most : 1;
    }
    spread(family, n, adjusted);
    return true;
}
