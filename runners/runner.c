#include "runners/runner.h"

#include "runners/base/log.h"
#include "runners/measuring.h"
#include "runners/noise.h"
#include "runners/provenance.h"
#include "runners/sampler/interrupt.h"

#include <libgen.h>
#include <time.h>

/* Of a time budget, when sampled rounds are to follow. */
static const double TIMED_SHARE = 0.7;

double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Round 0 is a warm-up: run, shown when it fails, not kept. */
static bool run_round(struct measuring *m, uint32_t round, struct pg_error *err) {
    size_t *order = ARENA_NEW(m->scratch, size_t, m->count);
    uint32_t most = m->plan->pad_environment ? LAUNCH_PADDING : 0;
    uint32_t padding = schedule_round(&m->schedule, round, order, most);
    for (size_t i = 0; i < m->count; i++) {
        if (!run_process(m, &m->sides[order[i]], round, padding, err))
            return false;
        m->measured->interrupted = interrupted_by();
        if (m->measured->interrupted)
            return true;
    }
    decide_mode(m, round);
    if (round)
        keep_round(m, round);
    for (size_t i = 0; !round && i < m->count; i++) {
        if (m->sides[i].sample.reason)
            recording_note(m->sides[i].out, NOTE_INFO, NULL, "a warm-up round failed: %s",
                           m->sides[i].sample.reason);
    }
    if (round)
        m->measured->rounds = round;
    return true;
}

static const struct recording *const *as_read(struct measuring *m) {
    const struct recording **out = ARENA_NEW(m->scratch, const struct recording *, m->count);
    for (size_t i = 0; i < m->count; i++)
        out[i] = m->sides[i].out;
    return out;
}

static bool time_is_over(struct measuring *m, double elapsed) {
    const struct plan *plan = m->plan;
    double share = plan->sides[0].sampling ? TIMED_SHARE : 1;
    if (plan->time_budget <= 0 || elapsed < share * plan->time_budget || m->measured->rounds == 0)
        return false;
    if (m->measured->rounds < plan->rounds) {
        for (size_t i = 0; i < m->count; i++)
            recording_note(m->sides[i].out, NOTE_WARNING, NULL,
                           "the time budget of %g s was used up after %u of %u rounds",
                           plan->time_budget, m->measured->rounds, plan->rounds);
    }
    return true;
}

static bool goes_on(struct measuring *m, double elapsed) {
    const struct plan *plan = m->plan;
    if (m->measured->interrupted || time_is_over(m, elapsed))
        return false;
    if (m->measured->rounds < plan->rounds)
        return true;
    return m->measured->rounds < plan->max_rounds && plan->enough &&
           !plan->enough(plan->context, as_read(m), m->count);
}

static bool run_rounds(struct measuring *m, struct pg_error *err) {
    const struct plan *plan = m->plan;
    double started = m->started = seconds_now();
    for (uint32_t i = 0;; i++) {
        struct arena_mark mark = arena_mark(m->scratch);
        bool warm = i < plan->warmup;
        if (m->measured->interrupted || (!warm && !goes_on(m, seconds_now() - started)))
            break;
        if (!run_round(m, warm ? 0 : m->measured->rounds + 1, err))
            return false;
        if (plan->progress && !m->measured->interrupted)
            plan->progress(plan->context, m->measured->rounds, plan->rounds,
                           seconds_now() - started, as_read(m), m->count);
        arena_reset(m->scratch, mark);
    }
    return true;
}

static bool set_up(struct measuring *m, struct pg_error *err) {
    for (size_t i = 0; i < m->count; i++) {
        if (!run_unmeasured(m, m->sides[i].setup, "setup command", false, err))
            return false;
    }
    return true;
}

static void clean_up(struct measuring *m) {
    struct pg_error err;
    for (size_t i = 0; m->launcher && i < m->count; i++) {
        if (!run_unmeasured(m, m->sides[i].cleanup, "cleanup command", true, &err))
            pg_log(LOG_WARNING, "%s", err.text);
    }
}

static int add_command(struct launch_command *commands, size_t *count, const char *const *argv,
                       const char *directory) {
    if (!argv)
        return NO_COMMAND;
    commands[*count] = (struct launch_command){argv, NULL, directory};
    return (int)(*count)++;
}

static bool start(struct measuring *m, struct pg_error *err) {
    const struct plan *plan = m->plan;
    struct launch_command *commands = ARENA_NEW(m->arena, struct launch_command, 7 * m->count);
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++) {
        struct side_state *side = &m->sides[i];
        const struct plan_side *from = side->side;
        if (plan->valgrind && !callgrind_begin(&side->callgrind, from->argv, m->arena, err))
            return false;
        side->measure = add_command(commands, &count, from->argv, from->directory);
        side->sampled_measure = side->measure;
        if (m->sampled.by == BY_PRELOAD && from->sampling) {
            side->sampled_measure = add_command(commands, &count, from->argv, from->directory);
            commands[side->sampled_measure].environment = m->sampled.preload.environment;
        }
        side->setup = add_command(commands, &count, from->setup, from->directory);
        side->prepare = add_command(commands, &count, from->prepare, from->directory);
        side->conclude = add_command(commands, &count, from->conclude, from->directory);
        side->cleanup = add_command(commands, &count, from->cleanup, from->directory);
        side->count = add_command(commands, &count, side->callgrind.argv, from->directory);
    }
    struct launch_plan launch = {.commands = commands,
                                 .count = count,
                                 .cpus = plan->cpus,
                                 .aslr_off = plan->aslr_off,
                                 .timeout = plan->timeout,
                                 .input = plan->input,
                                 .output_limit = OUTPUT_LIMIT,
                                 .error_limit = ERROR_LIMIT,
                                 .counters = &plan->counters};
    return launcher_start(&m->launcher, &launch, m->arena, err);
}

static void note_counters(struct measuring *m) {
    const struct counter_set *set = &m->plan->counters;
    const struct counter_state *state = launcher_counters(m->launcher);
    int64_t paranoid;
    if (!system_number(&paranoid, m->scratch, "%s/sys/kernel/perf_event_paranoid",
                       m->plan->roots.proc))
        paranoid = COUNTERS_PARANOID_UNKNOWN;
    const char *missing = counters_explain(set, state, (int)paranoid, m->arena);
    for (size_t i = 0; missing && i < m->count; i++)
        recording_note(m->sides[i].out, set->required ? NOTE_WARNING : NOTE_INFO, NULL,
                       "counters: %s", missing);
}

static void note_multiplexing(struct measuring *m) {
    const struct counter_set *set = &m->plan->counters;
    for (size_t i = 0; i < set->count; i++) {
        for (size_t j = 0; m->least_share[i] < 0.999 && j < m->count; j++)
            recording_note(m->sides[j].out, NOTE_INFO, NULL,
                           "%s was counted for as little as %.0f%% of a process and scaled",
                           set->events[i]->name, 100 * m->least_share[i]);
    }
}

static void note_noise(struct measuring *m, const struct noise_counts *before,
                       const struct noise_counts *after) {
    struct noise_findings findings = {.arena = m->arena};
    noise_events(&findings, before, after);
    for (size_t i = 0; i < m->count; i++)
        noise_note(m->sides[i].out, &findings);
}

static void note_settings(struct measuring *m) {
    struct noise_findings findings = {.arena = m->arena};
    noise_settings(&findings, &m->plan->roots);
    for (size_t i = 0; i < m->count; i++)
        noise_note(m->sides[i].out, &findings);
}

static void begin(struct measuring *m, const struct plan *plan, struct recording *const *out,
                  struct measured *measured) {
    *measured = (struct measured){0, 0, 0, 0};
    m->plan = plan;
    m->count = plan->side_count;
    m->measured = measured;
    m->arena = out[0]->arena;
    m->scratch = arena_new();
    m->sides = ARENA_NEW(m->arena, struct side_state, m->count);
    m->schedule = (struct schedule){plan->order, m->count, plan->seed};
    m->mode = plan->whole_process ? MODE_WHOLE : plan->format ? MODE_HARNESS : MODE_UNDECIDED;
    m->name = plan->name ? plan->name : basename(arena_strdup(m->arena, plan->sides[0].argv[0]));
    for (size_t i = 0; i < m->count; i++) {
        m->sides[i].side = &plan->sides[i];
        m->sides[i].out = out[i];
    }
    for (size_t i = 0; i < COUNTERS_MAX; i++)
        m->least_share[i] = 1;
    m->fingerprint = fingerprint_read(&plan->roots, NULL, m->arena);
    provenance_set(plan, &m->fingerprint, out);
    note_settings(m);
}

bool runner_measure(const struct plan *plan, struct recording *const *out,
                    struct measured *measured, struct pg_error *err) {
    struct measuring m = {0};
    interrupts_catch();
    begin(&m, plan, out, measured);
    bool good = plan->nothing || (choose_sampler(&m, err) && start(&m, err));
    if (m.launcher) {
        struct noise_counts before = noise_count(&plan->roots, m.scratch);
        note_counters(&m);
        figures_prepare(&m.figures, &plan->counters, launcher_counters(m.launcher), out[0]->strings,
                        m.arena);
        good = set_up(&m, err) && run_rounds(&m, err);
        if (good)
            run_sampled_rounds(&m);
        good = good && count_instructions(&m, err);
        struct noise_counts after = noise_count(&plan->roots, m.scratch);
        note_noise(&m, &before, &after);
        clean_up(&m);
    }
    measured->interrupted = interrupted_by();
    if (good) {
        keep_rest(&m);
        note_multiplexing(&m);
    }
    for (size_t i = 0; i < m.count; i++)
        callgrind_end(&m.sides[i].callgrind, m.scratch);
    launcher_stop(m.launcher);
    preload_end(&m.sampled.preload);
    arena_free(m.scratch);
    interrupts_release();
    return good;
}
