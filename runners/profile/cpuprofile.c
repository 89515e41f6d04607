/* V8's CPU profile (Chrome, Node): a JSON object with a tree of nodes, and the node that each
 * sample ended in. https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
#include "runners/base/json.h"
#include "runners/profile/builder.h"
#include "runners/profile/join_table.h"
#include "runners/profile/profile_format.h"

#include <math.h>

/* Stacks of all nodes together; a chain of nodes would have more than its length squared. */
enum { MOST_FRAMES = 1 << 28, TYPES = 2 };

struct node {
    int64_t id;
    uint32_t parent; /* index + 1; 0: none */
    uint32_t frame, depth;
    int64_t samples, time_ns;
};

struct cpuprofile_reader {
    struct profile_builder *builder;
    struct strings *strings;
    struct node *nodes;
    uint32_t count;
    struct join_table by_id;
    bool timed;   /* samples have times */
    bool counted; /* nodes say how often they were met, which the first sample does not count as */
    struct arena *arena;
    struct pg_error *err;
};

static bool sniff(struct text first) {
    struct text trimmed = text_trim(first);
    return text_starts(trimmed, "{") && memmem(first.at, first.length, "\"nodes\"", 7) &&
           memmem(first.at, first.length, "\"callFrame\"", 11);
}

static bool wrong(struct cpuprofile_reader *r, const char *what, size_t at) {
    return pg_error_set(r->err, PG_FORMAT, "node %zu: %s", at, what);
}

/* ---- nodes ---- */

/* A whole number that a double holds exactly; false when it is none or not there. */
static bool whole_number(const cJSON *object, const char *key, int64_t *out) {
    double value;
    if (!json_number(object, key, &value) || value != floor(value) || fabs(value) > 0x1p53)
        return false;
    *out = (int64_t)value;
    return true;
}

static bool same_id(const void *reader, uint32_t index, const void *wanted) {
    return ((const struct cpuprofile_reader *)reader)->nodes[index].id == *(const int64_t *)wanted;
}

static uint64_t hash_id(const struct cpuprofile_reader *r, int64_t id) {
    return strings_hash(r->strings, &id, sizeof id);
}

/* Index + 1 of the node of that id; 0: none. */
static uint32_t find_node(struct cpuprofile_reader *r, int64_t id) {
    return join_table_find(&r->by_id, hash_id(r, id), same_id, r, &id);
}

/* Lines and columns are counted from 0 there. */
static uint32_t frame_of(struct cpuprofile_reader *r, const cJSON *call) {
    const char *name = json_string(call, "functionName"), *url = json_string(call, "url");
    int64_t line = -1;
    struct profile_function function = {
        .name = strings_add(r->strings, text_of(name && *name ? name : "(anonymous)")),
        .file = strings_add(r->strings, text_of(url ? url : ""))};
    whole_number(call, "lineNumber", &line);
    function.system_name = function.name;
    function.start_line = line >= 0 ? line + 1 : 0;
    const struct profile_line at = {.function = profile_builder_function(r->builder, &function),
                                    .line = function.start_line};
    return profile_builder_location(r->builder, &(struct profile_location){.mapping = PROFILE_NONE},
                                    &at, 1);
}

static bool read_node(struct cpuprofile_reader *r, const cJSON *item) {
    struct node *node = &r->nodes[r->count];
    const cJSON *call = json_object(item, "callFrame");
    if (!call || !whole_number(item, "id", &node->id))
        return wrong(r, "expected an id and a callFrame", r->count);
    node->frame = frame_of(r, call);
    r->counted |= whole_number(item, "hitCount", &node->samples);
    if (node->samples < 0)
        return wrong(r, "a negative hitCount", r->count);
    if (join_table_put(&r->by_id, hash_id(r, node->id), r->count, same_id, r, &node->id) !=
        r->count)
        return wrong(r, "its id is there twice", r->count);
    r->count++;
    return true;
}

static bool adopt(struct cpuprofile_reader *r, uint32_t parent, uint32_t child) {
    if (!child)
        return wrong(r, "a child that is not there", parent);
    struct node *node = &r->nodes[child - 1];
    if (node->parent && node->parent != parent + 1)
        return wrong(r, "it has two parents", child - 1);
    node->parent = parent + 1;
    return true;
}

/* A node says its children, or its parent. */
static bool link_nodes(struct cpuprofile_reader *r, const cJSON *nodes) {
    const cJSON *item, *child;
    uint32_t index = 0;
    int64_t id;
    cJSON_ArrayForEach(item, nodes) {
        cJSON_ArrayForEach(child, json_array(item, "children")) {
            if (!cJSON_IsNumber(child) || !(fabs(child->valuedouble) < 0x1p53))
                return wrong(r, "a child that is no number", index);
            if (!adopt(r, index, find_node(r, (int64_t)child->valuedouble)))
                return false;
        }
        if (whole_number(item, "parent", &id)) {
            uint32_t parent = find_node(r, id);
            if (!parent)
                return wrong(r, "a parent that is not there", index);
            if (!adopt(r, parent - 1, index + 1))
                return false;
        }
        index++;
    }
    return true;
}

/* How deep each node is, the root at 1. Every node's is found once. */
static bool find_depths(struct cpuprofile_reader *r) {
    uint64_t frames = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t steps = 0, at = i + 1;
        for (; at && !r->nodes[at - 1].depth; at = r->nodes[at - 1].parent) {
            if (steps++ == r->count)
                return wrong(r, "it is its own ancestor", i);
        }
        uint32_t depth = (at ? r->nodes[at - 1].depth : 0) + steps;
        for (at = i + 1; at && !r->nodes[at - 1].depth; at = r->nodes[at - 1].parent)
            r->nodes[at - 1].depth = depth--;
        frames += r->nodes[i].samples || r->nodes[i].time_ns ? r->nodes[i].depth : 0;
        if (frames > MOST_FRAMES)
            return pg_error_set(r->err, PG_LIMIT, "stacks of more than %d frames; refused",
                                MOST_FRAMES);
    }
    return true;
}

/* ---- samples ---- */

/* Each sample lasts until the next one, the last until the profile ends; times are in µs. */
static bool read_samples(struct cpuprofile_reader *r, const cJSON *document) {
    const cJSON *sample = json_array(document, "samples")->child;
    const cJSON *delta = r->timed ? json_array(document, "timeDeltas")->child : NULL;
    double start = 0, end = 0, now;
    json_number(document, "startTime", &start);
    json_number(document, "endTime", &end);
    now = start + (delta ? delta->valuedouble : 0);
    for (size_t i = 0; sample; i++, sample = sample->next) {
        bool whole = cJSON_IsNumber(sample) && fabs(sample->valuedouble) < 0x1p53;
        uint32_t index = whole ? find_node(r, (int64_t)sample->valuedouble) : 0;
        if (!index)
            return pg_error_set(r->err, PG_FORMAT, "sample %zu: no such node", i);
        r->nodes[index - 1].samples += !r->counted;
        if (!delta)
            continue;
        delta = delta->next;
        double lasts = delta ? delta->valuedouble : end > now ? end - now : 0;
        if (!(fabs(lasts) < 0x1p40))
            return pg_error_set(r->err, PG_FORMAT, "sample %zu: it lasts more than a week", i);
        now += lasts;
        r->nodes[index - 1].time_ns += (int64_t)round(lasts * 1000);
    }
    return true;
}

static void add_samples(struct cpuprofile_reader *r) {
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < r->count; i++)
        deepest = r->nodes[i].depth > deepest ? r->nodes[i].depth : deepest;
    uint32_t *frames = ARENA_NEW(r->arena, uint32_t, deepest);
    for (uint32_t i = 0; i < r->count; i++) {
        const struct node *node = &r->nodes[i];
        struct profile_stack stack = {.frames = frames};
        if (!node->samples && !node->time_ns)
            continue;
        for (uint32_t at = i + 1; at; at = r->nodes[at - 1].parent)
            frames[stack.frame_count++] = r->nodes[at - 1].frame;
        /* The root is V8's own "(root)", in every stack. */
        stack.frame_count -= stack.frame_count > 1;
        const int64_t values[TYPES] = {node->samples, node->time_ns};
        profile_builder_sample(r->builder, &stack, values);
    }
}

/* ---- all ---- */

static void read_header(struct cpuprofile_reader *r, const cJSON *document) {
    const cJSON *samples = json_array(document, "samples");
    const cJSON *deltas = json_array(document, "timeDeltas");
    const struct profile_type types[TYPES] = {
        {strings_add(r->strings, text_of("samples")), strings_add(r->strings, text_of("count"))},
        {strings_add(r->strings, text_of("wall")),
         strings_add(r->strings, text_of("nanoseconds"))}};
    int64_t start, end;
    r->timed = samples && deltas && cJSON_GetArraySize(samples) == cJSON_GetArraySize(deltas);
    r->builder = profile_builder_new(r->strings, types, r->timed ? 2 : 1, r->arena);
    if (whole_number(document, "startTime", &start) && whole_number(document, "endTime", &end) &&
        end >= start && end < INT64_MAX / 1000)
        profile_builder_profile(r->builder)->duration_ns = (end - start) * 1000;
}

static bool read_document(struct cpuprofile_reader *r, const cJSON *document) {
    const cJSON *nodes = json_array(document, "nodes"), *item;
    if (!nodes)
        return pg_error_set(r->err, PG_FORMAT, "expected an object with \"nodes\"");
    r->nodes = ARENA_NEW(r->arena, struct node, (size_t)cJSON_GetArraySize(nodes));
    r->by_id = join_table_new((size_t)cJSON_GetArraySize(nodes), r->arena);
    read_header(r, document);
    cJSON_ArrayForEach(item, nodes) {
        if (!read_node(r, item))
            return false;
    }
    if (!link_nodes(r, nodes) || (json_array(document, "samples") && !read_samples(r, document)) ||
        !find_depths(r))
        return false;
    add_samples(r);
    return true;
}

static bool read(struct profile **out, struct text bytes, struct strings *strings,
                 struct arena *arena, struct pg_error *err) {
    struct cpuprofile_reader r = {.strings = strings, .arena = arena, .err = err};
    cJSON *document;
    if (!json_parse(&document, "JSON", bytes, err))
        return false;
    bool good = read_document(&r, document);
    cJSON_Delete(document);
    return good && profile_builder_finish(out, r.builder, err);
}

const struct profile_format cpuprofile_format = {"cpuprofile", sniff, read, NULL};
