#ifndef STATS_RANDOM_H
#define STATS_RANDOM_H

#include <gsl/gsl_rng.h>
#include <stddef.h>
#include <stdint.h>

/* GSL's mt19937 without gsl_rng_alloc, which would call GSL's aborting error handler when memory is
 * short. */
gsl_rng *random_new(uint32_t seed); /* NULL when there is no memory; end with random_free */
void random_free(gsl_rng *random);

/* A whole number in [0, n), 0 < n < 2^32. */
size_t random_below(gsl_rng *random, size_t n);

/* Fisher-Yates, in place. */
void random_shuffle(gsl_rng *random, double *values, size_t n);

#endif
