#ifndef TESTS_BENCH_VERDICT_TRIALS_H
#define TESTS_BENCH_VERDICT_TRIALS_H

/* Recorded traces, the comparisons that verdict_replay.c makes of their windows, and how these are
 * written for perfgate. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "stats/random.h"

enum { KINDS = 3, METRICS = 2, AMOUNTS = 5, SIZES = 2, CELLS = KINDS * METRICS * SIZES };
enum { COLUMNS = KINDS * AMOUNTS * METRICS, MOST_ROUNDS = 10000, RELABELLINGS = 16 };
enum { SAME, MIDDLE, LARGE, TRUTHS };
static const char *const kind_names[] = {"compute", "memory", "short"};
static const char *const metric_names[] = {"wall", "cpu"};
static const size_t sizes[] = {10, 30};

static void fail(const char *what) {
    fprintf(stderr, "verdict_replay: %s\n", what);
    exit(1);
}

static void *grab(size_t count, size_t size) {
    void *out = calloc(count > 0 ? count : 1, size);
    if (out == NULL)
        fail("no memory");
    return out;
}

struct trace {
    const char *name;
    size_t rounds;
    double *value[KINDS][AMOUNTS][METRICS]; /* seconds */
};

static void read_trace(const char *path, struct trace *t) {
    static char line[4096];
    gzFile in = gzopen(path, "rb");
    if (in == NULL)
        fail(path);
    *t = (struct trace){.name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path};
    for (size_t c = 0; c < COLUMNS; c++)
        t->value[c / 10][c / 2 % 5][c % 2] = grab(MOST_ROUNDS, sizeof(double));
    while (gzgets(in, line, sizeof line) != NULL) {
        if (line[0] < '0' || line[0] > '9')
            continue;
        char *at = line;
        strtod(at, &at); /* the round, and when it began */
        strtod(at, &at);
        for (size_t c = 0; c < COLUMNS; c++)
            t->value[c / 10][c / 2 % 5][c % 2][t->rounds] =
                strtod(at, &at) * (c % 2 == 0 ? 1e-9 : 1e-6);
        if (*at != '\n')
            fail("a line of the trace has other columns than promised");
        if (++t->rounds == MOST_ROUNDS)
            fail("too many rounds");
    }
    gzclose(in);
}

/* One comparison: n values a side; the base may consist of several sessions of n. */
struct trial {
    size_t trace, cell, n, window; /* window: where it begins in the trace */
    int truth;
    double *base, *head; /* base: sessions * n, oldest first */
};

struct trials {
    struct trial *list;
    size_t count, sessions, traces;
};

static struct trial *add_trial(struct trials *all, struct trial trial) {
    if ((all->count & (all->count - 1)) == 0) {
        all->list = realloc(all->list, (all->count > 0 ? 2 * all->count : 1) * sizeof *all->list);
        if (all->list == NULL)
            fail("no memory");
    }
    struct trial *t = &all->list[all->count++];
    *t = trial;
    t->base = grab(all->sessions * t->n, sizeof(double));
    t->head = grab(t->n, sizeof(double));
    return t;
}

/* Disjoint windows of n rounds. Equals are compared both ways round and with the two programs
 * changing places by chance in every round, which the programs cannot know of either. */
static void interleaved_trials(struct trials *all, const struct trace *trace, size_t index,
                               gsl_rng *random) {
    for (size_t cell = 0; cell < CELLS; cell++) {
        size_t n = sizes[cell % SIZES];
        double *const(*v)[METRICS] = trace->value[cell / (SIZES * METRICS)];
        size_t metric = cell / SIZES % METRICS;
        for (size_t w = 0; w + n <= trace->rounds; w += n) {
            for (int r = 0; r < RELABELLINGS; r++) {
                struct trial *t =
                    add_trial(all, (struct trial){index, cell, n, w, SAME, NULL, NULL});
                for (size_t i = 0; i < n; i++) {
                    size_t first = r < 2 ? (size_t)r : random_below(random, 2);
                    t->base[i] = v[first][metric][w + i];
                    t->head[i] = v[1 - first][metric][w + i];
                }
            }
            for (int first = 0; first < 2; first++) {
                for (int truth = MIDDLE; truth <= LARGE; truth++) {
                    struct trial *t =
                        add_trial(all, (struct trial){index, cell, n, w, truth, NULL, NULL});
                    memcpy(t->base, v[first][metric] + w, n * sizeof(double));
                    memcpy(t->head, v[truth + 2][metric] + w, n * sizeof(double));
                }
            }
        }
    }
}

/* A new session of n rounds against the sessions just before it. */
static void stored_trials(struct trials *all, const struct trace *trace, size_t index, size_t n) {
    for (size_t cell = 0; cell < KINDS * METRICS; cell++) {
        double *const(*v)[METRICS] = trace->value[cell / METRICS];
        size_t metric = cell % METRICS, before = all->sessions * n;
        for (size_t w = before; w + n <= trace->rounds; w += n / 2) {
            for (int first = 0; first < 2; first++) {
                for (int truth = SAME; truth <= LARGE; truth++) {
                    struct trial *t = add_trial(
                        all, (struct trial){index, cell * SIZES, n, w, truth, NULL, NULL});
                    size_t other = truth == SAME ? 1 - (size_t)first : (size_t)truth + 2;
                    memcpy(t->base, v[first][metric] + w - before, before * sizeof(double));
                    memcpy(t->head, v[other][metric] + w, n * sizeof(double));
                }
            }
        }
    }
}

static FILE *open_in(const char *folder, const char *name, char *path, size_t size) {
    snprintf(path, size, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        fail(path);
    return out;
}

/* One recording with all trials as benchmarks: session `session` of the bases, or the heads. */
static void write_recording(const struct trials *all, const char *folder, const char *name,
                            const char *session, size_t which, bool heads) {
    char path[512];
    FILE *out = open_in(folder, name, path, sizeof path);
    size_t most = sizes[SIZES - 1];
    fprintf(out, "# perfgate recording: 1\n# perfgate session: %s\n", session);
    for (size_t round = 0; round < most; round++) {
        fprintf(out, "# perfgate round: %zu\n", round + 1);
        for (size_t i = 0; i < all->count; i++) {
            const struct trial *t = &all->list[i];
            const double *from = heads ? t->head : t->base + which * t->n;
            if (round < t->n)
                fprintf(out, "BenchmarkT%zu 1 %.17g ns/op\n", i, from[round] * 1e9);
        }
    }
    fprintf(out, "# perfgate end: %zu\n", most);
    if (fclose(out) != 0)
        fail(path);
}

#endif
