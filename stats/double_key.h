#ifndef STATS_DOUBLE_KEY_H
#define STATS_DOUBLE_KEY_H

#include <stdint.h>
#include <string.h>

/* A whole number for each double that is not NaN, in the same order (-0.0 just below 0.0), and
 * back. */
static inline uint64_t double_key(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ (bits >> 63 ? UINT64_MAX : UINT64_C(1) << 63);
}

static inline double double_of_key(uint64_t key) {
    uint64_t bits = key ^ (key >> 63 ? UINT64_C(1) << 63 : UINT64_MAX);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
