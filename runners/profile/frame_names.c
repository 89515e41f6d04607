#include "runners/profile/frame_names.h"

static uint32_t name_of_binary(const struct profile *p, uint32_t mapping, struct arena *arena) {
    const char *file =
        mapping == PROFILE_NONE ? "" : strings_get(p->strings, p->mappings[mapping].file);
    const char *slash = strrchr(file, '/');
    const char *name = *file ? arena_printf(arena, "[%s]", slash ? slash + 1 : file) : "<unknown>";
    return strings_add(p->strings, text_of(name));
}

struct frame_names frame_names_find(const struct profile *p, struct arena *arena) {
    uint32_t count = 0, lines = p->line_start[p->location_count];
    struct frame_names frames = {ARENA_NEW(arena, uint32_t, p->location_count + 1),
                                 ARENA_NEW(arena, uint32_t, p->location_count + lines)};
    uint32_t *by_mapping = ARENA_NEW(arena, uint32_t, p->mapping_count + 1);
    for (size_t i = 0; i < p->location_count; i++) {
        uint32_t mapping = p->locations[i].mapping;
        uint32_t *binary = &by_mapping[mapping == PROFILE_NONE ? p->mapping_count : mapping];
        uint32_t first = p->line_start[i], last = p->line_start[i + 1];
        for (uint32_t l = first; l < last || (l == first && first == last); l++) {
            uint32_t name = l < last ? p->functions[p->lines[l].function].name : 0;
            if (!name && !*binary)
                *binary = name_of_binary(p, mapping, arena);
            frames.names[count++] = name ? name : *binary;
        }
        frames.start[i + 1] = count;
    }
    return frames;
}
