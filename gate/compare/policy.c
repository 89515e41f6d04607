#include "gate/compare/policy.h"

#include "runners/base/text.h"
#include "runners/recording/unit.h"

void policy_init(struct policy *policy) {
    *policy = (struct policy){
        .threshold = 0.05,
        .alpha = 0.05,
        .confidence = 0.95,
        .correction = CORRECTION_BH,
        .test = TEST_AUTO,
    };
}

struct row_policy policy_for_unit(const struct policy *policy, const char *unit,
                                  const struct unit_metadata *metadata) {
    enum better stated = metadata ? metadata->better : BETTER_UNKNOWN;
    return (struct row_policy){
        .threshold = policy->threshold,
        .absolute_floor = unit_least_difference(unit),
        .alpha = policy->alpha,
        .better = stated != BETTER_UNKNOWN ? stated : unit_better(unit),
        .expected = !unit_is_informational(unit),
    };
}

static bool rule_matches(const struct policy_rule *rule, const char *benchmark, const char *unit) {
    return (!rule->unit || text_glob(rule->unit, unit)) &&
           (!rule->benchmark || text_glob(rule->benchmark, benchmark));
}

struct row_policy policy_for(const struct policy *policy, const struct row_policy *of_unit,
                             const char *benchmark, const char *unit, bool *used) {
    struct row_policy out = *of_unit;
    int gated = -1;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        if (!rule_matches(rule, benchmark, unit))
            continue;
        if (used)
            used[i] = true;
        if (!isnan(rule->threshold)) {
            out.threshold = rule->threshold;
            out.where = rule->where;
        }
        if (!isnan(rule->absolute_floor))
            out.absolute_floor = rule->absolute_floor;
        if (!isnan(rule->alpha))
            out.alpha = rule->alpha;
        if (rule->better != BETTER_UNKNOWN) {
            out.better = rule->better;
            out.ruled_better = true;
        }
        if (rule->gated >= 0)
            gated = rule->gated;
    }
    if (gated >= 0)
        out.expected = gated == 1;
    else if (strncmp(benchmark, PROCESS_PREFIX, strlen(PROCESS_PREFIX)) == 0)
        out.expected = false;
    out.gated = gated == 1 || (out.expected && out.better != BETTER_UNKNOWN);
    return out;
}

static bool demand_matches(const struct function_demand *demand, const char *benchmark,
                           const char *function) {
    return (!demand->function || text_glob(demand->function, function)) &&
           (!demand->benchmark || text_glob(demand->benchmark, benchmark));
}

struct function_policy policy_for_function(const struct policy *policy, double floor,
                                           const char *benchmark, const char *function,
                                           bool *used) {
    struct function_policy out = {policy->threshold, floor, policy->alpha, -1,
                                  policy->functions == FUNCTIONS_GATE};
    for (size_t i = 0; i < policy->demand_count; i++) {
        const struct function_demand *demand = &policy->demands[i];
        if (!demand_matches(demand, benchmark, function))
            continue;
        if (used)
            used[i] = true;
        if (!isnan(demand->threshold))
            out.threshold = demand->threshold;
        if (!isnan(demand->floor))
            out.floor = demand->floor;
        if (!isnan(demand->alpha))
            out.alpha = demand->alpha;
        if (demand->least_samples >= 0)
            out.least_samples = demand->least_samples;
        if (demand->gated >= 0)
            out.gated = demand->gated == 1;
    }
    return out;
}

bool policy_functions_decide(const struct policy *policy) {
    bool any = policy->functions == FUNCTIONS_GATE;
    for (size_t i = 0; i < policy->demand_count && policy->functions != FUNCTIONS_OFF; i++)
        any |= policy->demands[i].gated == 1;
    return any;
}

size_t name_without_suffix(const char *name) {
    size_t length = strlen(name), digits = length;
    while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9')
        digits--;
    return digits < length && digits > 1 && name[digits - 1] == '-' ? digits - 1 : length;
}

bool policy_allows_missing(const struct policy *policy, const char *benchmark) {
    for (size_t i = 0; i < policy->allow_missing_count; i++) {
        if (text_glob(policy->allow_missing[i], benchmark))
            return true;
    }
    return false;
}

static const char *const correction_names[CORRECTION_COUNT] = {
    [CORRECTION_BH] = "bh", [CORRECTION_HOLM] = "holm", [CORRECTION_NONE] = "none"};

static const char *const test_names[TEST_CHOICE_COUNT] = {[TEST_AUTO] = "auto",
                                                          [TEST_WELCH] = "welch",
                                                          [TEST_WELCH_LOG] = "welch-log",
                                                          [TEST_TRIMMED] = "trimmed",
                                                          [TEST_MANN_WHITNEY] = "mann-whitney"};

const char *correction_name(enum correction correction) {
    return correction_names[correction];
}

const char *test_choice_name(enum test_choice choice) {
    return test_names[choice];
}

const char *function_rule_name(enum function_rule rule) {
    static const char *const names[FUNCTION_RULE_COUNT] = {"report", "gate", "off"};
    return names[rule];
}

bool correction_parse(const char *name, enum correction *out) {
    for (int i = 0; i < CORRECTION_COUNT; i++) {
        if (strcmp(name, correction_names[i]) == 0) {
            *out = (enum correction)i;
            return true;
        }
    }
    return false;
}

bool test_choice_parse(const char *name, enum test_choice *out) {
    for (int i = 0; i < TEST_CHOICE_COUNT; i++) {
        if (strcmp(name, test_names[i]) == 0) {
            *out = (enum test_choice)i;
            return true;
        }
    }
    return false;
}
