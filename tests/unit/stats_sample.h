/* What the tests of stats/ share: the samples that fixtures/stats/make.R generates, and a reader of
 * its tables. */
#ifndef TESTS_UNIT_STATS_SAMPLE_H
#define TESTS_UNIT_STATS_SAMPLE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The generator of make.R: uniform on (0, 1). */
static inline double sample_next(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (*state + 0.5) / 4294967296.0;
}

static inline double sample_shape(const char *kind, uint32_t *state) {
    double a = sample_next(state), b = sample_next(state);
    double c = sample_next(state), d = sample_next(state);
    if (!strcmp(kind, "uniform"))
        return a;
    if (!strcmp(kind, "bell"))
        return a + b + c + d;
    if (!strcmp(kind, "heavy"))
        return (a - 0.5) / (a * (1 - a));
    if (!strcmp(kind, "ties"))
        return floor(a * 8);
    if (!strcmp(kind, "slow"))
        return 1 + 0.25 * a + (b < 0.125 ? 8 * c : 0);
    return NAN;
}

/* offset + scale (shape + delta), n of them; the caller frees. */
static inline double *sample_new(const char *kind, size_t n, uint32_t seed, double scale,
                                 double offset, double delta) {
    double *values = malloc((n + 1) * sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = offset + scale * (sample_shape(kind, &seed) + delta);
    return values;
}

#define TABLE_CELLS 32

/* One line of a table: cells as text, and as numbers (NaN where "NA" or not a number). */
struct table {
    FILE *file;
    char line[1024];
    char *text[TABLE_CELLS];
    double number[TABLE_CELLS];
    size_t cells, rows;
};

static inline struct table table_open(const char *path) {
    struct table table = {.file = fopen(path, "r")};
    if (!table.file)
        print_error("%s: not found; tests run from the top of the tree\n", path);
    assert_non_null(table.file);
    return table;
}

/* Reads the next line that is not a comment; false, closing the file, at the end. */
static inline int table_next(struct table *table) {
    do {
        if (!fgets(table->line, sizeof table->line, table->file)) {
            fclose(table->file);
            return 0;
        }
    } while (table->line[0] == '#');
    table->line[strcspn(table->line, "\n")] = '\0';
    char *rest = table->line;
    for (table->cells = 0; rest && table->cells < TABLE_CELLS; table->cells++) {
        char *cell = strsep(&rest, "\t"), *end;
        table->text[table->cells] = cell;
        double number = strtod(cell, &end);
        table->number[table->cells] = *cell && !*end ? number : NAN;
    }
    table->rows++;
    return 1;
}

static inline size_t table_count(const struct table *table, size_t cell) {
    return (size_t)table->number[cell];
}

#endif
