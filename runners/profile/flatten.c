#include "runners/profile/flatten.h"
#include "runners/profile/builder.h"

#include <inttypes.h>

static uint32_t flat_frame(struct profile_builder *b, uint32_t name, uint32_t file) {
    const struct profile_function function = {.name = name, .system_name = name, .file = file};
    const struct profile_line line = {.function = profile_builder_function(b, &function)};
    return profile_builder_location(b, &(struct profile_location){.mapping = PROFILE_NONE}, &line,
                                    1);
}

/* The frames of location i: frames[start[i] … start[i + 1]), the innermost first. */
struct flat_frames {
    uint32_t *start, *frames, count;
};

static struct flat_frames find_frames(struct profile_builder *b, const struct profile *p,
                                      bool with_files, struct arena *arena) {
    struct flat_frames flat = {.start = ARENA_NEW(arena, uint32_t, p->location_count + 1)};
    flat.frames = ARENA_NEW(arena, uint32_t, p->location_count + p->line_start[p->location_count]);
    for (size_t i = 0; i < p->location_count; i++) {
        uint32_t first = p->line_start[i], last = p->line_start[i + 1];
        if (first == last) {
            const char *name = arena_printf(arena, "0x%" PRIx64, p->locations[i].address);
            flat.frames[flat.count++] = flat_frame(b, strings_add(p->strings, text_of(name)), 0);
        }
        for (uint32_t l = first; l < last; l++) {
            const struct profile_function *f = &p->functions[p->lines[l].function];
            flat.frames[flat.count++] = flat_frame(b, f->name, with_files ? f->file : 0);
        }
        flat.start[i + 1] = flat.count;
    }
    return flat;
}

bool profile_flatten(struct profile **out, const struct profile *p, bool with_files,
                     struct arena *arena, struct pg_error *err) {
    struct profile_builder *b = profile_builder_new(p->strings, p->types, p->type_count, arena);
    struct flat_frames flat = find_frames(b, p, with_files, arena);
    uint32_t *frames = NULL;
    size_t room = 0;
    profile_builder_profile(b)->default_type = p->default_type;
    for (size_t i = 0; i < p->sample_count; i++) {
        size_t count = 0;
        for (uint32_t f = p->stack_start[i]; f < p->stack_start[i + 1]; f++) {
            uint32_t location = p->frames[f];
            for (uint32_t n = flat.start[location]; n < flat.start[location + 1]; n++)
                ARENA_PUSH(arena, frames, count, room, flat.frames[n]);
        }
        if (count)
            profile_builder_sample(b,
                                   &(struct profile_stack){.frames = frames, .frame_count = count},
                                   p->values + i * p->type_count);
    }
    return profile_builder_finish(out, b, err);
}
