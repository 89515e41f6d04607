#include "runners/base/log.h"
#include "runners/measuring.h"
#include "runners/sampler/interrupt.h"

#include <math.h>

enum { NOTES_FROM_OUTPUT = 5 }; /* a side */

static const char *round_name(uint32_t round, struct arena *arena) {
    return round ? arena_printf(arena, "round %u", round) : "warm-up";
}

void show_failure(struct side_state *side, uint32_t round, const char *reason,
                  const struct launched *launched, struct arena *arena) {
    if (side->failure_shown)
        return;
    side->failure_shown = true;
    const char *error = launched ? launched_end(launched->error, arena) : "";
    const char *output = launched ? launched_end(launched->output, arena) : "";
    pg_log(LOG_WARNING, "%.100s, %s: %s%s%s%s%s", side->side->label, round_name(round, arena),
           reason, *error ? "; it printed on stderr:\n" : "", error,
           !*output ? ""
           : *error ? "\nand on stdout:\n"
                    : "; it printed on stdout:\n",
           output);
}

static void note_process(struct measuring *m, struct side_state *side, uint32_t round,
                         const struct launched *launched) {
    const struct spawn_result *process = &launched->process;
    if (process->outlived && !side->outliving_noted) {
        bool one = process->outlived == 1;
        side->outliving_noted = true;
        recording_note(side->out, NOTE_WARNING, NULL,
                       "%u %s outlived the command (first in %s) and %s killed; %s work is not "
                       "measured",
                       process->outlived, one ? "process" : "processes",
                       round_name(round, m->scratch), one ? "was" : "were", one ? "its" : "their");
    }
    if (process->left_running && !side->left_noted) {
        side->left_noted = true;
        recording_note(side->out, NOTE_WARNING, NULL,
                       "a process outlived the command in %s and could not be killed",
                       round_name(round, m->scratch));
    }
    if (process->peak_rss_bytes <= launched->floor_bytes && !side->floor_noted) {
        side->floor_noted = true;
        recording_note(side->out, NOTE_INFO, NULL,
                       "peak RSS cannot be seen below %llu bytes, which the launching process has",
                       (unsigned long long)launched->floor_bytes);
    }
    for (size_t i = 0; i < m->plan->counters.count; i++) {
        double share = launched->counters[i].share;
        if (share > 0 && share < m->least_share[i])
            m->least_share[i] = share;
    }
}

/* What the reader said of the output. A warm-up is not kept, so neither is damage in it. */
static void note_output(struct side_state *side, uint32_t round, struct arena *arena) {
    const struct recording *printed = side->sample.printed;
    for (uint32_t i = 0; printed && i < printed->note_count; i++) {
        const struct note *note = &printed->notes[i];
        const char *line = note->where ? note->where + strcspn(note->where, ":") : "";
        if (side->output_notes++ >= NOTES_FROM_OUTPUT)
            return;
        recording_note(side->out, round ? note->level : NOTE_INFO,
                       arena_printf(arena, "%s, output%s", round_name(round, arena), line), "%s",
                       note->text);
    }
}

static void read_output(struct measuring *m, struct side_state *side, uint32_t round,
                        const struct launched *launched) {
    struct sample *sample = &side->sample;
    struct harvest harvest =
        harvest_read(launched->output, m->plan->format, side->out->strings, m->scratch);
    sample->printed = harvest.printed;
    sample->damage = harvest_damage(&harvest, m->arena);
    bool results = harvest_results(harvest.printed);
    if (launched->output_cut && (results || m->mode == MODE_HARNESS))
        sample->reason = arena_printf(m->arena, "printed more than %d bytes", OUTPUT_LIMIT);
    else if (sample->damage && !results)
        sample->reason =
            arena_printf(m->arena, "printed no readable benchmark result: %s%s", sample->damage,
                         m->mode == MODE_UNDECIDED ? " (--format none measures the process)" : "");
    note_output(side, round, m->arena);
    /* However much else was noted before, a recording of damaged output never passes for whole. */
    if (round && sample->damage && !recording_damage(side->out, m->scratch))
        recording_note(side->out, NOTE_DAMAGE, round_name(round, m->arena), "%s", sample->damage);
}

bool run_unmeasured(struct measuring *m, int command, const char *what, bool finish,
                    struct pg_error *err) {
    struct launched launched;
    struct launch_how how = {.finish = finish};
    if (command == NO_COMMAND)
        return true;
    if (!launcher_run(m->launcher, (size_t)command, how, &launched, m->scratch, err))
        return pg_error_in(err, what);
    if (launched.process.end == SPAWN_CANCELLED)
        return true;
    const char *reason = spawn_reason(&launched.process, m->plan->timeout, m->scratch);
    if (!reason)
        return true;
    const char *printed = launched_end(launched.error, m->scratch);
    return pg_error_set(err, PG_CHILD, "%s: %s%s%.600s", what, reason, *printed ? ":\n" : "",
                        printed);
}

static bool run_measured(struct measuring *m, struct side_state *side, uint32_t round,
                         uint32_t padding, struct pg_error *err) {
    struct launched launched;
    struct launch_how how = {.pad = true, .padding = padding};
    memset(&side->sample, 0, sizeof side->sample);
    m->measured->processes++;
    if (!launcher_run(m->launcher, (size_t)side->measure, how, &launched, m->scratch, err)) {
        if (m->measured->rounds == 0)
            return false;
        /* What was measured so far is worth keeping, also when the program has vanished. */
        side->sample.reason = arena_strdup(m->arena, err->text);
        show_failure(side, round, side->sample.reason, NULL, m->scratch);
        return true;
    }
    if (launched.process.end == SPAWN_CANCELLED)
        return true;
    bool ignored = m->plan->ignore_failure && launched.process.end == SPAWN_EXITED;
    if (!ignored)
        side->sample.reason = spawn_reason(&launched.process, m->plan->timeout, m->arena);
    note_process(m, side, round, &launched);
    side->sample.figures = figures_of(&m->figures, &launched);
    if (!side->sample.reason && m->mode != MODE_WHOLE)
        read_output(m, side, round, &launched);
    if (!side->sample.reason && m->mode == MODE_HARNESS && !harvest_results(side->sample.printed))
        side->sample.reason = "printed no benchmark result";
    if (side->sample.reason)
        show_failure(side, round, side->sample.reason, &launched, m->scratch);
    else if (side->sample.damage)
        show_failure(side, round, side->sample.damage, &launched, m->scratch);
    return true;
}

bool run_process(struct measuring *m, struct side_state *side, uint32_t round, uint32_t padding,
                 struct pg_error *err) {
    if (!run_unmeasured(m, side->prepare, "prepare command", false, err))
        return false;
    return interrupted_by() || (run_measured(m, side, round, padding, err) &&
                                run_unmeasured(m, side->conclude, "conclude command", true, err));
}

/* One value a side, in round 1: more would be equal. */
bool count_instructions(struct measuring *m, struct pg_error *err) {
    static const char unit[] = "instructions/op";
    for (size_t i = 0; i < m->count; i++) {
        struct side_state *side = &m->sides[i];
        struct launched launched;
        uint64_t instructions;
        uint32_t processes;
        if (side->count == NO_COMMAND || interrupted_by() || !side->has_config)
            continue;
        if (!launcher_run(m->launcher, (size_t)side->count, (struct launch_how){.pad = true},
                          &launched, m->scratch, err))
            return false;
        if (launched.process.end == SPAWN_CANCELLED)
            continue;
        const char *reason = spawn_reason(&launched.process, m->plan->timeout, m->arena);
        struct pg_error problem;
        uint32_t name = process_name(m, side);
        if (!reason &&
            !callgrind_total(&side->callgrind, &instructions, &processes, m->scratch, &problem))
            reason = arena_strdup(m->arena, problem.text);
        if (reason) {
            reason = arena_printf(m->arena, "under valgrind: %s", reason);
            m->measured->failures++;
            recording_fail(side->out, name, 0, reason);
            pg_log(LOG_WARNING, "%.100s, %s\n%s", side->side->label, reason,
                   launched_end(launched.error, m->scratch));
            continue;
        }
        uint32_t number = strings_add(side->out->strings, text_of(unit));
        recording_unit(side->out, number)->better = BETTER_LOWER;
        recording_unit(side->out, number)->assume = ASSUME_EXACT;
        recording_add(side->out, recording_series(side->out, side->config, name, number, number),
                      (double)instructions, 1);
        recording_note(
            side->out, NOTE_INFO, NULL,
            "instructions were counted by valgrind in one run of %u process%s, without %s",
            processes, processes == 1 ? "" : "es", callgrind_excludes);
    }
    return true;
}
