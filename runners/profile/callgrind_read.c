/* callgrind.out, the profile of valgrind's callgrind (and of what writes like it).
 * https://valgrind.org/docs/manual/cl-format.html */
#include "runners/base/number.h"
#include "runners/profile/call_graph.h"
#include "runners/profile/join_table.h"
#include "runners/profile/profile_format.h"

enum { MOST_EVENTS = 64, MOST_POSITIONS = 2 };

/* Names are written out once and then called by a number in parentheses. */
struct names {
    struct name {
        uint64_t id;
        uint32_t text;
    } * items;
    uint32_t count;
    size_t room;
    struct join_table known;
};

struct callgrind_reader {
    struct text_lines lines;
    struct text line;
    struct strings *strings;
    struct call_graph *graph;
    struct names objects, files, functions;
    struct profile_type types[MOST_EVENTS];
    size_t event_count, position_count, line_position;
    int64_t positions[MOST_POSITIONS]; /* of the last line with costs */
    uint32_t object, file, inlined_file, node;
    uint32_t callee_object, callee_file, callee_name;
    bool in_function, has_callee_object, has_callee_file;
    enum { COST, CALL, JUMP } next; /* what the next line with positions is about */
    int64_t costs[MOST_EVENTS];
    struct arena *arena;
    struct pg_error *err;
};

static bool wrong(struct callgrind_reader *r, const char *what) {
    return text_lines_wrong(&r->lines, r->line, what, r->err);
}

static bool starts_with_key(struct text line) {
    static const char *const keys[] = {"version:", "creator:", "events:", "positions:", "cmd:"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (text_starts(line, keys[i]))
            return true;
    }
    return text_starts(line, "# callgrind format");
}

static bool sniff(struct text first) {
    struct text_lines lines = {first, 0};
    struct text line;
    while (text_lines_next(&lines, &line)) {
        if (text_trim(line).length)
            return starts_with_key(line);
    }
    return false;
}

/* ---- names ---- */

static bool same_name(const void *names, uint32_t index, const void *wanted) {
    return ((const struct names *)names)->items[index].id == *(const uint64_t *)wanted;
}

/* `(ID) NAME`, `(ID)` of a name that was given, or `NAME`. */
static bool take_name(struct callgrind_reader *r, struct names *names, struct text text,
                      uint32_t *out) {
    text = text_trim(text);
    const char *end = text.length && *text.at == '(' ? memchr(text.at, ')', text.length) : NULL;
    struct name name;
    if (!end || !number_u64((struct text){text.at + 1, (size_t)(end - text.at) - 1}, &name.id)) {
        *out = strings_add(r->strings, text);
        return true;
    }
    size_t used = (size_t)(end - text.at) + 1;
    struct text rest = text_trim((struct text){text.at + used, text.length - used});
    uint64_t hash = strings_hash(r->strings, &name.id, sizeof name.id);
    uint32_t known = join_table_find(&names->known, hash, same_name, names, &name.id);
    if (!known && !rest.length)
        return wrong(r, "a name that was not given before");
    if (!known) {
        name.text = 0;
        known = join_table_put(&names->known, hash, names->count, same_name, names, &name.id) + 1;
        ARENA_PUSH(r->arena, names->items, names->count, names->room, name);
    }
    if (rest.length)
        names->items[known - 1].text = strings_add(r->strings, rest);
    *out = names->items[known - 1].text;
    return true;
}

static bool take_function(struct callgrind_reader *r, struct text text) {
    uint32_t name;
    if (!take_name(r, &r->functions, text, &name))
        return false;
    if (!r->graph)
        return wrong(r, "expected `events:` before functions");
    r->node = call_graph_node(r->graph, name, r->file, r->object);
    r->inlined_file = r->file;
    r->in_function = true;
    return true;
}

static bool take_file(struct callgrind_reader *r, struct text text) {
    bool good = take_name(r, &r->files, text, &r->file);
    r->inlined_file = r->file;
    return good;
}

static bool take_calls(struct callgrind_reader *r) {
    r->next = CALL;
    return r->in_function || wrong(r, "a call outside any function");
}

/* `KEY=VALUE`; *known is false for anything else. */
static bool take_position_name(struct callgrind_reader *r, bool *known) {
    const char *equals = memchr(r->line.at, '=', r->line.length);
    *known = equals && (size_t)(equals - r->line.at) <= 5;
    if (!*known)
        return true;
    struct text key = {r->line.at, (size_t)(equals - r->line.at)};
    struct text value = {equals + 1, r->line.length - key.length - 1};
    if (text_equal(key, "fn"))
        return take_function(r, value);
    if (text_equal(key, "fl"))
        return take_file(r, value);
    if (text_equal(key, "fi") || text_equal(key, "fe"))
        return take_name(r, &r->files, value, &r->inlined_file);
    if (text_equal(key, "ob"))
        return take_name(r, &r->objects, value, &r->object);
    if (text_equal(key, "cfn"))
        return take_name(r, &r->functions, value, &r->callee_name);
    if (text_equal(key, "cfi") || text_equal(key, "cfl")) {
        r->has_callee_file = true;
        return take_name(r, &r->files, value, &r->callee_file);
    }
    if (text_equal(key, "cob")) {
        r->has_callee_object = true;
        return take_name(r, &r->objects, value, &r->callee_object);
    }
    if (text_equal(key, "calls"))
        return take_calls(r);
    if (text_equal(key, "jump") || text_equal(key, "jcnd")) {
        r->next = JUMP;
        return true;
    }
    *known = false;
    return true;
}

/* ---- the header ---- */

static bool take_events(struct callgrind_reader *r, struct text rest) {
    uint32_t count_unit = strings_add(r->strings, text_of("count")), known = 0;
    struct text word;
    size_t count = 0;
    for (; text_field(&rest, &word); count++) {
        uint32_t name = strings_add(r->strings, word);
        if (count == MOST_EVENTS)
            return wrong(r, "more than 64 events");
        known += r->graph && count < r->event_count && r->types[count].name == name;
        if (!r->graph)
            r->types[count] = (struct profile_type){name, count_unit};
    }
    if (count == 0 || (r->graph && (known != count || count != r->event_count)))
        return wrong(r, "expected the events of the parts before");
    if (!r->graph)
        r->graph = call_graph_new(r->strings, count, r->arena);
    r->event_count = count;
    return true;
}

static bool take_positions(struct callgrind_reader *r, struct text rest) {
    struct text word;
    r->position_count = 0;
    while (text_field(&rest, &word)) {
        if (r->position_count == MOST_POSITIONS)
            return wrong(r, "more than two positions");
        if (text_equal(word, "line"))
            r->line_position = r->position_count;
        r->position_count++;
    }
    return r->position_count > 0 || wrong(r, "expected positions");
}

/* `KEY: VALUE`; *known is false for anything else. */
static bool take_header(struct callgrind_reader *r, bool *known) {
    const char *colon = memchr(r->line.at, ':', r->line.length);
    char first = *r->line.at;
    *known = colon && first >= 'a' && first <= 'z';
    if (!*known)
        return true;
    struct text rest = {colon + 1, (size_t)(r->line.at + r->line.length - colon - 1)};
    if (text_starts(r->line, "events:"))
        return take_events(r, rest);
    return !text_starts(r->line, "positions:") || take_positions(r, rest);
}

/* ---- costs ---- */

static bool take_unsigned(struct text text, int64_t *out) {
    uint64_t value = 0;
    if (!text_starts(text, "0x"))
        return number_i64(text, out) && *out >= 0;
    for (size_t i = 2; i < text.length; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = memchr(digits, text.at[i], sizeof digits - 1);
        if (!digit || i > 17)
            return false;
        value = value << 4 | (uint64_t)(digit - digits);
    }
    *out = (int64_t)(value & INT64_MAX);
    return text.length > 2;
}

/* A number, or relative to the last: +N, -N, * for the same. */
static bool take_position(struct text word, int64_t *position) {
    int64_t distance;
    if (text_equal(word, "*"))
        return true;
    if (*word.at != '+' && *word.at != '-')
        return take_unsigned(word, position);
    if (!take_unsigned((struct text){word.at + 1, word.length - 1}, &distance))
        return false;
    uint64_t from = (uint64_t)*position, by = (uint64_t)distance;
    *position = (int64_t)(*word.at == '+' ? from + by : from - by);
    return true;
}

static bool take_costs(struct callgrind_reader *r) {
    struct text rest = r->line, word;
    for (size_t i = 0; i < r->position_count; i++) {
        if (!text_field(&rest, &word) || !take_position(word, &r->positions[i]))
            return wrong(r, "expected a position");
    }
    memset(r->costs, 0, sizeof r->costs);
    for (size_t e = 0; text_field(&rest, &word); e++) {
        if (e == r->event_count || !take_unsigned(word, &r->costs[e]))
            return wrong(r, "expected no more than a cost for each event");
    }
    return true;
}

static bool read_costs(struct callgrind_reader *r) {
    if (!r->in_function && r->next != JUMP)
        return wrong(r, "a cost outside any function");
    if (!take_costs(r))
        return false;
    const struct call_site at = {r->node, r->inlined_file, r->positions[r->line_position]};
    if (r->next == CALL) {
        uint32_t callee =
            call_graph_node(r->graph, r->callee_name, r->has_callee_file ? r->callee_file : r->file,
                            r->has_callee_object ? r->callee_object : r->object);
        call_graph_call(r->graph, &at, callee, r->costs);
        r->has_callee_file = r->has_callee_object = false;
    } else if (r->next == COST) {
        call_graph_cost(r->graph, &at, r->costs);
    }
    r->next = COST;
    return true;
}

/* ---- all ---- */

static bool read_line(struct callgrind_reader *r) {
    bool known;
    char first = *r->line.at;
    if (first == '#')
        return true;
    if ((first >= '0' && first <= '9') || first == '+' || first == '-' || first == '*')
        return read_costs(r);
    if (!take_position_name(r, &known))
        return false;
    if (!known && !take_header(r, &known))
        return false;
    return known || wrong(r, "expected a line of callgrind's format");
}

static bool read(struct profile **out, struct text bytes, struct strings *strings,
                 struct arena *arena, struct pg_error *err) {
    struct callgrind_reader *r = ARENA_NEW(arena, struct callgrind_reader, 1);
    *r = (struct callgrind_reader){.lines = {bytes, 0}, .strings = strings, .arena = arena};
    r->err = err;
    r->position_count = 1;
    r->objects.known = join_table_new(0, arena);
    r->files.known = join_table_new(0, arena);
    r->functions.known = join_table_new(0, arena);
    while (text_lines_next(&r->lines, &r->line)) {
        r->line = text_trim(r->line);
        if (r->line.length && !read_line(r))
            return false;
    }
    if (!r->graph)
        return pg_error_set(err, PG_FORMAT, "no `events:`; this is not a callgrind profile");
    struct profile_builder *builder = profile_builder_new(strings, r->types, r->event_count, arena);
    profile_builder_profile(builder)->default_type = r->types[0].name;
    call_graph_unfold(r->graph, builder);
    return profile_builder_finish(out, builder, err);
}

const struct profile_format callgrind_format = {"callgrind", sniff, read, NULL};
