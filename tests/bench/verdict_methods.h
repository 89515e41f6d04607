#ifndef TESTS_BENCH_VERDICT_METHODS_H
#define TESTS_BENCH_VERDICT_METHODS_H

/* The ways to decide that verdict_replay.c holds against perfgate: a number, textbook tests,
 * benchstat's rule, and tests that are meant for noise like this. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "stats/random.h"
#include "stats/rank.h"
#include "stats/summary.h"
#include "stats/tdist.h"
#include "stats/welch.h"

#define PERMUTATIONS 199

/* What a method says: p (NaN: it has none) and the change as a ratio. */
struct answer {
    double p, change;
};

struct method {
    const char *name;
    struct answer (*ask)(const double *base, const double *head, size_t n);
};

static struct answer by_t(struct t_test t, bool is_log, double base) {
    double change = is_log ? expm1(t.difference) : t.difference / base;
    return (struct answer){isnan(t.p) ? 1 : t.p, change};
}

static struct answer ask_welch(const double *base, const double *head, size_t n) {
    struct t_plan plan = {SCALE_RAW, 0, 0, 0.95};
    return by_t(welch_test(base, n, head, n, plan), false, mean_of(base, n));
}

static struct answer ask_ratio(const double *base, const double *head, size_t n) {
    return (struct answer){NAN, mean_of(head, n) / mean_of(base, n) - 1};
}

static struct rank_workspace *ranks;

static struct answer ask_benchstat(const double *base, const double *head, size_t n) {
    struct mann_whitney m = mann_whitney_test(base, n, head, n, ranks);
    return (struct answer){m.p, median_of(head, n) / median_of(base, n) - 1};
}

static struct answer trimmed(const double *base, const double *head, size_t n, double lower,
                             double upper) {
    struct t_plan plan = {SCALE_LOG, lower, upper, 0.95};
    return by_t(welch_test(base, n, head, n, plan), true, 0);
}

static struct answer ask_yuen(const double *base, const double *head, size_t n) {
    return trimmed(base, head, n, 0.2, 0.2);
}
static struct answer ask_upper_50(const double *base, const double *head, size_t n) {
    return trimmed(base, head, n, 0, 0.5);
}
static struct answer ask_upper_65(const double *base, const double *head, size_t n) {
    return trimmed(base, head, n, 0, 0.65);
}
static struct answer ask_upper_75(const double *base, const double *head, size_t n) {
    return trimmed(base, head, n, 0, 0.75);
}

static struct answer ask_pairs(const double *base, const double *head, size_t n) {
    struct t_plan plan = {SCALE_LOG, 0.2, 0.2, 0.95};
    return by_t(paired_test(base, head, n, plan), true, 0);
}

static double lower_quarter(const double *values, size_t n) {
    double sorted[64];
    memcpy(sorted, values, n * sizeof(double));
    sort_values(sorted, n);
    return quantile_sorted(sorted, n, 0.25);
}

static gsl_rng *shuffles;

static struct answer ask_quarter(const double *base, const double *head, size_t n) {
    double pool[64];
    double seen = log(lower_quarter(head, n) / lower_quarter(base, n));
    size_t as_large = 1;
    memcpy(pool, base, n * sizeof(double));
    memcpy(pool + n, head, n * sizeof(double));
    for (int i = 0; i < PERMUTATIONS; i++) {
        random_shuffle(shuffles, pool, 2 * n);
        as_large +=
            fabs(log(lower_quarter(pool + n, n) / lower_quarter(pool, n))) >= fabs(seen) - 1e-12;
    }
    return (struct answer){(double)as_large / (PERMUTATIONS + 1), expm1(seen)};
}

/* Stored sessions: base is all of them. Against the latest alone, and each taken as one
 * observation, its upper-trimmed mean. */
enum { SESSIONS = 5, STORED_ROUNDS = 20 };

static struct answer ask_last_welch(const double *base, const double *head, size_t n) {
    return ask_welch(base + (SESSIONS - 1) * n, head, n);
}
static struct answer ask_last_ranks(const double *base, const double *head, size_t n) {
    return ask_benchstat(base + (SESSIONS - 1) * n, head, n);
}
static struct answer ask_last_ratio(const double *base, const double *head, size_t n) {
    return ask_ratio(base + (SESSIONS - 1) * n, head, n);
}

static double session_center(const double *values, size_t n) {
    struct t_side side = t_side_of(values, n, (struct t_plan){SCALE_LOG, 0, 0.65, 0.95});
    return side.origin + side.offset;
}

static struct answer ask_sessions(const double *base, const double *head, size_t n) {
    double centers[SESSIONS];
    for (size_t k = 0; k < SESSIONS; k++)
        centers[k] = session_center(base + k * n, n);
    struct moments m = moments_of(centers, SESSIONS);
    double change = session_center(head, n) - m.mean;
    double se = sqrt(m.variance * (1 + 1.0 / SESSIONS));
    return (struct answer){t_two_sided(change / se, SESSIONS - 1), expm1(change)};
}

static const struct method interleaved_methods[] = {
    {"single ratio of means", ask_ratio},        {"plain Welch", ask_welch},
    {"benchstat (Mann-Whitney)", ask_benchstat}, {"Yuen 20 %, log", ask_yuen},
    {"upper-trimmed 50 %, log", ask_upper_50},   {"upper-trimmed 65 %, log", ask_upper_65},
    {"upper-trimmed 75 %, log", ask_upper_75},   {"25 % quantile, permuted", ask_quarter},
    {"pairs, 20 % trimmed", ask_pairs},
};
enum { INTERLEAVED = sizeof interleaved_methods / sizeof interleaved_methods[0] };

static const struct method stored_methods[] = {
    {"single ratio, last session", ask_last_ratio},
    {"plain Welch, last session", ask_last_welch},
    {"Mann-Whitney, last session", ask_last_ranks},
    {"t of session centres", ask_sessions},
};
enum { MOST_METHODS = 16 };

#endif
