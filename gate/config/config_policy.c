#include "gate/config/config.h"

#include <math.h>

struct config_measure config_measure_of(const struct gate_config *config,
                                        const struct config_benchmark *benchmark) {
    struct config_measure measure = benchmark->measure, file = config->measure;
    bool rounds_set = measure.rounds >= 0;
    if (!rounds_set)
        measure.rounds = file.rounds;
    if (measure.max_rounds < 0 && !rounds_set)
        measure.max_rounds = file.max_rounds;
    if (measure.max_rounds < measure.rounds)
        measure.max_rounds = measure.rounds;
    if (measure.warmup < 0)
        measure.warmup = file.warmup;
    if (isnan(measure.time_budget))
        measure.time_budget = file.time_budget;
    if (isnan(measure.timeout))
        measure.timeout = file.timeout;
    return measure;
}

void config_policy(const struct gate_config *config, struct policy *policy, struct arena *arena) {
    policy->threshold = config->threshold;
    policy->alpha = config->alpha;
    policy->correction = (enum correction)config->correction;
    policy->test = (enum test_choice)config->test;
    policy->functions = (enum function_rule)config->functions;
    policy->strict = config->strict == 1;
    policy->ignore_fingerprint = config->ignore_fingerprint == 1;
    for (size_t i = 0; i < config->rules.count; i++)
        ARENA_PUSH(arena, policy->rules, policy->rule_count, policy->rule_capacity,
                   config->rules.items[i]);
    for (size_t i = 0; i < config->function_rules.count; i++)
        ARENA_PUSH(arena, policy->demands, policy->demand_count, policy->demand_capacity,
                   config->function_rules.items[i]);
    for (size_t i = 0; i < config->rename_count; i++)
        ARENA_PUSH(arena, policy->renames, policy->rename_count, policy->rename_capacity,
                   config->renames[i]);
    for (size_t i = 0; i < config->allow_missing.count; i++)
        ARENA_PUSH(arena, policy->allow_missing, policy->allow_missing_count,
                   policy->allow_missing_capacity, config->allow_missing.items[i]);
}

/* A pattern that matches exactly this name. */
static const char *literal_pattern(const char *name, struct arena *arena) {
    char *pattern = arena_alloc(arena, 2 * strlen(name) + 1), *to = pattern;
    for (; *name; name++) {
        if (strchr("*?[\\", *name))
            *to++ = '\\';
        *to++ = *name;
    }
    *to = '\0';
    return pattern;
}

void config_policy_benchmark(const struct config_benchmark *benchmark, const char *full_name,
                             struct policy *policy, struct arena *arena) {
    bool plain = !isnan(benchmark->threshold) || benchmark->gated >= 0;
    if (!plain && benchmark->units.count == 0)
        return;
    const char *pattern = full_name ? literal_pattern(full_name, arena) : NULL;
    struct policy_rule rule = {.benchmark = pattern,
                               .threshold = benchmark->threshold,
                               .absolute_floor = NAN,
                               .alpha = NAN,
                               .better = BETTER_UNKNOWN,
                               .gated = benchmark->gated,
                               .where = benchmark->where};
    if (plain)
        ARENA_PUSH(arena, policy->rules, policy->rule_count, policy->rule_capacity, rule);
    for (size_t i = 0; i < benchmark->units.count; i++) {
        rule = benchmark->units.items[i];
        rule.benchmark = pattern;
        ARENA_PUSH(arena, policy->rules, policy->rule_count, policy->rule_capacity, rule);
    }
}
