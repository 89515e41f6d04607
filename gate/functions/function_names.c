#include "gate/functions/function_names.h"

#include "gate/functions/function_name.h"

struct function_names *function_names_new(struct strings *strings, struct arena *arena) {
    struct function_names *names = ARENA_NEW(arena, struct function_names, 1);
    names->strings = strings;
    names->arena = arena;
    return names;
}

static uint32_t number_of(struct function_names *names, uint32_t text) {
    if (text >= names->texts) {
        size_t texts = 2 * (size_t)strings_count(names->strings);
        names->of_text =
            arena_grow(names->arena, names->of_text, names->texts, texts, sizeof *names->of_text);
        names->texts = texts;
    }
    if (names->of_text[text])
        return names->of_text[text] - 1;
    const char *said = strings_get(names->strings, text);
    const char *joined = function_name(said, names->arena);
    uint32_t number;
    if (joined == said) {
        struct function_known known = {.name = text};
        ARENA_PUSH(names->arena, names->items, names->count, names->capacity, known);
        number = names->count - 1;
    } else {
        names->joined++;
        /* a joined name is not joined again, so this calls itself once at most */
        number = number_of(names, strings_add(names->strings, text_of(joined)));
    }
    names->of_text[text] = number + 1;
    return number;
}

void function_names_files(struct function_names *names, const struct profile *p) {
    for (size_t i = 0; i < p->function_count; i++) {
        const struct profile_function *function = &p->functions[i];
        if (!function->name || !function->file)
            continue;
        uint32_t number = number_of(names, function->name); /* which may move the items */
        struct function_known *known = &names->items[number];
        if (!known->file)
            known->file = function->file;
    }
}

void function_names_lines(struct function_names *names, const struct profile *p) {
    for (size_t i = 0; i < p->function_count; i++) {
        const struct profile_function *function = &p->functions[i];
        bool known = function->name && function->start_line > 0 && function->start_line < INT32_MAX;
        if (!function->in_repository || !known)
            continue;
        uint32_t number = number_of(names, function->name);
        names->items[number].file = function->file;
        names->items[number].line = (uint32_t)function->start_line;
    }
}

struct frame_names function_names_frames(struct function_names *names, const struct profile *p) {
    struct frame_names frames = frame_names_find(p, names->arena);
    for (uint32_t i = 0; i < frames.start[p->location_count]; i++)
        frames.names[i] = number_of(names, frames.names[i]);
    return frames;
}
