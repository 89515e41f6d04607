/* Writes a Go benchmark file for the speed tests, the same bytes for the same arguments:
 *   make_input BENCHMARKS LINES_EACH SEED [rounds]  > FILE
 * Every line has three units. With `rounds` the whole list comes once a round, else the lines of a
 * benchmark stand together, as `go test -count` writes them. SEED moves the numbers, so that two
 * files differ. */
#include "runners/base/splitmix64.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t next(void) {
    return splitmix64_next(&state);
}

static void line(unsigned long benchmark) {
    uint64_t base = (benchmark * 2654435761U) % 900000 + 100000;
    uint64_t time = base + next() % (base / 50);
    printf("BenchmarkSuite/group=%02lu/case=%06lu/size=%lu-8 \t %8" PRIu64 "\t %8" PRIu64
           ".%" PRIu64 " ns/op\t %8lu B/op\t %8lu allocs/op\n",
           benchmark % 97, benchmark, 16UL << benchmark % 12, 1000000000 / time, time, next() % 10,
           benchmark % 5000 * 16, benchmark % 100);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fputs("usage: make_input BENCHMARKS LINES_EACH SEED [rounds]\n", stderr);
        return 2;
    }
    unsigned long benchmarks = strtoul(argv[1], NULL, 10), lines = strtoul(argv[2], NULL, 10);
    state = strtoul(argv[3], NULL, 10);
    puts("goos: linux\ngoarch: amd64\npkg: example.org/suite\ncpu: made input");
    if (argc > 4 && strcmp(argv[4], "rounds") == 0) {
        for (unsigned long i = 0; i < lines; i++)
            for (unsigned long b = 0; b < benchmarks; b++)
                line(b);
    } else {
        for (unsigned long b = 0; b < benchmarks; b++)
            for (unsigned long i = 0; i < lines; i++)
                line(b);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 4;
}
