#include "runners/profile/call_graph.h"
#include "runners/profile/join_table.h"

#include <math.h>

/* Work is counted in lines, calls and frames looked at: what a file of crafted paths costs ends. */
enum { DEEPEST = 256, MOST_WORK = 1 << 26 };
#define LEAST_SHARE 1e-5

struct node {
    uint32_t name, file, object;
    uint32_t first_line, first_call; /* in the orders of the graph */
    bool on_path;
};

/* What a line costs by itself (without a callee), or what the calls of a node by another cost, from
 * whichever lines: `at` is the one that costs most. */
struct entry {
    struct call_site at;
    uint32_t callee;
    int64_t most;
};

struct entries {
    struct entry *items;
    int64_t *costs; /* events for each */
    uint32_t count;
    size_t room, cost_room;
    struct join_table known;
    uint32_t *order; /* by node */
};

struct call_graph {
    struct strings *strings;
    size_t events;
    struct node *nodes;
    uint32_t node_count;
    size_t node_room;
    struct join_table known;
    struct entries lines, calls;
    struct arena *arena;
};

struct call_graph *call_graph_new(struct strings *strings, size_t events, struct arena *arena) {
    struct call_graph *g = ARENA_NEW(arena, struct call_graph, 1);
    g->strings = strings;
    g->events = events;
    g->arena = arena;
    g->known = join_table_new(0, arena);
    g->lines.known = join_table_new(0, arena);
    g->calls.known = join_table_new(0, arena);
    return g;
}

/* ---- filling ---- */

static bool same_node(const void *graph, uint32_t index, const void *wanted) {
    const struct node *a = &((const struct call_graph *)graph)->nodes[index], *b = wanted;
    return a->name == b->name && a->file == b->file && a->object == b->object;
}

uint32_t call_graph_node(struct call_graph *g, uint32_t name, uint32_t file, uint32_t object) {
    const struct node node = {.name = name, .file = file, .object = object};
    const uint32_t key[] = {name, file, object};
    uint32_t index = join_table_put(&g->known, strings_hash(g->strings, key, sizeof key),
                                    g->node_count, same_node, g, &node);
    if (index == g->node_count)
        ARENA_PUSH(g->arena, g->nodes, g->node_count, g->node_room, node);
    return index;
}

static bool same_entry(const void *entries, uint32_t index, const void *wanted) {
    const struct entry *a = &((const struct entries *)entries)->items[index], *b = wanted;
    return a->at.node == b->at.node && a->callee == b->callee &&
           (a->callee != PROFILE_NONE || (a->at.line == b->at.line && a->at.file == b->at.file));
}

static uint64_t hash_entry(const struct call_graph *g, const struct entry *entry) {
    bool is_line = entry->callee == PROFILE_NONE;
    const uint64_t key[] = {(uint64_t)entry->at.node << 32 | (is_line ? entry->at.file : 0),
                            entry->callee, is_line ? (uint64_t)entry->at.line : 0};
    return strings_hash(g->strings, key, sizeof key);
}

static void add_entry(struct call_graph *g, struct entries *to, const struct entry *entry,
                      const int64_t *costs) {
    uint32_t index =
        join_table_put(&to->known, hash_entry(g, entry), to->count, same_entry, to, entry);
    if (index == to->count) {
        ARENA_PUSH(g->arena, to->items, to->count, to->room, *entry);
        if (to->count > to->cost_room) {
            size_t room = 2 * to->cost_room + 64;
            to->costs = arena_grow(g->arena, to->costs, to->cost_room * g->events, room * g->events,
                                   sizeof *to->costs);
            to->cost_room = room;
        }
    }
    if (entry->most > to->items[index].most)
        to->items[index] = *entry;
    int64_t *sum = to->costs + index * g->events;
    for (size_t e = 0; e < g->events; e++)
        sum[e] = sum[e] > INT64_MAX - costs[e] ? INT64_MAX : sum[e] + costs[e];
}

void call_graph_cost(struct call_graph *g, const struct call_site *at, const int64_t *costs) {
    add_entry(g, &g->lines, &(struct entry){*at, PROFILE_NONE, 0}, costs);
}

void call_graph_call(struct call_graph *g, const struct call_site *from, uint32_t callee,
                     const int64_t *costs) {
    add_entry(g, &g->calls, &(struct entry){*from, callee, costs[0]}, costs);
}

/* ---- unfolding ---- */

/* One function on the path from a root, and which of its calls is next. */
struct step {
    uint32_t node, next, end;
    uint32_t site;  /* location of the call to the step below */
    double *weight; /* its part of the costs, by event */
    double *whole;  /* of the node, with calls that do not return to the path */
};

struct unfolding {
    struct call_graph *graph;
    struct profile_builder *builder;
    struct step steps[DEEPEST];
    size_t depth, work;
    int64_t *left; /* of the lines' costs, not yet in a stack */
    double *due;   /* of them, what should be in stacks by now: whole costs follow it */
    double *total; /* by event */
    int64_t *values;
    uint32_t frames[DEEPEST];
};

/* The numbers of the entries by their node; *first of each node, and of one behind the last. */
static void sort_entries(struct call_graph *g, struct entries *entries, uint32_t *first) {
    for (uint32_t i = 0; i < entries->count; i++)
        first[entries->items[i].at.node + 1]++;
    for (uint32_t n = 0; n < g->node_count; n++)
        first[n + 1] += first[n];
    entries->order = ARENA_NEW(g->arena, uint32_t, entries->count);
    uint32_t *next = ARENA_NEW(g->arena, uint32_t, g->node_count);
    for (uint32_t i = 0; i < entries->count; i++) {
        uint32_t node = entries->items[i].at.node;
        entries->order[first[node] + next[node]++] = i;
    }
}

static void index_entries(struct call_graph *g) {
    uint32_t *lines = ARENA_NEW(g->arena, uint32_t, g->node_count + 1);
    uint32_t *calls = ARENA_NEW(g->arena, uint32_t, g->node_count + 1);
    struct node end = {.name = 0};
    ARENA_PUSH(g->arena, g->nodes, g->node_count, g->node_room, end);
    g->node_count--;
    sort_entries(g, &g->lines, lines);
    sort_entries(g, &g->calls, calls);
    for (uint32_t n = 0; n <= g->node_count; n++) {
        g->nodes[n].first_line = lines[n];
        g->nodes[n].first_call = calls[n];
    }
}

static uint32_t location_of(struct unfolding *u, const struct call_site *at) {
    const struct node *node = &u->graph->nodes[at->node];
    const struct profile_function function = {
        .name = node->name, .system_name = node->name, .file = at->file};
    const struct profile_line line = {profile_builder_function(u->builder, &function), at->line, 0};
    struct profile_location location = {.mapping = PROFILE_NONE};
    if (node->object)
        location.mapping = profile_builder_mapping(
            u->builder, &(struct profile_mapping){.file = node->object,
                                                  .has_functions = true,
                                                  .has_filenames = true,
                                                  .has_line_numbers = true});
    return profile_builder_location(u->builder, &location, &line, 1);
}

static void emit(struct unfolding *u, const struct entry *line, const int64_t *values,
                 size_t callers) {
    u->work += callers;
    u->frames[0] = location_of(u, &line->at);
    for (size_t i = 0; i < callers; i++)
        u->frames[i + 1] = u->steps[callers - 1 - i].site;
    profile_builder_sample(u->builder,
                           &(struct profile_stack){.frames = u->frames, .frame_count = callers + 1},
                           values);
}

/* What the node on top costs by itself, as far as it belongs to this path. */
static void emit_lines(struct unfolding *u) {
    const struct call_graph *g = u->graph;
    const struct step *top = &u->steps[u->depth - 1];
    for (uint32_t i = g->nodes[top->node].first_line; i < g->nodes[top->node + 1].first_line; i++) {
        uint32_t line = g->lines.order[i];
        const int64_t *costs = g->lines.costs + line * g->events;
        int64_t *left = u->left + line * g->events;
        double *due = u->due + line * g->events;
        bool any = false;
        for (size_t e = 0; e < g->events; e++) {
            double part = top->whole[e] > 0 ? top->weight[e] / top->whole[e] : 0;
            due[e] += (double)costs[e] * part;
            double value = round(due[e]) - (double)(costs[e] - left[e]);
            u->values[e] = value >= (double)left[e] ? left[e] : value > 0 ? (int64_t)value : 0;
            left[e] -= u->values[e];
            any |= u->values[e] > 0;
        }
        if (any)
            emit(u, &g->lines.items[line], u->values, u->depth - 1);
    }
}

/* Takes a step down to a node; its weight is set. */
static void enter(struct unfolding *u, uint32_t node) {
    struct call_graph *g = u->graph;
    struct step *top = &u->steps[u->depth++];
    top->node = node;
    top->next = g->nodes[node].first_call;
    top->end = g->nodes[node + 1].first_call;
    u->work += 1 + top->end - top->next + g->nodes[node + 1].first_line - g->nodes[node].first_line;
    g->nodes[node].on_path = true;
    for (size_t e = 0; e < g->events; e++)
        top->whole[e] = 0;
    for (uint32_t i = g->nodes[node].first_line; i < g->nodes[node + 1].first_line; i++) {
        for (size_t e = 0; e < g->events; e++)
            top->whole[e] += (double)g->lines.costs[g->lines.order[i] * g->events + e];
    }
    for (uint32_t i = top->next; i < top->end; i++) {
        uint32_t call = g->calls.order[i];
        for (size_t e = 0; e < g->events && !g->nodes[g->calls.items[call].callee].on_path; e++)
            top->whole[e] += (double)g->calls.costs[call * g->events + e];
    }
    emit_lines(u);
}

/* Follows the next call of the node on top when it is worth a stack. */
static void follow(struct unfolding *u, uint32_t call) {
    struct call_graph *g = u->graph;
    const struct entry *entry = &g->calls.items[call];
    struct step *top = &u->steps[u->depth - 1], *below = top + 1;
    bool worth = false;
    if (g->nodes[entry->callee].on_path || u->depth == DEEPEST || u->work >= MOST_WORK)
        return;
    for (size_t e = 0; e < g->events; e++) {
        double cost = (double)g->calls.costs[call * g->events + e];
        below->weight[e] = top->whole[e] > 0 ? top->weight[e] * (cost / top->whole[e]) : 0;
        worth |= below->weight[e] > 0 && below->weight[e] >= LEAST_SHARE * u->total[e];
    }
    if (!worth)
        return;
    top->site = location_of(u, &entry->at);
    enter(u, entry->callee);
}

static void unfold_from(struct unfolding *u, uint32_t root) {
    struct call_graph *g = u->graph;
    enter(u, root);
    while (u->depth) {
        struct step *top = &u->steps[u->depth - 1];
        if (top->next < top->end) {
            follow(u, g->calls.order[top->next++]);
        } else {
            g->nodes[top->node].on_path = false;
            u->depth--;
        }
    }
}

/* What each node costs that no call accounts for, by event: that of main, say. */
static double *find_roots(const struct call_graph *g, double *total) {
    size_t events = g->events;
    double *roots = ARENA_NEW(g->arena, double, g->node_count *events);
    for (uint32_t i = 0; i < g->lines.count; i++) {
        for (size_t e = 0; e < events; e++) {
            double cost = (double)g->lines.costs[i * events + e];
            roots[g->lines.items[i].at.node * events + e] += cost;
            total[e] += cost;
        }
    }
    for (uint32_t i = 0; i < g->calls.count; i++) {
        const struct entry *call = &g->calls.items[i];
        for (size_t e = 0; e < events; e++) {
            double cost = (double)g->calls.costs[i * events + e];
            roots[call->at.node * events + e] += cost;
            roots[call->callee * events + e] -= cost;
        }
    }
    return roots;
}

static void emit_rest(struct unfolding *u) {
    const struct call_graph *g = u->graph;
    for (uint32_t i = 0; i < g->lines.count; i++)
        emit(u, &g->lines.items[i], u->left + i * g->events, 0);
}

void call_graph_unfold(struct call_graph *g, struct profile_builder *builder) {
    struct unfolding *u = ARENA_NEW(g->arena, struct unfolding, 1);
    size_t costs = g->lines.count * g->events;
    u->graph = g;
    u->builder = builder;
    u->total = ARENA_NEW(g->arena, double, g->events);
    u->values = ARENA_NEW(g->arena, int64_t, g->events);
    u->left = ARENA_NEW(g->arena, int64_t, costs);
    u->due = ARENA_NEW(g->arena, double, costs);
    for (size_t i = 0; i < costs; i++)
        u->left[i] = g->lines.costs[i];
    for (size_t i = 0; i < DEEPEST; i++) {
        u->steps[i].weight = ARENA_NEW(g->arena, double, g->events);
        u->steps[i].whole = ARENA_NEW(g->arena, double, g->events);
    }
    index_entries(g);
    const double *roots = find_roots(g, u->total);
    for (uint32_t n = 0; n < g->node_count; n++) {
        bool root = false;
        for (size_t e = 0; e < g->events; e++) {
            double own = roots[n * g->events + e];
            u->steps[0].weight[e] = own > 0 ? own : 0;
            root |= own > 0 && own >= LEAST_SHARE * u->total[e];
        }
        if (root)
            unfold_from(u, n);
    }
    emit_rest(u);
}
