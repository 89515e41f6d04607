/* A report that was written as JSON, written again as something else: for a job that is trusted
 * with a token and must not trust the report. */
#include "gate/commands/compare_options.h"
#include "gate/report/report_read.h"
#include "runners/base/source.h"

struct report_command {
    struct output_options output_options;
    struct report_style style;
    struct reports *reports;
    struct policy policy;
};

static bool read_report(struct report_command *o, const char *path, struct comparison *out,
                        struct arena *arena, struct pg_error *err) {
    struct source *source;
    struct text text;
    if (!source_open(&source, path, err))
        return false;
    bool good = source_view(source, REPORT_MOST_BYTES, &text, err) &&
                report_read(out, &o->policy, source_name(source), text, arena, err);
    source_close(source);
    return good;
}

static bool render(struct report_command *o, const char *path, struct session *session,
                   int *exit_code, struct pg_error *err) {
    struct comparison comparison;
    if (!read_report(o, path, &comparison, session->arena, err)) {
        policy_init(&o->policy);
        return comparison_unreadable(&o->policy, reason_of_error(err), o->reports, &o->style,
                                     session, err);
    }
    return comparison_finish(&comparison, o->reports, &text_report, &o->style, session, exit_code,
                             err);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct report_command o = {0};
    struct parsed_options parsed;
    const struct option options[] = {OUTPUT_OPTIONS(&o.output_options), {.name = NULL}};
    output_options_init(&o.output_options);
    policy_init(&o.policy);
    if (!options_parse(&parsed, &report_command, options, false, session, argc, argv, err))
        return false;
    *exit_code = 0;
    if (parsed.helped)
        return true;
    if (parsed.operands.count != 1)
        return pg_error_set(err, PG_USAGE, "report: expected one JSON report, got %zu operands",
                            parsed.operands.count);
    if (!output_options_check(&o.output_options, session->arena, err))
        return false;
    o.style = output_style(&o.output_options, session);
    return reports_open(&o.reports, o.output_options.reports.items, o.output_options.reports.count,
                        session->arena, err) &&
           render(&o, parsed.operands.items[0], session, exit_code, err);
}

const struct command report_command = {
    .name = "report",
    .summary = "Check a JSON report strictly and write it in other formats",
    .operands = "IN.json",
    .run = run,
};
