#include "runners/base/log.h"
#include "runners/measuring.h"
#include "runners/sampler/interrupt.h"
#include "runners/sampler/rings.h"

#include <math.h>
#include <stdlib.h>

enum {
    LEAST_SAMPLES = 10, /* of a process, below which nothing is learned of it */
    ROUNDS_MOST = 20,   /* when no number is given */
    STACK_SAMPLES = 64  /* that rings must have room for */
};

/* Of samples whose stack does not reach its root, above which small copies are not enough. */
static const double small_enough = 0.01;

/* ---- whether ---- */

static bool is_sampled(const struct side_state *side) {
    return side->side->sampling && side->has_config;
}

static void note_sides(struct measuring *m, enum note_level level, const char *text) {
    for (size_t i = 0; i < m->count; i++) {
        if (m->sides[i].side->sampling)
            recording_note(m->sides[i].out, level, NULL, "%s", text);
    }
}

static int ascending(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median(const double *values, size_t count, struct arena *arena) {
    double *sorted = ARENA_NEW(arena, double, count);
    if (count == 0)
        return NAN;
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, ascending);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

/* Median over the timed rounds of one of the figures of the whole process, in seconds. */
static double timed(struct measuring *m, const struct side_state *side, enum figure figure) {
    uint32_t unit = m->figures.units[figure].unit;
    const struct series *series =
        recording_find(side->out, side->config, process_name(m, side), unit);
    return series ? median(series->values, series->count, m->scratch) : NAN;
}

static bool too_short(struct measuring *m) {
    double rate = m->plan->sampling.rate, longest = 0;
    for (size_t i = 0; i < m->count; i++) {
        if (is_sampled(&m->sides[i]))
            longest = fmax(longest, timed(m, &m->sides[i], FIGURE_USER));
    }
    if (longest * rate >= LEAST_SAMPLES)
        return false;
    note_sides(m, NOTE_INFO,
               arena_printf(m->arena,
                            "not sampled: %.3g ms of user time give fewer than %d samples a round "
                            "(--sampler perf samples nevertheless)",
                            1e3 * longest, LEAST_SAMPLES));
    return true;
}

/* False: nothing is to be sampled, and the recordings say why. */
static bool is_worth_it(struct measuring *m) {
    bool any = false, automatic = m->plan->sampling.sampler == SAMPLER_AUTO;
    for (size_t i = 0; i < m->count; i++)
        any |= is_sampled(&m->sides[i]);
    if (!any || (automatic && too_short(m)))
        return false;
    if (m->sampled.refusal)
        note_sides(m, NOTE_WARNING, m->sampled.refusal);
    return m->sampled.by != BY_NOBODY;
}

/* ---- one process ---- */

struct watching {
    struct rings *rings;
    struct sampling *sampling;
    uint32_t damaged;
};

static void look(void *context) {
    struct watching *w = context;
    w->damaged += rings_drain(w->rings, false, sampling_take, w->sampling);
}

/* The benchmark that the samples are of: that which the process prints, when it is one. */
static uint32_t benchmark_of(const struct measuring *m, const struct side_state *side) {
    return m->mode == MODE_HARNESS && side->known.count == 1 ? side->known.names[0]
                                                             : process_name(m, side);
}

static void keep_sampled(struct measuring *m, struct side_state *side,
                         const struct launched *launched, uint32_t damaged) {
    const struct spawn_result *process = &launched->process;
    struct sampled_side *sampled = &side->sampled;
    double user = (double)process->user_ns, cpu = user + (double)process->system_ns;
    double periods = (double)sampling_round_counts(side->side->sampling).periods;
    bool clock = m->sampled.by == BY_PRELOAD || m->sampled.rings.event == RING_CLOCK;
    sampling_counts_add(&sampled->counts, sampling_round_counts(side->side->sampling));
    double unsampled = (double)sampling_round_counts(side->side->sampling).unsampled;
    double short_tasks = fmin(user - periods, unsampled);
    if (short_tasks > PROFILE_SOUND * user) {
        sampling_unsampled(side->side->sampling, user - periods);
        sampled->unsampled_ns += short_tasks;
    }
    sampling_end(side->side->sampling, clock || periods == 0 ? 1 : user / periods);
    ARENA_PUSH(m->arena, sampled->cpu, sampled->count, sampled->capacity, cpu * 1e-9);
    sampled->user_ns += user;
    sampled->system_ns += cpu - user;
    sampled->damaged += damaged;
}

/* Is the round that just ran to be run again, with larger copies of the stack? */
static bool widens(struct measuring *m, const struct side_state *side) {
    struct sampling_counts counts = sampling_round_counts(side->side->sampling);
    if (m->sampled.by != BY_PERF || m->plan->sampling.stack != STACK_AUTO ||
        (double)counts.cut <= small_enough * (double)counts.samples)
        return false;
    for (size_t i = 0; i < STACK_SIZES; i++) {
        if (stack_sizes[i] <= m->sampled.rings.stack_bytes ||
            (size_t)stack_sizes[i] * STACK_SAMPLES > m->sampled.ring_bytes)
            continue;
        m->sampled.rings.stack_bytes = stack_sizes[i];
        return true;
    }
    return false;
}

/* Some virtual machines grant cycles and do not count them: then the clock it is. */
static bool counts_nothing(struct measuring *m, const struct side_state *side,
                           const struct launched *launched) {
    double samples = (double)sampling_round_counts(side->side->sampling).samples;
    double expected = 1e-9 * (double)launched->process.user_ns * m->plan->sampling.rate;
    if (m->sampled.by != BY_PERF || m->sampled.rings.event != RING_CYCLES ||
        expected < LEAST_SAMPLES || samples > expected / 2)
        return false;
    m->sampled.rings.event = RING_CLOCK;
    m->sampled.rings.branches = false;
    return true;
}

static bool run_sampled(struct measuring *m, struct side_state *side, struct launch_how how,
                        struct watching *watching, struct launched *launched,
                        struct pg_error *err) {
    struct launch_watch watch = {-1, look, watching};
    bool rings = m->sampled.by == BY_PERF;
    if (rings && !rings_open_best(&watching->rings, &m->sampled.rings, launcher_pid(m->launcher),
                                  m->scratch))
        return pg_error_errno(err, "cannot sample any longer");
    watch.fd = rings ? rings_fd(watching->rings) : -1;
    how.watch = rings ? &watch : NULL;
    bool ran =
        launcher_run(m->launcher, (size_t)side->sampled_measure, how, launched, m->scratch, err);
    if (rings) {
        watching->damaged += rings_drain(watching->rings, true, sampling_take, watching->sampling);
        rings_close(watching->rings);
    } else {
        struct preload_seen seen =
            preload_take(&m->sampled.preload, sampling_take, watching->sampling);
        watching->damaged += seen.damaged;
        side->sampled.loaded += seen.processes;
        side->sampled.aside += seen.aside;
    }
    return ran;
}

static bool sample_process(struct measuring *m, struct side_state *side, uint32_t round,
                           uint32_t padding, struct pg_error *err) {
    struct stack_reader reader = {side->sampled.unwinder, m->sampled.rings.registers,
                                  m->sampled.most_frames};
    bool clock = m->sampled.by == BY_PERF && m->sampled.rings.event == RING_CLOCK;
    struct sampling_round of = {benchmark_of(m, side), round, reader,
                                clock ? ring_period(m->plan->sampling.rate) : 0,
                                (uint64_t)llround(1e9 * m->plan->sampling.slice)};
    struct watching watching = {.sampling = side->side->sampling};
    struct launched launched;
    struct launch_how how = {.pad = true, .padding = padding};
    sampling_begin(side->side->sampling, &of, m->scratch);
    if (!run_sampled(m, side, how, &watching, &launched, err))
        return false;
    bool ignored = m->plan->ignore_failure && launched.process.end == SPAWN_EXITED;
    const char *reason =
        ignored ? NULL : spawn_reason(&launched.process, m->plan->timeout, m->arena);
    if (!reason && (counts_nothing(m, side, &launched) || widens(m, side)))
        side->sampled.again = true;
    else if (!reason)
        keep_sampled(m, side, &launched, watching.damaged);
    else if (!interrupted_by() && side->sampled.failures++ == 0)
        recording_note(side->out, NOTE_WARNING, NULL, "sampled round %u failed: %s", round, reason);
    return true;
}

static bool sample_side(struct measuring *m, struct side_state *side, uint32_t round,
                        uint32_t padding, struct pg_error *err) {
    if (!run_unmeasured(m, side->prepare, "prepare command", false, err))
        return false;
    if (interrupted_by())
        return true;
    side->sampled.again = false;
    return sample_process(m, side, round, padding, err) &&
           run_unmeasured(m, side->conclude, "conclude command", true, err) &&
           (!side->sampled.again || sample_side(m, side, round, padding, err));
}

/* ---- rounds ---- */

static bool sample_round(struct measuring *m, uint32_t round, struct pg_error *err) {
    size_t *order = ARENA_NEW(m->scratch, size_t, m->count);
    uint32_t most = m->plan->pad_environment ? LAUNCH_PADDING : 0;
    uint32_t padding = schedule_round(&m->schedule, round, order, most);
    for (size_t i = 0; i < m->count && !interrupted_by(); i++) {
        struct side_state *side = &m->sides[order[i]];
        if (is_sampled(side) && !sample_side(m, side, round, padding, err))
            return false;
    }
    return true;
}

/* What was timed is worth keeping, whatever happens here. */
static void sample_rounds(struct measuring *m, uint32_t rounds) {
    const struct plan *plan = m->plan;
    struct pg_error problem;
    for (uint32_t round = 1; round <= rounds && !interrupted_by(); round++) {
        struct arena_mark mark = arena_mark(m->scratch);
        if (round > 1 && plan->time_budget > 0 && seconds_now() - m->started >= plan->time_budget)
            return;
        if (!sample_round(m, round, &problem)) {
            pg_log(LOG_WARNING, "%s", problem.text);
            note_sides(m, NOTE_WARNING, arena_strdup(m->arena, problem.text));
            return;
        }
        if (plan->sampled)
            plan->sampled(plan->context, round, rounds);
        arena_reset(m->scratch, mark);
    }
}

/* The kernel lowers it when its interrupts take too long. -1: not told. */
static int64_t highest_rate(struct measuring *m) {
    int64_t rate;
    return system_number(&rate, m->scratch, "%s/sys/kernel/perf_event_max_sample_rate",
                         m->plan->roots.proc)
               ? rate
               : -1;
}

void run_sampled_rounds(struct measuring *m) {
    uint32_t timed_rounds = m->measured->rounds, rounds = m->plan->sampling.rounds;
    if (rounds == 0)
        rounds = timed_rounds < ROUNDS_MOST ? timed_rounds : ROUNDS_MOST;
    if (interrupted_by() || !is_worth_it(m))
        return;
    for (size_t i = 0; m->sampled.rings.registers && i < m->count; i++)
        m->sides[i].sampled.unwinder = unwinder_new();
    m->sampled.rate_before = highest_rate(m);
    sample_rounds(m, rounds);
    m->sampled.highest_rate = highest_rate(m);
    for (size_t i = 0; i < m->count; i++) {
        struct side_state *side = &m->sides[i];
        if (is_sampled(side))
            record_sampling(m, side, timed(m, side, FIGURE_CPU),
                            median(side->sampled.cpu, side->sampled.count, m->scratch));
        unwinder_free(side->sampled.unwinder);
    }
}
