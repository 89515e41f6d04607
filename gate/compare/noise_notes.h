/* What the values of a recording say of the noise they were measured in: outliers, drift, memory of
 * the round before, two modes. Facts for people; no verdict depends on them. */
#ifndef GATE_COMPARE_NOISE_NOTES_H
#define GATE_COMPARE_NOISE_NOTES_H

#include "runners/recording/recording.h"

/* One series in the order measured. NaN where there are too few values (10; 20 for autocorrelation
 * and modes) or they are all equal. */
struct series_noise {
    size_t n;
    /* Share of values whose modified z-score, 0.6745 |x - median| / MAD, is above 3.5 (Iglewicz &
     * Hoaglin 1993, How to Detect and Handle Outliers, 3.3); with a MAD of 0, of values other than
     * the median. */
    double outlier_share;
    /* Mann (1945) and Kendall's trend statistic with tie correction, normal under no trend; only
     * the last 2000 values enter. */
    double drift_z;
    /* Median of the last third over that of the first third, less 1. */
    double drift;
    /* Of the ranks, lag 1. */
    double autocorrelation;
    /* The two groups that leave the least variance within them (Otsu 1979; a twentieth is left out
     * at each end), given only when their means are more than 5 standard deviations (within) apart
     * and the smaller group has 15 % of the values. A normal sample cut in two gives 2.7, a uniform
     * one 3.5. */
    double low_mode, high_mode, high_share;
};
struct series_noise series_noise(const double *values, size_t n, struct arena *scratch);

/* One line of what is remarkable: outliers above 10 %, |drift_z| above 3.29 (p < 0.001) with a
 * drift of 1 % or more, autocorrelation above 0.3 and 2.58 / sqrt(n), two modes. NULL when nothing
 * is. */
const char *series_noise_text(const struct series_noise *noise, struct arena *arena);

/* Looks at every time-like series with numbered rounds and adds notes, worst 10 at most, and how
 * many more there are. */
void noise_notes_add(struct recording *recording);

#endif
