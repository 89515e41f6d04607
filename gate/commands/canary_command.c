#include "gate/commands/canary_profiles.h"
#include "gate/commands/compare_options.h"
#include "gate/commands/profile_parts.h"
#include "gate/functions/function_compare.h"

struct canary {
    struct canary_side sides[2]; /* base, head */
    struct remote_options remote;
    int windows; /* 0: not given */
    struct string_list where;
    struct strings *strings;
    const char *by, *round, *type;
    double points;
    bool keep_paths;
    struct policy_options policy_options;
    struct output_options output_options;
    struct policy policy;
    struct reports *reports;
    struct report_style style;
};

/* ---- options ---- */

static bool is_side(const char *argument) {
    return strcmp(argument, "--base") == 0 || strcmp(argument, "--head") == 0;
}

/* `--base A B C` is `--base A --base B --base C`, so that a shell's pattern can stand there. */
static int repeat_sides(int argc, const char **argv, const char ***out, struct arena *arena) {
    const char **all = ARENA_NEW(arena, const char *, 2 * (size_t)argc + 1);
    const char *side = NULL;
    int count = 0;
    for (int i = 0; i < argc; i++) {
        bool value = side && (argv[i][0] != '-' || !argv[i][1]);
        if (value && !is_side(argv[i - 1]))
            all[count++] = side;
        if (!value)
            side = is_side(argv[i]) ? argv[i] : NULL;
        all[count++] = argv[i];
    }
    *out = all;
    return count;
}

static bool parse(struct canary *o, struct parsed_options *parsed, struct session *session,
                  int argc, const char **argv, struct pg_error *err) {
    const struct option options[] = {
        HEADING("Profiles"),
        LIST("base", 0, &o->sides[0].operands, "PATH…",
             "of the old build: files, folders of files, or URLs"),
        LIST("head", 0, &o->sides[1].operands, "PATH…", "of the new build"),
        TEXT("round", 0, &o->round, "LABEL",
             "label that divides a profile into rounds (round); without it each is one, and one "
             "that is alone is divided by the times of its samples (perf script)"),
        COUNT(
            "windows", 0, &o->windows, 1, REMOTE_MOST_WINDOWS,
            "divide one that is alone into N rounds by time (10); of each URL take N windows, each "
            "a round (5 a side can be tested)"),
        TEXT("by", 0, &o->by, "LABEL", "compare each value of this label by itself (benchmark)"),
        LIST("where", 0, &o->where, "LABEL=VALUE", "only samples with this label"),
        TEXT("sample-type", 0, &o->type, "NAME", "what is counted (cpu, or the profile's default)"),
        HEADING("Policy"),
        {.name = "points",
         .kind = OPTION_DOUBLE,
         .target = &o->points,
         .argument = "N",
         .help = "a flat share may grow by this many percent of the whole (1)",
         .high = 100},
        {.name = "alpha",
         .kind = OPTION_RATIO,
         .target = &o->policy_options.alpha,
         .argument = "P",
         .help = "significance of a change (0.05)",
         .low = 1e-12,
         .high = 0.5},
        CHOICE("correction", &o->policy_options.correction, "bh|holm|none",
               "for many functions: bh (default), holm or none"),
        FUNCTION_RULE_OPTION(&o->policy_options),
        LIST("waivers", 0, &o->policy_options.waiver_files, "FILE",
             "functions that are accepted for a while"),
        FLAG("strict", 0, &o->policy_options.strict, "exit 3 if any function is inconclusive"),
        HEADING("Output"),
        LIST("report", 0, &o->output_options.reports, "FORMAT=PATH",
             "text, json, markdown, html, flame, github-summary, github-comment, "
             "github-annotations; "
             "path - replaces the table"),
        KEEP_PATHS_OPTION(&o->keep_paths),
        COUNT("budget", 0, &o->output_options.budget, MARKDOWN_LEAST_BUDGET, 1 << 30,
              "largest markdown report (65536 bytes)"),
        CHOICE("color", &o->output_options.colour, "auto|always|never",
               "auto (default), always or never"),
        COUNT("width", 0, &o->output_options.width, 40, 100000, "columns (the terminal's)"),
        PUBLICATION_OPTIONS(&o->output_options),
        HEADING("URLs"),
        REMOTE_OPTIONS(&o->remote),
        HEADING("Pyroscope or Parca, for one side alone"),
        LIST("base-label", 0, &o->sides[0].labels, "KEY=VALUE",
             "as --label, for the old build alone"),
        LIST("head-label", 0, &o->sides[1].labels, "KEY=VALUE", "for the new one"),
        TEXT("base-from", 0, &o->sides[0].from, "TIME", "as --from, for the old build alone"),
        TEXT("base-until", 0, &o->sides[0].until, "TIME", "as --until, for the old build alone"),
        {.name = NULL}};
    argc = repeat_sides(argc, argv, &argv, session->arena);
    return options_parse(parsed, &canary_command, options, false, session, argc, argv, err);
}

static bool check(struct canary *o, const struct parsed_options *parsed, struct arena *arena,
                  struct pg_error *err) {
    if (parsed->operands.count)
        return pg_error_set(err, PG_USAGE, "canary: '%.200s' is neither of --base nor of --head",
                            parsed->operands.items[0]);
    if (!o->sides[0].operands.count || !o->sides[1].operands.count)
        return pg_error_set(err, PG_USAGE, "canary: expected --base PATH… and --head PATH…");
    for (size_t i = 0; i < o->where.count; i++) {
        const char *equals = strchr(o->where.items[i], '=');
        if (!equals || equals == o->where.items[i])
            return pg_error_set(err, PG_USAGE, "--where: '%.200s' is not LABEL=VALUE",
                                o->where.items[i]);
    }
    for (size_t i = 0; i < o->output_options.reports.count; i++) {
        const char *report = o->output_options.reports.items[i];
        if (strncmp(report, "csv=", 4) == 0 || strncmp(report, "junit=", 6) == 0)
            return pg_error_set(err, PG_USAGE,
                                "--report=%.200s: functions are written as text, json or markdown",
                                report);
    }
    if (o->windows && strcmp(o->round, "round") != 0)
        return pg_error_set(err, PG_USAGE,
                            "canary: --windows makes rounds and --round names "
                            "others; expected one of the two");
    return canary_profiles_check(o->sides, &o->remote, o->windows, o->strings, arena, err);
}

/* ---- the whole ---- */

static bool judge(struct canary *o, struct session *session, int *exit_code, struct pg_error *err) {
    struct arena *arena = session->arena;
    struct function_cut cut = {o->type, o->by, o->round, o->where.items, o->where.count};
    struct function_names *names = function_names_new(o->strings, arena);
    struct function_side *sides[2] = {function_side_new(names, cut), function_side_new(names, cut)};
    struct comparison comparison;
    bool by_time = strcmp(o->round, "round") == 0;
    int windows = !by_time ? 0 : o->windows ? o->windows : CANARY_WINDOWS;
    if (!canary_profiles_add(o->sides, sides, windows, o->keep_paths, err)) {
        if (err->status != PG_USAGE)
            return comparison_unreadable(&o->policy, reason_of_error(err), o->reports, &o->style,
                                         session, err);
        reports_abandon(o->reports);
        return false;
    }
    struct function_request request = {.base = sides[0],
                                       .head = sides[1],
                                       .policy = &o->policy,
                                       .floor = o->points / 100,
                                       .by_share = true};
    functions_alone(&comparison, &request, arena);
    return comparison_finish(&comparison, o->reports, &text_report, &o->style, session, exit_code,
                             err);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct canary o = {.sides = {{.option = "--base"}, {.option = "--head"}},
                       .by = "benchmark",
                       .round = "round",
                       .points = 1,
                       .strings = strings_new(session->arena)};
    struct parsed_options parsed;
    policy_options_init(&o.policy_options);
    output_options_init(&o.output_options);
    if (!parse(&o, &parsed, session, argc, argv, err))
        return false;
    *exit_code = 0;
    if (parsed.helped)
        return true;
    policy_init(&o.policy);
    o.policy.threshold = o.points / 100;
    o.policy.functions = FUNCTIONS_GATE;
    if (!check(&o, &parsed, session->arena, err) ||
        !policy_options_apply(&o.policy_options, &o.policy, session->arena, err) ||
        !output_options_check(&o.output_options, session->arena, err))
        return false;
    o.style = output_style(&o.output_options, session);
    return reports_open(&o.reports, o.output_options.reports.items, o.output_options.reports.count,
                        session->arena, err) &&
           judge(&o, session, exit_code, err);
}

const struct command canary_command = {
    .name = "canary",
    .summary = "Compare profiles alone: which function's share grew",
    .operands = "--base PATH… --head PATH…",
    .run = run,
};
