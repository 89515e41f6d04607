/* splitmix64 (Steele, Lea & Flood 2014): a small generator whose whole state is its seed. */
#ifndef RUNNERS_BASE_SPLITMIX64_H
#define RUNNERS_BASE_SPLITMIX64_H

#include <stdint.h>

/* 64 random bits; *state is begun with any seed. */
static inline uint64_t splitmix64_next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

#endif
