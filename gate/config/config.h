/* perfgate.yml: what `perfgate gate` measures, against what, and what it demands. The keys, their
 * kinds, ranges and help stand in one table (config_keys.c), from which reading, error messages and
 * the help are made. */
#ifndef GATE_CONFIG_CONFIG_H
#define GATE_CONFIG_CONFIG_H

#include "gate/compare/policy.h"
#include "runners/base/arena.h"
#include "runners/base/error.h"

#include <stdio.h>

struct config_list {
    const char **items;
    size_t count, capacity;
};

/* A command: a list is executed as it is; one text is a line for the shell's word rules. */
struct config_command {
    const char *line;  /* NULL when given as a list */
    const char **argv; /* NULL-terminated; NULL when given as a line */
    const char *where; /* "perfgate.yml:12" */
};

/* Measuring options that stand at the top and again at a benchmark. -1 and NaN: not set. */
struct config_measure {
    int rounds, max_rounds, warmup;
    double time_budget, timeout; /* seconds */
};

struct config_rules {
    struct policy_rule *items;
    size_t count, capacity;
};

struct config_benchmark {
    const char *where;
    const char *name;
    struct config_command command;
    const char *format;    /* NULL: auto */
    const char *build;     /* shell line that builds it in the tree of its side, or NULL */
    const char *directory; /* to run in, under the tree; NULL: the tree */
    struct config_measure measure;
    double threshold;
    int gated; /* -1 unset */
    struct config_rules
        units; /* rules whose benchmark is NULL: they hold for the rows of this entry */
};

struct config_base {
    const char *where;
    const char *revision; /* git revision of the base side; NULL: the store */
    const char *build;    /* shell line that builds the base side, instead of the benchmarks' */
};

/* A profile for a compiler, of what was sampled. */
struct config_pgo {
    const char *where;
    int compiler;       /* enum config_compiler */
    const char *output; /* NULL: none is written */
    struct config_list binaries;
    const char *steady_after, *root; /* as the options of `perfgate pgo`, or NULL */
    int min_samples;                 /* -1: as usual */
    int force;
    int when; /* enum config_when */
};
enum config_compiler { COMPILER_GO, COMPILER_CLANG, COMPILER_GCC, COMPILER_BOLT };
enum config_when { WHEN_BASELINE, WHEN_ALWAYS };

enum config_confirm { CONFIRM_OFF, CONFIRM_ON };

struct gate_config {
    const char *path;
    const char *where;
    double threshold, alpha;
    int correction, test, functions; /* enum correction, test_choice, function_rule */
    int strict;
    struct config_measure measure;
    int order;            /* enum run_order */
    int aslr_off;         /* address layout: 0 random, 1 off */
    int valgrind;         /* instructions: 0 by the machine's counter, 1 by valgrind */
    int sampler;          /* enum sampler (runner.h) */
    int sampled_rounds;   /* -1: as many as are measured */
    int pin;              /* CPU, or -1 */
    const char *counters; /* as counters_parse takes it */
    const char *store;
    const char *branch; /* the branch whose recordings are the baseline */
    int history;        /* stored recordings to compare with */
    int ancestry;       /* 0: the newest recording of the branch, whatever git says */
    int ignore_fingerprint;
    int confirm; /* measure red benchmarks again before failing */
    struct config_base base;
    struct config_pgo pgo;
    struct config_benchmark *benchmarks;
    size_t benchmark_count, benchmark_capacity;
    struct config_rules rules;
    struct config_demands {
        struct function_demand *items;
        size_t count, capacity;
    } function_rules;
    const char *waivers; /* path, or NULL */
    struct rename_rule *renames;
    size_t rename_count, rename_capacity;
    struct config_list allow_missing, reports;
};

/* Defaults of every key. */
void config_init(struct gate_config *config);

/* The configuration to read: the path given, or perfgate.yml when that is NULL. NULL (PG_USAGE)
 * when none was given and there is none. */
const char *config_path(const char *given, struct pg_error *err);

/* Reads and checks a file (at most 1 MiB). Errors are PG_USAGE with `path:line: …`: unknown keys
 * (with the nearest known one), wrong kinds, values out of range, keys given twice, no benchmarks,
 * two benchmarks of one name. */
bool config_read(struct gate_config *out, const char *path, struct arena *arena,
                 struct pg_error *err);

/* The same from memory; `path` is for messages. */
bool config_parse(struct gate_config *out, const char *path, struct text bytes, struct arena *arena,
                  struct pg_error *err);

/* Fills a policy with what holds for all rows: threshold, alpha, correction, test, strict, rules,
 * renames, allow-missing. */
void config_policy(const struct gate_config *config, struct policy *policy, struct arena *arena);

/* Adds the rules of one benchmark entry for one benchmark that it printed (exact full name; NULL:
 * for every row). */
void config_policy_benchmark(const struct config_benchmark *benchmark, const char *full_name,
                             struct policy *policy, struct arena *arena);

/* Measuring options of an entry: its own where set, else the file's. */
struct config_measure config_measure_of(const struct gate_config *config,
                                        const struct config_benchmark *benchmark);

/* Every key with kind, default and help, as `perfgate gate --help-config` prints it. */
void config_help(FILE *out);

#endif
