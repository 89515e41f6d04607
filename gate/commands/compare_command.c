#include "gate/commands/baseline_parts.h"
#include "gate/commands/compare_options.h"
#include "gate/commands/history_recordings.h"
#include "gate/functions/function_compare.h"
#include "gate/report/row_text.h"
#include "runners/base/log.h"
#include "runners/formats/format.h"

#include <unistd.h>

enum { STYLE_PERFGATE, STYLE_BENCHSTAT };
enum { FORMAT_TEXT, FORMAT_CSV };

struct compare {
    struct policy_options policy_options;
    struct output_options output_options;
    struct policy policy;
    struct grid_spec spec;
    int style, format, history;
    const char *input_format, *store, *branch;
    struct report_style report_style;
    struct reports *reports;
};

static bool parse(struct compare *o, struct parsed_options *parsed, struct session *session,
                  int argc, const char **argv, struct pg_error *err) {
    const struct option options[] = {
        POLICY_OPTIONS(&o->policy_options),
        {.name = "Rows and columns, in benchstat's languages",
         .kind = OPTION_HEADING,
         .help = "Rows and columns, in benchstat's languages"},
        {.name = "filter",
         .kind = OPTION_STRING,
         .target = &o->spec.filter,
         .argument = "QUERY",
         .help = "only results that match",
         .one_dash = true},
        {.name = "table",
         .kind = OPTION_STRING,
         .target = &o->spec.table,
         .argument = "KEYS",
         .help = "one table for each (default .config)",
         .one_dash = true},
        {.name = "row",
         .kind = OPTION_STRING,
         .target = &o->spec.row,
         .argument = "KEYS",
         .help = "one row for each (default .fullname)",
         .one_dash = true},
        {.name = "col",
         .kind = OPTION_STRING,
         .target = &o->spec.col,
         .argument = "KEYS",
         .help = "one column for each (default .file); the first is the base",
         .one_dash = true},
        {.name = "ignore",
         .kind = OPTION_STRING,
         .target = &o->spec.ignore,
         .argument = "KEYS",
         .help = "differences that do not matter",
         .one_dash = true},
        {.name = "Input", .kind = OPTION_HEADING, .help = "Input"},
        {.name = "history",
         .kind = OPTION_INT,
         .target = &o->history,
         .argument = "N",
         .help = "the first N recordings are sessions of one baseline (the store's nearest N)",
         .low = 1,
         .high = 1000},
        TEXT("baseline-store", 0, &o->store, "DIR",
             "compare with what this store has for the first recording: OLD is left out"),
        TEXT("branch", 0, &o->branch, "NAME", "of the store (" DEFAULT_BRANCH ")"),
        {.name = "input-format",
         .kind = OPTION_STRING,
         .target = &o->input_format,
         .argument = "NAME",
         .help = "go, gbench, hyperfine (default: what the input looks like)"},
        OUTPUT_OPTIONS(&o->output_options),
        {.name = "style",
         .kind = OPTION_CHOICE,
         .target = &o->style,
         .argument = "WHICH",
         .choices = "perfgate|benchstat",
         .help = "perfgate (default) or benchstat's bytes"},
        {.name = "format",
         .kind = OPTION_CHOICE,
         .target = &o->format,
         .argument = "WHICH",
         .choices = "text|csv",
         .help = "of the table: text (default) or csv",
         .one_dash = true},
        {.name = NULL},
    };
    return options_parse(parsed, &compare_command, options, false, session, argc, argv, err);
}

/* One file is enough where its columns come from something else than files, and for benchstat's
 * view. */
static bool check_operands(const struct compare *o, size_t count, struct pg_error *err) {
    size_t least =
        o->store || o->style == STYLE_BENCHSTAT || o->spec.col ? 1 : (size_t)o->history + 1;
    if (count >= least)
        return true;
    return pg_error_set(
        err, PG_USAGE, "compare: expected %zu recordings or more (OLD NEW), got %zu", least, count);
}

static bool find_format(const struct compare *o, const struct format **out, struct pg_error *err) {
    *out = NULL;
    if (!o->input_format || strcmp(o->input_format, "auto") == 0)
        return true;
    *out = format_find(o->input_format);
    return *out || pg_error_set(err, PG_USAGE, "--input-format: '%.100s' is not a known format",
                                o->input_format);
}

/* Does an operand name a file that is not there? (`label=path` as well.) */
static bool is_absent(const char *operand) {
    const char *equals = strchr(operand, '=');
    return strcmp(operand, "-") != 0 && access(operand, F_OK) != 0 &&
           (!equals || (strcmp(equals + 1, "-") != 0 && access(equals + 1, F_OK) != 0));
}

static enum reason reading_reason(const struct compare *o, const struct string_list *operands,
                                  const struct pg_error *err) {
    for (size_t i = 0; i < (size_t)o->history && i < operands->count; i++) {
        if (err->status == PG_IO && is_absent(operands->items[i]))
            return REASON_NO_BASELINE;
    }
    return reason_of_error(err);
}

/* Several sessions of a baseline make one column. */
static void label_history(struct recording **recordings, int history) {
    for (int i = 0; history > 1 && i < history; i++)
        recordings[i]->label = "baseline";
}

/* benchstat's bytes leave no room for a verdict, on stderr neither: the exit code has it, and -v.
 */
static void log_verdict(const struct comparison *comparison) {
    if (comparison->verdict != VERDICT_PASS)
        pg_log(LOG_NOTE, "verdict: %s", verdict_words(comparison));
}

/* Puts what the store has for the first of `count` recordings before them. */
static bool add_stored(const struct compare *o, const struct recording ***recordings, size_t *count,
                       size_t *base_count, struct arena *arena, struct pg_error *err) {
    struct pick pick;
    struct recording_baseline wanted = {o->store, o->branch, o->history,
                                        o->policy.ignore_fingerprint};
    if (!baseline_of(&wanted, (*recordings)[0], &pick, arena, err))
        return false;
    const struct recording **all = ARENA_NEW(arena, const struct recording *, pick.count + *count);
    memcpy(all, pick.recordings, pick.count * sizeof *all);
    memcpy(all + pick.count, *recordings, *count * sizeof *all);
    *recordings = all;
    *count += pick.count;
    *base_count = pick.count;
    return true;
}

static bool compare(struct compare *o, const struct string_list *operands,
                    const struct format *format, struct session *session, int *exit_code,
                    struct pg_error *err) {
    struct recording **recordings;
    struct strings *strings = strings_new(session->arena);
    if (!recordings_read(&recordings, operands->items, operands->count, format, strings,
                         session->arena, err))
        return comparison_unreadable(&o->policy, reading_reason(o, operands, err), o->reports,
                                     &o->report_style, session, err);
    if (!o->store)
        label_history(recordings, o->history);
    const struct recording **all = (const struct recording **)recordings;
    size_t count = operands->count, history = (size_t)o->history;
    size_t base_count = history < count ? history : count;
    if (o->store && !add_stored(o, &all, &count, &base_count, session->arena, err)) {
        enum reason reason = err->status == PG_FORMAT ? REASON_NO_BASELINE : reason_of_error(err);
        return comparison_unreadable(&o->policy, reason, o->reports, &o->report_style, session,
                                     err);
    }
    struct comparison_input input = {
        .recordings = all,
        .count = count,
        .base_count = base_count,
        .spec = o->spec,
        .policy = &o->policy,
    };
    struct comparison comparison;
    if (!comparison_build(&comparison, &input, session->arena, err)) {
        reports_abandon(o->reports);
        return false;
    }
    if (o->style != STYLE_BENCHSTAT)
        functions_compare(&comparison, (struct function_profiles){NULL, NULL});
    if (o->store && reports_have(o->reports, &html_report))
        o->report_style.history =
            history_of_store(o->store, o->branch, recording_get(recordings[0], "fingerprint-id"),
                             o->policy.alpha, session->arena);
    const struct report_format *table = o->format == FORMAT_CSV ? &csv_report : &text_report;
    if (o->style == STYLE_BENCHSTAT)
        log_verdict(&comparison);
    return comparison_finish(&comparison, o->reports, table, &o->report_style, session, exit_code,
                             err);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct compare o = {.history = 1, .branch = DEFAULT_BRANCH};
    struct parsed_options parsed;
    const struct format *format;
    policy_options_init(&o.policy_options);
    output_options_init(&o.output_options);
    if (!parse(&o, &parsed, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    policy_init(&o.policy);
    if (!check_operands(&o, parsed.operands.count, err) || !find_format(&o, &format, err) ||
        !policy_options_apply(&o.policy_options, &o.policy, session->arena, err) ||
        !output_options_check(&o.output_options, session->arena, err))
        return false;
    o.report_style = output_style(&o.output_options, session);
    o.report_style.benchstat = o.style == STYLE_BENCHSTAT;
    if (!reports_open(&o.reports, o.output_options.reports.items, o.output_options.reports.count,
                      session->arena, err))
        return false;
    return compare(&o, &parsed.operands, format, session, exit_code, err);
}

const struct command compare_command = {
    .name = "compare",
    .summary = "Compare recordings: verdict, table, reports, exit code",
    .operands = "OLD NEW [MORE…]",
    .run = run,
};
