/* What an A/A measurement (one command as both sides, interleaved) says about a row's noise: how
 * often it would cry wolf, how small a change so many rounds can show, and what would be sensible
 * to ask for. */
#ifndef GATE_COMPARE_CALIBRATION_H
#define GATE_COMPARE_CALIBRATION_H

#include "gate/compare/policy.h"

/* One gated (benchmark, unit). Shares and changes are ratios. */
struct calibrated_row {
    const char *benchmark, *unit;
    double threshold;    /* the policy's */
    size_t windows;      /* A/A comparisons of `rounds` rounds that were made from the data */
    double false_alarms; /* share of them that the test at alpha called different */
    double false_reds;   /* share that would have been red: different, and beyond the threshold */
    double detectable;   /* median smallest detectable change of those windows */
    uint32_t rounds_needed; /* rounds at which that is the threshold; by 1/sqrt(n) from the above.
                               0: unknown */
    double threshold_suggested; /* threshold >= detectable, in steps of half a percent */
};

struct calibration {
    struct calibrated_row *rows;
    size_t count;
    uint32_t rounds; /* a side that a window holds */
};

/* `pair` are the two recordings of one session, with numbered rounds. A window is `rounds`
 * consecutive common rounds, starting at each round in turn; in every round it is drawn by `seed`
 * which side is called base, which A/A allows and which makes `FLIPS` windows of each. Windows
 * overlap, so the shares are estimates with fewer degrees of freedom than `windows` says. Units
 * whose values never vary have windows but no alarms, and a detectable change of 0. Rows with fewer
 * than `rounds` common rounds are left out. */
void calibrate(struct calibration *out, struct recording *const pair[2], uint32_t rounds,
               uint64_t seed, const struct policy *policy, struct arena *arena);

#endif
