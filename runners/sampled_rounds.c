#include "runners/base/log.h"
#include "runners/measuring.h"
#include "runners/sampler/interrupt.h"
#include "runners/sampler/permission.h"
#include "runners/sampler/rings.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
    LEAST_SAMPLES = 10, /* of a process, below which nothing is learned of it */
    ROUNDS_MOST = 20,   /* when no number is given */
    FRAMES_MOST = 127,  /* the kernel's default */
    STACK_LARGE = 8192, /* bytes copied */
    STACK_SAMPLES = 64  /* that rings must have room for */
};
/* Copies to try in turn: some frames until one with a frame pointer, most programs, large frames.
 */
static const uint32_t stack_sizes[] = {1024, STACK_LARGE, 32768};

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

/* ---- with what ---- */

/* Opens on the launcher whatever the machine grants: cycles, else the clock. */
static bool open_rings(struct measuring *m, struct rings **rings, struct arena *arena) {
    struct sampled_how *how = &m->sampled;
    pid_t target = launcher_pid(m->launcher);
    if (rings_open(rings, &how->rings, target, arena))
        return true;
    if (how->rings.event != RING_CYCLES)
        return false;
    how->rings.event = RING_CLOCK;
    return rings_open(rings, &how->rings, target, arena);
}

static bool refused(struct measuring *m, struct pg_error *err) {
    struct permission_facts facts = permission_look(errno, m->plan->roots.proc);
    const char *why = permission_explain(&facts, m->arena);
    if (m->plan->sampling.sampler == SAMPLER_PERF)
        return pg_error_set(err, PG_CHILD, "cannot sample: %s", why);
    note_sides(m, NOTE_WARNING, arena_printf(m->arena, "not sampled: %s", why));
    return false;
}

/* Stacks are copied where this machine's registers can be unwound. */
static void choose_stack(struct measuring *m) {
    enum unwind_machine machine;
    enum stack stack = m->plan->sampling.stack;
    if (stack == STACK_FP || !stack_machine(&machine))
        return;
    m->sampled.rings.registers = unwind_perf_mask(machine);
    m->sampled.rings.stack_bytes = stack == STACK_AUTO ? stack_sizes[0] : STACK_LARGE;
    for (size_t i = 0; i < m->count; i++)
        m->sides[i].sampled.unwinder = unwinder_new();
}

/* False: not to be sampled, or an error when err is set. */
static bool prepare(struct measuring *m, struct pg_error *err) {
    int64_t frames;
    struct rings *rings = NULL;
    const struct plan_sampling *plan = &m->plan->sampling;
    m->sampled = (struct sampled_how){.rings = {.event = RING_CYCLES, .rate = plan->rate},
                                      .most_frames = FRAMES_MOST};
    if (system_number(&frames, m->scratch, "%s/sys/kernel/perf_event_max_stack",
                      m->plan->roots.proc))
        m->sampled.most_frames = (uint32_t)frames;
    bool any = false;
    for (size_t i = 0; i < m->count; i++)
        any |= is_sampled(&m->sides[i]);
    if (!any || plan->sampler == SAMPLER_NONE || (plan->sampler == SAMPLER_AUTO && too_short(m)))
        return false;
    choose_stack(m);
    if (!open_rings(m, &rings, m->scratch))
        return refused(m, err);
    m->sampled.ring_bytes = rings_bytes(rings);
    rings_close(rings);
    return true;
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
    bool clock = m->sampled.rings.event == RING_CLOCK;
    sampling_counts_add(&sampled->counts, sampling_round_counts(side->side->sampling));
    sampling_end(side->side->sampling, clock || periods == 0 ? 1 : user / periods);
    ARENA_PUSH(m->arena, sampled->cpu, sampled->count, sampled->capacity, cpu * 1e-9);
    sampled->user_ns += user;
    sampled->system_ns += cpu - user;
    sampled->damaged += damaged;
}

/* Is the round that just ran to be run again, with larger copies of the stack? */
static bool widens(struct measuring *m, const struct side_state *side) {
    struct sampling_counts counts = sampling_round_counts(side->side->sampling);
    size_t sizes = sizeof stack_sizes / sizeof *stack_sizes;
    if (m->plan->sampling.stack != STACK_AUTO ||
        (double)counts.cut <= small_enough * (double)counts.samples)
        return false;
    for (size_t i = 0; i < sizes; i++) {
        if (stack_sizes[i] <= m->sampled.rings.stack_bytes ||
            (size_t)stack_sizes[i] * STACK_SAMPLES > m->sampled.ring_bytes)
            continue;
        m->sampled.rings.stack_bytes = stack_sizes[i];
        return true;
    }
    return false;
}

static bool sample_process(struct measuring *m, struct side_state *side, uint32_t round,
                           uint32_t padding, struct pg_error *err) {
    struct stack_reader reader = {side->sampled.unwinder, m->sampled.rings.registers,
                                  m->sampled.most_frames};
    struct sampling_round of = {benchmark_of(m, side), round, reader};
    struct watching watching = {.sampling = side->side->sampling};
    struct launched launched;
    if (!open_rings(m, &watching.rings, m->scratch))
        return pg_error_errno(err, "cannot sample any longer");
    struct launch_watch watch = {rings_fd(watching.rings), look, &watching};
    struct launch_how how = {.pad = true, .padding = padding, .watch = &watch};
    sampling_begin(side->side->sampling, &of, m->scratch);
    bool ran = launcher_run(m->launcher, (size_t)side->measure, how, &launched, m->scratch, err);
    watching.damaged += rings_drain(watching.rings, true, sampling_take, watching.sampling);
    rings_close(watching.rings);
    if (!ran)
        return false;
    bool ignored = m->plan->ignore_failure && launched.process.end == SPAWN_EXITED;
    const char *reason =
        ignored ? NULL : spawn_reason(&launched.process, m->plan->timeout, m->arena);
    if (!reason && widens(m, side))
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

bool run_sampled_rounds(struct measuring *m, struct pg_error *err) {
    const struct plan *plan = m->plan;
    struct pg_error problem = {0};
    uint32_t rounds = plan->sampling.rounds;
    if (interrupted_by())
        return true;
    if (!prepare(m, &problem)) {
        *err = problem.status ? problem : *err;
        return problem.status == PG_OK;
    }
    if (rounds == 0)
        rounds = m->measured->rounds < ROUNDS_MOST ? m->measured->rounds : ROUNDS_MOST;
    for (uint32_t round = 1; round <= rounds && !interrupted_by(); round++) {
        struct arena_mark mark = arena_mark(m->scratch);
        if (round > 1 && plan->time_budget > 0 && seconds_now() - m->started >= plan->time_budget)
            break;
        /* What was timed is worth keeping. */
        if (!sample_round(m, round, &problem)) {
            pg_log(LOG_WARNING, "%s", problem.text);
            note_sides(m, NOTE_WARNING, arena_strdup(m->arena, problem.text));
            break;
        }
        if (plan->sampled)
            plan->sampled(plan->context, round, rounds);
        arena_reset(m->scratch, mark);
    }
    for (size_t i = 0; i < m->count; i++) {
        if (is_sampled(&m->sides[i]))
            record_sampling(m, &m->sides[i], timed(m, &m->sides[i], FIGURE_CPU),
                            median(m->sides[i].sampled.cpu, m->sides[i].sampled.count, m->scratch));
        unwinder_free(m->sides[i].sampled.unwinder);
    }
    return true;
}
