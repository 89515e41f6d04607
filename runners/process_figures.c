#include "runners/process_figures.h"

#include "runners/recording/unit.h"

#include <math.h>

/* User and system time are in seconds because they are often 0, as the kernel tells them apart by
 * its ticks, and benchstat does not tidy a 0: `0 sys-ns/op` would be another unit than `1200
 * sys-ns/op`. */
static const char *const fixed[] = {
    "ns/op",          "cpu-ns/op",      "user-sec/op",         "sys-sec/op",
    "peak-RSS-bytes", "page-faults/op", "context-switches/op", "migrations/op"};
enum { FIXED = sizeof fixed / sizeof *fixed, MIGRATIONS = FIXED - 1 };

static struct figure_unit prepared(const char *written, struct strings *strings,
                                   struct arena *arena) {
    struct figure_unit unit;
    struct text tidied = unit_tidy(text_of(written), &unit.factor, arena);
    unit.unit = strings_add(strings, tidied);
    unit.written = strings_add(strings, text_of(written));
    return unit;
}

static bool is_migrations(const struct counter_event *event) {
    return strcmp(event->unit, fixed[MIGRATIONS]) == 0;
}

void figures_prepare(struct figures *figures, const struct counter_set *set,
                     const struct counter_state *state, struct strings *strings,
                     struct arena *arena) {
    *figures = (struct figures){.count = FIXED + set->count, .set = set};
    for (size_t i = 0; i < FIXED; i++)
        figures->units[i] = prepared(fixed[i], strings, arena);
    for (size_t i = 0; i < set->count; i++) {
        figures->units[FIXED + i] = prepared(set->events[i]->unit, strings, arena);
        if (is_migrations(set->events[i]) && state->error[i] == 0)
            figures->migrations_counted = true;
    }
}

struct figure_values figures_of(const struct figures *figures, const struct launched *launched) {
    const struct spawn_result *process = &launched->process;
    struct figure_values out = {
        {(double)process->wall_ns, (double)(process->user_ns + process->system_ns),
         (double)process->user_ns / 1e9, (double)process->system_ns / 1e9,
         (double)process->peak_rss_bytes, (double)(process->minor_faults + process->major_faults),
         (double)(process->voluntary_switches + process->involuntary_switches),
         process->migrations < 0 || figures->migrations_counted ? NAN
                                                                : (double)process->migrations}};
    for (size_t i = 0; i < figures->set->count; i++)
        out.values[FIXED + i] = launched->counters[i].value;
    return out;
}

void figures_add(const struct figures *figures, const struct figure_values *values,
                 struct recording *out, uint32_t config, uint32_t name, uint32_t round) {
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure_unit *unit = &figures->units[i];
        if (isnan(values->values[i]))
            continue;
        struct unit_metadata *metadata = recording_unit(out, unit->unit);
        metadata->written = unit->written;
        metadata->better = BETTER_LOWER;
        recording_add(out, recording_series(out, config, name, unit->unit, unit->written),
                      values->values[i] * unit->factor, round);
    }
}
