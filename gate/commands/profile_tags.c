#include "gate/commands/profile_parts.h"
#include "runners/profile/join_table.h"

#include <inttypes.h>

enum { MOST_KEYS = 16 };

/* The keys of an option, the innermost first. */
struct keys {
    uint32_t texts[MOST_KEYS];
    size_t count;
};

/* A label as a frame: a function of its value in a file named as its key. */
struct tag_frames {
    struct profile *profile;
    struct profile_function *functions;
    uint32_t count, room;
    struct join_table known;
    struct arena *arena;
};

static bool parse_keys(struct keys *keys, const char *option, const char *text,
                       struct strings *strings, struct pg_error *err) {
    while (text) {
        const char *comma = strchr(text, ',');
        struct text key = {text, comma ? (size_t)(comma - text) : strlen(text)};
        if (keys->count == MOST_KEYS)
            return pg_error_set(err, PG_USAGE, "--%s: more than %d keys", option, MOST_KEYS);
        memmove(keys->texts + 1, keys->texts, keys->count++ * sizeof *keys->texts);
        keys->texts[0] = strings_add(strings, key);
        text = comma ? comma + 1 : NULL;
    }
    return true;
}

/* All values of a key in one text. */
static uint32_t value_of(const struct tag_frames *t, size_t sample, uint32_t key) {
    const struct profile *p = t->profile;
    const char *all = NULL;
    for (uint32_t l = p->label_start[sample]; l < p->label_start[sample + 1]; l++) {
        const struct profile_label *label = &p->labels[l];
        if (label->key != key)
            continue;
        const char *one = label->text ? strings_get(p->strings, label->text)
                                      : arena_printf(t->arena, "%" PRId64 "%s", label->number,
                                                     strings_get(p->strings, label->unit));
        all = all ? arena_printf(t->arena, "%s,%s", all, one) : one;
    }
    return all ? strings_add(p->strings, text_of(all)) : 0;
}

static bool same_frame(const void *tag_frames, uint32_t index, const void *wanted) {
    const struct profile_function *a = &((const struct tag_frames *)tag_frames)->functions[index];
    const struct profile_function *b = wanted;
    return a->name == b->name && a->file == b->file;
}

static uint32_t frame_of(struct tag_frames *t, size_t sample, uint32_t key) {
    uint32_t value = value_of(t, sample, key);
    const struct profile_function function = {.name = value, .system_name = value, .file = key};
    const uint32_t both[] = {key, value};
    uint32_t index = join_table_put(&t->known, strings_hash(t->profile->strings, both, sizeof both),
                                    t->count, same_frame, t, &function);
    if (index == t->count)
        ARENA_PUSH(t->arena, t->functions, t->count, t->room, function);
    return (uint32_t)t->profile->location_count + index;
}

static void tag_stacks(struct tag_frames *t, const struct keys *roots, const struct keys *leaves) {
    struct profile *p = t->profile;
    size_t more = p->sample_count * (roots->count + leaves->count);
    uint32_t *frames = ARENA_NEW(t->arena, uint32_t, p->stack_start[p->sample_count] + more);
    uint32_t count = 0, next = 0;
    for (size_t i = 0; i < p->sample_count; i++) {
        for (size_t k = 0; k < leaves->count; k++)
            frames[count++] = frame_of(t, i, leaves->texts[k]);
        while (next < p->stack_start[i + 1])
            frames[count++] = p->frames[next++];
        for (size_t k = 0; k < roots->count; k++)
            frames[count++] = frame_of(t, i, roots->texts[k]);
        p->stack_start[i + 1] = count;
    }
    p->frames = frames;
}

/* Puts the new functions behind the profile's, each in a location of its own. */
static void append_places(struct tag_frames *t) {
    struct profile *p = t->profile;
    size_t functions = p->function_count, locations = p->location_count;
    uint32_t lines = p->line_start[locations];
    p->functions =
        arena_grow(t->arena, p->functions, functions, functions + t->count, sizeof *p->functions);
    p->locations =
        arena_grow(t->arena, p->locations, locations, locations + t->count, sizeof *p->locations);
    p->lines = arena_grow(t->arena, p->lines, lines, lines + t->count, sizeof *p->lines);
    p->line_start = arena_grow(t->arena, p->line_start, locations + 1, locations + t->count + 1,
                               sizeof *p->line_start);
    for (uint32_t i = 0; i < t->count; i++) {
        p->functions[functions + i] = t->functions[i];
        p->locations[locations + i] = (struct profile_location){.mapping = PROFILE_NONE};
        p->lines[lines + i] = (struct profile_line){.function = (uint32_t)functions + i};
        p->line_start[locations + i + 1] = lines + i + 1;
    }
    p->function_count += t->count;
    p->location_count += t->count;
}

bool profile_tag_frames(const struct profile_filter *filter, struct profile *p, struct arena *arena,
                        struct pg_error *err) {
    struct keys roots = {.count = 0}, leaves = {.count = 0};
    if (!parse_keys(&roots, "tag-root", filter->tag_root, p->strings, err) ||
        !parse_keys(&leaves, "tag-leaf", filter->tag_leaf, p->strings, err))
        return false;
    if (p->stack_start[p->sample_count] + (roots.count + leaves.count) * p->sample_count >=
        UINT32_MAX)
        return pg_error_set(err, PG_LIMIT, "more than 2^32 frames with labels as frames; refused");
    if (roots.count + leaves.count == 0)
        return true;
    struct tag_frames t = {.profile = p, .known = join_table_new(0, arena), .arena = arena};
    tag_stacks(&t, &roots, &leaves);
    append_places(&t);
    return true;
}
