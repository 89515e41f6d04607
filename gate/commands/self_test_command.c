#include "gate/commands/option_rows.h"
#include "gate/commands/trial.h"
#include "gate/compare/confirm.h"
#include "gate/report/report.h"
#include "runners/base/log.h"
#include "runners/sampler/stretch.h"

#include <math.h>
#include <unistd.h>

struct self_test {
    const char *config;
    double slowdown;
    double stretch;         /* hidden: NaN, or this process is a measured one */
    int rounds, max_rounds; /* 0: as configured */
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

/* What both steps of one trial share. */
struct attempt {
    const struct self_test *test;
    const struct trials *trials;
    const struct trial *trial;
    int rounds, most_rounds;
    struct session *session;
};

/* One comparison of the command with itself made slower by `share`. */
static bool compare_stretched(const struct attempt *attempt, double share, bool again,
                              struct comparison *comparison, struct pg_error *err) {
    struct arena *arena = attempt->session->arena;
    struct recording **pair = ARENA_NEW(arena, struct recording *, 2);
    struct policy *policy = ARENA_NEW(arena, struct policy, 1);
    const struct self_test *test = attempt->test;
    struct trial_pair sides = {stretched(test, attempt->trial, 0, arena),
                               stretched(test, attempt->trial, share, arena), attempt->rounds};
    if (!trial_measure(attempt->trials, attempt->trial, &sides, pair, attempt->session, err))
        return false;
    trial_policy(attempt->trials, attempt->trial, pair[0], policy, arena);
    if (again)
        *policy = confirm_policy(policy);
    struct comparison_input input = {
        .recordings = (const struct recording *const *)pair,
        .count = 2,
        .base_count = 1,
        .policy = policy,
    };
    return comparison_build(comparison, &input, arena, err);
}

/* The gate's answer: what is red is asked again, as `gate` does. */
static bool ask(const struct attempt *attempt, double share, struct comparison *comparison,
                struct pg_error *err) {
    struct arena *arena = attempt->session->arena;
    struct comparison *fresh = ARENA_NEW(arena, struct comparison, 1);
    if (!compare_stretched(attempt, share, false, comparison, err))
        return false;
    if (comparison->verdict != VERDICT_REGRESSION || attempt->trials->config.confirm == CONFIRM_OFF)
        return true;
    if (!compare_stretched(attempt, share, true, fresh, err))
        return false;
    confirm_rows(comparison, fresh, (unsigned)attempt->rounds,
                 ARENA_NEW(arena, bool, comparison->row_count));
    return true;
}

/* Could more rounds still bring the wanted answer? */
static bool undecided(const struct comparison *comparison, enum verdict wanted) {
    return comparison->verdict != wanted && comparison->verdict != VERDICT_REGRESSION &&
           comparison->gated_counts[ROW_INCONCLUSIVE] > 0;
}

/* Asks with twice the rounds, as often as may be, while the answer is not decided. */
static bool ask_until(struct attempt *attempt, double share, enum verdict wanted,
                      struct comparison *comparison, struct pg_error *err) {
    for (;;) {
        if (!ask(attempt, share, comparison, err))
            return false;
        if (attempt->rounds >= attempt->most_rounds || !undecided(comparison, wanted))
            return true;
        attempt->rounds =
            attempt->rounds > attempt->most_rounds / 2 ? attempt->most_rounds : 2 * attempt->rounds;
    }
}

/* Tells one of the two answers; true when it is the wanted one. */
static bool tell(const struct attempt *attempt, const struct comparison *comparison,
                 const char *what, enum verdict wanted) {
    struct report_style style = {.byte_budget = 65536};
    bool good = comparison->verdict == wanted;
    FILE *out = attempt->session->out;
    fprintf(out, "%s  %s: %s: %s, %s wanted (%d rounds)\n", good ? "ok    " : "NOT OK",
            attempt->trial->name, what, verdict_name(comparison->verdict), verdict_name(wanted),
            attempt->rounds);
    if (!good)
        text_report.write(out, comparison, &style, &(struct pg_error){0});
    return good;
}

/* Red when slower, green when not. A gate that cannot tell is exit 3, one that tells wrong is
 * exit 4: only a regression is exit 1. The second step has the rounds that the first one needed. */
static bool test_trial(struct attempt *attempt, int *exit_code, struct pg_error *err) {
    struct session *session = attempt->session;
    double slowdown = attempt->test->slowdown;
    const struct {
        double share;
        const char *what;
        enum verdict wanted;
    } steps[] = {{slowdown, arena_printf(session->arena, "slower by %g %%", 100 * slowdown),
                  VERDICT_REGRESSION},
                 {0, "unchanged", VERDICT_PASS}};
    for (size_t i = 0; i < 2; i++) {
        struct comparison comparison;
        if (!ask_until(attempt, steps[i].share, steps[i].wanted, &comparison, err))
            return false;
        if (tell(attempt, &comparison, steps[i].what, steps[i].wanted))
            continue;
        int code = undecided(&comparison, steps[i].wanted) ? 3 : 4;
        *exit_code = code > *exit_code ? code : *exit_code;
    }
    return true;
}

/* Rounds as configured; from the command line up to eight times as many when they do not decide. */
static struct attempt attempt_of(const struct self_test *test, const struct trials *trials,
                                 const struct trial *trial, struct session *session) {
    enum { MORE = 8 };
    int rounds = test->rounds ? test->rounds : trial->measure.rounds;
    int most = test->max_rounds ? test->max_rounds
               : trials->path   ? trial->measure.max_rounds
                                : MORE * rounds;
    return (struct attempt){test, trials, trial, rounds, most, session};
}

static bool find_program(struct self_test *test, struct arena *arena, struct pg_error *err) {
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        return pg_error_errno(err, "/proc/self/exe: cannot find perfgate itself");
    test->program = arena_strndup(arena, path, (size_t)length);
    return true;
}

static const char *conclusion(int exit_code) {
    return exit_code == 0 ? "the gate goes red when it should, and only then"
           : exit_code == 3
               ? "the gate cannot tell here: raise rounds, and see 'perfgate doctor' for what "
                 "disturbs it"
               : "the gate does not work here: raise rounds or thresholds, and see 'perfgate "
                 "doctor' and 'perfgate calibrate'";
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
        COUNT(
            "max-rounds", 'M', &test.max_rounds, 2, 100000,
            "measure again with more rounds, at most so many, while the answer is not decided (as "
            "configured, or 8 times --rounds)"),
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
        struct attempt attempt = attempt_of(&test, &trials, &trials.items[i], session);
        if (!test_trial(&attempt, exit_code, err))
            return false;
    }
    fprintf(session->out, "%s\n", conclusion(*exit_code));
    return true;
}

const struct command self_test_command = {
    .name = "self-test",
    .summary = "Slow the benchmark by a known share: the gate must go red",
    .operands = "[[--] COMMAND [ARGUMENT…]]",
    .run = run,
};
