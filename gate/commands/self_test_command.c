#include "gate/commands/option_rows.h"
#include "gate/commands/trial.h"
#include "gate/report/report.h"
#include "runners/base/log.h"
#include "runners/sampler/stretch.h"

#include <math.h>
#include <unistd.h>

struct self_test {
    const char *config;
    double slowdown;
    double stretch; /* hidden: NaN, or this process is a measured one */
    int rounds;     /* 0: as configured */
    const char *program;
};

/* `perfgate self-test --stretch=SHARE -- COMMAND…`: what really gets measured. */
static const char *const *stretched(const struct self_test *test, const struct trial *trial,
                                    double share, struct arena *arena) {
    size_t count = 0;
    while (trial->argv[count])
        count++;
    const char **argv = ARENA_NEW(arena, const char *, count + 5);
    argv[0] = test->program;
    argv[1] = "self-test";
    argv[2] = arena_printf(arena, "--stretch=%.6f%%", 100 * share);
    argv[3] = "--";
    memcpy(argv + 4, trial->argv, count * sizeof *argv);
    return argv;
}

/* One comparison of the command with itself made slower by `share`. */
static bool compare_stretched(const struct self_test *test, const struct trials *trials,
                              const struct trial *trial, double share,
                              struct comparison *comparison, struct session *session,
                              struct pg_error *err) {
    struct recording *pair[2];
    int rounds = test->rounds ? test->rounds : trial->measure.rounds;
    struct policy *policy = ARENA_NEW(session->arena, struct policy, 1);
    if (!trial_measure(trial, stretched(test, trial, 0, session->arena),
                       stretched(test, trial, share, session->arena), rounds, pair,
                       strings_new(session->arena), session->arena, err))
        return false;
    trial_policy(trials, trial, pair[0], policy, session->arena);
    struct comparison_input input = {
        .recordings = (const struct recording *const *)pair,
        .count = 2,
        .base_count = 1,
        .policy = policy,
    };
    return comparison_build(comparison, &input, session->arena, err);
}

/* Tells one of the two answers; true when it is the wanted one. */
static bool tell(const struct comparison *comparison, const char *name, const char *what,
                 enum verdict wanted, const struct report_style *style, struct session *session) {
    bool good = comparison->verdict == wanted;
    fprintf(session->out, "%s  %s: %s: %s, %s wanted\n", good ? "ok    " : "NOT OK", name, what,
            verdict_name(comparison->verdict), verdict_name(wanted));
    if (!good) {
        text_report.write(session->out, comparison, style, &(struct pg_error){0});
        report_summary(session->out, comparison, style);
    }
    return good;
}

/* Red when slower, green when not. A gate that cannot tell is exit 3, one that tells wrong is
 * exit 4: only a regression is exit 1. */
static bool test_trial(const struct self_test *test, const struct trials *trials,
                       const struct trial *trial, struct session *session, int *exit_code,
                       struct pg_error *err) {
    struct report_style style = {.byte_budget = 65536};
    const char *name = trial->name;
    const char *slower = arena_printf(session->arena, "slower by %g %%", 100 * test->slowdown);
    const struct {
        double share;
        const char *what;
        enum verdict wanted;
    } steps[] = {{test->slowdown, slower, VERDICT_REGRESSION}, {0, "unchanged", VERDICT_PASS}};
    for (size_t i = 0; i < 2; i++) {
        struct comparison comparison;
        if (!compare_stretched(test, trials, trial, steps[i].share, &comparison, session, err))
            return false;
        if (tell(&comparison, name, steps[i].what, steps[i].wanted, &style, session))
            continue;
        int code = comparison.verdict == VERDICT_INCONCLUSIVE ? 3 : 4;
        *exit_code = code > *exit_code ? code : *exit_code;
    }
    return true;
}

static bool find_program(struct self_test *test, struct arena *arena, struct pg_error *err) {
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        return pg_error_errno(err, "/proc/self/exe: cannot find perfgate itself");
    test->program = arena_strndup(arena, path, (size_t)length);
    return true;
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct self_test test = {.slowdown = 0.25, .stretch = NAN};
    const struct option options[] = {
        TEXT("config", 'c', &test.config, "FILE",
             "try every benchmark of this file (perfgate.yml)"),
        {.name = "slowdown",
         .kind = OPTION_RATIO,
         .target = &test.slowdown,
         .argument = "SHARE",
         .help = "how much slower the command is made (25%)",
         .low = 0.001,
         .high = 100},
        COUNT("rounds", 'r', &test.rounds, 2, 100000,
              "rounds of each of the two trials (as configured, or 20)"),
        {.name = "stretch",
         .kind = OPTION_RATIO,
         .target = &test.stretch,
         .low = 0,
         .high = 100,
         .hidden = true},
        {.name = NULL},
    };
    struct parsed_options parsed;
    struct trials trials;
    if (!options_parse(&parsed, &self_test_command, options, true, session, argc, argv, err))
        return false;
    *exit_code = 0;
    if (parsed.helped)
        return true;
    if (!trials_read(&trials, test.config, &parsed, session->arena, err))
        return false;
    if (!isnan(test.stretch))
        return stretch_run(trials.items[0].argv, test.stretch, exit_code, err);
    if (!find_program(&test, session->arena, err))
        return false;
    for (size_t i = 0; i < trials.count; i++) {
        if (!test_trial(&test, &trials, &trials.items[i], session, exit_code, err))
            return false;
    }
    fprintf(session->out, "%s\n",
            *exit_code ? "the gate does not work here: raise rounds or thresholds, and see "
                         "'perfgate doctor' and 'perfgate calibrate'"
                       : "the gate goes red when it should, and only then");
    return true;
}

const struct command self_test_command = {
    .name = "self-test",
    .summary = "Slow the benchmark by a known share: the gate must go red",
    .operands = "[[--] COMMAND [ARGUMENT…]]",
    .run = run,
};
