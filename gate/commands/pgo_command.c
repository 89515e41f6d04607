#include "gate/commands/option_rows.h"
#include "gate/commands/part.h"
#include "gate/commands/pgo_parts.h"
#include "runners/base/log.h"

static const struct command *const parts[] = {&pgo_check_command, &pgo_verify_command, NULL};

#define SHARE(long, to, text)                                                                      \
    {                                                                                              \
        .name = (long), .kind = OPTION_RATIO, .target = (to), .argument = "SHARE", .help = (text), \
        .high = 1                                                                                  \
    }

static bool parse(struct pgo_options *o, struct parsed_options *parsed, struct session *session,
                  int argc, const char **argv, struct pg_error *err) {
    int samples = (int)o->limits.samples;
    const struct option options[] = {
        HEADING("What is made"),
        TEXT("for", 0, &o->format, "COMPILER", "go, clang, gcc or bolt (experimental)"),
        TEXT("output", 'o', &o->output, "FILE", "the profile; FILE.json is written beside it"),
        COUNT("gcc-version", 0, &o->gcc_version, 4, 99,
              "gcc's major version, by which the format differs (that of gcc here)"),
        HEADING("From what"),
        LIST("binary", 0, &o->binaries, "FILE",
             "the program that was sampled, and libraries that count, too (where profiles say)"),
        LIST("weight", 0, &o->weighted, "N,FILE", "a recording that counts N times"),
        {.name = "half-life",
         .kind = OPTION_DURATION,
         .target = &o->half_life,
         .argument = "TIME",
         .help = "recordings count half as much for each such time that they are older than the "
                 "newest (168h: a week)",
         .high = 1e10},
        TEXT("steady-after", 0, &o->steady_after, "N|TIME",
             "leave out the first N rounds, or the first TIME of each (recorded by run --slices)"),
        TEXT("root", 0, &o->root, "RE",
             "only stacks with such a function, and of them what is below the outermost"),
        HEADING("What is asked for"),
        COUNT("min-samples", 0, &samples, 0, 1000000000, "samples told by line (20000)"),
        SHARE("min-lines", &o->limits.lines,
              "of the program's samples that are, line 0 apart (90%)"),
        SHARE("max-line-zero", &o->limits.line_zero,
              "of them in code that the compiler gave no line (25%)"),
        SHARE("max-function", &o->limits.function, "of them in one function (95%)"),
        SHARE("min-coverage", &o->limits.coverage,
              "of the samples in functions of 1% and more: in those told by line (90%)"),
        SHARE("min-stacks", &o->limits.stacks, "of the stacks that are whole, for go (90%)"),
        FLAG("force", 0, &o->force, "write what falls short nevertheless, with a note in it"),
        {.name = NULL}};
    bool good = options_parse(parsed, &pgo_command, options, false, session, argc, argv, err);
    o->limits.samples = samples;
    return good;
}

static bool check(const struct pgo_options *o, const struct parsed_options *parsed,
                  struct pg_error *err) {
    if (!o->format || !o->output || parsed->operands.count + o->weighted.count == 0)
        return pg_error_set(err, PG_USAGE,
                            "pgo: expected --for go|clang|gcc|bolt, -o FILE and recordings");
    if (!pgo_format_find(o->format))
        return pg_error_set(err, PG_USAGE, "--for=%.60s: expected go, clang, gcc or bolt",
                            o->format);
    return true;
}

static void tell(const struct pgo_options *o, const struct pgo_outcome *outcome,
                 const struct session *session) {
    for (size_t i = 0; i < outcome->warnings.count; i++)
        pg_log(LOG_WARNING, "%s", outcome->warnings.items[i]);
    for (size_t i = 0; i < outcome->reasons.count; i++)
        pg_log(outcome->written ? LOG_WARNING : LOG_ERROR, "%s%s",
               outcome->written ? "forced: " : "", outcome->reasons.items[i]);
    if (!outcome->written)
        pg_log(LOG_ERROR, "%s is not written: %zu reason%s above (--force writes it nevertheless)",
               o->output, outcome->reasons.count, outcome->reasons.count == 1 ? "" : "s");
    else if (!session->quiet && strcmp(o->output, "-") != 0)
        fprintf(session->out, "%s: for %s, of %.0f samples, %.1f%% of them told by %s%s\n",
                o->output, o->format, outcome->samples,
                100 * outcome->lines / (outcome->samples > 0 ? outcome->samples : 1),
                strcmp(o->format, "bolt") == 0 ? "function" : "line",
                outcome->reasons.count ? ", FORCED" : "");
}

/* Refused is broken, since only a regression ends with 1. */
static bool make(struct session *session, int argc, const char **argv, int *exit_code,
                 struct pg_error *err) {
    struct pgo_options o = {0};
    struct parsed_options parsed;
    struct pgo_sources sources;
    struct pgo_outcome outcome;
    *exit_code = 0;
    pgo_limits_init(&o.limits);
    if (!parse(&o, &parsed, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (!check(&o, &parsed, err) ||
        !pgo_sources_read(&sources, &o, &parsed.operands, session->arena, err) ||
        !pgo_hand_out(&outcome, &o, &sources, session->arena, err))
        return false;
    tell(&o, &outcome, session);
    *exit_code = outcome.written ? 0 : 4;
    return true;
}

/* Without the word of a part it makes a profile; manual page and completion are of all. */
static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    const char *what = argc > 1 ? argv[1] : "";
    bool part = strcmp(what, "check") == 0 || strcmp(what, "verify") == 0;
    bool all = strncmp(what, "--help=", 7) == 0;
    if (!part && !make(session, argc, argv, exit_code, err))
        return false;
    return !(part || all) || part_run(&pgo_command, "", parts,
                                      &(struct part_call){session, argc, argv, exit_code}, err);
}

const struct command pgo_command = {
    .name = "pgo",
    .summary = "Profiles for compilers: make one, check its age, verify its gain",
    .operands = "RECORDING… | check … | verify …",
    .run = run,
};
