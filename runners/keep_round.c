#include "runners/base/log.h"
#include "runners/measuring.h"
#include "runners/provenance.h"
#include "runners/shard.h"

static bool in_share(const struct measuring *m, const struct side_state *side, uint32_t name) {
    const struct plan *plan = m->plan;
    if (!plan->shard_count || plan->listed)
        return true;
    struct strings *strings = side->out->strings;
    struct text text = {strings_get(strings, name), strings_length(strings, name)};
    return shard_of(text, plan->shard_count) == plan->shard_index;
}

static void fail_known(struct measuring *m, struct side_state *side, uint32_t round,
                       const char *reason) {
    if (side->known.count == 0) {
        struct unnamed_failure failure = {round, reason};
        ARENA_PUSH(m->arena, side->unnamed, side->unnamed_count, side->unnamed_capacity, failure);
        return;
    }
    for (size_t i = 0; i < side->known.count; i++) {
        if (in_share(m, side, side->known.names[i]))
            recording_fail(side->out, side->known.names[i], round, reason);
    }
}

/* Gives the failures of a side that had not printed a name yet to these names. */
static void name_failures(struct measuring *m, struct side_state *side,
                          const struct name_set *names) {
    for (size_t i = 0; i < side->unnamed_count; i++) {
        for (size_t j = 0; j < names->count; j++) {
            if (in_share(m, side, names->names[j]))
                recording_fail(side->out, names->names[j], side->unnamed[i].round,
                               side->unnamed[i].reason);
        }
    }
    side->unnamed_count = 0;
}

uint32_t process_name(const struct measuring *m, const struct side_state *side) {
    const char *name =
        m->mode == MODE_HARNESS ? arena_printf(m->scratch, PROCESS_PREFIX "%s", m->name) : m->name;
    return strings_add(side->out->strings, text_of(name));
}

/* Beside benchmarks of one package (say) the process belongs to it; beside several to none. */
static uint32_t figures_config(const struct measuring *m, const struct side_state *side) {
    const struct recording *printed = side->sample.printed;
    if (m->mode == MODE_HARNESS && printed && printed->config_count == 1 &&
        printed->configs[0].count)
        return recording_config(side->out, printed->configs[0].pairs, printed->configs[0].count);
    return provenance_config(&m->fingerprint, side->out);
}

static void keep_figures(struct measuring *m, struct side_state *side, uint32_t round) {
    uint32_t name = process_name(m, side);
    if (m->mode == MODE_HARNESS ? m->plan->shard_count != 0 : !in_share(m, side, name))
        return;
    if (!side->has_config)
        side->config = figures_config(m, side);
    side->has_config = true;
    figures_add(&m->figures, &side->sample.figures, side->out, side->config, name, round);
}

/* Benchmarks of which a process that ran well says itself that they failed. */
static bool keep_failures(struct measuring *m, struct side_state *side, uint32_t round) {
    const struct recording *printed = side->sample.printed;
    bool failed = false;
    for (uint32_t i = 0; i < printed->failure_count; i++) {
        const struct failure *failure = &printed->failures[i];
        if (!in_share(m, side, failure->name))
            continue;
        failed = true;
        recording_fail(side->out, failure->name, round, failure->reason);
        show_failure(side, round,
                     arena_printf(m->scratch, "%.200s: %.600s",
                                  strings_get(side->out->strings, failure->name), failure->reason),
                     NULL, m->scratch);
    }
    return failed;
}

/* True when results that are known are missing, a benchmark failed, or a unit changed its meaning.
 */
static bool keep_printed(struct measuring *m, struct side_state *side, uint32_t round) {
    const struct recording *printed = side->sample.printed;
    struct name_set now = {0};
    harvest_names(printed, &now, m->scratch);
    bool missing = keep_failures(m, side, round);
    for (size_t i = 0; i < side->known.count; i++) {
        uint32_t name = side->known.names[i];
        if (name_set_has(&now, name) || !in_share(m, side, name))
            continue;
        missing = true;
        recording_fail(side->out, name, round, "printed no result");
        show_failure(side, round,
                     arena_printf(m->scratch, "printed no result of %.200s",
                                  strings_get(side->out->strings, name)),
                     NULL, m->scratch);
    }
    for (size_t i = 0; i < now.count; i++) {
        if (name_set_add(&side->known, now.names[i], m->arena) && side->known.count > now.count)
            recording_note(side->out, NOTE_WARNING, strings_get(side->out->strings, now.names[i]),
                           "printed for the first time in round %u", round);
    }
    name_failures(m, side, &side->known);
    const struct plan *plan = m->plan;
    harvest_add(side->out, printed, provenance_config(&m->fingerprint, side->out), round,
                plan->shard_index, plan->listed ? 0 : plan->shard_count);
    return !harvest_units(side->out, printed, round) || missing;
}

static void keep(struct measuring *m, struct side_state *side, uint32_t round) {
    const struct sample *sample = &side->sample;
    bool failed = sample->reason || sample->damage;
    if (sample->reason && m->mode == MODE_WHOLE)
        recording_fail(side->out, process_name(m, side), round, sample->reason);
    else if (sample->reason)
        fail_known(m, side, round, sample->reason);
    else if (m->mode == MODE_HARNESS)
        failed |= keep_printed(m, side, round);
    if (!sample->reason)
        keep_figures(m, side, round);
    m->measured->failures += failed;
}

/* In a round that decides, a side that ran well and printed nothing where another printed
 * benchmarks has failed. Results that cannot be read are benchmarks too: a process is not measured
 * as a whole because its harness broke. */
void decide_mode(struct measuring *m, uint32_t round) {
    bool prints = false, runs = false;
    if (m->mode != MODE_UNDECIDED)
        return;
    for (size_t i = 0; i < m->count; i++) {
        const struct sample *sample = &m->sides[i].sample;
        runs |= !sample->reason || sample->damage;
        prints |= sample->damage || (!sample->reason && harvest_results(sample->printed));
    }
    if (!runs)
        return;
    m->mode = prints ? MODE_HARNESS : MODE_WHOLE;
    for (size_t i = 0; prints && i < m->count; i++) {
        struct sample *sample = &m->sides[i].sample;
        if (sample->reason || harvest_results(sample->printed))
            continue;
        sample->reason = "printed no benchmark result";
        show_failure(&m->sides[i], round, sample->reason, NULL, m->scratch);
    }
}

void keep_round(struct measuring *m, uint32_t round) {
    for (size_t i = 0; i < m->count; i++)
        keep(m, &m->sides[i], round);
}

/* A side that never printed a name failed at what the other sides measure. */
static void name_by_others(struct measuring *m, struct side_state *side) {
    struct name_set names = {0};
    for (size_t i = 0; i < m->count; i++) {
        for (size_t j = 0; j < m->sides[i].known.count; j++)
            name_set_add(&names, m->sides[i].known.names[j], m->scratch);
    }
    if (names.count == 0)
        name_set_add(&names, process_name(m, side), m->scratch);
    name_failures(m, side, &names);
}

void keep_rest(struct measuring *m) {
    for (size_t i = 0; i < m->count; i++) {
        struct side_state *side = &m->sides[i];
        name_by_others(m, side);
        size_t count = m->mode == MODE_HARNESS ? side->known.count : 1;
        count = m->plan->listed ? m->plan->listed : count;
        recording_set(side->out, "rounds", arena_printf(m->arena, "%u", m->measured->rounds));
        recording_set(side->out, "benchmarks", arena_printf(m->arena, "%zu", count));
        if (m->plan->shard_count && m->mode == MODE_HARNESS)
            recording_note(side->out, NOTE_INFO, NULL,
                           "process figures are left out%s, because each shard runs a share only",
                           side->side->sampling ? " and nothing is sampled" : "");
    }
}
