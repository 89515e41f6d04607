#include "gate/config/config_keys.h"

#include <stddef.h>
#include <string.h>

/* Rows: a plain key, one with a range, one with choices, one with keys of its own. */
#define PLAIN(name, kind, at, initial, help)                                                       \
    { name, kind, at, 0, 0, NULL, NULL, initial, help }
#define RANGE(name, kind, at, low, high, initial, help)                                            \
    { name, kind, at, low, high, NULL, NULL, initial, help }
#define CHOICE(name, at, choices, initial, help)                                                   \
    { name, KEY_CHOICE, at, 0, 0, choices, NULL, initial, help }
#define NESTED(name, kind, at, section, help)                                                      \
    { name, kind, at, 0, 0, NULL, section, NULL, help }
#define LAST                                                                                       \
    { NULL, KEY_TEXT, 0, 0, 0, NULL, NULL, NULL, NULL }

/* An entry of `benchmarks` takes what the file says, so its own keys have no default. */
#define MEASURE_KEYS(type, rounds_initial, warmup_initial, timeout_initial)                        \
    RANGE("rounds", KEY_INT, offsetof(struct type, measure.rounds), 1, 100000, rounds_initial,     \
          "processes a side that are measured"),                                                   \
        RANGE("max-rounds", KEY_INT, offsetof(struct type, measure.max_rounds), 1, 100000, NULL,   \
              "go on up to this many while an interval is wider than its threshold needs"),        \
        RANGE("time-budget", KEY_DURATION, offsetof(struct type, measure.time_budget), 0, 86400,   \
              NULL, "start no round after this long"),                                             \
        RANGE("warmup", KEY_INT, offsetof(struct type, measure.warmup), 0, 1000, warmup_initial,   \
              "rounds thrown away first"),                                                         \
        RANGE("timeout", KEY_DURATION, offsetof(struct type, measure.timeout), 0.001, 86400,       \
              timeout_initial, "kill a process after this long; its row fails")

#define RULE(member) offsetof(struct policy_rule, member)
#define RULE_KEYS                                                                                  \
    RANGE("threshold", KEY_RATIO, RULE(threshold), 0, 100, NULL,                                   \
          "a change up to this is tolerated"),                                                     \
        PLAIN("floor", KEY_FLOOR, RULE(absolute_floor), NULL,                                      \
              "an absolute change up to this is tolerated: 200 of the unit, 50us, 4Ki"),           \
        RANGE("alpha", KEY_RATIO, RULE(alpha), 1e-12, 0.5, NULL, "level of the test"),             \
        CHOICE("better", RULE(better), "auto|lower|higher", "auto",                                \
               "which direction is good, where the unit does not say"),                            \
        PLAIN("gated", KEY_BOOL, RULE(gated), NULL, "no: reported, never red")

static const struct config_key unit_keys[] = {RULE_KEYS, LAST};
static const struct config_section unit_section = {unit_keys, sizeof(struct policy_rule),
                                                   RULE(where), RULE(unit)};

static const struct config_key rule_keys[] = {
    PLAIN("benchmark", KEY_TEXT, RULE(benchmark), NULL,
          "pattern of full benchmark names (* ? [a-z]); all when not given"),
    PLAIN("unit", KEY_TEXT, RULE(unit), NULL, "pattern of units, e.g. sec/op; all when not given"),
    RULE_KEYS, LAST};
static const struct config_section rule_section = {rule_keys, sizeof(struct policy_rule),
                                                   RULE(where), 0};

#define DEMAND(member) offsetof(struct function_demand, member)
static const struct config_key demand_keys[] = {
    PLAIN("function", KEY_TEXT, DEMAND(function), NULL,
          "pattern of function names as reports show them; all when not given"),
    PLAIN("benchmark", KEY_TEXT, DEMAND(benchmark), NULL,
          "pattern of full benchmark names; all when not given"),
    RANGE("threshold", KEY_RATIO, DEMAND(threshold), 0, 100, NULL,
          "a change of its own cost up to this is tolerated"),
    RANGE("floor", KEY_RATIO, DEMAND(floor), 0, 1, NULL,
          "a change up to this share of the benchmark's whole cost is tolerated (0.5%)"),
    RANGE("alpha", KEY_RATIO, DEMAND(alpha), 1e-12, 0.5, NULL, "level of the test"),
    RANGE("samples", KEY_INT, DEMAND(least_samples), 1, 1000000, NULL,
          "fewest samples a round of a function that is tested (5)"),
    PLAIN("gated", KEY_BOOL, DEMAND(gated), NULL,
          "yes: red where it regressed, no: reported; as `functions` says when not given"),
    LAST};
static const struct config_section demand_section = {demand_keys, sizeof(struct function_demand),
                                                     DEMAND(where), 0};

#define ENTRY(member) offsetof(struct config_benchmark, member)
static const struct config_key benchmark_keys[] = {
    PLAIN("name", KEY_TEXT, ENTRY(name), NULL,
          "name of the entry, and of the benchmark when the command prints none"),
    PLAIN("command", KEY_COMMAND, ENTRY(command), NULL,
          "what to run: a text (shell quoting) or a list of arguments"),
    PLAIN("format", KEY_TEXT, ENTRY(format), NULL,
          "format of what it prints; found out when not given"),
    PLAIN("build", KEY_TEXT, ENTRY(build), NULL,
          "shell command that builds it, run once in each side's tree"),
    PLAIN("directory", KEY_TEXT, ENTRY(directory), NULL, "folder to run in, under the tree"),
    RANGE("threshold", KEY_RATIO, ENTRY(threshold), 0, 100, NULL, "as above, for this entry"),
    PLAIN("gated", KEY_BOOL, ENTRY(gated), NULL, "no: reported, never red"),
    NESTED("units", KEY_NAMED, ENTRY(units), &unit_section,
           "map from a pattern of units to what holds for it"),
    MEASURE_KEYS(config_benchmark, NULL, NULL, NULL),
    LAST};
static const struct config_section benchmark_section = {
    benchmark_keys, sizeof(struct config_benchmark), ENTRY(where), 0};

#define BASE(member) offsetof(struct config_base, member)
static const struct config_key base_keys[] = {
    PLAIN("revision", KEY_TEXT, BASE(revision), NULL,
          "git revision to build and measure interleaved with the new build; none: the store"),
    PLAIN("build", KEY_TEXT, BASE(build), NULL,
          "shell command that builds the base, where it differs from the benchmarks' build"),
    LAST};
static const struct config_section base_section = {base_keys, sizeof(struct config_base),
                                                   BASE(where), 0};

#define PGO(member) offsetof(struct config_pgo, member)
static const struct config_key pgo_keys[] = {
    CHOICE("for", PGO(compiler), "go|clang|gcc|bolt", "go", "the compiler that is to read it"),
    PLAIN("output", KEY_TEXT, PGO(output), NULL,
          "file to write, with FILE.json beside it; none is written without"),
    CHOICE("when", PGO(when), "baseline|always", "baseline",
           "baseline: only where the branch that is measured is `branch`"),
    PLAIN("binary", KEY_LIST, PGO(binaries), NULL,
          "program that was sampled, where profiles do not say it, and libraries that count"),
    PLAIN("steady-after", KEY_TEXT, PGO(steady_after), NULL, "leave out the first rounds (2)"),
    PLAIN("root", KEY_TEXT, PGO(root), NULL, "only stacks with a function that matches"),
    RANGE("min-samples", KEY_INT, PGO(min_samples), 0, 1000000000, "20000",
          "samples told by line that are asked for"),
    PLAIN("force", KEY_BOOL, PGO(force), "no", "yes: write what falls short, too, and say so"),
    LAST};
static const struct config_section pgo_section = {pgo_keys, sizeof(struct config_pgo), PGO(where),
                                                  0};

#define TOP(member) offsetof(struct gate_config, member)
static const struct config_key top_keys[] = {
    RANGE("threshold", KEY_RATIO, TOP(threshold), 0, 100, "5%", "a change up to this is tolerated"),
    RANGE("alpha", KEY_RATIO, TOP(alpha), 1e-12, 0.5, "0.05", "level of the tests"),
    CHOICE("correction", TOP(correction), "bh|holm|none", "bh", "for testing many rows at once"),
    CHOICE("test", TOP(test), "auto|welch|welch-log|trimmed|mann-whitney", "auto",
           "how two samples are compared"),
    CHOICE("functions", TOP(functions), "report|gate|off", "report",
           "functions that profiles show as slower: reported, or red, or not looked at"),
    PLAIN("strict", KEY_BOOL, TOP(strict), "no",
          "yes: any undecided row makes the run inconclusive (exit 3)"),
    MEASURE_KEYS(gate_config, "20", "1", "10m"),
    CHOICE("order", TOP(order), "abba|shuffle", "abba", "of the sides within the rounds"),
    RANGE("pin", KEY_INT, TOP(pin), 0, 4095, NULL, "CPU to run the benchmarks on"),
    CHOICE("aslr", TOP(aslr_off), "random|off", "random", "address layout of the benchmarks"),
    PLAIN("counters", KEY_TEXT, TOP(counters), "auto",
          "hardware counters: auto, off or names such as cycles,instructions"),
    CHOICE("instructions", TOP(valgrind), "counter|valgrind", "counter",
           "valgrind: one more run a side that counts instructions exactly"),
    CHOICE("sampler", TOP(sampler), "none|perf|preload|auto", "auto",
           "sample further rounds for profiles; auto: what runs long enough, where it is allowed"),
    RANGE("sampled-rounds", KEY_INT, TOP(sampled_rounds), 1, 100000, NULL,
          "how many rounds are sampled; as many as are measured, at most 20"),
    PLAIN("store", KEY_TEXT, TOP(store), ".perfgate/baseline", "folder of stored recordings"),
    PLAIN("branch", KEY_TEXT, TOP(branch), "main", "branch whose recordings are the baseline"),
    RANGE("history", KEY_INT, TOP(history), 1, 100, "5",
          "stored recordings that make the baseline"),
    PLAIN("ancestry", KEY_BOOL, TOP(ancestry), "yes",
          "no: take the newest recordings of the branch, whether ancestors or not"),
    PLAIN("ignore-fingerprint", KEY_BOOL, TOP(ignore_fingerprint), "no",
          "yes: compare recordings of different machines"),
    PLAIN("confirm", KEY_BOOL, TOP(confirm), "yes",
          "measure red benchmarks again; red only if fresh rounds alone say so too"),
    NESTED("base", KEY_SECTION, TOP(base), &base_section,
           "measure another revision beside this one, instead of using the store"),
    NESTED("pgo", KEY_SECTION, TOP(pgo), &pgo_section,
           "a profile for a compiler from what was sampled of the new build"),
    NESTED("benchmarks", KEY_SECTIONS, TOP(benchmarks), &benchmark_section,
           "what to measure (list)"),
    NESTED("rules", KEY_SECTIONS, TOP(rules), &rule_section,
           "what holds for some rows only (list; the last that says something wins)"),
    NESTED("function-rules", KEY_SECTIONS, TOP(function_rules), &demand_section,
           "what holds for some functions only (list; the last that says something wins)"),
    PLAIN("waivers", KEY_TEXT, TOP(waivers), NULL,
          "file of accepted regressions, with ceiling and expiry"),
    PLAIN("rename", KEY_RENAMES, TOP(renames), NULL,
          "map from a benchmark's name in the baseline to its new name"),
    PLAIN("allow-missing", KEY_LIST, TOP(allow_missing), NULL,
          "patterns of benchmarks that the baseline may have alone"),
    PLAIN("reports", KEY_LIST, TOP(reports), NULL,
          "FORMAT=PATH, as --report (text json markdown csv junit html …)"),
    LAST};
const struct config_section config_top = {top_keys, sizeof(struct gate_config), TOP(where), 0};

static const char *kind_name(const struct config_key *key) {
    switch (key->kind) {
    case KEY_BOOL:
        return "yes|no";
    case KEY_INT:
        return "N";
    case KEY_FLOOR:
        return "AMOUNT";
    case KEY_RATIO:
        return "SHARE";
    case KEY_DURATION:
        return "TIME";
    case KEY_TEXT:
        return "TEXT";
    case KEY_CHOICE:
        return key->choices;
    case KEY_LIST:
        return "[TEXT…]";
    case KEY_COMMAND:
        return "TEXT or [ARG…]";
    case KEY_RENAMES:
        return "{OLD: NEW…}";
    case KEY_SECTION:
    case KEY_SECTIONS:
    case KEY_NAMED:
        return "";
    }
    return "";
}

static void help_keys(FILE *out, const struct config_key *keys, int indent, const char *dash);

static void help_section(FILE *out, const struct config_key *key, int indent) {
    if (key->kind == KEY_SECTION)
        help_keys(out, key->section->keys, indent + 2, "");
    if (key->kind == KEY_SECTIONS)
        help_keys(out, key->section->keys, indent + 2, "- ");
    if (key->kind == KEY_NAMED) {
        fprintf(out, "%*sUNIT:\n", indent + 2, "");
        help_keys(out, key->section->keys, indent + 4, "");
    }
}

static void help_keys(FILE *out, const struct config_key *keys, int indent, const char *dash) {
    for (const struct config_key *key = keys; key->name; key++) {
        int width = fprintf(out, "%*s%s%s: %s", indent, "", dash, key->name, kind_name(key));
        fprintf(out, "%*s# %s%s%s%s\n", width < 38 ? 38 - width : 1, "", key->help,
                key->initial ? " [" : "", key->initial ? key->initial : "",
                key->initial ? "]" : "");
        if (dash[0] == '-') {
            dash = "";
            indent += 2;
        }
        help_section(out, key, indent);
    }
}

void config_help(FILE *out) {
    fputs("# Keys of perfgate.yml; [defaults] in brackets. SHARE is 5% or 0.05, TIME 90s, 10m or "
          "100ms.\n"
          "# Unknown keys are refused. Paths are under the current folder.\n",
          out);
    help_keys(out, top_keys, 0, "");
}
