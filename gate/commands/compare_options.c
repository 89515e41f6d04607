#include "gate/commands/compare_options.h"

#include "gate/commands/terminal.h"
#include "gate/compare/waiver.h"
#include "runners/base/log.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

void policy_options_init(struct policy_options *options) {
    *options = (struct policy_options){.threshold = NAN,
                                       .alpha = NAN,
                                       .confidence = NAN,
                                       .correction = -1,
                                       .test = -1,
                                       .functions = -1};
}

static void overlay(double given, double *target) {
    if (!isnan(given))
        *target = given;
}

static bool read_files(const struct policy_options *options, struct policy *policy,
                       struct arena *arena, struct pg_error *err) {
    for (size_t i = 0; i < options->rename_files.count; i++) {
        if (!policy_read_renames(policy, options->rename_files.items[i], arena, err))
            return false;
    }
    for (size_t i = 0; i < options->waiver_files.count; i++) {
        if (!waivers_read(policy, options->waiver_files.items[i], arena, err))
            return false;
    }
    return true;
}

bool policy_options_apply(const struct policy_options *options, struct policy *policy,
                          struct arena *arena, struct pg_error *err) {
    overlay(options->threshold, &policy->threshold);
    overlay(options->alpha, &policy->alpha);
    overlay(options->confidence, &policy->confidence);
    if (options->correction >= 0)
        policy->correction = (enum correction)options->correction;
    if (options->test >= 0)
        policy->test = (enum test_choice)options->test;
    if (options->functions >= 0)
        policy->functions = (enum function_rule)options->functions;
    policy->keep_paths |= options->keep_paths;
    policy->strict |= options->strict;
    policy->ignore_fingerprint |= options->ignore_fingerprint;
    for (size_t i = 0; i < options->floors.count; i++) {
        if (!policy_add_floor(policy, options->floors.items[i], "--floor", arena, err))
            return false;
    }
    for (size_t i = 0; i < options->rules.count; i++) {
        if (!policy_add_rule(policy, options->rules.items[i], "--rule", arena, err))
            return false;
    }
    for (size_t i = 0; i < options->function_rules.count; i++) {
        if (!policy_add_demand(policy, options->function_rules.items[i], "--function-rule", arena,
                               err))
            return false;
    }
    for (size_t i = 0; i < options->renames.count; i++) {
        if (!policy_add_rename(policy, options->renames.items[i], "--rename", arena, err))
            return false;
    }
    for (size_t i = 0; i < options->allow_missing.count; i++)
        ARENA_PUSH(arena, policy->allow_missing, policy->allow_missing_count,
                   policy->allow_missing_capacity, options->allow_missing.items[i]);
    return read_files(options, policy, arena, err);
}

void output_options_init(struct output_options *options) {
    *options = (struct output_options){.budget = MARKDOWN_BUDGET};
}

static void from_environment(const char **target, const char *name) {
    const char *value = getenv(name);
    if (!*target && value && *value)
        *target = value;
}

bool output_options_check(struct output_options *options, struct arena *arena,
                          struct pg_error *err) {
    struct publication *publication = &options->publication;
    from_environment(&publication->artifact_url, "PERFGATE_ARTIFACT_URL");
    from_environment(&publication->flame_url, "PERFGATE_FLAME_URL");
    return (!options->overridden ||
            publication_overridden(publication, options->overridden, arena, err)) &&
           publication_check(publication, arena, err);
}

struct report_style output_style(const struct output_options *options,
                                 const struct session *session) {
    enum { AUTO, ALWAYS };
    int fd = fileno(session->out);
    bool terminal = fd >= 0 && isatty(fd);
    const char *no_colour = getenv("NO_COLOR");
    bool plain = !terminal_paints(fd) || (no_colour && *no_colour);
    return (struct report_style){
        .colour = options->colour == ALWAYS || (options->colour == AUTO && !plain),
        .width = options->width ? options->width
                 : terminal     ? terminal_width(fd)
                                : 0,
        .all = options->all,
        .byte_budget = (size_t)options->budget,
        .publication = &options->publication,
        .warnings = session->err,
    };
}

bool comparison_finish(const struct comparison *comparison, struct reports *reports,
                       const struct report_format *table, const struct report_style *style,
                       struct session *session, int *exit_code, struct pg_error *err) {
    bool good = true;
    struct report_style linked = *style;
    reports_link(reports, comparison, NULL, &linked);
    if (!reports_take_stdout(reports))
        good = table->write(session->out, comparison, &linked, err);
    struct pg_error later = {0};
    if (!reports_write(reports, comparison, style, session->out, &later)) {
        if (good)
            *err = later;
        good = false;
    }
    *exit_code = verdict_exit_code(comparison->verdict);
    if (good || comparison->verdict != VERDICT_REGRESSION)
        return good;
    pg_log(LOG_ERROR, "%s", err->text);
    return true;
}

bool comparison_unreadable(const struct policy *policy, enum reason reason, struct reports *reports,
                           const struct report_style *style, struct session *session,
                           struct pg_error *err) {
    struct comparison comparison;
    struct pg_error ignored = {0}; /* the first error is the one to tell */
    comparison_broken(&comparison, policy, reason, err->text, session->arena);
    reports_write(reports, &comparison, style, session->out, &ignored);
    return false;
}

enum reason reason_of_error(const struct pg_error *err) {
    return err->status == PG_FORMAT || err->status == PG_LIMIT ? REASON_DAMAGED_INPUT : REASON_IO;
}
