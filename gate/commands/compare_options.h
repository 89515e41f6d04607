/* The options and steps that all comparing commands share: policy, layout, reports, and how a
 * judged comparison ends. A command puts the macros' rows into its option table. */
#ifndef GATE_COMMANDS_COMPARE_OPTIONS_H
#define GATE_COMMANDS_COMPARE_OPTIONS_H

#include "gate/commands/options.h"
#include "gate/report/report.h"

struct policy_options {
    double threshold, alpha, confidence; /* NaN: not given */
    int correction, test, functions;     /* -1: not given */
    bool keep_paths, strict, ignore_fingerprint;
    struct string_list floors, rules, function_rules, allow_missing, renames, rename_files,
        waiver_files;
};

#define FUNCTION_RULE_OPTION(o)                                                                    \
    {                                                                                              \
        .name = "function-rule", .kind = OPTION_LIST, .target = &(o)->function_rules,              \
        .argument = "FUNCTION:KEY=VALUE,…",                                                        \
        .help = "threshold, floor, alpha, samples, gate, benchmark for functions by glob"          \
    }

#define POLICY_OPTIONS(o)                                                                          \
    {.name = "Policy", .kind = OPTION_HEADING, .help = "Policy"},                                  \
        {.name = "threshold",                                                                      \
         .letter = 't',                                                                            \
         .kind = OPTION_RATIO,                                                                     \
         .target = &(o)->threshold,                                                                \
         .argument = "SHARE",                                                                      \
         .help = "a change up to this is allowed (default 5%)",                                    \
         .high = 10},                                                                              \
        {.name = "alpha",                                                                          \
         .kind = OPTION_RATIO,                                                                     \
         .target = &(o)->alpha,                                                                    \
         .argument = "P",                                                                          \
         .help = "significance of a change (default 0.05)",                                        \
         .low = 1e-12,                                                                             \
         .high = 0.5,                                                                              \
         .one_dash = true},                                                                        \
        {.name = "correction",                                                                     \
         .kind = OPTION_CHOICE,                                                                    \
         .target = &(o)->correction,                                                               \
         .argument = "WHICH",                                                                      \
         .choices = "bh|holm|none",                                                                \
         .help = "for many rows: bh (default), holm or none"},                                     \
        {.name = "test",                                                                           \
         .kind = OPTION_CHOICE,                                                                    \
         .target = &(o)->test,                                                                     \
         .argument = "WHICH",                                                                      \
         .choices = "auto|welch|welch-log|trimmed|mann-whitney",                                   \
         .help = "auto (default), welch, welch-log, trimmed, mann-whitney"},                       \
        {.name = "confidence",                                                                     \
         .kind = OPTION_RATIO,                                                                     \
         .target = &(o)->confidence,                                                               \
         .argument = "P",                                                                          \
         .help = "of intervals (default 0.95)",                                                    \
         .low = 0.5,                                                                               \
         .high = 0.999999,                                                                         \
         .one_dash = true},                                                                        \
        {.name = "floor",                                                                          \
         .kind = OPTION_LIST,                                                                      \
         .target = &(o)->floors,                                                                   \
         .argument = "UNIT=AMOUNT",                                                                \
         .help = "a difference up to this is allowed (sec/op=50us)"},                              \
        {.name = "rule",                                                                           \
         .kind = OPTION_LIST,                                                                      \
         .target = &(o)->rules,                                                                    \
         .argument = "BENCH:UNIT:KEY=VALUE,…",                                                     \
         .help = "threshold, alpha, floor, better, gate for rows by globs"},                       \
        {.name = "functions",                                                                      \
         .kind = OPTION_CHOICE,                                                                    \
         .target = &(o)->functions,                                                                \
         .argument = "WHICH",                                                                      \
         .choices = "report|gate|off",                                                             \
         .help = "those that profiles show as slower: report (default), gate, off"},               \
        {.name = "keep-paths",                                                                     \
         .kind = OPTION_FLAG,                                                                      \
         .target = &(o)->keep_paths,                                                               \
         .help = "paths of functions' files as profiles have them, with names of people"},         \
        FUNCTION_RULE_OPTION(o),                                                                   \
        {.name = "strict",                                                                         \
         .kind = OPTION_FLAG,                                                                      \
         .target = &(o)->strict,                                                                   \
         .help = "exit 3 if any gated row is inconclusive"},                                       \
        {.name = "allow-missing",                                                                  \
         .kind = OPTION_LIST,                                                                      \
         .target = &(o)->allow_missing,                                                            \
         .argument = "GLOB",                                                                       \
         .help = "benchmarks that may be missing or fail"},                                        \
        {.name = "waivers",                                                                        \
         .kind = OPTION_LIST,                                                                      \
         .target = &(o)->waiver_files,                                                             \
         .argument = "FILE",                                                                       \
         .help = "regressions that are accepted for a while"},                                     \
        {.name = "rename",                                                                         \
         .kind = OPTION_LIST,                                                                      \
         .target = &(o)->renames,                                                                  \
         .argument = "OLD=NEW",                                                                    \
         .help = "a benchmark, or function:OLD, has another name in NEW"},                         \
        {.name = "renames",                                                                        \
         .kind = OPTION_LIST,                                                                      \
         .target = &(o)->rename_files,                                                             \
         .argument = "FILE",                                                                       \
         .help = "renames, a line `OLD NEW` each"},                                                \
    {                                                                                              \
        .name = "ignore-fingerprint", .kind = OPTION_FLAG, .target = &(o)->ignore_fingerprint,     \
        .help = "compare recordings of different machines"                                         \
    }

void policy_options_init(struct policy_options *options);

/* Overlays what was given onto a policy (from policy_init or a configuration) and reads the files.
 * Errors: PG_USAGE, PG_IO. */
bool policy_options_apply(const struct policy_options *options, struct policy *policy,
                          struct arena *arena, struct pg_error *err);

struct output_options {
    struct string_list reports;
    struct publication publication;
    const char *overridden; /* LABEL:ACTOR */
    int budget, colour, width;
    bool all;
};

/* How the table is printed. */
#define SCREEN_OPTIONS(o)                                                                          \
    {.name = "color",                                                                              \
     .kind = OPTION_CHOICE,                                                                        \
     .target = &(o)->colour,                                                                       \
     .argument = "WHEN",                                                                           \
     .choices = "auto|always|never",                                                               \
     .help = "auto (default), always or never"},                                                   \
    {                                                                                              \
        .name = "width", .kind = OPTION_INT, .target = &(o)->width, .argument = "COLUMNS",         \
        .help = "of the table (default: the terminal's)", .low = 40, .high = 100000                \
    }

/* What reports for GitHub say besides. */
#define PUBLICATION_OPTIONS(o)                                                                     \
    {.name = "GitHub", .kind = OPTION_HEADING, .help = "In reports for GitHub"},                   \
        {.name = "comment-key",                                                                    \
         .kind = OPTION_STRING,                                                                    \
         .target = &(o)->publication.key,                                                          \
         .argument = "KEY",                                                                        \
         .help = "tells a comment from others of one pull request (default)"},                     \
        {.name = "commit",                                                                         \
         .kind = OPTION_STRING,                                                                    \
         .target = &(o)->publication.commit,                                                       \
         .argument = "SHA",                                                                        \
         .help = "that this is about, beside the one measured"},                                   \
        {.name = "artifact-url",                                                                   \
         .kind = OPTION_STRING,                                                                    \
         .target = &(o)->publication.artifact_url,                                                 \
         .argument = "URL",                                                                        \
         .help = "of everything (or PERFGATE_ARTIFACT_URL)"},                                      \
        {.name = "flame-url",                                                                      \
         .kind = OPTION_STRING,                                                                    \
         .target = &(o)->publication.flame_url,                                                    \
         .argument = "URL",                                                                        \
         .help = "of the flame graph (or PERFGATE_FLAME_URL)"},                                    \
        {.name = "overridden-by",                                                                  \
         .kind = OPTION_STRING,                                                                    \
         .target = &(o)->overridden,                                                               \
         .argument = "LABEL:ACTOR",                                                                \
         .help = "who accepted what regressed; the exit code stays"},                              \
        {.name = "checkout",                                                                       \
         .kind = OPTION_STRING,                                                                    \
         .target = &(o)->publication.checkout,                                                     \
         .argument = "DIR",                                                                        \
         .help = "of the commit: annotate functions in its files"},                                \
    {                                                                                              \
        .name = "untrusted", .kind = OPTION_FLAG, .target = &(o)->publication.untrusted,           \
        .help = "say that the code of the change could meddle"                                     \
    }

#define OUTPUT_OPTIONS(o)                                                                          \
    {.name = "Output", .kind = OPTION_HEADING, .help = "Output"},                                  \
        {.name = "report",                                                                         \
         .kind = OPTION_LIST,                                                                      \
         .target = &(o)->reports,                                                                  \
         .argument = "FORMAT=PATH",                                                                \
         .help = REPORT_FORMATS "; path - replaces the table"},                                    \
        {.name = "all",                                                                            \
         .kind = OPTION_FLAG,                                                                      \
         .target = &(o)->all,                                                                      \
         .help = "also rows of whole processes that are not gated"},                               \
        {.name = "budget",                                                                         \
         .kind = OPTION_INT,                                                                       \
         .target = &(o)->budget,                                                                   \
         .argument = "BYTES",                                                                      \
         .help = "largest markdown report (default 65536)",                                        \
         .low = MARKDOWN_LEAST_BUDGET,                                                             \
         .high = 1 << 30},                                                                         \
        SCREEN_OPTIONS(o), PUBLICATION_OPTIONS(o)

void output_options_init(struct output_options *options);

/* Completes what reports for GitHub say, from options and the environment. Errors: PG_USAGE. */
bool output_options_check(struct output_options *options, struct arena *arena,
                          struct pg_error *err);

/* Colour only on a terminal that paints and without NO_COLOR, unless asked for; the terminal's
 * width. */
struct report_style output_style(const struct output_options *options,
                                 const struct session *session);

/* Prints the table (unless a report takes stdout), writes all reports, and sets the exit code.
 * False on a failed write; but a regression outranks that, so it is then only logged. */
bool comparison_finish(const struct comparison *comparison, struct reports *reports,
                       const struct report_format *table, const struct report_style *style,
                       struct session *session, int *exit_code, struct pg_error *err);

/* For inputs that could not be read: writes reports that say so. Keeps err; always returns false.
 */
bool comparison_unreadable(const struct policy *policy, enum reason reason, struct reports *reports,
                           const struct report_style *style, struct session *session,
                           struct pg_error *err);

/* The reason that an error of reading the base (or the head) stands for. */
enum reason reason_of_error(const struct pg_error *err);

#endif
