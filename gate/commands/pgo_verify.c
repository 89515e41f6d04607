#include "gate/commands/compare_options.h"
#include "gate/commands/option_rows.h"
#include "gate/commands/pgo_builds.h"
#include "gate/commands/run_progress.h"
#include "gate/compare/noise_notes.h"
#include "gate/pgo/proof.h"
#include "runners/base/command_line.h"
#include "runners/base/log.h"
#include "runners/runner.h"
#include "runners/sampler/child.h"
#include "runners/sampler/interrupt.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

enum { SIDES = 2 };

struct verify {
    const char *build, *build_plain, *bench, *program, *unit;
    int rounds, max_rounds, warmup;
    double threshold, alpha, timeout, build_timeout;
    struct output_options output;
    bool no_control;
    const char *profile; /* absolute */
    struct sidecar sidecar;
    const struct pgo_format *format;
    struct pgo_builds builds;
    const char *const *argv; /* of the benchmark */
    struct policy policy;
    struct run_progress progress;
    struct reports *reports;
    struct report_style style;
    FILE *told; /* stdout, or stderr where a report takes that */
    struct session *session;
    struct arena *arena;
};

/* ---- before anything runs ---- */

static bool parse(struct verify *v, struct parsed_options *parsed, int argc, const char **argv,
                  struct pg_error *err) {
    const struct option options[] = {
        HEADING("What is built"),
        TEXT("build", 0, &v->build, "COMMAND",
             "shell command that builds with the profile {profile}: 'go build -pgo={profile} -o "
             "app .', 'clang -O2 -fprofile-sample-use={profile} -o app app.c', 'make -B "
             "CFLAGS=\"-O2 -fauto-profile={profile}\"'"),
        TEXT("build-plain", 0, &v->build_plain, "COMMAND",
             "and without (the same without the word, or part of a quoted one, that holds "
             "{profile}; -pgo=off for -pgo={profile})"),
        TEXT("program", 0, &v->program, "FILE", "that both make (the first word of --bench)"),
        SPAN("build-timeout", &v->build_timeout, "longest a build may take (1h; 0: no limit)"),
        FLAG("no-control", 0, &v->no_control,
             "do not build a third time, with a profile of nothing, to see that it is this one "
             "which changes the code (clang, gcc)"),
        HEADING("What is measured"),
        TEXT("bench", 0, &v->bench, "COMMAND", "runs it; what it prints is read as run does"),
        TEXT("unit", 0, &v->unit, "GLOB", "that decides (sec/op)"),
        COUNT("rounds", 'r', &v->rounds, 2, 100000, "rounds of both, in turn (20)"),
        COUNT("max-rounds", 'M', &v->max_rounds, 2, 100000,
              "go on up to this many while the interval is wider than the threshold needs (60)"),
        COUNT("warmup", 'w', &v->warmup, 0, 100000, "rounds to discard first (1)"),
        {.name = "threshold",
         .letter = 't',
         .kind = OPTION_RATIO,
         .target = &v->threshold,
         .argument = "RATIO",
         .help = "a change up to this is no difference (1%)",
         .low = 1e-6,
         .high = 100},
        {.name = "alpha",
         .kind = OPTION_DOUBLE,
         .target = &v->alpha,
         .argument = "P",
         .help = "level of the test (0.05)",
         .low = 1e-12,
         .high = 0.5},
        SPAN("timeout", &v->timeout, "longest a process may take (10m; 0: no limit)"),
        OUTPUT_OPTIONS(&v->output),
        {.name = NULL}};
    return options_parse(parsed, &pgo_verify_command, options, false, v->session, argc, argv, err);
}

/* What stands in a shell's line as it is, whatever the quotes around it. */
static bool is_plain(const char *path) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-@:,=%";
    return strspn(path, allowed) == strlen(path);
}

static bool check(struct verify *v, const struct parsed_options *parsed, struct pg_error *err) {
    char path[PATH_MAX];
    if (!v->build || !v->bench || parsed->operands.count != 1)
        return pg_error_set(err, PG_USAGE, "pgo verify: expected --build, --bench and one profile");
    if (!strstr(v->build, "{profile}"))
        return pg_error_set(err, PG_USAGE,
                            "--build: {profile} is not in it, where the profile's path goes");
    if (v->build_plain && strstr(v->build_plain, "{profile}"))
        return pg_error_set(err, PG_USAGE, "--build-plain: {profile} has no place in it");
    if (!realpath(parsed->operands.items[0], path))
        return pg_error_errno(err, "%.300s: cannot be read", parsed->operands.items[0]);
    if (!is_plain(path))
        return pg_error_set(err, PG_USAGE,
                            "%.300s: a path that goes into a shell's line may have letters, "
                            "digits and /._+-@:,=%% only",
                            path);
    v->profile = arena_strdup(v->arena, path);
    if (v->max_rounds < v->rounds)
        v->max_rounds = v->rounds;
    if (!command_split(&v->argv, v->bench, v->arena, err))
        return pg_error_in(err, "--bench");
    v->program = v->program ? v->program : v->argv[0];
    if (strchr(v->program, '/'))
        return true;
    return pg_error_set(err, PG_USAGE,
                        "--program is missing: --bench begins with %.100s, which names no file as "
                        "./%.100s would",
                        v->program, v->program);
}

static void fill_policy(struct verify *v) {
    const struct policy_rule rules[] = {
        {NULL, NULL, NAN, NAN, NAN, BETTER_UNKNOWN, 0, "--unit"},
        {NULL, v->unit, NAN, NAN, NAN, BETTER_UNKNOWN, 1, "--unit"},
        {PROCESS_PREFIX "*", NULL, NAN, NAN, NAN, BETTER_UNKNOWN, 0, "--unit"},
    };
    policy_init(&v->policy);
    v->policy.threshold = v->threshold;
    v->policy.alpha = v->alpha;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        ARENA_PUSH(v->arena, v->policy.rules, v->policy.rule_count, v->policy.rule_capacity,
                   rules[i]);
}

/* ---- was the profile used? ---- */

static void plan_builds(struct verify *v) {
    struct pg_error ignored;
    const char *control = arena_printf(v->arena, "%s.control.%d", v->profile, (int)getpid());
    v->builds =
        (struct pgo_builds){.program = v->program, .timeout = v->build_timeout, .arena = v->arena};
    v->builds.commands[PGO_PLAIN] =
        v->build_plain ? v->build_plain : pgo_plain_line(v->build, v->arena);
    v->builds.commands[PGO_TUNED] = pgo_build_line(v->build, v->profile, v->arena);
    if (!v->no_control &&
        pgo_write_control(control, v->format, pgo_gcc_version(0, v->arena), v->arena, &ignored))
        v->builds.commands[PGO_CONTROL] = pgo_build_line(v->build, control, v->arena);
    v->builds.control = control;
}

/* `go version -m` of the program; NULL when there is no go. */
static const char *go_settings(const struct verify *v) {
    const char *const argv[] = {"go", "version", "-m", v->builds.paths[PGO_TUNED], NULL};
    struct child_request request = {.argv = argv, .timeout = 60};
    struct launched result;
    struct pg_error ignored;
    return child_succeed(&request, &result, v->arena, &ignored)
               ? arena_strndup(v->arena, result.output.at, result.output.length)
               : NULL;
}

static bool go_used(const struct verify *v, struct pg_error *err) {
    const char *settings = strcmp(v->format->name, "go") == 0 ? go_settings(v) : NULL;
    if (strcmp(v->format->name, "go") != 0)
        return true;
    if (!settings) {
        pg_log(LOG_WARNING, "go version -m cannot be asked whether the profile was used");
        return true;
    }
    const char *setting = strstr(settings, "\t-pgo=");
    if (!setting || strncmp(setting, "\t-pgo=off", 9) == 0)
        return pg_error_set(err, PG_CHILD,
                            "not used: go version -m of %.200s knows of no -pgo; Go builds so with "
                            "-pgo={profile}",
                            v->program);
    fprintf(v->told, "used       go version -m:%.*s\n", (int)strcspn(setting + 1, "\n") + 1,
            setting);
    return true;
}

static bool read_code(const struct verify *v, struct program_code code[PGO_BUILDS],
                      struct strings *strings, struct pg_error *err) {
    for (size_t i = 0; i < PGO_BUILDS; i++) {
        if (v->builds.paths[i] &&
            !program_code_read(&code[i], v->builds.paths[i], strings, v->arena, err))
            return false;
    }
    return true;
}

static bool code_used(const struct verify *v, struct pg_error *err) {
    struct program_code code[PGO_BUILDS];
    struct strings *strings = strings_new(v->arena);
    const struct hot_functions *hot = &v->sidecar.functions;
    if (!read_code(v, code, strings, err))
        return false;
    struct code_change change =
        code_change_of(&code[PGO_PLAIN], &code[PGO_TUNED], hot, strings, v->arena);
    if (change.same)
        return pg_error_set(err, PG_CHILD,
                            "not used: with the profile and without it %.200s has the same code; "
                            "does --build compile everything again (make -B), and hand {profile} "
                            "to the compiler?",
                            v->program);
    if (v->builds.paths[PGO_CONTROL] &&
        code_change_of(&code[PGO_CONTROL], &code[PGO_TUNED], hot, strings, v->arena).same)
        return pg_error_set(err, PG_CHILD,
                            "not used: with a profile of nothing %.200s has the same code; the "
                            "compiler read the profile and found none of its functions in it",
                            v->program);
    if (change.hot && !change.changed)
        return pg_error_set(err, PG_CHILD,
                            "not used: the code of none of %zu hot functions in %.200s has changed",
                            change.hot, v->program);
    fprintf(v->told,
            "used       code of %zu of %zu hot functions differs (%s%s), %zu bytes of code instead "
            "of %zu\n",
            change.changed, change.hot, change.names, change.changed > 5 ? ", …" : "", change.after,
            change.before);
    if (v->builds.paths[PGO_CONTROL])
        fputs("           and it is not that of a build with a profile of nothing\n", v->told);
    return true;
}

/* ---- measuring ---- */

static const char *const *put_in_place(const struct verify *v, enum pgo_build_kind kind) {
    const char **argv = ARENA_NEW(v->arena, const char *, 6);
    const char *words[] = {"ln", "-f", "--", v->builds.paths[kind], v->program};
    memcpy(argv, words, sizeof words);
    return argv;
}

static bool run_plan(struct verify *v, struct plan *plan, struct recording *const *sides,
                     struct pg_error *err) {
    struct measured measured;
    FILE *out = v->session->err;
    v->progress = (struct run_progress){.warmup = plan->warmup, .policy = &v->policy};
    plan->progress = run_progress_show;
    plan->enough = plan->max_rounds > plan->rounds ? run_progress_enough : NULL;
    plan->context = &v->progress;
    run_progress_begin(&v->progress, out, fileno(out), v->session->quiet);
    bool good = runner_measure(plan, sides, &measured, err);
    run_progress_end(&v->progress);
    if (good && measured.interrupted)
        return pg_error_set(err, PG_CHILD, "interrupted by signal %d", measured.interrupted);
    if (good && measured.failures)
        return pg_error_set(err, PG_CHILD, "%u of %u processes failed", measured.failures,
                            measured.processes);
    return good;
}

static bool measure(struct verify *v, struct recording *sides[SIDES], struct pg_error *err) {
    static const char *const labels[SIDES] = {"plain", "pgo"};
    static const enum pgo_build_kind kinds[SIDES] = {PGO_PLAIN, PGO_TUNED};
    struct strings *strings = strings_new(v->arena);
    struct plan_side plan_sides[SIDES];
    struct plan plan = {
        .sides = plan_sides,
        .side_count = SIDES,
        .warmup = (uint32_t)v->warmup,
        .rounds = (uint32_t)v->rounds,
        .max_rounds = (uint32_t)v->max_rounds,
        .timeout = v->timeout,
        .pad_environment = true,
        .session = runner_session(v->arena),
        .roots = system_real,
    };
    if (getrandom(&plan.seed, sizeof plan.seed, 0) != (ssize_t)sizeof plan.seed)
        return pg_error_errno(err, "cannot get a random seed");
    if (!counters_parse(&plan.counters, "off", err))
        return false;
    for (size_t i = 0; i < SIDES; i++) {
        plan_sides[i] = (struct plan_side){
            .label = labels[i], .argv = v->argv, .prepare = put_in_place(v, kinds[i])};
        sides[i] = recording_new(labels[i], labels[i], strings, v->arena);
        recording_set(sides[i], "version", PERFGATE_VERSION);
    }
    if (!run_plan(v, &plan, sides, err))
        return false;
    for (size_t i = 0; i < SIDES; i++)
        noise_notes_add(sides[i]);
    return true;
}

/* ---- the answer ---- */

static const char *words_of(enum row_verdict verdict) {
    return verdict == ROW_IMPROVED    ? "gain"
           : verdict == ROW_REGRESSED ? "LOSS"
           : verdict == ROW_SAME      ? "no difference"
                                      : "not decided";
}

static void tell(const struct verify *v, const struct comparison *c) {
    FILE *out = v->told;
    for (size_t i = 0; i < c->row_count; i++) {
        const struct row *row = &c->rows[i];
        if (!row->policy.gated || !row->test)
            continue;
        const char *p = isnan(row->p_adjusted)
                            ? "exact"
                            : arena_printf(v->arena, "p = %.2g, %.0f%% interval %+.2f%% to %+.2f%%",
                                           row->p_adjusted, 100 * c->policy->confidence,
                                           100 * row->change_low, 100 * row->change_high);
        fprintf(out, "%-10s %s %s: %+.2f%% with the profile (%s, %u and %u rounds)\n",
                words_of(row->verdict), row->name, row->unit, 100 * row->change, p, row->base.n,
                row->head.n);
        if (!isnan(row->smallest_detectable_change))
            fprintf(out, "           smallest change that these rounds could have shown: %.2f%%\n",
                    100 * row->smallest_detectable_change);
    }
}

static bool compare(struct verify *v, struct recording *const *sides, int *exit_code,
                    struct pg_error *err) {
    struct comparison_input input = {.recordings = (const struct recording *const *)sides,
                                     .count = SIDES,
                                     .base_count = 1,
                                     .policy = &v->policy};
    struct comparison comparison;
    if (!comparison_build(&comparison, &input, v->arena, err) ||
        !comparison_finish(&comparison, v->reports, &text_report, &v->style, v->session, exit_code,
                           err))
        return false;
    tell(v, &comparison);
    return true;
}

static bool build_and_measure(struct verify *v, int *exit_code, struct pg_error *err) {
    struct recording *sides[SIDES];
    interrupts_catch();
    plan_builds(v);
    bool good = pgo_builds_make(&v->builds, err) && go_used(v, err) && code_used(v, err) &&
                measure(v, sides, err) && compare(v, sides, exit_code, err);
    if (v->builds.control)
        unlink(v->builds.control);
    pgo_builds_end(&v->builds);
    interrupts_release();
    return good;
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct verify v = {.unit = "sec/op",
                       .rounds = 20,
                       .max_rounds = 60,
                       .warmup = 1,
                       .threshold = 0.01,
                       .alpha = 0.05,
                       .timeout = 600,
                       .build_timeout = 3600,
                       .session = session,
                       .arena = session->arena};
    struct parsed_options parsed;
    *exit_code = 0;
    output_options_init(&v.output);
    if (!parse(&v, &parsed, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (!check(&v, &parsed, err) || !output_options_check(&v.output, v.arena, err) ||
        !pgo_sidecar_open(&v.sidecar, v.profile, v.arena, err))
        return false;
    v.format = pgo_format_find(v.sidecar.format);
    if (!v.format)
        return pg_error_set(err, PG_FORMAT, "%.300s: of an unknown format, '%.60s'", v.profile,
                            v.sidecar.format);
    v.style = output_style(&v.output, session);
    fill_policy(&v);
    if (!reports_open(&v.reports, v.output.reports.items, v.output.reports.count, v.arena, err))
        return false;
    v.told = reports_take_stdout(v.reports) ? session->err : session->out;
    bool good = build_and_measure(&v, exit_code, err);
    if (!good)
        reports_abandon(v.reports);
    return good;
}

const struct command pgo_verify_command = {
    .name = "pgo verify",
    .summary = "Build with a profile and without: was it used, and is it faster?",
    .operands = "FILE",
    .run = run,
};
