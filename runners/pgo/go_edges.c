#include "runners/pgo/go_edges.h"

#include "runners/profile/join_table.h"

#include <stdlib.h>

/* A line of a location: those that are equal in all of it are one to Go. */
struct node {
    uint64_t address;
    int64_t line, start_line;
    uint32_t name;
    bool sampled;
};

struct call {
    uint32_t caller, callee; /* nodes */
    uint32_t sample;         /* + 1, the last one that was counted: a stack counts a call once */
    int64_t weight;
};

struct reader {
    const struct profile *profile;
    struct arena *arena;
    uint32_t type;
    struct node *nodes;
    struct call *calls;
    uint32_t *node_start, *node_of; /* of location i: node_of[node_start[i] … node_start[i + 1]) */
    size_t node_count, node_room, node_of_count, node_of_room, call_count, call_room;
    struct join_table nodes_known, calls_known;
};

/* ---- nodes ---- */

static bool same_node(const void *things, uint32_t index, const void *wanted) {
    const struct node *a = &((const struct reader *)things)->nodes[index], *b = wanted;
    return a->address == b->address && a->line == b->line && a->start_line == b->start_line &&
           a->name == b->name;
}

static void add_node(struct reader *r, struct node node) {
    const uint64_t key[] = {node.address, (uint64_t)node.line, (uint64_t)node.start_line,
                            node.name};
    uint32_t fresh = (uint32_t)r->node_count;
    uint32_t index =
        join_table_put(&r->nodes_known, strings_hash(r->profile->strings, key, sizeof key), fresh,
                       same_node, r, &node);
    if (index == fresh)
        ARENA_PUSH(r->arena, r->nodes, r->node_count, r->node_room, node);
    ARENA_PUSH(r->arena, r->node_of, r->node_of_count, r->node_of_room, index);
}

static void read_nodes(struct reader *r) {
    const struct profile *p = r->profile;
    r->node_start = ARENA_NEW(r->arena, uint32_t, p->location_count + 1);
    for (size_t i = 0; i < p->location_count; i++) {
        uint64_t address = p->locations[i].address;
        for (uint32_t l = p->line_start[i]; l < p->line_start[i + 1]; l++) {
            const struct profile_function *f = &p->functions[p->lines[l].function];
            add_node(r, (struct node){address, p->lines[l].line, f->start_line, f->name, false});
        }
        if (p->line_start[i] == p->line_start[i + 1])
            add_node(r, (struct node){.address = address});
        r->node_start[i + 1] = (uint32_t)r->node_of_count;
    }
}

static bool knows_declarations(const struct reader *r) {
    for (size_t i = 0; i < r->node_count; i++) {
        if (r->nodes[i].sampled && r->nodes[i].start_line)
            return true;
    }
    return false;
}

/* ---- calls ---- */

static bool same_call(const void *things, uint32_t index, const void *wanted) {
    const struct call *a = &((const struct reader *)things)->calls[index], *b = wanted;
    return a->caller == b->caller && a->callee == b->callee;
}

static bool add_call(struct reader *r, struct call call) {
    const uint32_t key[] = {call.caller, call.callee};
    uint32_t fresh = (uint32_t)r->call_count;
    uint32_t index =
        join_table_put(&r->calls_known, strings_hash(r->profile->strings, key, sizeof key), fresh,
                       same_call, r, &call);
    if (index == fresh) {
        ARENA_PUSH(r->arena, r->calls, r->call_count, r->call_room, call);
        return true;
    }
    struct call *known = &r->calls[index];
    if (known->sample == call.sample)
        return true;
    known->sample = call.sample;
    return !__builtin_add_overflow(known->weight, call.weight, &known->weight);
}

static bool read_sample(struct reader *r, uint32_t sample, int64_t weight) {
    const struct profile *p = r->profile;
    uint32_t leaf = p->stack_start[sample], end = p->stack_start[sample + 1];
    uint32_t frame = end - leaf > 2 ? leaf + 2 : end, caller = UINT32_MAX;
    while (frame-- > leaf) {
        uint32_t at = p->frames[frame];
        for (uint32_t n = r->node_start[at + 1]; n-- > r->node_start[at];) {
            uint32_t callee = r->node_of[n];
            r->nodes[callee].sampled = true;
            if (caller != UINT32_MAX && caller != callee &&
                !add_call(r, (struct call){caller, callee, sample + 1, weight}))
                return false;
            caller = callee;
        }
    }
    return true;
}

static bool read_samples(struct reader *r, struct pg_error *err) {
    const struct profile *p = r->profile;
    for (uint32_t i = 0; i < p->sample_count; i++) {
        int64_t weight = p->values[i * p->type_count + r->type];
        if (weight < 0)
            return pg_error_set(err, PG_FORMAT,
                                "sample %u has a value below 0: the difference of two profiles "
                                "tells the compiler nothing",
                                i + 1);
        if (weight > 0 && !read_sample(r, i, weight))
            return pg_error_set(err, PG_LIMIT, "the values of a call add up to more than 2^63 - 1");
    }
    return true;
}

/* ---- edges ---- */

struct order {
    struct go_edge edge;
    const char *caller, *callee;
};

static int by_name(const void *left, const void *right) {
    const struct order *a = left, *b = right;
    int order = a->edge.caller == b->edge.caller ? 0 : strcmp(a->caller, b->caller);
    if (order == 0 && a->edge.callee != b->edge.callee)
        order = strcmp(a->callee, b->callee);
    return order ? order : (a->edge.offset > b->edge.offset) - (a->edge.offset < b->edge.offset);
}

static int by_weight(const void *left, const void *right) {
    const struct order *a = left, *b = right;
    int order = (a->edge.weight < b->edge.weight) - (a->edge.weight > b->edge.weight);
    return order ? order : by_name(left, right);
}

static struct order *order_of(const struct go_edges *edges, const struct strings *strings,
                              struct arena *arena) {
    struct order *out = ARENA_NEW(arena, struct order, edges->count);
    for (size_t i = 0; i < edges->count; i++)
        out[i] = (struct order){edges->edges[i], strings_get(strings, edges->edges[i].caller),
                                strings_get(strings, edges->edges[i].callee)};
    return out;
}

void go_edges_order(struct go_edges *edges, const struct strings *strings, struct arena *arena) {
    size_t count = edges->count;
    if (count == 0)
        return;
    struct order *ordered = order_of(edges, strings, arena);
    qsort(ordered, count, sizeof *ordered, by_name);
    edges->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i && by_name(&ordered[i - 1], &ordered[i]) == 0)
            edges->edges[edges->count - 1].weight += ordered[i].edge.weight; /* at most the total */
        else
            edges->edges[edges->count++] = ordered[i].edge;
    }
    ordered = order_of(edges, strings, arena);
    qsort(ordered, edges->count, sizeof *ordered, by_weight);
    for (size_t i = 0; i < edges->count; i++)
        edges->edges[i] = ordered[i].edge;
}

static bool make_edges(struct go_edges *out, const struct reader *r) {
    out->edges = ARENA_NEW(r->arena, struct go_edge, r->call_count);
    out->count = r->call_count;
    for (size_t i = 0; i < r->call_count; i++) {
        const struct call *call = &r->calls[i];
        const struct node *caller = &r->nodes[call->caller];
        out->edges[i] = (struct go_edge){
            caller->name, r->nodes[call->callee].name,
            (int64_t)((uint64_t)caller->line - (uint64_t)caller->start_line), call->weight};
        if (__builtin_add_overflow(out->total, call->weight, &out->total))
            return false;
    }
    return true;
}

/* ---- all ---- */

static bool is_type(const struct profile *p, size_t type, const char *name, const char *unit) {
    return strcmp(strings_get(p->strings, p->types[type].name), name) == 0 &&
           strcmp(strings_get(p->strings, p->types[type].unit), unit) == 0;
}

uint32_t go_sample_type(const struct profile *p) {
    for (size_t i = 0; i < p->type_count; i++) {
        if (is_type(p, i, "samples", "count") || is_type(p, i, "cpu", "nanoseconds"))
            return (uint32_t)i;
    }
    return PROFILE_NONE;
}

bool go_edges_read(struct go_edges *out, const struct profile *profile, struct arena *arena,
                   struct pg_error *err) {
    struct reader r = {.profile = profile,
                       .arena = arena,
                       .type = go_sample_type(profile),
                       .nodes_known = join_table_new(profile->location_count, arena),
                       .calls_known = join_table_new(profile->location_count, arena)};
    *out = (struct go_edges){0};
    if (profile->sample_count == 0)
        return true;
    if (r.type == PROFILE_NONE)
        return pg_error_set(err, PG_FORMAT,
                            "no sample type is samples in count or cpu in nanoseconds");
    read_nodes(&r);
    if (!read_samples(&r, err))
        return false;
    if (!knows_declarations(&r))
        return pg_error_set(err, PG_FORMAT,
                            "no function has the line where it is declared (Function.start_line)");
    return make_edges(out, &r) ||
           pg_error_set(err, PG_LIMIT, "the values of all calls add up to more than 2^63 - 1");
}
