#include "runners/harvest.h"

#include "runners/shard.h"

struct harvest harvest_read(struct text output, const struct format *format,
                            struct strings *strings, struct arena *scratch) {
    struct pg_error err = {PG_OK, ""};
    struct source *source = NULL;
    struct harvest harvest = {NULL, NULL};
    if (!format)
        format = format_detect(output);
    if (!format)
        return harvest;
    struct recording *printed = recording_new("output", "output", strings, scratch);
    bool good =
        source_memory(&source, "output", output, &err) && format->read(printed, source, &err);
    source_close(source);
    if (!good)
        harvest.problem = arena_strdup(scratch, err.text);
    if (harvest_results(printed) || printed->damaged_lines)
        harvest.printed = printed;
    return harvest;
}

bool harvest_results(const struct recording *printed) {
    return printed && (printed->series_count || printed->failure_count);
}

const char *harvest_damage(const struct harvest *harvest, struct arena *arena) {
    if (harvest->problem)
        return arena_strdup(arena, harvest->problem);
    return harvest->printed ? recording_damage(harvest->printed, arena) : NULL;
}

static double mean(const struct series *series) {
    double sum = 0;
    for (uint32_t i = 0; i < series->count; i++)
        sum += series->values[i] / series->count;
    return series->count == 1 ? series->values[0] : sum;
}

void harvest_add(struct recording *out, const struct recording *printed, uint32_t machine,
                 uint32_t round, uint32_t shard_index, uint32_t shard_count) {
    for (uint32_t i = 0; i < printed->series_count; i++) {
        const struct series *from = &printed->series[i];
        struct text name = {strings_get(printed->strings, from->name),
                            strings_length(printed->strings, from->name)};
        if (from->count == 0 || (shard_count && shard_of(name, shard_count) != shard_index))
            continue;
        const struct config *config = &printed->configs[from->config];
        uint32_t number =
            config->count ? recording_config(out, config->pairs, config->count) : machine;
        recording_add(out,
                      recording_series(out, number, from->name, from->unit, from->unit_written),
                      mean(from), round);
    }
}

static void note_contradiction(struct recording *out, const struct unit_metadata *from,
                               uint32_t round, const char *key, const char *standing) {
    const char *where = arena_printf(out->arena, "round %u", round);
    recording_note(out, NOTE_DAMAGE, where, "metadata %s of unit %s already set to %s", key,
                   strings_get(out->strings, from->written), standing);
}

bool harvest_units(struct recording *out, const struct recording *printed, uint32_t round) {
    bool agree = true;
    for (uint32_t i = 0; i < printed->unit_count; i++) {
        const struct unit_metadata *from = &printed->units[i];
        struct unit_metadata *to = recording_unit(out, from->unit);
        bool turned = to->better_line && from->better_line && to->better != from->better;
        bool loosened = to->assume_line && from->assume_line && to->assume != from->assume;
        if (turned)
            note_contradiction(out, from, round, "better",
                               to->better == BETTER_LOWER ? "lower" : "higher");
        if (loosened)
            note_contradiction(out, from, round, "assume",
                               to->assume == ASSUME_EXACT ? "exact" : "nothing");
        agree &= !turned && !loosened;
        to->written = from->written;
        if (from->better_line && !to->better_line) {
            to->better = from->better;
            to->better_line = from->better_line;
        }
        if (from->assume_line && !to->assume_line) {
            to->assume = from->assume;
            to->assume_line = from->assume_line;
        }
    }
    return agree;
}

bool name_set_has(const struct name_set *set, uint32_t name) {
    return name < set->has_capacity && set->has[name];
}

bool name_set_add(struct name_set *set, uint32_t name, struct arena *arena) {
    if (name_set_has(set, name))
        return false;
    if (name >= set->has_capacity) {
        size_t capacity = 2 * (size_t)name + 64;
        set->has = arena_grow(arena, set->has, set->has_capacity, capacity, sizeof *set->has);
        set->has_capacity = capacity;
    }
    set->has[name] = true;
    ARENA_PUSH(arena, set->names, set->count, set->capacity, name);
    return true;
}

void harvest_names(const struct recording *printed, struct name_set *set, struct arena *arena) {
    for (uint32_t i = 0; i < printed->series_count; i++)
        name_set_add(set, printed->series[i].name, arena);
    for (uint32_t i = 0; i < printed->failure_count; i++)
        name_set_add(set, printed->failures[i].name, arena);
}
