#include "runners/symbols/line_builder.h"

#include "runners/symbols/demangle.h"

enum { TEXTS = 1 << 12 };

struct line_text {
    const char *at;
    uint32_t number;
};

struct line_builder line_builder_new(struct profile *p, struct arena *arena) {
    size_t slots = 1024;
    return (struct line_builder){
        .profile = p,
        .arena = arena,
        .of = ARENA_NEW(arena, struct line_run, p->location_count),
        .function_capacity = p->function_count,
        .slots = ARENA_NEW(arena, uint32_t, slots),
        .slot_mask = slots - 1,
        .first_function = p->function_count,
        .texts = ARENA_NEW(arena, struct line_text, TEXTS),
    };
}

void line_builder_forget(struct line_builder *b) {
    memset(b->texts, 0, TEXTS * sizeof *b->texts);
}

/* The same text mostly comes from the same place. */
static uint32_t text_number(struct line_builder *b, const char *text) {
    struct line_text *slot =
        &b->texts[(size_t)((uintptr_t)text * 0x9E3779B97F4A7C15u >> 32) % TEXTS];
    if (!text)
        return 0;
    if (slot->at != text)
        *slot = (struct line_text){text, strings_add(b->profile->strings, text_of(text))};
    return slot->number;
}

/* The slot of the function, or the free one where it belongs. */
static uint32_t *find_slot(struct line_builder *b, const struct profile_function *f) {
    const uint32_t key[] = {f->system_name, f->file, (uint32_t)f->start_line};
    size_t at = strings_hash(b->profile->strings, key, sizeof key) & b->slot_mask;
    for (; b->slots[at]; at = (at + 1) & b->slot_mask) {
        const struct profile_function *other = &b->profile->functions[b->slots[at] - 1];
        if (other->system_name == f->system_name && other->file == f->file &&
            other->start_line == f->start_line)
            break;
    }
    return &b->slots[at];
}

static void grow_slots(struct line_builder *b) {
    const struct profile *p = b->profile;
    b->slot_mask = 2 * b->slot_mask + 1;
    b->slots = ARENA_NEW(b->arena, uint32_t, b->slot_mask + 1);
    for (size_t i = b->first_function; i < p->function_count; i++)
        *find_slot(b, &p->functions[i]) = (uint32_t)i + 1;
}

static uint32_t add_function(struct line_builder *b, const struct debug_frame *frame) {
    struct profile *p = b->profile;
    struct profile_function function = {.system_name = text_number(b, frame->name),
                                        .file = text_number(b, frame->file),
                                        .start_line = frame->start_line};
    uint32_t *slot = find_slot(b, &function);
    if (*slot)
        return *slot - 1;
    if (frame->name)
        function.name = strings_add(p->strings, text_of(demangle(frame->name, b->arena)));
    ARENA_PUSH(b->arena, p->functions, p->function_count, b->function_capacity, function);
    *slot = (uint32_t)p->function_count;
    if (2 * (p->function_count - b->first_function) > b->slot_mask)
        grow_slots(b);
    return (uint32_t)p->function_count - 1;
}

struct line_run line_builder_add(struct line_builder *b, const struct debug_frame *frames,
                                 size_t count) {
    struct line_run run = {(uint32_t)b->line_count, (uint32_t)count};
    if (count == 0 || b->line_count > INT32_MAX)
        return (struct line_run){0, 0};
    for (size_t i = 0; i < count; i++) {
        struct profile_line line = {add_function(b, &frames[i]), frames[i].line, frames[i].column};
        ARENA_PUSH(b->arena, b->lines, b->line_count, b->line_capacity, line);
    }
    return run;
}

void line_builder_finish(struct line_builder *b) {
    struct profile *p = b->profile;
    size_t total = p->line_start[p->location_count], at = 0;
    for (size_t i = 0; i < p->location_count; i++)
        total += b->of[i].count;
    if (total > UINT32_MAX)
        return;
    struct profile_line *lines = ARENA_NEW(b->arena, struct profile_line, total);
    uint32_t *starts = ARENA_NEW(b->arena, uint32_t, p->location_count + 1);
    for (size_t i = 0; i < p->location_count; i++) {
        struct line_run run = b->of[i];
        const struct profile_line *from = b->lines + run.start;
        if (run.count == 0) {
            from = p->lines + p->line_start[i];
            run.count = p->line_start[i + 1] - p->line_start[i];
        }
        starts[i] = (uint32_t)at;
        for (uint32_t k = 0; k < run.count; k++)
            lines[at++] = from[k];
    }
    starts[p->location_count] = (uint32_t)at;
    p->lines = lines;
    p->line_start = starts;
}
