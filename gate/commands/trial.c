#include "gate/commands/trial.h"

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
    if (entry->format && !(trial->format = format_find(entry->format)))
        return pg_error_set(err, PG_USAGE, "%s: '%.80s' is not a known format", entry->where,
                            entry->format);
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

bool trial_measure(const struct trial *trial, const char *const *base, const char *const *head,
                   int rounds, struct recording *pair[2], struct strings *strings,
                   struct arena *arena, struct pg_error *err) {
    struct plan_side sides[2] = {
        {.label = "base", .argv = base, .directory = trial->directory},
        {.label = "head", .argv = head, .directory = trial->directory},
    };
    struct plan plan = {
        .sides = sides,
        .side_count = 2,
        .name = trial->name,
        .format = trial->format,
        .warmup = (uint32_t)trial->measure.warmup,
        .rounds = (uint32_t)rounds,
        .max_rounds = (uint32_t)rounds,
        .timeout = isnan(trial->measure.timeout) ? 0 : trial->measure.timeout,
        .pad_environment = true,
        .session = runner_session(arena),
        .roots = system_real,
    };
    struct measured measured;
    if (getrandom(&plan.seed, sizeof plan.seed, 0) != (ssize_t)sizeof plan.seed)
        return pg_error_errno(err, "cannot get a random seed");
    if (!counters_parse(&plan.counters, "off", err))
        return false;
    for (size_t i = 0; i < 2; i++)
        pair[i] = recording_new(sides[i].label, sides[i].label, strings, arena);
    interrupts_catch();
    bool good = runner_measure(&plan, pair, &measured, err);
    interrupts_release();
    if (good && measured.interrupted)
        good = pg_error_set(err, PG_CHILD, "interrupted by signal %d", measured.interrupted);
    if (good && measured.failures)
        good = pg_error_set(err, PG_CHILD, "%s: %u of %u processes failed", trial->argv[0],
                            measured.failures, measured.processes);
    return good;
}
