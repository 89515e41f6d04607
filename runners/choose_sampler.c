#include "runners/measuring.h"
#include "runners/sampler/permission.h"

#include <errno.h>
#include <unistd.h>

enum { FRAMES_MOST = 127 /* the kernel's default of perf_event_max_stack */ };

const uint32_t stack_sizes[STACK_SIZES] = {1024, 8192, 32768};
static const uint32_t stack_large = 8192;

/* Stacks are copied where this machine's registers can be unwound. */
static void choose_stack(struct measuring *m) {
    enum unwind_machine machine;
    enum stack stack = m->plan->sampling.stack;
    if (stack == STACK_FP || !stack_machine(&machine))
        return;
    m->sampled.rings.registers = unwind_perf_mask(machine);
    m->sampled.rings.stack_bytes = stack == STACK_AUTO ? stack_sizes[0] : stack_large;
}

static void read_most_frames(struct measuring *m) {
    int64_t frames;
    m->sampled.most_frames = FRAMES_MOST;
    if (system_number(&frames, m->scratch, "%s/sys/kernel/perf_event_max_stack",
                      m->plan->roots.proc))
        m->sampled.most_frames = (uint32_t)frames;
}

/* Tries it on this process, which samples nothing thereby. */
static bool perf_allows(struct measuring *m) {
    struct rings *rings = NULL;
    if (!rings_open_best(&rings, &m->sampled.rings, getpid(), m->scratch))
        return false;
    m->sampled.ring_bytes = rings_bytes(rings);
    rings_close(rings);
    m->sampled.by = BY_PERF;
    return true;
}

static bool use_preload(struct measuring *m, struct pg_error *err) {
    bool copies = m->sampled.rings.registers != 0;
    m->sampled.rings.stack_bytes = copies ? stack_large : 0;
    if (!preload_begin(&m->sampled.preload, m->plan->sampling.rate, m->sampled.rings.stack_bytes,
                       m->arena, err))
        return false;
    if (copies)
        m->sampled.rings.registers = PRELOAD_REGISTERS;
    m->sampled.by = BY_PRELOAD;
    return true;
}

bool choose_sampler(struct measuring *m, struct pg_error *err) {
    const struct plan_sampling *plan = &m->plan->sampling;
    struct pg_error no_library;
    bool any = false;
    for (size_t i = 0; i < m->count; i++)
        any |= m->sides[i].side->sampling != NULL;
    if (!any || plan->sampler == SAMPLER_NONE)
        return true;
    m->sampled.rings =
        (struct ring_request){.event = RING_CYCLES, .rate = plan->rate, .branches = plan->branches};
    choose_stack(m);
    read_most_frames(m);
    if (plan->sampler == SAMPLER_PRELOAD)
        return use_preload(m, err) || pg_error_in(err, "--sampler=preload");
    if (perf_allows(m))
        return true;
    struct permission_facts facts = permission_look(errno, m->plan->roots.proc);
    const char *why = permission_explain(&facts, m->arena);
    if (plan->sampler == SAMPLER_PERF)
        return pg_error_set(err, PG_CHILD, "cannot sample: %s", why);
    bool inside = use_preload(m, &no_library);
    m->sampled.refusal =
        inside
            ? arena_printf(m->arena, "sampled by %s inside the program: %s", PRELOAD_LIBRARY, why)
            : arena_printf(m->arena, "not sampled: %s; and %s", why, no_library.text);
    return true;
}
