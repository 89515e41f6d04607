#include "gate/baseline/history.h"
#include "gate/commands/gate_parts.h"
#include "gate/commands/pgo_parts.h"
#include "runners/base/log.h"

static const char *const compilers[] = {[COMPILER_GO] = "go",
                                        [COMPILER_CLANG] = "clang",
                                        [COMPILER_GCC] = "gcc",
                                        [COMPILER_BOLT] = "bolt"};

bool gate_wants_pgo(const struct gate *gate) {
    const struct gate_side *head = &gate->measuring.sides[gate->measuring.side_count - 1];
    const char *branch = gate->options->branch ? gate->options->branch : head->tree.branch;
    if (!gate->config.pgo.output || gate->config.pgo.when == WHEN_ALWAYS)
        return gate->config.pgo.output != NULL;
    if (!branch)
        branch = history_branch(NULL, gate->arena);
    return branch && strcmp(branch, gate->config.branch) == 0;
}

static struct pgo_options options_of(const struct config_pgo *config) {
    struct pgo_options o = {
        .format = compilers[config->compiler],
        .output = config->output,
        .binaries = {config->binaries.items, config->binaries.count, config->binaries.capacity},
        .steady_after = config->steady_after,
        .root = config->root,
        .force = config->force == 1};
    pgo_limits_init(&o.limits);
    if (config->min_samples >= 0)
        o.limits.samples = config->min_samples;
    return o;
}

static void refuse(struct gate *gate, struct comparison *comparison, const char *why) {
    pg_log(LOG_WARNING, "pgo: %s", why);
    comparison_note(comparison, NOTE_WARNING, NULL, "no profile for %s: %s",
                    compilers[gate->config.pgo.compiler], why);
}

/* The name of a temporary file is nothing to keep. */
static void name_source(struct pgo_sources *sources, const struct recording *head,
                        const char *label) {
    sources->shown->name = label;
    sources->shown->commit = sources->commit = recording_get(head, "commit");
    sources->shown->date = sources->date = recording_get(head, "time");
    sources->modified = recording_modified(head);
}

void gate_write_pgo(struct gate *gate, const struct recording *head,
                    struct comparison *comparison) {
    struct pgo_options options = options_of(&gate->config.pgo);
    size_t side = gate->measuring.side_count - 1;
    struct string_list paths = {0};
    struct pgo_sources sources;
    struct pgo_outcome outcome;
    struct pg_error err = {0};
    if (!gate_wants_pgo(gate))
        return;
    if (!gate->profiles.paths[side]) {
        refuse(gate, comparison, "nothing was sampled");
        return;
    }
    string_list_add(&paths, gate->profiles.paths[side], gate->arena);
    if (!pgo_sources_read(&sources, &options, &paths, gate->arena, &err)) {
        refuse(gate, comparison, err.text);
        return;
    }
    name_source(&sources, head, gate->measuring.sides[side].label);
    if (!pgo_hand_out(&outcome, &options, &sources, gate->arena, &err)) {
        refuse(gate, comparison, err.text);
        return;
    }
    for (size_t i = 0; i < outcome.reasons.count; i++)
        refuse(gate, comparison, outcome.reasons.items[i]);
    for (size_t i = 0; i < outcome.warnings.count; i++)
        comparison_note(comparison, NOTE_WARNING, NULL, "profile for %s: %s", options.format,
                        outcome.warnings.items[i]);
    if (!outcome.written)
        return;
    gate->style.pgo_path = options.output;
    comparison_note(comparison, NOTE_INFO, NULL, "profile for %s: %s, of %.0f samples%s",
                    options.format, options.output, outcome.samples,
                    outcome.reasons.count ? ", forced" : "");
}
