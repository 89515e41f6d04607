#include "stats/adjust.h"

#include <math.h>
#include <stdlib.h>

struct member {
    double p;
    size_t index;
};

static int by_p(const void *a, const void *b) {
    const struct member *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

/* The family in ascending order of p. NULL when there is no memory. */
static struct member *family_of(const double *p, size_t n, size_t *size) {
    struct member *family = malloc((n + 1) * sizeof *family);
    *size = 0;
    if (!family)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (p[i] >= 0 && p[i] <= 1)
            family[(*size)++] = (struct member){p[i], i};
    qsort(family, *size, sizeof *family, by_p);
    return family;
}

/* Scatters the family's adjusted values; the rest are NaN. Ends the family. */
static void spread(struct member *family, size_t size, size_t n, double *adjusted) {
    for (size_t i = 0; i < n; i++)
        adjusted[i] = NAN;
    for (size_t k = 0; k < size; k++)
        adjusted[family[k].index] = family[k].p;
    free(family);
}

bool adjust_benjamini_hochberg(const double *p, size_t n, double *adjusted) {
    size_t size;
    struct member *family = family_of(p, n, &size);
    if (!family)
        return false;
    double least = 1;
    for (size_t k = size; k > 0; k--) {
        double scaled = (double)size / (double)k * family[k - 1].p;
        least = scaled < least ? scaled : least;
        family[k - 1].p = least;
    }
    spread(family, size, n, adjusted);
    return true;
}

bool adjust_holm(const double *p, size_t n, double *adjusted) {
    size_t size;
    struct member *family = family_of(p, n, &size);
    if (!family)
        return false;
    double most = 0;
    for (size_t k = 0; k < size; k++) {
        double scaled = (double)(size - k) * family[k].p;
        most = scaled > most ? scaled : most;
        family[k].p = most < 1 ? most : 1;
    }
    spread(family, size, n, adjusted);
    return true;
}
