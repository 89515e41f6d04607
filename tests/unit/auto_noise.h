#ifndef TESTS_UNIT_AUTO_NOISE_H
#define TESTS_UNIT_AUTO_NOISE_H

/* Seeded noise of the shapes that shared machines make, for the tests of `--test auto`. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stddef.h>

enum noise { NOISE_BELL, NOISE_SLOW_TAIL, NOISE_TWO_MODES, NOISE_DRIFT, NOISE_KINDS };

static inline double noise_one(gsl_rng *random, enum noise noise, double level) {
    double slow = gsl_rng_uniform(random) < 0.4 ? 1 + gsl_rng_uniform(random) : 1;
    double mode = gsl_rng_uniform(random) < 0.4 ? 1.1 : 1;
    double bell = exp(gsl_ran_gaussian(random, noise == NOISE_SLOW_TAIL ? 0.01 : 0.02));
    return level * bell * (noise == NOISE_SLOW_TAIL ? slow : noise == NOISE_TWO_MODES ? mode : 1);
}

/* n rounds of both sides; rounds drift together in NOISE_DRIFT. head is `ratio` times as large. */
static inline void noise_rounds(gsl_rng *random, enum noise noise, size_t n, double ratio,
                                double *base, double *head) {
    double level = 1e-3;
    for (size_t i = 0; i < n; i++) {
        if (noise == NOISE_DRIFT)
            level *= exp(gsl_ran_gaussian(random, 0.05));
        base[i] = noise_one(random, noise, level);
        head[i] = noise_one(random, noise, level * ratio);
    }
}

#endif
