#include "runners/profile/builder.h"
#include "runners/profile/join_table.h"

#include <stdlib.h>

enum { PAGE = 4096 };
#define MOST ((size_t)UINT32_MAX - 1)

struct profile_builder {
    struct profile *profile;
    struct join_table mappings, functions, locations, samples;
    size_t mapping_room, function_room, location_room, line_room;
    size_t sample_room, frame_room, label_room;
    size_t line_count, frame_count, label_count;
    bool full;
    struct arena *arena;
};

struct profile_builder *profile_builder_new(struct strings *strings,
                                            const struct profile_type *types, size_t type_count,
                                            struct arena *arena) {
    struct profile_builder *b = ARENA_NEW(arena, struct profile_builder, 1);
    b->profile = profile_new(strings, arena);
    b->profile->types = ARENA_NEW(arena, struct profile_type, type_count);
    if (type_count)
        memcpy(b->profile->types, types, type_count * sizeof *types);
    b->profile->type_count = type_count;
    b->arena = arena;
    b->mappings = join_table_new(0, b->arena);
    b->functions = join_table_new(0, b->arena);
    b->locations = join_table_new(0, b->arena);
    b->samples = join_table_new(0, b->arena);
    return b;
}

struct profile *profile_builder_profile(struct profile_builder *b) {
    return b->profile;
}

/* Makes room for `more` elements behind `count`. */
#define ROOM(b, items, count, room, more)                                                          \
    ((items) = grown((b), (items), (count), &(room), (more), sizeof *(items)))

static void *grown(struct profile_builder *b, void *items, size_t count, size_t *room, size_t more,
                   size_t size) {
    if (items && *room - count >= more)
        return items;
    *room = *room ? 2 * *room + more : more + 16;
    return arena_grow(b->arena, items, count, *room, size);
}

/* False, for good, when an index would no longer fit 32 bits. */
static bool fits(struct profile_builder *b, size_t count, size_t more) {
    b->full |= more > MOST || count > MOST - more;
    return !b->full;
}

static void make_sample_room(struct profile_builder *b, size_t room) {
    struct profile *p = b->profile;
    size_t types = p->type_count ? p->type_count : 1, count = p->sample_count;
    p->values = arena_grow(b->arena, p->values, count * types, room * types, sizeof *p->values);
    p->stack_start =
        arena_grow(b->arena, p->stack_start, count + 1, room + 1, sizeof *p->stack_start);
    p->label_start =
        arena_grow(b->arena, p->label_start, count + 1, room + 1, sizeof *p->label_start);
    b->sample_room = room;
}

void profile_builder_reserve(struct profile_builder *b, size_t samples, size_t frames) {
    b->samples = join_table_new(samples, b->arena);
    make_sample_room(b, samples);
    ROOM(b, b->profile->frames, b->frame_count, b->frame_room, frames);
}

/* ---- mappings ---- */

static uint64_t pages(const struct profile_mapping *m) {
    uint64_t size = m->limit - m->start;
    return size / PAGE + (size % PAGE != 0);
}

static uint32_t identity(const struct profile_mapping *m) {
    return m->build_id ? m->build_id : m->file;
}

static bool same_mapping(const void *profile, uint32_t index, const void *wanted) {
    const struct profile_mapping *a = &((const struct profile *)profile)->mappings[index];
    const struct profile_mapping *b = wanted;
    return pages(a) == pages(b) && a->offset == b->offset && identity(a) == identity(b);
}

uint32_t profile_builder_mapping(struct profile_builder *b, const struct profile_mapping *mapping) {
    struct profile *p = b->profile;
    const uint64_t key[] = {pages(mapping), mapping->offset, identity(mapping)};
    uint32_t fresh = (uint32_t)p->mapping_count;
    uint32_t index = join_table_put(&b->mappings, strings_hash(p->strings, key, sizeof key), fresh,
                                    same_mapping, p, mapping);
    if (index == fresh) {
        ROOM(b, p->mappings, p->mapping_count, b->mapping_room, 1);
        p->mappings[p->mapping_count++] = *mapping;
    }
    return index;
}

/* ---- functions ---- */

static bool same_function(const void *profile, uint32_t index, const void *wanted) {
    const struct profile_function *a = &((const struct profile *)profile)->functions[index];
    const struct profile_function *b = wanted;
    return a->name == b->name && a->system_name == b->system_name && a->file == b->file &&
           a->start_line == b->start_line;
}

uint32_t profile_builder_function(struct profile_builder *b,
                                  const struct profile_function *function) {
    struct profile *p = b->profile;
    const uint64_t key[] = {(uint64_t)function->name << 32 | function->system_name, function->file,
                            (uint64_t)function->start_line};
    uint32_t fresh = (uint32_t)p->function_count;
    uint32_t index = join_table_put(&b->functions, strings_hash(p->strings, key, sizeof key), fresh,
                                    same_function, p, function);
    if (index == fresh) {
        ROOM(b, p->functions, p->function_count, b->function_room, 1);
        p->functions[p->function_count++] = *function;
    }
    return index;
}

/* ---- locations ---- */

struct wanted_location {
    const struct profile_location *location;
    const struct profile_line *lines;
    size_t line_count;
};

static uint64_t place_in_mapping(const struct profile *p, const struct profile_location *l) {
    return l->mapping == PROFILE_NONE ? l->address : l->address - p->mappings[l->mapping].start;
}

static bool same_location(const void *profile, uint32_t index, const void *key) {
    const struct profile *p = profile;
    const struct wanted_location *wanted = key;
    const struct profile_location *a = &p->locations[index], *b = wanted->location;
    const struct profile_line *lines = &p->lines[p->line_start[index]];
    if (a->mapping != b->mapping || a->folded != b->folded ||
        place_in_mapping(p, a) != place_in_mapping(p, b) ||
        p->line_start[index + 1] - p->line_start[index] != wanted->line_count)
        return false;
    for (size_t i = 0; i < wanted->line_count; i++) {
        if (lines[i].function != wanted->lines[i].function ||
            lines[i].line != wanted->lines[i].line || lines[i].column != wanted->lines[i].column)
            return false;
    }
    return true;
}

static uint64_t hash_location(const struct profile *p, const struct wanted_location *wanted) {
    const struct profile_location *l = wanted->location;
    uint64_t key[] = {place_in_mapping(p, l), l->mapping, l->folded, 0};
    uint64_t hash = strings_hash(p->strings, key, sizeof key);
    for (size_t i = 0; i < wanted->line_count; i++) {
        const struct profile_line *line = &wanted->lines[i];
        uint64_t next[] = {hash, line->function, (uint64_t)line->line, (uint64_t)line->column};
        hash = strings_hash(p->strings, next, sizeof next);
    }
    return hash;
}

uint32_t profile_builder_location(struct profile_builder *b,
                                  const struct profile_location *location,
                                  const struct profile_line *lines, size_t line_count) {
    struct profile *p = b->profile;
    const struct wanted_location wanted = {location, lines, line_count};
    uint32_t fresh = (uint32_t)p->location_count;
    if (!fits(b, b->line_count, line_count))
        return 0;
    uint32_t index =
        join_table_put(&b->locations, hash_location(p, &wanted), fresh, same_location, p, &wanted);
    if (index != fresh)
        return index;
    size_t start_room = b->location_room;
    ROOM(b, p->locations, p->location_count, b->location_room, 1);
    if (start_room != b->location_room)
        p->line_start = arena_grow(b->arena, p->line_start, p->location_count + 1,
                                   b->location_room + 1, sizeof *p->line_start);
    ROOM(b, p->lines, b->line_count, b->line_room, line_count);
    if (line_count)
        memcpy(p->lines + b->line_count, lines, line_count * sizeof *lines);
    b->line_count += line_count;
    p->locations[p->location_count++] = *location;
    p->line_start[p->location_count] = (uint32_t)b->line_count;
    return index;
}

uint32_t profile_builder_name(struct profile_builder *b, struct text name) {
    struct profile_function function = {.name = strings_add(b->profile->strings, name)};
    function.system_name = function.name;
    const struct profile_line line = {.function = profile_builder_function(b, &function)};
    return profile_builder_location(b, &(struct profile_location){.mapping = PROFILE_NONE}, &line,
                                    1);
}

/* ---- samples ---- */

static int compare_labels(const void *left, const void *right) {
    const struct profile_label *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->text != b->text)
        return a->text < b->text ? -1 : 1;
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Copies the labels behind the others, in an order that does not depend on theirs. */
static void add_labels(struct profile_builder *b, const struct profile_stack *stack) {
    struct profile *p = b->profile;
    size_t count = stack->label_count;
    ROOM(b, p->labels, b->label_count, b->label_room, count);
    struct profile_label *to = p->labels + b->label_count;
    for (size_t i = 0; i < count; i++)
        to[i] = stack->labels[i];
    for (size_t i = 1; i < count; i++) {
        if (compare_labels(&to[i - 1], &to[i]) > 0) {
            qsort(to, count, sizeof *to, compare_labels);
            break;
        }
    }
}

/* Sample number sample_count is filled in, but not yet counted; is it equal to that at `index`? */
static bool same_sample(const void *profile, uint32_t index, const void *wanted) {
    const struct profile *p = profile;
    (void)wanted;
    size_t last = p->sample_count;
    size_t frames = p->stack_start[last + 1] - p->stack_start[last];
    size_t labels = p->label_start[last + 1] - p->label_start[last];
    if (p->stack_start[index + 1] - p->stack_start[index] != frames ||
        p->label_start[index + 1] - p->label_start[index] != labels ||
        memcmp(p->frames + p->stack_start[index], p->frames + p->stack_start[last],
               frames * sizeof *p->frames) != 0)
        return false;
    for (size_t i = 0; i < labels; i++) {
        if (compare_labels(&p->labels[p->label_start[index] + i],
                           &p->labels[p->label_start[last] + i]) != 0)
            return false;
    }
    return true;
}

/* The same for any order of the labels. */
uint64_t profile_builder_expect(const struct profile_builder *b,
                                const struct profile_stack *stack) {
    const struct strings *strings = b->profile->strings;
    uint64_t hash =
        strings_hash(strings, stack->frames, stack->frame_count * sizeof *stack->frames);
    for (size_t i = 0; i < stack->label_count; i++) {
        const struct profile_label *label = &stack->labels[i];
        const uint64_t key[] = {(uint64_t)label->key << 32 | label->text, label->unit,
                                (uint64_t)label->number};
        hash += strings_hash(strings, key, sizeof key);
    }
    join_table_expect(&b->samples, hash);
    return hash;
}

void profile_builder_sample(struct profile_builder *b, const struct profile_stack *stack,
                            const int64_t *values) {
    profile_builder_expected(b, stack, profile_builder_expect(b, stack), values);
}

void profile_builder_expected(struct profile_builder *b, const struct profile_stack *stack,
                              uint64_t hash, const int64_t *values) {
    struct profile *p = b->profile;
    size_t types = p->type_count;
    if (!fits(b, b->frame_count, stack->frame_count) ||
        !fits(b, b->label_count, stack->label_count) || !fits(b, p->sample_count, 1))
        return;
    if (p->sample_count == b->sample_room)
        make_sample_room(b, 2 * b->sample_room + 16);
    ROOM(b, p->frames, b->frame_count, b->frame_room, stack->frame_count);
    add_labels(b, stack);
    for (size_t i = 0; i < stack->frame_count; i++)
        p->frames[b->frame_count + i] = stack->frames[i];
    uint32_t fresh = (uint32_t)p->sample_count;
    p->stack_start[fresh + 1] = (uint32_t)(b->frame_count + stack->frame_count);
    p->label_start[fresh + 1] = (uint32_t)(b->label_count + stack->label_count);
    uint32_t index = join_table_put(&b->samples, hash, fresh, same_sample, p, NULL);
    int64_t *to = p->values + index * types;
    if (index == fresh) {
        b->frame_count += stack->frame_count;
        b->label_count += stack->label_count;
        p->sample_count++;
    }
    for (size_t i = 0; i < types; i++)
        to[i] = (int64_t)((index == fresh ? 0 : (uint64_t)to[i]) + (uint64_t)values[i]);
}

/* ---- the end ---- */

static bool is_zero(const struct profile *p, size_t sample) {
    for (size_t i = 0; i < p->type_count; i++) {
        if (p->values[sample * p->type_count + i])
            return false;
    }
    return true;
}

size_t profile_builder_cancelled(const struct profile_builder *b) {
    size_t count = 0;
    for (size_t i = 0; i < b->profile->sample_count; i++)
        count += is_zero(b->profile, i);
    return count;
}

/* Moves the samples that have a value together. */
static void drop_zeros(struct profile *p) {
    uint32_t kept = 0, frame = 0, label = 0, frames = 0, labels = 0;
    for (size_t i = 0; i < p->sample_count; i++) {
        uint32_t frames_end = p->stack_start[i + 1], labels_end = p->label_start[i + 1];
        if (!is_zero(p, i)) {
            memmove(p->values + kept * p->type_count, p->values + i * p->type_count,
                    p->type_count * sizeof *p->values);
            while (frame < frames_end)
                p->frames[frames++] = p->frames[frame++];
            while (label < labels_end)
                p->labels[labels++] = p->labels[label++];
            kept++;
            p->stack_start[kept] = frames;
            p->label_start[kept] = labels;
        }
        frame = frames_end;
        label = labels_end;
    }
    p->sample_count = kept;
}

bool profile_builder_finish(struct profile **out, struct profile_builder *b, struct pg_error *err) {
    if (b->full)
        return pg_error_set(err, PG_LIMIT, "more than 4294967294 frames, labels or lines; refused");
    if (profile_builder_cancelled(b))
        drop_zeros(b->profile);
    *out = b->profile;
    return true;
}
