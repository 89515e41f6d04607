#include "stats/random.h"

#include <stdlib.h>

gsl_rng *random_new(uint32_t seed) {
    gsl_rng *random = malloc(sizeof *random);
    void *state = malloc(gsl_rng_mt19937->size);
    if (!random || !state) {
        free(random);
        free(state);
        return NULL;
    }
    random->type = gsl_rng_mt19937;
    random->state = state;
    gsl_rng_set(random, seed);
    return random;
}

void random_free(gsl_rng *random) {
    if (!random)
        return;
    free(random->state);
    free(random);
}

size_t random_below(gsl_rng *random, size_t n) {
    return gsl_rng_uniform_int(random, n);
}

void random_shuffle(gsl_rng *random, double *values, size_t n) {
    for (size_t i = n; i > 1; i--) {
        size_t j = random_below(random, i);
        double value = values[i - 1];
        values[i - 1] = values[j];
        values[j] = value;
    }
}
