/* Nanoseconds a test over 10 000 tests of 10 + 10 values, as `name ns` lines. stats_bench.R prints
 * the same for R. */
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stats/rank.h"
#include "stats/welch.h"

enum { TESTS = 10000, VALUES = 10 };

static double base[TESTS][VALUES], head[TESTS][VALUES];

/* The generator of stats_bench.R, so that both test the same values. */
static void fill(double levels) {
    uint32_t x = 1;
    for (int i = 0; i < TESTS; i++)
        for (int j = 0; j < 2 * VALUES; j++) {
            x = x * 1664525u + 1013904223u;
            double u = (x + 0.5) / 4294967296.0, value = 100 + (levels > 0 ? floor(u * levels) : u);
            *(j < VALUES ? &base[i][j] : &head[i][j - VALUES]) = value;
        }
}

static double now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double run_welch(struct t_plan plan) {
    double sum = 0;
    for (int i = 0; i < TESTS; i++) {
        struct t_test test = welch_test(base[i], VALUES, head[i], VALUES, plan);
        sum += test.p + test.low + test.high;
    }
    return sum;
}

static double run_ranks(void) {
    struct rank_workspace *workspace = rank_workspace_new();
    double sum = 0;
    for (int i = 0; i < TESTS; i++)
        sum += mann_whitney_test(base[i], VALUES, head[i], VALUES, workspace).p;
    rank_workspace_free(workspace);
    return sum;
}

/* The sum is printed so that nothing can be left out, and to be held against R's. */
static void report(const char *name, double started, double sum) {
    printf("%s %.1f %.9g\n", name, (now_ns() - started) / TESTS, sum);
}

int main(void) {
    gsl_set_error_handler_off();
    fill(0);
    double start = now_ns();
    report("welch", start, run_welch((struct t_plan){SCALE_RAW, 0, 0, 0.95}));
    start = now_ns();
    report("trimmed-log", start, run_welch((struct t_plan){SCALE_LOG, 0, 0.5, 0.95}));
    start = now_ns();
    report("mann-whitney", start, run_ranks());
    fill(40);
    start = now_ns();
    report("mann-whitney-ties", start, run_ranks());
    return 0;
}
