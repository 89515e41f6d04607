#include "runners/profile/branches.h"
#include "runners/sampler/sampling_parts.h"

#include <time.h>

enum { SAMPLES, CPU, BRANCHES, RANGES, TYPES, LABELS_MOST = 4 };

static uint32_t text(const struct sampling *s, const char *terminated) {
    return strings_add(s->strings, text_of(terminated));
}

static void add_types(struct profile *p, const struct sampling *s, struct arena *arena) {
    uint32_t count = text(s, "count");
    p->types = ARENA_NEW(arena, struct profile_type, TYPES);
    p->types[SAMPLES] = (struct profile_type){text(s, "samples"), count};
    p->types[CPU] = p->period_type = (struct profile_type){text(s, "cpu"), text(s, "nanoseconds")};
    p->type_count = CPU + 1;
    if (!s->has_branches)
        return;
    p->types[BRANCHES] = (struct profile_type){text(s, PROFILE_BRANCHES), count};
    p->types[RANGES] = (struct profile_type){text(s, PROFILE_RANGES), count};
    p->type_count = TYPES;
    p->default_type = p->types[CPU].name;
}

/* The pieces that some place lies in, in their order. */
static void add_mappings(struct profile *p, const struct sampling *s, uint32_t *mapping_of,
                         struct arena *arena) {
    bool *used = ARENA_NEW(arena, bool, s->pieces.count);
    for (uint32_t i = 0; i < s->place_count; i++) {
        if (s->places[i].piece != PROFILE_NONE)
            used[s->places[i].piece] = true;
    }
    p->mappings = ARENA_NEW(arena, struct profile_mapping, s->pieces.count);
    for (uint32_t i = 0; i < s->pieces.count; i++) {
        const struct code_piece *piece = &s->pieces.items[i];
        if (!used[i])
            continue;
        mapping_of[i] = (uint32_t)p->mapping_count;
        p->mappings[p->mapping_count++] =
            (struct profile_mapping){.start = piece->start,
                                     .limit = piece->start + piece->length,
                                     .offset = piece->offset,
                                     .file = piece->file,
                                     .build_id = piece->build_id};
    }
}

/* A location a place; a name is a function of its own. */
static void add_locations(struct profile *p, const struct sampling *s, struct arena *arena) {
    uint32_t *mapping_of = ARENA_NEW(arena, uint32_t, s->pieces.count), lines = 0;
    add_mappings(p, s, mapping_of, arena);
    p->location_count = s->place_count;
    p->locations = ARENA_NEW(arena, struct profile_location, s->place_count);
    p->line_start = ARENA_NEW(arena, uint32_t, s->place_count + 1);
    p->lines = ARENA_NEW(arena, struct profile_line, s->place_count);
    p->functions = ARENA_NEW(arena, struct profile_function, s->place_count);
    for (uint32_t i = 0; i < s->place_count; i++) {
        const struct place *place = &s->places[i];
        bool in_piece = place->piece != PROFILE_NONE;
        p->locations[i] = (struct profile_location){
            .address = in_piece ? s->pieces.items[place->piece].start + place->offset : 0,
            .mapping = in_piece ? mapping_of[place->piece] : PROFILE_NONE};
        if (place->name) {
            p->functions[lines] =
                (struct profile_function){.name = place->name, .system_name = place->name};
            p->lines[lines] = (struct profile_line){.function = lines};
            lines++;
        }
        p->line_start[i + 1] = lines;
    }
    p->function_count = lines;
}

static void add_labels(struct profile *p, const struct sampling *s, const struct kept *kept,
                       uint32_t *used) {
    p->labels[(*used)++] =
        (struct profile_label){.key = text(s, "benchmark"), .text = kept->benchmark};
    p->labels[(*used)++] = (struct profile_label){.key = text(s, "round"), .number = kept->round};
    if (kept->comm)
        p->labels[(*used)++] = (struct profile_label){.key = text(s, "comm"), .text = kept->comm};
    if (kept->elapsed >= 0)
        p->labels[(*used)++] = (struct profile_label){.key = text(s, SAMPLING_ELAPSED),
                                                      .unit = text(s, "nanoseconds"),
                                                      .number = kept->elapsed};
}

static void add_samples(struct profile *p, const struct sampling *s, struct arena *arena) {
    static const uint8_t type_of[KINDS] = {
        [KIND_SAMPLE] = SAMPLES, [KIND_BRANCH] = BRANCHES, [KIND_RANGE] = RANGES};
    size_t frames = 0;
    uint32_t used = 0, labels = 0;
    p->sample_count = s->kept_count;
    for (size_t i = 0; i < s->kept_count; i++)
        frames += strings_length(s->stacks, s->kept[i].stack) / sizeof(uint32_t);
    p->values = ARENA_NEW(arena, int64_t, p->type_count * s->kept_count);
    p->stack_start = ARENA_NEW(arena, uint32_t, s->kept_count + 1);
    p->frames = ARENA_NEW(arena, uint32_t, frames);
    p->label_start = ARENA_NEW(arena, uint32_t, s->kept_count + 1);
    p->labels = ARENA_NEW(arena, struct profile_label, LABELS_MOST * s->kept_count);
    for (size_t i = 0; i < s->kept_count; i++) {
        const struct kept *kept = &s->kept[i];
        size_t bytes = strings_length(s->stacks, kept->stack);
        p->values[p->type_count * i + type_of[kept->kind]] = kept->samples;
        p->values[p->type_count * i + CPU] = kept->cpu_ns;
        memcpy(p->frames + used, strings_get(s->stacks, kept->stack), bytes);
        used += (uint32_t)(bytes / sizeof *p->frames);
        add_labels(p, s, kept, &labels);
        p->stack_start[i + 1] = used;
        p->label_start[i + 1] = labels;
    }
}

struct profile *sampling_profile(const struct sampling *s, int64_t period_ns, struct arena *arena) {
    struct profile *p = profile_new(s->strings, arena);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    p->time_ns = now.tv_sec * 1000000000 + now.tv_nsec;
    p->period = period_ns;
    add_types(p, s, arena);
    add_locations(p, s, arena);
    add_samples(p, s, arena);
    return p;
}
