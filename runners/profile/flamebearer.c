/* Pyroscope's flamebearer: a flame graph in rows from the root down, as its render answers
 * (grafana/pyroscope: pkg/og/structs/flamebearer/flamebearer.go). A node of a row is four numbers:
 * the gap before it, its width, what of that is its own, its name. */
#include "runners/base/json.h"
#include "runners/profile/builder.h"
#include "runners/profile/profile_format.h"

#include <math.h>

/* Frames of all stacks together, as a chain of nodes would have its length squared; and how wide
 * a row may be. */
enum { MOST_FRAMES = 1 << 28, NODE_NUMBERS = 4 };
#define MOST_WIDTH 0x1p52 /* two of them add up exactly */

struct bar {
    double start, end;
    uint32_t parent, frame; /* parent: index + 1; 0: none */
};

struct flamebearer_reader {
    struct profile_builder *builder;
    struct strings *strings;
    uint32_t *frames; /* locations, by number of name */
    size_t frame_count;
    struct bar *bars; /* all rows', one behind another */
    size_t count, capacity;
    uint32_t *stack; /* room for the deepest */
    size_t row, frames_used;
    double factor; /* from a value there to one in the profile */
    struct arena *arena;
    struct pg_error *err;
};

static bool sniff(struct text first) {
    return text_starts(text_trim(first), "{") &&
           memmem(first.at, first.length, "\"flamebearer\"", 13);
}

static bool wrong(struct flamebearer_reader *r, const char *what, size_t node) {
    return pg_error_set(r->err, PG_FORMAT, "level %zu, node %zu: %s", r->row, node, what);
}

/* ---- rows ---- */

static bool add_stack(struct flamebearer_reader *r, size_t bar, double self, size_t node) {
    struct profile_stack stack = {.frames = r->stack};
    const int64_t value = (int64_t)round(self * r->factor);
    for (size_t at = bar + 1; at; at = r->bars[at - 1].parent)
        r->stack[stack.frame_count++] = r->bars[at - 1].frame;
    /* The root is Pyroscope's own "total", in every stack. */
    stack.frame_count -= stack.frame_count > 1;
    r->frames_used += stack.frame_count;
    if (r->frames_used > MOST_FRAMES || !(self * r->factor < 0x1p62))
        return pg_error_set(r->err, PG_LIMIT, "level %zu, node %zu: stacks or values too large",
                            r->row, node);
    profile_builder_sample(r->builder, &stack, &value);
    return true;
}

/* The next four numbers of a row, whole and not negative; *item goes behind them. */
static bool read_node(struct flamebearer_reader *r, const cJSON **item,
                      double numbers[NODE_NUMBERS], size_t node) {
    for (int i = 0; i < NODE_NUMBERS; i++, *item = (*item)->next) {
        if (!cJSON_IsNumber(*item))
            return wrong(r, "expected four numbers", node);
        numbers[i] = (*item)->valuedouble;
        if (!(numbers[i] >= 0 && numbers[i] <= MOST_WIDTH) || numbers[i] != floor(numbers[i]))
            return wrong(r, "expected whole numbers that are not negative", node);
    }
    if (numbers[2] > numbers[1])
        return wrong(r, "its own is more than all of it", node);
    if (!(numbers[3] < (double)r->frame_count))
        return wrong(r, "its name is not there", node);
    return true;
}

/* A row's nodes stand from left to right, each below a bar of the row above: [above, below). */
static bool read_row(struct flamebearer_reader *r, const cJSON *row, size_t above, size_t below) {
    const cJSON *item = row->child;
    double numbers[NODE_NUMBERS], end = 0;
    for (size_t node = 0; item; node++) {
        if (!read_node(r, &item, numbers, node))
            return false;
        struct bar bar = {.start = end + numbers[0], .frame = r->frames[(size_t)numbers[3]]};
        bar.end = end = bar.start + numbers[1];
        if (end > MOST_WIDTH)
            return wrong(r, "the row is wider than 2^52", node);
        while (above < below && r->bars[above].end < bar.end)
            above++;
        if (r->row && (above == below || r->bars[above].start > bar.start))
            return wrong(r, "it is not below one node", node);
        bar.parent = r->row ? (uint32_t)above + 1 : 0;
        if (r->count == UINT32_MAX - 1)
            return pg_error_set(r->err, PG_LIMIT, "expected at most 2^32 - 2 nodes");
        ARENA_PUSH(r->arena, r->bars, r->count, r->capacity, bar);
        if (numbers[2] > 0 && !add_stack(r, r->count - 1, numbers[2], node))
            return false;
    }
    return true;
}

/* ---- all ---- */

/* CPU time comes as samples of a rate; everything else in its own unit. */
static bool read_header(struct flamebearer_reader *r, const cJSON *metadata) {
    const char *format = json_string(metadata, "format"), *unit = json_string(metadata, "units");
    const char *name = json_string(metadata, "name");
    double rate = 0;
    if (format && strcmp(format, "single") != 0)
        return pg_error_set(r->err, PG_FORMAT,
                            "expected the format 'single', which no difference "
                            "has, got '%.40s'",
                            format);
    json_number(metadata, "sampleRate", &rate);
    r->factor = 1;
    if (!unit || strcmp(unit, "objects") == 0)
        unit = "count";
    if (strcmp(unit, "samples") == 0) {
        if (!(rate >= 1 && rate <= 1e12))
            return pg_error_set(r->err, PG_FORMAT, "expected a sampleRate");
        unit = "nanoseconds";
        r->factor = 1e9 / rate;
        name = name && strcmp(name, "wall") == 0 ? "wall" : "cpu";
    }
    const struct profile_type type = {
        strings_add(r->strings, text_of(name && *name ? name : "samples")),
        strings_add(r->strings, text_of(unit))};
    r->builder = profile_builder_new(r->strings, &type, 1, r->arena);
    return true;
}

static bool read_names(struct flamebearer_reader *r, const cJSON *names) {
    const cJSON *item;
    r->frames = ARENA_NEW(r->arena, uint32_t, (size_t)cJSON_GetArraySize(names));
    cJSON_ArrayForEach(item, names) {
        if (!cJSON_IsString(item))
            return pg_error_set(r->err, PG_FORMAT, "name %zu: expected a text", r->frame_count);
        r->frames[r->frame_count++] = profile_builder_name(r->builder, text_of(item->valuestring));
    }
    return true;
}

static bool read_document(struct flamebearer_reader *r, const cJSON *document) {
    const cJSON *graph = json_object(document, "flamebearer"), *row;
    const cJSON *names = graph ? json_array(graph, "names") : NULL;
    const cJSON *levels = graph ? json_array(graph, "levels") : NULL;
    const cJSON *metadata = json_object(document, "metadata");
    size_t above = 0, below = 0;
    if (!names || !levels || !metadata)
        return pg_error_set(r->err, PG_FORMAT,
                            "expected a flamebearer with names and levels, and metadata");
    r->stack = ARENA_NEW(r->arena, uint32_t, (size_t)cJSON_GetArraySize(levels) + 1);
    if (!read_header(r, metadata) || !read_names(r, names))
        return false;
    cJSON_ArrayForEach(row, levels) {
        if (!cJSON_IsArray(row))
            return pg_error_set(r->err, PG_FORMAT, "level %zu: expected a list", r->row);
        if (!read_row(r, row, above, below))
            return false;
        above = below;
        below = r->count;
        r->row++;
    }
    return true;
}

static bool read(struct profile **out, struct text bytes, struct strings *strings,
                 struct arena *arena, struct pg_error *err) {
    struct flamebearer_reader r = {.strings = strings, .arena = arena, .err = err};
    cJSON *document;
    if (!json_parse(&document, "JSON", bytes, err))
        return false;
    bool good = read_document(&r, document);
    cJSON_Delete(document);
    return good && profile_builder_finish(out, r.builder, err);
}

const struct profile_format flamebearer_format = {"flamebearer", sniff, read, NULL};
