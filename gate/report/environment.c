#include "gate/report/environment.h"

#include "runners/recording/fingerprint_text.h"

const char *environment_setting(const struct recording *r, const char *key) {
    if (r->series_count == 0)
        return NULL;
    const struct config *config = &r->configs[r->series[0].config];
    for (uint32_t i = 0; i < config->count; i++) {
        if (strcmp(strings_get(r->strings, config->pairs[i].key), key) == 0)
            return strings_get(r->strings, config->pairs[i].value);
    }
    return NULL;
}

/* `text`, then what stands between it and the next, and the words. */
static const char *joined(const char *text, const char *between, const char *before,
                          const char *value, struct arena *arena) {
    if (!value || !*value)
        return text;
    return arena_printf(arena, "%s%s%s%.200s", text ? text : "", text ? between : "", before,
                        value);
}

const char *environment_build(const struct recording *r, struct arena *arena) {
    const char *commit = recording_get(r, "commit"), *about = NULL;
    if (commit)
        about = joined(about, ", ", "commit ", arena_printf(arena, "%.12s", commit), arena);
    if (recording_modified(r))
        about = joined(about, ", ", "", "modified", arena);
    about = joined(about, ", ", "branch ", recording_get(r, "branch"), arena);
    about = joined(about, ", ", "", recording_get(r, "time"), arena);
    return about ? arena_printf(arena, "%.200s (%s)", r->label, about)
                 : arena_printf(arena, "%.200s", r->label);
}

const char *environment_machine(const struct recording *r, struct arena *arena) {
    const char *line = recording_get(r, "fingerprint");
    const char *machine = environment_setting(r, "cpu");
    if (!machine)
        machine = fingerprint_value(line, "cpu-vendor", arena);
    const char *cores = fingerprint_value(line, "cores", arena);
    if (cores)
        machine = joined(machine, ", ", "cores ", cores, arena);
    machine = joined(machine, ", ", "", environment_setting(r, "goos"), arena);
    return joined(machine, ", ", "kernel ", fingerprint_value(line, "kernel", arena), arena);
}
