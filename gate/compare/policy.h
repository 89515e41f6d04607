/* What the gate demands: filled from options and configuration once, then only read. */
#ifndef GATE_COMPARE_POLICY_H
#define GATE_COMPARE_POLICY_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/recording/recording.h"

#include <math.h>

enum correction { CORRECTION_BH, CORRECTION_HOLM, CORRECTION_NONE, CORRECTION_COUNT };
enum test_choice {
    TEST_AUTO,
    TEST_WELCH,
    TEST_WELCH_LOG,
    TEST_TRIMMED,
    TEST_MANN_WHITNEY,
    TEST_CHOICE_COUNT
};

/* What functions that got slower by their profiles decide. */
enum function_rule {
    FUNCTIONS_REPORT, /* nothing: they are reported */
    FUNCTIONS_GATE,   /* a function that regressed is a regression */
    FUNCTIONS_OFF,    /* profiles are not looked at */
    FUNCTION_RULE_COUNT
};

/* Applies to rows whose benchmark and unit match both globs (NULL matches all); of several that
 * match and set a field the last wins. NaN, UNKNOWN and -1 mean unset. */
struct policy_rule {
    const char *benchmark, *unit; /* the unit tidied: "sec/op", not "ns/op" */
    double threshold;             /* ratio, e.g. 0.05 */
    double absolute_floor;        /* in the base unit; |difference| must exceed it */
    double alpha;
    enum better better;
    int gated;         /* 1 yes, 0 no (reported only) */
    const char *where; /* "perfgate.yml:12" or "--rule" for messages */
};
#define POLICY_RULE_UNSET                                                                          \
    { NULL, NULL, NAN, NAN, NAN, BETTER_UNKNOWN, -1, NULL }

/* The same for functions: applies to those whose benchmark and name (as joined across builds) match
 * both globs. */
struct function_demand {
    const char *function, *benchmark;
    double threshold; /* ratio, of the function's own cost */
    double floor;     /* ratio, of the benchmark's whole cost */
    double alpha;
    int least_samples; /* a round, of a function that is tested */
    int gated;
    const char *where;
};
#define FUNCTION_DEMAND_UNSET                                                                      \
    { NULL, NULL, NAN, NAN, NAN, -1, -1, NULL }

/* Exact full names: baseline name → new name. Where the baseline has no benchmark `from`, the
 * suffix `-8` that Go appends may be left out of both. `function:NAME` is a function's name. */
struct rename_rule {
    const char *from, *to;
    const char *where;
};

/* One line of a waiver file (waiver.h). */
struct waiver {
    const char *benchmark, *unit; /* exact (the suffix `-8` may be left out); the unit tidied */
    const char *function;         /* of a unit `function:NAME` the name; else NULL */
    double ceiling;               /* ratio: the worsening up to which it waives */
    const char *expires;          /* YYYY-MM-DD; waives up to and including that day (UTC) */
    const char *reason;
    const char *where; /* file:line */
};

struct policy {
    double threshold;  /* 0.05 */
    double alpha;      /* 0.05 */
    double confidence; /* of intervals: 0.95 */
    enum correction correction;
    enum test_choice test;
    enum function_rule functions;
    bool keep_paths;         /* functions' files and names as profiles have them */
    bool strict;             /* any inconclusive gated row → exit 3 */
    bool ignore_fingerprint; /* override of the mismatch guard */
    struct policy_rule *rules;
    size_t rule_count, rule_capacity;
    struct function_demand *demands;
    size_t demand_count, demand_capacity;
    const char **allow_missing; /* globs over benchmark names */
    size_t allow_missing_count, allow_missing_capacity;
    struct rename_rule *renames;
    size_t rename_count, rename_capacity;
    struct waiver *waivers;
    size_t waiver_count, waiver_capacity;
    const char *today; /* YYYY-MM-DD (UTC), what waivers expire by; NULL: the clock's */
};

/* Defaults of DESIGN.md. */
void policy_init(struct policy *policy);

/* Adds a rule from `BENCHMARKGLOB:UNITGLOB:key=value,…` with the keys threshold (ratio), alpha,
 * floor (as in policy_add_floor), better (lower, higher), gate (yes, no). The last two colons
 * divide, so names may hold colons. An empty glob matches all. Errors: PG_USAGE beginning with
 * `where`. */
bool policy_add_rule(struct policy *policy, const char *text, const char *where,
                     struct arena *arena, struct pg_error *err);

/* Adds a rule for functions from `FUNCTIONGLOB:key=value,…` with the keys threshold, floor
 * (ratios), alpha, samples, gate (yes, no), benchmark (a glob). The last colon divides. Errors:
 * PG_USAGE beginning with `where`. */
bool policy_add_demand(struct policy *policy, const char *text, const char *where,
                       struct arena *arena, struct pg_error *err);

/* Adds a rule from `UNIT=VALUE`: the value in the unit as it is written (`ns/op=200`), or with a
 * suffix of its own: a duration for time units (`sec/op=50us`), K M G T or Ki Mi Gi Ti for others
 * (`B/op=4Ki`). Errors: PG_USAGE beginning with `where`. */
bool policy_add_floor(struct policy *policy, const char *text, const char *where,
                      struct arena *arena, struct pg_error *err);

/* A floor as policy_add_floor takes it, for a unit as it is written, into the tidied unit. False
 * when it is none. */
bool policy_floor_value(struct text unit, struct text value, double *out, struct arena *arena);

/* The old name of a function, where the rename is of one: its OLD is `function:NAME`; else NULL. */
const char *rename_of_function(const struct rename_rule *rule);

/* Adds a rename from `OLD=NEW` (split at the `=` that leaves both sides non-empty; with several,
 * names are ambiguous: use the file). Errors: PG_USAGE beginning with `where`. */
bool policy_add_rename(struct policy *policy, const char *text, const char *where,
                       struct arena *arena, struct pg_error *err);

/* Adds renames from a file: a line each `OLD NEW`, `#` comments, "quoted" where a name has blanks.
 * Errors: PG_USAGE with file:line, PG_IO. */
bool policy_read_renames(struct policy *policy, const char *path, struct arena *arena,
                         struct pg_error *err);

/* What holds for one row, all rules applied. */
struct row_policy {
    double threshold, absolute_floor, alpha;
    enum better better;
    bool ruled_better; /* `better` comes from a rule, whatever the metadata says */
    bool gated; /* its verdict counts. By default: not informational, of known direction, and not of
                   the process around the benchmarks (PROCESS_PREFIX) */
    bool expected;     /* its absence or failure counts. By default: not informational */
    const char *where; /* of the rule that decided the threshold, or NULL */
};

/* A unit's part of the policy, before the rules (`gated` is not yet set): direction from `better=`
 * metadata, else from the unit; the floor is the unit's least difference. */
struct row_policy policy_for_unit(const struct policy *policy, const char *unit,
                                  const struct unit_metadata *metadata);

/* The row's policy from its unit's. `used`, if not NULL, has rule_count entries; those of matching
 * rules are set. */
struct row_policy policy_for(const struct policy *policy, const struct row_policy *of_unit,
                             const char *benchmark, const char *unit, bool *used);

/* What holds for one function. */
struct function_policy {
    double threshold, floor, alpha;
    int least_samples; /* -1: the usual number */
    bool gated; /* where its slice decides, it does. By default: where functions do (FUNCTIONS_GATE)
                 */
};

/* `floor`: that of functions that no rule names. `used`, if not NULL, has demand_count entries;
 * those of matching rules are set. */
struct function_policy policy_for_function(const struct policy *policy, double floor,
                                           const char *benchmark, const char *function, bool *used);

/* Can a function decide anything? */
bool policy_functions_decide(const struct policy *policy);

/* May the benchmark be missing or fail without breaking the gate? */
bool policy_allows_missing(const struct policy *policy, const char *benchmark);

const char *correction_name(enum correction correction);
const char *test_choice_name(enum test_choice choice);
bool test_choice_parse(const char *name, enum test_choice *out);
const char *function_rule_name(enum function_rule rule);
bool correction_parse(const char *name, enum correction *out);

/* The length of a benchmark name without the `-8` that Go appends. */
size_t name_without_suffix(const char *name);

#endif
