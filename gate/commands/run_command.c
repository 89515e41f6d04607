#include "gate/commands/format_choice.h"
#include "gate/commands/option_rows.h"
#include "gate/commands/run_progress.h"
#include "gate/commands/run_sampling.h"
#include "gate/commands/run_share.h"
#include "gate/commands/run_summary.h"
#include "gate/compare/noise_notes.h"
#include "gate/compare/precision.h"
#include "runners/base/log.h"
#include "runners/base/number.h"
#include "runners/sampler/interrupt.h"
#include "runners/shard.h"

#include <sys/random.h>
#include <unistd.h>

enum { ROUNDS_MOST = 1000000, ROUNDS_DEFAULT = 10 };

/* What the option table fills. */
struct run_options {
    struct side_options sides;
    struct sampling_options sampling;
    const char *name, *format;
    int rounds, max_rounds, warmup, duration_ms;
    double time_budget, timeout;
    double threshold;
    bool ignore_failure, no_shell;
    const char *pin, *counters, *seed, *shard, *list, *input;
    int order, aslr, instructions;
    bool padding;
};

enum { ASLR_RANDOM, ASLR_OFF };
enum { INSTRUCTIONS_COUNTER, INSTRUCTIONS_VALGRIND };

/* "0,2-3". */
static bool parse_cpus(cpu_set_t *out, const char *text, struct pg_error *err) {
    CPU_ZERO(out);
    for (const char *at = text; at;) {
        const char *end = strchrnul(at, ',');
        const char *dash = memchr(at, '-', (size_t)(end - at));
        uint64_t first, last;
        bool good = number_u64((struct text){at, (size_t)((dash ? dash : end) - at)}, &first);
        last = first;
        if (good && dash)
            good = number_u64((struct text){dash + 1, (size_t)(end - dash - 1)}, &last);
        if (!good || last < first || last >= CPU_SETSIZE)
            return pg_error_set(err, PG_USAGE, "--pin=%.100s: write CPU numbers, as in 0,2-3",
                                text);
        for (; first <= last; first++)
            CPU_SET((size_t)first, out);
        at = *end ? end + 1 : NULL;
    }
    return true;
}

static bool parse_seed(uint64_t *out, const char *text, struct pg_error *err) {
    if (!text)
        return getrandom(out, sizeof *out, 0) == (ssize_t)sizeof *out ||
               pg_error_errno(err, "cannot get a random seed");
    return number_u64(text_of(text), out) ||
           pg_error_set(err, PG_USAGE, "--seed=%.100s: write a whole number", text);
}

/* Instructions are counted once: by valgrind or by the machine. */
static void drop_instructions(struct counter_set *set) {
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->events[i]->name, "instructions") != 0)
            set->events[kept++] = set->events[i];
    }
    set->count = kept;
}

static bool fill_plan(struct plan *plan, const struct run_options *options, cpu_set_t *cpus,
                      struct session *session, struct pg_error *err) {
    struct format_choice choice;
    if (!format_choose(&choice, options->format, err))
        return pg_error_in(err, "run");
    *plan = (struct plan){.name = options->name,
                          .format = choice.format,
                          .whole_process = choice.whole_process,
                          .ignore_failure = options->ignore_failure,
                          .warmup = (uint32_t)options->warmup,
                          .rounds = (uint32_t)options->rounds,
                          .max_rounds = (uint32_t)options->max_rounds,
                          .time_budget = options->time_budget,
                          .timeout = options->timeout,
                          .input = options->input,
                          .order = (enum run_order)options->order,
                          .aslr_off = options->aslr == ASLR_OFF,
                          .pad_environment = options->padding,
                          .valgrind = options->instructions == INSTRUCTIONS_VALGRIND,
                          .session = runner_session(session->arena),
                          .roots = system_real};
    if (options->duration_ms)
        plan->time_budget = options->duration_ms * 1e-3;
    if (plan->max_rounds == 0)
        plan->max_rounds = plan->time_budget > 0 ? ROUNDS_MOST : plan->rounds;
    if (plan->max_rounds < plan->rounds)
        return pg_error_set(err, PG_USAGE, "--max-rounds=%u is below --rounds=%u", plan->max_rounds,
                            plan->rounds);
    if (!parse_seed(&plan->seed, options->seed, err) ||
        !counters_parse(&plan->counters, options->counters, err))
        return false;
    if (plan->valgrind)
        drop_instructions(&plan->counters);
    if (options->pin && !parse_cpus(cpus, options->pin, err))
        return false;
    plan->cpus = options->pin ? cpus : NULL;
    if (options->list && !options->shard)
        return pg_error_set(err, PG_USAGE, "--list: has a meaning with --shard only");
    return !options->shard ||
           shard_parse(options->shard, &plan->shard_index, &plan->shard_count, err);
}

static bool told_before(const struct run_sides *sides, size_t side, const struct note *note) {
    for (size_t i = 0; i < side; i++) {
        const struct recording *r = sides->recordings[i];
        for (uint32_t j = 0; j < r->note_count; j++) {
            if (strcmp(r->notes[j].text, note->text) == 0)
                return true;
        }
    }
    return false;
}

/* A line a recording, to stdout unless a recording itself went there; its warnings to stderr. */
static void tell(const struct run_sides *sides, const struct measured *measured,
                 struct session *session) {
    for (size_t i = 0; i < sides->count; i++) {
        const struct recording *r = sides->recordings[i];
        for (uint32_t j = 0; j < r->note_count; j++) {
            if (r->notes[j].level != NOTE_INFO && !told_before(sides, i, &r->notes[j]))
                pg_log(LOG_WARNING, "%s%s%s", r->notes[j].where ? r->notes[j].where : "",
                       r->notes[j].where ? ": " : "", r->notes[j].text);
        }
        if (session->quiet || strcmp(r->path, "-") == 0)
            continue;
        const char *benchmarks = recording_get(r, "benchmarks"), *shard = recording_get(r, "shard");
        fprintf(session->out, "%s: %s%s benchmark%s, %u round%s%s\n", r->path,
                shard ? arena_printf(r->arena, "shard %s of ", shard) : "", benchmarks,
                strcmp(benchmarks, "1") == 0 ? "" : "s", measured->rounds,
                measured->rounds == 1 ? "" : "s",
                r->failure_count ? arena_printf(r->arena, ", %u failed", r->failure_count) : "");
    }
}

/* Exit code by what was measured: a failed process is a failed row, whatever else went well. */
static int judge(const struct measured *measured) {
    if (measured->interrupted)
        pg_log(LOG_ERROR, "interrupted by signal %d; the %u complete rounds are written",
               measured->interrupted, measured->rounds);
    if (measured->failures)
        pg_log(LOG_ERROR, "%u of %u processes failed", measured->failures, measured->processes);
    return measured->interrupted || measured->failures ? 4 : 0;
}

static bool measure(struct run_sides *sides, struct run_sampling *sampling,
                    const struct run_options *options, struct plan *plan, struct session *session,
                    int *exit_code, struct pg_error *err) {
    struct policy policy;
    struct run_progress progress = {
        .warmup = plan->warmup, .time_budget = plan->time_budget, .policy = &policy};
    struct measured measured;
    policy_init(&policy);
    policy.threshold = options->threshold;
    plan->sides = sides->sides;
    plan->side_count = sides->count;
    plan->name = plan->name ? plan->name : sides->name;
    plan->enough = run_progress_enough;
    plan->progress = run_progress_show;
    plan->sampled = run_progress_sampled;
    plan->context = &progress;
    run_progress_begin(&progress, session->err, fileno(session->err), session->quiet);
    bool good = runner_measure(plan, sides->recordings, &measured, err);
    run_progress_end(&progress);
    if (!good)
        return false;
    if (measured.rounds == 0 && !plan->nothing)
        return pg_error_set(err, PG_CHILD, "interrupted by signal %d before a round was complete",
                            measured.interrupted);
    for (size_t i = 0; i < sides->count; i++)
        noise_notes_add(sides->recordings[i]);
    if (!run_sampling_write(sampling, sides, plan, err) || !run_sides_write(sides, err))
        return false;
    if (!session->quiet && strcmp(sides->recordings[0]->path, "-") != 0)
        run_summary_print(session->out, sides->recordings, sides->count, &policy, session->arena);
    tell(sides, &measured, session);
    if (!session->quiet)
        run_sampling_tell(sampling, sides, session->out);
    *exit_code = judge(&measured);
    return true;
}

static bool build_and_measure(struct run_sides *sides, const struct run_options *options,
                              struct session *session, int *exit_code, struct pg_error *err) {
    struct plan plan;
    cpu_set_t cpus;
    struct run_sampling sampling = {0};
    bool good = fill_plan(&plan, options, &cpus, session, err) &&
                run_sides_open(sides, &options->sides, session->arena, err) &&
                run_sampling_open(&sampling, sides, &plan, &options->sampling, err);
    interrupts_catch();
    good = good && run_sides_build(sides, &options->sides, err);
    if (good && interrupted_by())
        good = pg_error_set(err, PG_CHILD, "interrupted by signal %d before measuring began",
                            interrupted_by());
    good = good && (!options->list || run_share(sides, options->list, &plan, err)) &&
           measure(sides, &sampling, options, &plan, session, exit_code, err);
    run_sampling_close(&sampling);
    run_sides_close(sides);
    interrupts_release();
    return good;
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct parsed_options parsed;
    struct run_sides sides = {0};
    struct run_options o = {.sides = {.parsed = &parsed, .build_timeout = 3600},
                            .sampling = SAMPLING_DEFAULTS,
                            .format = "auto",
                            .rounds = ROUNDS_DEFAULT,
                            .warmup = 1,
                            .timeout = 600,
                            .threshold = 0.05,
                            .counters = "auto",
                            .padding = true};
    const struct option options[] = {
        HEADING("What to measure"),
        TEXT("output", 'o', &o.sides.output, "NAME",
             "write NAME.txt; with --side the folder that gets LABEL.txt for each (default .)"),
        LIST("side", 0, &o.sides.sides, "LABEL=COMMAND",
             "a build to measure, interleaved with the others; LABEL=@REVISION checks out a git "
             "revision and runs the command behind -- in it"),
        TEXT("build", 0, &o.sides.build, "COMMAND", "build each revision with this shell command"),
        SPAN("build-timeout", &o.sides.build_timeout, "longest a build may take (1h; 0: no limit)"),
        TEXT("name", 'n', &o.name, "NAME",
             "name of the benchmark when the command prints none (its own name)"),
        TEXT("format", 0, &o.format, "FORMAT",
             "of what the command prints: auto, none (the process itself is the benchmark), go, "
             "gbench, hyperfine"),
        TEXT("shell", 'S', &o.sides.shell, "SHELL",
             "run commands with SHELL -c, not directly (none, the default)"),
        FLAG("no-shell", 'N', &o.no_shell, "run commands without a shell, which is the default"),
        LIST("setup", 's', &o.sides.setup, "COMMAND", "shell command before all rounds"),
        LIST("prepare", 'p', &o.sides.prepare, "COMMAND", "shell command before each process"),
        LIST("conclude", 'C', &o.sides.conclude, "COMMAND", "shell command after each process"),
        LIST("cleanup", 'c', &o.sides.cleanup, "COMMAND", "shell command after all rounds"),
        TEXT("commit", 0, &o.sides.commit, "HASH", "commit that was built (that of the folder)"),
        TEXT("branch", 0, &o.sides.branch, "NAME", "its branch (that of the folder)"),
        TEXT("shard", 0, &o.shard, "I/N",
             "keep the I-th of N shares of the benchmarks; 'perfgate merge' joins them"),
        TEXT("list", 0, &o.list, "COMMAND",
             "shell command that lists the benchmarks; the share's pattern then replaces {filter} "
             "in the measured command, so that only the share runs"),
        TEXT("input", 0, &o.input, "FILE", "what the command reads as stdin (nothing)"),
        HEADING("How often"),
        COUNT("rounds", 'r', &o.rounds, 1, ROUNDS_MOST, "rounds to measure (10)"),
        COUNT("max-rounds", 'M', &o.max_rounds, 1, ROUNDS_MOST,
              "measure on, to at most N rounds, while an interval is wider than its threshold "
              "needs"),
        COUNT("warmup", 'w', &o.warmup, 0, ROUNDS_MOST, "rounds to discard first (1)"),
        SPAN("time-budget", &o.time_budget, "begin no round after this time"),
        {.name = "duration",
         .letter = 'd',
         .kind = OPTION_INT,
         .target = &o.duration_ms,
         .argument = "MS",
         .help = "--time-budget in milliseconds",
         .low = 1,
         .high = 1e9},
        {.name = "threshold",
         .kind = OPTION_RATIO,
         .target = &o.threshold,
         .argument = "RATIO",
         .help = "change that the gate will look for (5%)",
         .low = 1e-6,
         .high = 100},
        SPAN("timeout", &o.timeout, "longest a process may take (10m; 0: no limit)"),
        FLAG("ignore-failure", 'i', &o.ignore_failure,
             "measure processes that end with an exit status other than 0"),
        HEADING("Under what conditions"),
        TEXT("pin", 0, &o.pin, "CPUS", "run on these CPUs only, as in 2 or 0,2-3"),
        CHOICE("aslr", &o.aslr, "random|off", "address space layout (random)"),
        {.name = "no-padding",
         .kind = OPTION_NO_FLAG,
         .target = &o.padding,
         .help = "do not vary the size of the environment, and with it the stack, by round"},
        CHOICE("order", &o.order, "abba|shuffle", "of the sides within a round (abba)"),
        TEXT("seed", 0, &o.seed, "N", "of shuffling and padding (random; recorded)"),
        TEXT("counters", 0, &o.counters, "LIST",
             "auto, off, or names such as cycles,task-clock (auto)"),
        CHOICE("instructions", &o.instructions, "counter|valgrind",
               "count instructions by the machine's counter, or exactly in one run of valgrind a "
               "side"),
        SAMPLING_OPTIONS(&o.sampling),
        {.name = "runs",
         .kind = OPTION_INT,
         .target = &o.rounds,
         .low = 1,
         .high = ROUNDS_MOST,
         .hidden = true},
        {.name = "min-runs",
         .letter = 'm',
         .kind = OPTION_INT,
         .target = &o.rounds,
         .low = 1,
         .high = ROUNDS_MOST,
         .hidden = true},
        {.name = "max-runs",
         .kind = OPTION_INT,
         .target = &o.max_rounds,
         .low = 1,
         .high = ROUNDS_MOST,
         .hidden = true},
        {.name = "allow-failures",
         .letter = 'f',
         .kind = OPTION_FLAG,
         .target = &o.ignore_failure,
         .hidden = true},
        {.name = "command-name", .kind = OPTION_STRING, .target = &o.name, .hidden = true},
        {.name = NULL}};
    if (!options_parse(&parsed, &run_command, options, true, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (o.no_shell || (o.sides.shell && strcmp(o.sides.shell, "none") == 0))
        o.sides.shell = NULL;
    return build_and_measure(&sides, &o, session, exit_code, err);
}

const struct command run_command = {
    .name = "run",
    .summary = "Measure one build, or several interleaved, and write recordings",
    .operands = "[--] COMMAND [ARGUMENT…]",
    .run = run,
};
