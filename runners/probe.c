#include "runners/probe.h"

#include <time.h>

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* xorshift64 (Marsaglia 2003): every step needs the one before, so that the time is the clock
 * speed's and nothing else's. */
static uint64_t work(uint64_t steps, uint64_t x) {
    while (steps--) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

static volatile uint64_t sink; /* what keeps the compiler from leaving the work out */

static uint64_t steps_for(double wanted_s) {
    uint64_t steps = 1024;
    for (;;) {
        double start = seconds(CLOCK_THREAD_CPUTIME_ID);
        sink = work(steps, steps);
        double took = seconds(CLOCK_THREAD_CPUTIME_ID) - start;
        if (took >= wanted_s / 4)
            return (uint64_t)((double)steps * wanted_s / took) + 1;
        steps *= 2;
    }
}

void probe_machine(double wanted_s, uint32_t repetitions, double *wall, double *cpu) {
    uint64_t steps = steps_for(wanted_s);
    for (uint32_t i = 0; i < repetitions; i++) {
        double wall_start = seconds(CLOCK_MONOTONIC), cpu_start = seconds(CLOCK_THREAD_CPUTIME_ID);
        sink = work(steps, i + 1);
        cpu[i] = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu_start;
        wall[i] = seconds(CLOCK_MONOTONIC) - wall_start;
    }
}

double probe_clock_step(void) {
    double smallest = 1;
    for (int i = 0; i < 1000; i++) {
        double first = seconds(CLOCK_MONOTONIC), next;
        while ((next = seconds(CLOCK_MONOTONIC)) <= first)
            continue;
        if (next - first < smallest)
            smallest = next - first;
    }
    return smallest;
}
