// The demo repository's files: a small C benchmark program, built by make, that prints what `go test -bench` prints.

const PROGRAM = ({ parse, scan, sort, jitter, names, extra }) => `#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The clock counts steps of work, two nanoseconds each, and jitters, so that a verdict does not hang on the machine that
   tests run on; DEMO_CLOCK=real takes the machine's. */
static uint64_t steps, seed;
static volatile uint64_t sink;

static void work(uint64_t count)
{
    uint64_t x = seed | 1;
    for (uint64_t i = 0; i < count; i++)
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    sink = x;
    steps += count;
}

static void bench_parse(void) { work(${parse}); }
static void bench_scan(void) { work(${scan}); }
static void bench_sort(void) { work(${sort}); }

static double uniform(void)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.0;
}

static void report(const char *name, void (*run)(void))
{
    struct timespec from, to;
    const char *clock = getenv("DEMO_CLOCK");
    clock_gettime(CLOCK_MONOTONIC, &from);
    steps = 0;
    run();
    clock_gettime(CLOCK_MONOTONIC, &to);
    double ns = (double)steps * 2 * (1 + ${jitter} * (uniform() + uniform() - 1));
    if (clock && strcmp(clock, "real") == 0)
        ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    printf("Benchmark%s 1 %.0f ns/op\\n", name, ns);
}

int main(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    seed = ((uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid() << 3) | 1;
    for (int i = 0; i < 8; i++)
        uniform();
${extra}${names.map(name => `    report("${name[0].toUpperCase()}${name.slice(1)}", bench_${name});`).join('\n')}
    return 0;
}
`;

const MAKEFILE = 'CFLAGS ?= -O1\nbench: bench.c\n\t$(CC) $(CFLAGS) -o $@ $<\nclean:\n\trm -f bench\n';
const base = { parse: 1000000, scan: 1500000, sort: 800000, jitter: 0.006, names: ['parse', 'scan', 'sort'], extra: '' };

// The tree of a commit: path → text. CHANGES are to the program (see base), or whole files.
export function demoFiles({ program = {}, files = {} } = {}) {
    return { 'bench.c': PROGRAM({ ...base, ...program }), Makefile: MAKEFILE, 'README.md': '# demo\n', '.gitignore': '/bench\n', ...files };
}

const HOSTILE = `    puts("::error::forged");
    puts("::set-env name=PATH::/tmp");
    puts("::add-mask::pass");
    puts("##[error]forged too");
`;

// Every pull request of the demo: branch → what it changes on main. `fork`: comes from another owner. `onto`: the branch it wants into.
export const BRANCHES = {
    slow: { program: { scan: 1650000 } },
    clean: { files: { 'NEWS.md': 'Nothing that takes time.\n' }, program: { extra: '    /* the same work */\n' } },
    'docs-only': { files: { 'README.md': '# demo\n\nMore words.\n' } },
    broken: { files: { 'bench.c': '#error this branch does not build\n' } },
    removed: { program: { names: ['parse', 'scan'] } },
    faster: { program: { sort: 600000 } },
    noisy: { program: { scan: 1590000, jitter: 0.5 } },
    hostile: { program: { extra: HOSTILE } },
    'fork-slow': { program: { scan: 1650000 }, fork: true },
    'fork-clean': { files: { 'NEWS.md': 'From afar.\n' }, fork: true },
    mended: { onto: 'unbuildable' },
};
