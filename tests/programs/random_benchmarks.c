/* Writes random Go benchmark files and a random way to look at them, for comparing perfgate with
 * benchstat: random_benchmarks SEED FOLDER makes FOLDER/a.txt, b.txt, sometimes c.txt, and
 * FOLDER/args with one argument a line. The same bytes for the same seed. */
#include "runners/base/splitmix64.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t next(void) {
    return splitmix64_next(&state);
}

static unsigned below(unsigned limit) {
    return (unsigned)(next() % limit);
}

static bool chance(unsigned percent) {
    return below(100) < percent;
}

static double uniform(void) {
    return (double)(next() >> 11) * 0x1p-53;
}

#define PICK(list) list[below(sizeof(list) / sizeof *(list))]

static const char *const bases[] = {"Encode",     "Decode",           "Sort", "Map", "X",
                                    "Parse-fast", "\xC3\xA9t\xC3\xA9"};
static const char *const parts[] = {"/size=1k",     "/size=2k",     "/size=16", "/size=1Mi",
                                    "/format=json", "/format=gob",  "/small",   "/n=1-x",
                                    "/size=",       "/gomaxprocs=4"};
static const char *const suffixes[] = {"", "", "-8", "-16", "-1"};
static const char *const units[] = {"ns/op",   "B/op",   "allocs/op", "MB/s",
                                    "widgets", "p99-ns", "ns/GB",     "bytes"};
static const char *const keys[] = {"goos", "goarch", "pkg", "note"};
static const char *const values[] = {"linux", "darwin", "first run", "x", "zebra", "ant"};
static const char *const noise[] = {"PASS",  "ok  \tpkg\t1.2s", "BenchmarkAlone", "some log text",
                                    "note:", "Benchmark",       "--- FAIL: x",    ""};
static const char *const damage[] = {"BenchmarkX 12", "BenchmarkX twelve 3 ns/op", "BenchmarkX 1 2",
                                     "BenchmarkX 1 x ns/op",
                                     "BenchmarkX 99999999999999999999 1 ns/op"};

enum { BENCHMARKS = 8, UNITS = 3 };

/* How a benchmark's values in a unit are drawn. */
struct shape {
    unsigned kind;
    double center, spread;
};

struct benchmark {
    char name[128];
    const char *units[UNITS];
    struct shape shapes[UNITS];
    unsigned unit_count;
};

static struct shape random_shape(void) {
    return (struct shape){below(6), pow(10, uniform() * 14 - 4), pow(10, -uniform() * 4)};
}

static struct benchmark random_benchmark(void) {
    struct benchmark b = {.unit_count = 1 + below(UNITS)};
    snprintf(b.name, sizeof b.name, "%s%s%s%s", PICK(bases), chance(60) ? PICK(parts) : "",
             chance(30) ? PICK(parts) : "", PICK(suffixes));
    for (unsigned i = 0; i < b.unit_count; i++) {
        b.units[i] = PICK(units);
        b.shapes[i] = random_shape();
    }
    return b;
}

/* Never 0 in a unit that is scaled: there benchstat keeps the unit as written. */
static void put_value(FILE *out, const struct shape *shape, const char *unit, double factor) {
    double noisy = shape->center * factor * (1 + shape->spread * (uniform() + uniform() - 1));
    int scaled = strstr(unit, "ns") || strstr(unit, "MB");
    switch (shape->kind) {
    case 0:
        fprintf(out, "%.0f", floor(shape->center) + 1);
        break;
    case 1:
        fprintf(out, "%u", 1 + below(5));
        break;
    case 2:
        fprintf(out, "%d", scaled ? 3 : (int)below(4) - 1);
        break;
    case 3:
        fprintf(out, "%.17g", noisy);
        break;
    case 4:
        fprintf(out, "%.4g", noisy);
        break;
    default:
        fprintf(out, "%.1f", ceil(noisy * 10) / 10);
    }
}

static void put_line(FILE *out, const struct benchmark *b, double factor) {
    fprintf(out, "Benchmark%s%s%u", b->name, chance(50) ? "\t" : "  ", 1 + below(1000000));
    for (unsigned i = 0; i < b->unit_count; i++) {
        fputs(chance(50) ? "\t" : " ", out);
        put_value(out, &b->shapes[i], b->units[i], factor);
        fprintf(out, " %s", b->units[i]);
    }
    putc('\n', out);
}

static void put_file(const char *folder, char letter, const struct benchmark *benchmarks,
                     unsigned count) {
    static const unsigned sizes[] = {1, 2, 3, 4, 5, 6, 8, 10, 10, 10, 20, 26, 31, 40, 51, 60};
    char path[512];
    snprintf(path, sizeof path, "%s/%c.txt", folder, letter);
    FILE *out = fopen(path, "w");
    if (!out)
        exit(4);
    unsigned size = PICK(sizes);
    for (unsigned i = 0; i < 3; i++) {
        if (chance(60))
            fprintf(out, "%s: %s\n", PICK(keys), PICK(values));
    }
    if (chance(20))
        fprintf(out, "Unit %s assume=exact\n", PICK(units));
    if (chance(20))
        fprintf(out, "Unit %s better=higher\n", PICK(units));
    for (unsigned i = 0; i < count; i++) {
        if (i > 0 && chance(15))
            continue;
        double factor = chance(50) ? 1 : 1 + (uniform() - 0.5) / (1 + below(20));
        if (chance(10))
            fprintf(out, "%s: %s\n", PICK(keys), PICK(values));
        for (unsigned k = 0; k < size; k++)
            put_line(out, &benchmarks[i], factor);
        if (chance(20))
            fprintf(out, "%s\n", PICK(noise));
        if (chance(4))
            fprintf(out, "%s\n", PICK(damage));
    }
    if (fclose(out) != 0)
        exit(4);
}

static void put_args(const char *folder, unsigned files) {
    static const char *const flags[][2] = {
        {"-row", ".name"},
        {"-row", ".fullname"},
        {"-row", "/size@num,.name"},
        {"-row", ".config"},
        {"-row", ".fullname@alpha"},
        {"-col", "note"},
        {"-col", "/format"},
        {"-col", ".file,/size"},
        {"-col", "/gomaxprocs@num"},
        {"-col", ".file@alpha"},
        {"-table", "goos"},
        {"-table", ""},
        {"-table", "pkg,.config"},
        {"-table", ".config@alpha"},
        {"-ignore", "note"},
        {"-ignore", ".fullname"},
        {"-ignore", "pkg,goos"},
        {"-ignore", "/gomaxprocs"},
        {"-ignore", ".config"},
        {"-filter", "-.unit:B/op"},
        {"-filter", ".unit:(ns/op OR B/op)"},
        {"-filter", ".name:/^[ES]/"},
        {"-filter", "goos:linux OR /size:1k"},
        {"-filter", "-(.name:X note:x)"},
        {"-alpha", "0.01"},
        {"-alpha", "0.2"},
        {"-confidence", "0.99"},
        {"-confidence", "0.8"},
        {"-format", "csv"},
        {"-col", "/size@(2k 1k)"},
        {"-row", ".name,/size@alpha"},
        {"-filter", "/size:/k$/"},
    };
    char path[512];
    snprintf(path, sizeof path, "%s/args", folder);
    FILE *out = fopen(path, "w");
    if (!out)
        exit(4);
    for (unsigned i = below(4); i > 0; i--) {
        const char *const *flag = flags[below(sizeof flags / sizeof *flags)];
        fprintf(out, "%s\n%s\n", flag[0], flag[1]);
    }
    fputs(chance(20) ? "old=a.txt\n" : "a.txt\n", out);
    fputs(chance(10) ? "" : "b.txt\n", out);
    if (files > 2)
        fputs(chance(20) ? "old=c.txt\n" : "c.txt\n", out);
    if (fclose(out) != 0)
        exit(4);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fputs("usage: random_benchmarks SEED FOLDER\n", stderr);
        return 2;
    }
    state = strtoul(argv[1], NULL, 10);
    struct benchmark benchmarks[BENCHMARKS];
    unsigned count = 1 + below(BENCHMARKS), files = chance(25) ? 3 : 2;
    for (unsigned i = 0; i < count; i++)
        benchmarks[i] = random_benchmark();
    for (unsigned i = 0; i < files; i++)
        put_file(argv[2], (char)('a' + i), benchmarks, count);
    put_args(argv[2], files);
    return 0;
}
