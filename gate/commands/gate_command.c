#include "gate/baseline/history.h"
#include "gate/commands/baseline_parts.h"
#include "gate/commands/gate_parts.h"
#include "gate/commands/history_recordings.h"
#include "gate/commands/option_rows.h"
#include "gate/compare/waiver.h"
#include "runners/base/log.h"
#include "runners/base/out_file.h"
#include "runners/fingerprint.h"
#include "runners/sampler/interrupt.h"

#include <unistd.h>

/* ---- before anything runs ---- */

static bool parse(struct gate_options *o, struct parsed_options *parsed, struct session *session,
                  int argc, const char **argv, struct pg_error *err) {
    const struct option options[] = {
        HEADING("What is compared"),
        TEXT("config", 'c', &o->config, "FILE", "what to measure and demand (perfgate.yml)"),
        TEXT("base", 0, &o->base, "REV",
             "measure this git revision beside the new build (none: compare with the store)"),
        TEXT("head", 0, &o->head, "REV", "measure this revision (the working tree)"),
        TEXT("store", 's', &o->store, "DIR", "folder of the baseline store"),
        COUNT("history", 0, &o->history, 1, 100, "stored recordings that make the baseline"),
        COUNT("rounds", 'r', &o->rounds, 1, 100000, "rounds of every benchmark"),
        FLAG("no-confirm", 0, &o->no_confirm, "do not measure red benchmarks a second time"),
        HEADING("What is kept"),
        FLAG("save", 0, &o->save, "add the recording of the new build to the store"),
        TEXT("branch", 'b', &o->branch, "NAME", "branch it is saved under (the one checked out)"),
        TEXT("accept", 0, &o->accept, "REASON",
             "with --save: what was measured is the new level, even if it regressed; older "
             "recordings do not count any more"),
        TEXT("output", 'o', &o->output, "DIR", "write the recordings there, base.txt and head.txt"),
        POLICY_OPTIONS(&o->policy),
        OUTPUT_OPTIONS(&o->output_options),
        FLAG("help-config", 0, &o->help_config, "explain the keys of the configuration"),
        {.name = NULL}};
    return options_parse(parsed, &gate_command, options, false, session, argc, argv, err);
}

/* What the command line says goes before what the file says. */
static bool read_config(struct gate *gate, struct pg_error *err) {
    const struct gate_options *o = gate->options;
    struct gate_config *config = &gate->config;
    const char *path = config_path(o->config, err);
    if (!path || !config_read(config, path, gate->arena, err))
        return false;
    if (o->base)
        config->base.revision = strcmp(o->base, "none") == 0 ? NULL : o->base;
    if (o->store)
        config->store = o->store;
    if (o->history)
        config->history = o->history;
    if (o->no_confirm)
        config->confirm = 0;
    for (size_t i = 0; o->rounds && i < config->benchmark_count; i++)
        config->benchmarks[i].measure.rounds = o->rounds;
    if (o->accept && !o->save)
        return pg_error_set(err, PG_USAGE, "--accept: there is nothing to accept without --save");
    return true;
}

static bool fill_policy(struct gate *gate, struct pg_error *err) {
    struct policy *policy = &gate->policy;
    policy_init(policy);
    config_policy(&gate->config, policy, gate->arena);
    return (!gate->config.waivers ||
            waivers_read(policy, gate->config.waivers, gate->arena, err)) &&
           policy_options_apply(&gate->options->policy, policy, gate->arena, err);
}

static bool open_reports(struct gate *gate, struct pg_error *err) {
    struct string_list reports = {0};
    for (size_t i = 0; i < gate->config.reports.count; i++)
        string_list_add(&reports, gate->config.reports.items[i], gate->arena);
    for (size_t i = 0; i < gate->options->output_options.reports.count; i++)
        string_list_add(&reports, gate->options->output_options.reports.items[i], gate->arena);
    gate->style = output_style(&gate->options->output_options, gate->session);
    return reports_open(&gate->reports, reports.items, reports.count, gate->arena, err);
}

/* The commit of the working tree; what differs from its commit is not that commit. */
static void describe_working_tree(struct gate *gate, struct gate_side *side) {
    const char *commit = history_commit(NULL, "HEAD", gate->arena);
    gate->changed = commit && history_changed(NULL, gate->arena);
    side->tree = (struct worktree){.path = ".",
                                   .directory = ".",
                                   .commit = commit,
                                   .branch = history_branch(NULL, gate->arena)};
    side->modified = gate->changed;
}

/* With a base side both builds are checked out, so that their paths are equally long; but not a
 * working tree that differs from its commit. */
static void choose_sides(struct gate *gate) {
    struct gate_measuring *m = &gate->measuring;
    const struct gate_config *config = &gate->config;
    struct gate_side head = {.label = "head", .revision = gate->options->head};
    gate->interleaved = config->base.revision != NULL;
    if (!head.revision)
        describe_working_tree(gate, &head);
    if (gate->interleaved) {
        m->sides[m->side_count++] = (struct gate_side){
            .label = "base", .revision = config->base.revision, .build = config->base.build};
        if (!head.revision && head.tree.commit && !gate->changed)
            head.revision = "HEAD";
    }
    m->sides[m->side_count++] = head;
}

/* ---- the baseline ---- */

static const char *this_fingerprint(struct arena *arena) {
    struct fingerprint fingerprint = fingerprint_read(&system_real, NULL, arena);
    return fingerprint_id(&fingerprint, arena);
}

/* A commit's own recording is no baseline for it, or the second run of a job would compare it with
 * itself; but it is one for what a working tree adds to it. */
static bool find_baseline_of_head(struct gate *gate, struct pg_error *err) {
    struct pick_request request = {
        .branch = gate->config.branch,
        .commit = gate->options->head,
        .without_commit = !gate->changed,
        .any_order = gate->config.ancestry == 0,
        .fingerprint = gate->policy.ignore_fingerprint ? NULL : this_fingerprint(gate->arena),
        .history = (size_t)gate->config.history,
        .strings = gate->measuring.strings,
    };
    return gate->interleaved || store_pick(&gate->store, &request, &gate->pick, err);
}

/* `measured`: what is saved now; NULL: nothing is. */
static const char *without_baseline(const struct gate *gate, const struct recording *measured) {
    struct arena *arena = gate->arena;
    const char *why = arena_printf(arena, "no baseline: %s.%s", gate->pick.why,
                                   gate->pick.none ? " That is expected the first time." : "");
    const char *branch = gate->config.branch;
    if (!measured || strcmp(gate->save_branch, branch) != 0)
        return arena_printf(arena,
                            "%s `perfgate gate --save` on %s measures and saves one; `perfgate "
                            "baseline save` adds a recording that was measured before",
                            why, branch);
    if (measured->failure_count)
        return arena_printf(arena, "%s What was measured failed, so it is no baseline either", why);
    if (recording_modified(measured))
        return arena_printf(arena,
                            "%s What was measured is saved, but as files differ from their commit "
                            "it is the baseline of no commit: commit them and run `perfgate gate "
                            "--save` again",
                            why);
    return arena_printf(arena,
                        "%s What was measured is saved as the baseline: after the next commit "
                        "`perfgate gate` compares with it",
                        why);
}

/* ---- saving ---- */

static bool prepare_saving(struct gate *gate, struct pg_error *err) {
    const struct gate_options *o = gate->options;
    const struct gate_side *head = &gate->measuring.sides[gate->measuring.side_count - 1];
    if (o->output && !make_folders(o->output, err))
        return false;
    if (!o->save)
        return true;
    gate->save_branch = o->branch ? o->branch : head->tree.branch;
    if (!gate->save_branch)
        gate->save_branch = history_branch(NULL, gate->arena);
    if (!gate->save_branch)
        return pg_error_set(err, PG_USAGE,
                            "--save: on which branch? git does not say; give "
                            "--branch");
    return store_prepare(&gate->store, gate->save_branch, err);
}

static bool save(struct gate *gate, struct recording *head, const char *verdict,
                 struct comparison *comparison, struct pg_error *err) {
    struct store_entry entry;
    bool sound = !verdict || strcmp(verdict, "broken") != 0;
    struct store_save save = {.recording = head,
                              .profile = gate->profiles.paths[gate->measuring.side_count - 1],
                              .verdict = verdict,
                              .accept = sound ? gate->options->accept : NULL};
    if (!gate->options->save)
        return true;
    recording_set(head, "branch", gate->save_branch);
    if (!store_save(&gate->store, &save, &entry, err))
        return false;
    const char *objection = store_entry_objection(&entry);
    pg_log(LOG_NOTE, "saved %s", entry.id);
    comparison_note(comparison, NOTE_INFO, NULL, "saved as %s%s%s", entry.id, objection ? ": " : "",
                    objection ? objection : "");
    if (!recording_modified(head))
        return true;
    const char *modified = entry_modified(head, gate->arena);
    pg_log(LOG_WARNING, "%s: %s", entry.id, modified);
    comparison_note(comparison, NOTE_WARNING, NULL, "%s: %s", entry.id, modified);
    return true;
}

/* ---- comparing ---- */

/* Each entry's rules, for the benchmarks that it printed. */
static void add_entry_rules(struct gate *gate) {
    const struct gate_measuring *m = &gate->measuring;
    for (size_t i = 0; i < m->count; i++) {
        for (size_t side = 0; side < m->side_count; side++) {
            const struct recording *part = m->benchmarks[i].parts[side];
            for (uint32_t k = 0; k < part->series_count; k++) {
                uint32_t name = part->series[k].name;
                if (k == 0 || part->series[k - 1].name != name)
                    config_policy_benchmark(m->benchmarks[i].entry, strings_get(m->strings, name),
                                            &gate->policy, gate->arena);
            }
        }
    }
}

/* ---- the run ---- */

static bool finish(struct gate *gate, struct comparison *comparison, int *exit_code,
                   struct pg_error *err) {
    return comparison_finish(comparison, gate->reports, &text_report, &gate->style, gate->session,
                             exit_code, err);
}

/* A trouble on the way: the reports say so, and err stays. */
static bool broken(struct gate *gate, enum reason reason, struct pg_error *err) {
    return comparison_unreadable(&gate->policy, reason, gate->reports, &gate->style, gate->session,
                                 err);
}

static bool judge_without_baseline(struct gate *gate, struct recording *head, int *exit_code,
                                   struct pg_error *err) {
    struct comparison comparison;
    const char *why = without_baseline(gate, gate->options->save ? head : NULL);
    comparison_broken(&comparison, &gate->policy, REASON_NO_BASELINE, why, gate->arena);
    for (size_t i = 0; i < gate->pick.note_count; i++)
        comparison_note(&comparison, NOTE_WARNING, "baseline", "%s", gate->pick.notes[i]);
    if (head && !save(gate, head, head->failure_count ? "broken" : NULL, &comparison, err))
        return broken(gate, REASON_IO, err);
    pg_log(LOG_ERROR, "%s", why);
    if (head)
        gate_write_pgo(gate, head, &comparison);
    return finish(gate, &comparison, exit_code, err);
}

static bool judge(struct gate *gate, struct recording *const *sides, int *exit_code,
                  struct pg_error *err) {
    struct comparison comparison;
    struct pg_error unsaved = {0};
    struct recording *deciding[GATE_SIDES];
    size_t head = gate->measuring.side_count - 1;
    add_entry_rules(gate);
    if (!gate_compare(gate, sides, &gate->policy, &comparison, err) ||
        !gate_confirm(gate, &comparison, err) || !gate_join_sides(gate, NULL, deciding, err))
        return broken(gate, err->status == PG_FORMAT ? REASON_DAMAGED_INPUT : REASON_IO, err);
    if (reports_have(gate->reports, &html_report)) /* before the head is in the store */
        gate->style.history = history_of_store(gate->store.path, gate->config.branch,
                                               recording_get(deciding[head], "fingerprint-id"),
                                               gate->policy.alpha, gate->arena);
    bool saved =
        save(gate, deciding[head], verdict_name(comparison.verdict), &comparison, &unsaved);
    if (!saved)
        comparison_note(&comparison, NOTE_WARNING, NULL, "not saved: %s", unsaved.text);
    gate_write_pgo(gate, deciding[head], &comparison);
    if (!finish(gate, &comparison, exit_code, err))
        return false;
    if (saved)
        return true;
    *err = unsaved;
    if (comparison.verdict != VERDICT_REGRESSION)
        return false;
    pg_log(LOG_ERROR, "%s", unsaved.text);
    return true;
}

static bool measure_and_judge(struct gate *gate, int *exit_code, struct pg_error *err) {
    struct recording *sides[GATE_SIDES];
    size_t head = gate->measuring.side_count - 1;
    bool baseline = gate->interleaved || gate->pick.count > 0;
    if (!baseline && !gate->options->save)
        return judge_without_baseline(gate, NULL, exit_code, err);
    if (!gate_build(&gate->measuring, err) || !gate_measure(&gate->measuring, NULL, false, err))
        return broken(gate, REASON_FAILED_ROWS, err);
    if (!gate_join_sides(gate, NULL, sides, err))
        return broken(gate, REASON_DAMAGED_INPUT, err);
    if (!gate_profiles_make(&gate->profiles, &gate->measuring, sides, gate->options->output,
                            gate->options->save || gate_wants_pgo(gate) ? (int)head : -1, err))
        return broken(gate, REASON_IO, err);
    for (size_t i = 0; i <= head; i++) {
        if (!gate_write_recording(gate, gate->measuring.sides[i].label, sides[i], err))
            return broken(gate, REASON_IO, err);
    }
    return baseline ? judge(gate, sides, exit_code, err)
                    : judge_without_baseline(gate, sides[head], exit_code, err);
}

static bool run_gate(struct gate *gate, int *exit_code, struct pg_error *err) {
    gate->store = (struct store){gate->config.store, gate->arena};
    gate->measuring = (struct gate_measuring){.config = &gate->config,
                                              .policy = &gate->policy,
                                              .strings = strings_new(gate->arena),
                                              .session = gate->session};
    choose_sides(gate);
    if (!fill_policy(gate, err) || !gate_prepare(&gate->measuring, err) || !open_reports(gate, err))
        return false;
    interrupts_catch();
    bool good = prepare_saving(gate, err) && find_baseline_of_head(gate, err);
    if (good)
        good = measure_and_judge(gate, exit_code, err);
    else if (err->status == PG_USAGE)
        reports_abandon(gate->reports);
    else
        broken(gate, REASON_IO, err);
    gate_profiles_end(&gate->profiles);
    gate_measuring_end(&gate->measuring);
    interrupts_release();
    return good;
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct gate_options options = {0};
    struct parsed_options parsed;
    policy_options_init(&options.policy);
    output_options_init(&options.output_options);
    if (!parse(&options, &parsed, session, argc, argv, err))
        return false;
    *exit_code = 0;
    if (parsed.helped)
        return true;
    if (options.help_config) {
        config_help(session->out);
        return true;
    }
    if (parsed.operands.count)
        return pg_error_set(err, PG_USAGE,
                            "gate: '%.100s'; expected options only (-c FILE names "
                            "the configuration)",
                            parsed.operands.items[0]);
    if (!output_options_check(&options.output_options, session->arena, err))
        return false;
    struct gate gate = {.options = &options, .session = session, .arena = session->arena};
    return read_config(&gate, err) && run_gate(&gate, exit_code, err);
}

const struct command gate_command = {
    .name = "gate",
    .summary = "Measure, compare, confirm, report, save: all that CI needs",
    .operands = "",
    .run = run,
};
