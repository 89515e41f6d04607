#include "gate/commands/gate_measure.h"

#include "gate/commands/run_progress.h"
#include "gate/compare/noise_notes.h"
#include "gate/compare/precision.h"
#include "runners/base/command_line.h"
#include "runners/base/log.h"
#include "runners/sampler/interrupt.h"

#include <math.h>
#include <sys/random.h>
#include <unistd.h>

/* ---- before anything runs ---- */

bool gate_prepare(struct gate_measuring *m, struct pg_error *err) {
    const struct gate_config *config = m->config;
    m->count = config->benchmark_count;
    m->benchmarks = ARENA_NEW(m->session->arena, struct gate_benchmark, m->count);
    m->session_id = runner_session(m->session->arena);
    for (size_t i = 0; i < m->count; i++) {
        struct gate_benchmark *benchmark = &m->benchmarks[i];
        const struct config_command *command = &config->benchmarks[i].command;
        benchmark->entry = &config->benchmarks[i];
        benchmark->measure = config_measure_of(config, benchmark->entry);
        benchmark->argv = (const char *const *)command->argv;
        if (command->line &&
            !command_split(&benchmark->argv, command->line, m->session->arena, err))
            return pg_error_in(err, command->where);
        if (!format_choose(&benchmark->format, benchmark->entry->format, err))
            return pg_error_in(err, benchmark->entry->where);
    }
    for (size_t i = 0; config->sampler != SAMPLER_NONE && i < m->side_count; i++)
        m->samplings[i] = sampling_new(m->strings, m->session->arena);
    struct counter_set ignored;
    return counters_parse(&ignored, config->counters, err) || pg_error_in(err, config->path);
}

/* ---- building ---- */

static bool run_build(const struct gate_side *side, const char *line, struct arena *arena,
                      struct pg_error *err) {
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    struct worktree tree = side->tree;
    if (!tree.commit)
        tree.commit = "the working tree";
    pg_log(LOG_NOTE, "building %s: %s", side->label, line);
    return worktree_build(&tree, argv, 0, arena, err) || pg_error_in(err, side->label);
}

/* The same line of two entries is run once. */
static bool said_before(const struct gate_measuring *m, size_t index) {
    for (size_t i = 0; i < index; i++) {
        const char *build = m->benchmarks[i].entry->build;
        if (build && strcmp(build, m->benchmarks[index].entry->build) == 0)
            return true;
    }
    return false;
}

static bool build_side(const struct gate_measuring *m, const struct gate_side *side,
                       struct pg_error *err) {
    struct arena *arena = m->session->arena;
    if (side->build)
        return run_build(side, side->build, arena, err);
    for (size_t i = 0; i < m->count; i++) {
        const char *line = m->benchmarks[i].entry->build;
        if (line && !said_before(m, i) && !run_build(side, line, arena, err))
            return false;
    }
    return true;
}

static bool check_out(struct gate_measuring *m, struct pg_error *err) {
    const char *revisions[GATE_SIDES];
    struct gate_side *of[GATE_SIDES];
    size_t count = 0;
    for (size_t i = 0; i < m->side_count; i++) {
        if (!m->sides[i].revision)
            continue;
        of[count] = &m->sides[i];
        revisions[count++] = m->sides[i].revision;
    }
    if (count && !worktrees_add(&m->trees, NULL, revisions, count, m->session->arena, err))
        return false;
    for (size_t i = 0; i < count; i++)
        of[i]->tree = m->trees.items[i];
    return true;
}

bool gate_build(struct gate_measuring *m, struct pg_error *err) {
    if (!check_out(m, err))
        return false;
    for (size_t i = 0; i < m->side_count; i++) {
        if (interrupted_by())
            return pg_error_set(err, PG_CHILD, "interrupted by signal %d", interrupted_by());
        if (!build_side(m, &m->sides[i], err))
            return false;
    }
    return true;
}

void gate_measuring_end(struct gate_measuring *m) {
    if (m->trees.folder)
        worktrees_remove(&m->trees, m->session->arena);
}

/* ---- measuring ---- */

static const char *directory_of(const struct gate_side *side, const char *directory,
                                struct arena *arena) {
    const char *tree = side->revision ? side->tree.directory : NULL;
    if (!directory || !tree)
        return directory ? directory : tree;
    return arena_printf(arena, "%s/%s", tree, directory);
}

static bool fill_plan(const struct gate_measuring *m, const struct gate_benchmark *benchmark,
                      bool again, struct plan *plan, struct pg_error *err) {
    const struct gate_config *config = m->config;
    const struct config_measure *measure = &benchmark->measure;
    *plan = (struct plan){
        .name = benchmark->entry->name,
        .format = benchmark->format.format,
        .whole_process = benchmark->format.whole_process,
        .warmup = (uint32_t)measure->warmup,
        .rounds = again ? benchmark->rounds : (uint32_t)measure->rounds,
        .max_rounds = again ? benchmark->rounds : (uint32_t)measure->max_rounds,
        .time_budget = again || isnan(measure->time_budget) ? 0 : measure->time_budget,
        .timeout = isnan(measure->timeout) ? 0 : measure->timeout,
        .order = (enum run_order)config->order,
        .aslr_off = config->aslr_off == 1,
        .pad_environment = true,
        .valgrind = config->valgrind == 1,
        .sampling = {(enum sampler)config->sampler, STACK_AUTO, GATE_RATE,
                     config->sampled_rounds > 0 ? (uint32_t)config->sampled_rounds : 0},
        .session = m->session_id,
        .roots = system_real,
    };
    if (getrandom(&plan->seed, sizeof plan->seed, 0) != (ssize_t)sizeof plan->seed)
        return pg_error_errno(err, "cannot get a random seed");
    return counters_parse(&plan->counters, config->counters, err);
}

/* A command that is not there did not give a sample; the other benchmarks still do. */
static void fail_all(struct gate_benchmark *benchmark, size_t sides, const char *reason) {
    for (size_t i = 0; i < sides; i++) {
        struct recording *part = benchmark->parts[i];
        recording_fail(part, strings_add(part->strings, text_of(benchmark->entry->name)), 0,
                       arena_strdup(part->arena, reason));
    }
}

static bool run_plan(struct gate_measuring *m, struct gate_benchmark *benchmark, struct plan *plan,
                     struct pg_error *err) {
    struct policy policy =
        *m->policy; /* with the rules of the entry, whose rows are the only ones */
    struct run_progress progress = {
        .warmup = plan->warmup, .time_budget = plan->time_budget, .policy = &policy};
    struct measured measured = {0};
    FILE *out = m->session->err;
    policy.rule_capacity = policy.rule_count; /* the rules are copied on growth */
    config_policy_benchmark(benchmark->entry, NULL, &policy, m->session->arena);
    plan->enough = plan->max_rounds > plan->rounds ? run_progress_enough : NULL;
    plan->progress = run_progress_show;
    plan->sampled = run_progress_sampled;
    plan->context = &progress;
    pg_log(LOG_NOTE, "measuring %s", benchmark->entry->name);
    run_progress_begin(&progress, out, fileno(out), m->session->quiet);
    bool good = runner_measure(plan, benchmark->parts, &measured, err);
    run_progress_end(&progress);
    int signal = measured.interrupted ? measured.interrupted : interrupted_by();
    if (signal)
        return pg_error_set(err, PG_CHILD, "interrupted by signal %d", signal);
    if (!good && err->status != PG_CHILD)
        return false;
    if (!good) {
        pg_log(LOG_ERROR, "%s: %s", benchmark->entry->name, err->text);
        fail_all(benchmark, m->side_count, err->text);
        *err = (struct pg_error){0};
    }
    benchmark->rounds = measured.rounds ? measured.rounds : plan->rounds;
    return true;
}

static bool measure_one(struct gate_measuring *m, struct gate_benchmark *benchmark, bool again,
                        struct pg_error *err) {
    struct arena *arena = m->session->arena;
    struct plan_side sides[GATE_SIDES];
    struct plan plan;
    cpu_set_t cpus;
    if (!fill_plan(m, benchmark, again, &plan, err))
        return false;
    for (size_t i = 0; i < m->side_count; i++) {
        const struct gate_side *side = &m->sides[i];
        sides[i] = (struct plan_side){
            .label = side->label,
            .argv = benchmark->argv,
            .directory = directory_of(side, benchmark->entry->directory, arena),
            .commit = side->tree.commit,
            .modified = side->modified,
            .branch = side->tree.branch,
            .sampling = m->samplings[i],
        };
        benchmark->parts[i] = recording_new(side->label, side->label, m->strings, arena);
        recording_set(benchmark->parts[i], "version", PERFGATE_VERSION);
    }
    plan.sides = sides;
    plan.side_count = m->side_count;
    if (m->config->pin >= 0) {
        CPU_ZERO(&cpus);
        CPU_SET((size_t)m->config->pin, &cpus);
        plan.cpus = &cpus;
    }
    if (!run_plan(m, benchmark, &plan, err))
        return false;
    for (size_t i = 0; i < m->side_count; i++)
        noise_notes_add(benchmark->parts[i]);
    return true;
}

bool gate_measure(struct gate_measuring *m, const bool *chosen, bool again, struct pg_error *err) {
    for (size_t i = 0; i < m->count; i++) {
        if ((!chosen || chosen[i]) && !measure_one(m, &m->benchmarks[i], again, err))
            return false;
    }
    return true;
}

/* ---- one recording of many ---- */

/* What is the same for all entries holds for the whole; so does the time of the first. */
static void join_provenance(struct recording *out, const struct recording *part, bool first) {
    if (first) {
        for (uint32_t i = 0; i < part->provenance_count; i++)
            recording_set(out, part->provenance[i].key, part->provenance[i].value);
        return;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < out->provenance_count; i++) {
        const char *other = recording_get(part, out->provenance[i].key);
        bool same = other && strcmp(other, out->provenance[i].value) == 0;
        if (same || strcmp(out->provenance[i].key, "time") == 0)
            out->provenance[kept++] = out->provenance[i];
    }
    out->provenance_count = kept;
}

static bool noted(const struct recording *out, const struct note *note) {
    const char *where = note->where ? note->where : "";
    for (uint32_t i = 0; i < out->note_count; i++) {
        const struct note *said = &out->notes[i];
        if (said->level == note->level && strcmp(said->text, note->text) == 0 &&
            strcmp(said->where ? said->where : "", where) == 0)
            return true;
    }
    return false;
}

static void join_notes(struct recording *out, const struct recording *part) {
    for (uint32_t i = 0; i < part->note_count; i++) {
        const struct note *note = &part->notes[i];
        if (!noted(out, note))
            recording_note(out, note->level, note->where, "%s", note->text);
    }
}

bool gate_entry_is(const struct gate_measuring *m, size_t entry, const char *name) {
    const struct gate_benchmark *benchmark = &m->benchmarks[entry];
    const struct recording *part = benchmark->parts[m->side_count - 1];
    bool is = strcmp(benchmark->entry->name, name) == 0;
    for (uint32_t i = 0; i < part->series_count && !is; i++)
        is = strcmp(strings_get(part->strings, part->series[i].name), name) == 0;
    return is;
}

bool gate_join(const struct gate_measuring *m, size_t side, const bool *chosen,
               struct recording **out, struct pg_error *err) {
    const char *label = m->sides[side].label;
    struct recording *whole = recording_new(label, label, m->strings, m->session->arena);
    bool first = true;
    for (size_t i = 0; i < m->count; i++) {
        const struct recording *part = m->benchmarks[i].parts[side];
        uint32_t clash;
        if (chosen && !chosen[i])
            continue;
        join_notes(whole, part);
        if (recording_get(part, "session")) { /* else it could not even be started */
            join_provenance(whole, part, first);
            first = false;
        }
        if (!recording_append(whole, part, &clash))
            return pg_error_set(err, PG_FORMAT,
                                "%.200s: benchmark '%.200s' is printed by an entry above, too",
                                m->benchmarks[i].entry->where, strings_get(m->strings, clash));
    }
    *out = whole;
    return true;
}
