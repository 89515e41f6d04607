#include "gate/commands/trial.h"

#include "gate/commands/run_progress.h"
#include "runners/base/command_line.h"
#include "runners/sampler/child.h"
#include "runners/sampler/interrupt.h"

#include <math.h>
#include <sys/random.h>

static bool from_command_line(struct trials *out, const struct parsed_options *parsed,
                              struct arena *arena) {
    config_init(&out->config);
    out->count = 1;
    out->items = ARENA_NEW(arena, struct trial, 1);
    const char **argv = ARENA_NEW(arena, const char *, parsed->operands.count + 1);
    memcpy(argv, parsed->operands.items, parsed->operands.count * sizeof *argv);
    const char *slash = strrchr(argv[0], '/');
    out->items[0] = (struct trial){
        .name = slash ? slash + 1 : argv[0], .argv = argv, .measure = out->config.measure};
    return true;
}

static bool build(const struct config_benchmark *entry, struct arena *arena, struct pg_error *err) {
    if (!entry->build)
        return true;
    const char *const argv[] = {"/bin/sh", "-c", entry->build, NULL};
    struct child_request request = {.argv = argv};
    struct launched result;
    return child_succeed(&request, &result, arena, err) || pg_error_in(err, entry->where);
}

static bool from_entry(struct trial *trial, const struct gate_config *config,
                       const struct config_benchmark *entry, struct arena *arena,
                       struct pg_error *err) {
    *trial = (struct trial){.name = entry->name,
                            .entry = entry,
                            .argv = (const char *const *)entry->command.argv,
                            .directory = entry->directory,
                            .measure = config_measure_of(config, entry)};
    if (entry->command.line && !command_split(&trial->argv, entry->command.line, arena, err))
        return pg_error_in(err, entry->command.where);
    if (!format_choose(&trial->format, entry->format, err))
        return pg_error_in(err, entry->where);
    return build(entry, arena, err);
}

bool trials_read(struct trials *out, const char *path, const struct parsed_options *parsed,
                 struct arena *arena, struct pg_error *err) {
    *out = (struct trials){0};
    if (parsed->operands.count)
        return from_command_line(out, parsed, arena);
    out->path = config_path(path, err);
    if (!out->path || !config_read(&out->config, out->path, arena, err))
        return false;
    out->items = ARENA_NEW(arena, struct trial, out->config.benchmark_count);
    for (; out->count < out->config.benchmark_count; out->count++) {
        if (!from_entry(&out->items[out->count], &out->config, &out->config.benchmarks[out->count],
                        arena, err))
            return false;
    }
    return true;
}

void trial_policy(const struct trials *trials, const struct trial *trial,
                  const struct recording *recording, struct policy *policy, struct arena *arena) {
    policy_init(policy);
    config_policy(&trials->config, policy, arena);
    for (uint32_t i = 0; trial->entry && i < recording->series_count; i++) {
        uint32_t name = recording->series[i].name;
        if (i == 0 || recording->series[i - 1].name != name)
            config_policy_benchmark(trial->entry, strings_get(recording->strings, name), policy,
                                    arena);
    }
}

static bool measure(struct plan *plan, struct recording *const *out, const struct policy *policy,
                    struct session *session, struct pg_error *err) {
    struct run_progress progress = {.warmup = plan->warmup, .policy = policy};
    struct measured measured;
    plan->progress = run_progress_show;
    plan->context = &progress;
    interrupts_catch();
    run_progress_begin(&progress, session->err, fileno(session->err), session->quiet);
    bool good = runner_measure(plan, out, &measured, err);
    run_progress_end(&progress);
    interrupts_release();
    if (good && measured.interrupted)
        good = pg_error_set(err, PG_CHILD, "interrupted by signal %d", measured.interrupted);
    if (good && measured.failures)
        good = pg_error_set(err, PG_CHILD, "%s: %u of %u processes failed", plan->name,
                            measured.failures, measured.processes);
    return good;
}

bool trial_measure(const struct trials *trials, const struct trial *trial,
                   const struct trial_pair *pair, struct recording *out[2], struct session *session,
                   struct pg_error *err) {
    const struct gate_config *config = &trials->config;
    struct plan_side sides[2] = {
        {.label = "base", .argv = pair->base, .directory = trial->directory},
        {.label = "head", .argv = pair->head, .directory = trial->directory},
    };
    struct plan plan = {
        .sides = sides,
        .side_count = 2,
        .name = trial->name,
        .format = trial->format.format,
        .whole_process = trial->format.whole_process,
        .warmup = (uint32_t)trial->measure.warmup,
        .rounds = (uint32_t)pair->rounds,
        .max_rounds = (uint32_t)pair->rounds,
        .timeout = isnan(trial->measure.timeout) ? 0 : trial->measure.timeout,
        .order = (enum run_order)config->order,
        .aslr_off = config->aslr_off == 1,
        .pad_environment = true,
        .session = runner_session(session->arena),
        .roots = system_real,
    };
    struct strings *strings = strings_new(session->arena);
    struct policy policy;
    cpu_set_t cpus;
    if (getrandom(&plan.seed, sizeof plan.seed, 0) != (ssize_t)sizeof plan.seed)
        return pg_error_errno(err, "cannot get a random seed");
    if (!counters_parse(&plan.counters, "off", err))
        return false;
    if (config->pin >= 0) {
        CPU_ZERO(&cpus);
        CPU_SET((size_t)config->pin, &cpus);
        plan.cpus = &cpus;
    }
    for (size_t i = 0; i < 2; i++)
        out[i] = recording_new(sides[i].label, sides[i].label, strings, session->arena);
    policy_init(&policy);
    config_policy(config, &policy, session->arena);
    return measure(&plan, out, &policy, session, err);
}
